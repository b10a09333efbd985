-- A step, input or output that is given no position goes to the end of its list,
-- and what is written at once marks its draft once.
\i test/sql/prelude.sql
\set VERBOSITY terse
SELECT create_action('desk.act', '{"input": [{"name": "one", "type": "text"}],
	"output": [{"name": "n", "type": "integer", "default": 1}],
	"steps": [{"let": {"a": 1}}, {"if": "true", "then": [{"let": {"b": 1}}], "else": [{"let": {"c": 1}}]}]}');

CREATE VIEW steps AS
SELECT s.position, s.kind, s.subject, coalesce(p.kind || '.' || s.branch, '') AS list
FROM custom_actions.step AS s
	LEFT JOIN custom_actions.step AS p ON p.id = s.parent
WHERE s.action = 'desk.act'
ORDER BY list, s.position, s.id;

-- one row, several rows, rows of a query; after a position between two
INSERT INTO custom_actions.step (action, kind, subject) VALUES ('desk.act', 'require', 'third');
INSERT INTO custom_actions.step (action, kind, subject, position) VALUES ('desk.act', 'require', 'between', 2.5);
INSERT INTO custom_actions.step (action, kind, subject, position) VALUES ('desk.act', 'require', 'far', 7.2);
INSERT INTO custom_actions.step (action, kind, subject) VALUES
	('desk.act', 'require', 'fourth'), ('desk.act', 'require', 'fifth'), ('desk.act', 'require', 'sixth');
INSERT INTO custom_actions.step (action, kind, subject, position)
SELECT 'desk.act', 'require', 'of a query ' || g, NULL FROM generate_series(1, 3) AS g ORDER BY g;
-- each list has an end of its own
INSERT INTO custom_actions.step (action, parent, branch, kind, subject)
SELECT 'desk.act', s.id, b.branch, 'require', b.subject
FROM custom_actions.step AS s,
	(VALUES (1, 'then', 'second'), (2, 'else', 'second'), (3, 'then', 'third'), (4, 'on_error', 'first')) AS b (n, branch, subject)
WHERE s.action = 'desk.act' AND s.kind = 'if'
ORDER BY b.n;
COPY custom_actions.step (action, kind, subject) FROM stdin;
desk.act	require	copied
desk.act	require	copied too
\.
SELECT * FROM steps;
SELECT add_action_step('desk.act', 'require', 'added') IS NOT NULL AS added,
	add_action_step('desk.act', 'require', 'between', at => 1.5) IS NOT NULL AS between;
-- NULL moves to the end
UPDATE custom_actions.step SET position = DEFAULT WHERE action = 'desk.act' AND subject = 'third' AND parent IS NULL;
SELECT * FROM steps WHERE list = '' AND (position > 14 OR position < 2);

INSERT INTO custom_actions.parameter (action, name, type) VALUES ('desk.act', 'two', 'text'), ('desk.act', 'three', 'text');
INSERT INTO custom_actions.parameter (action, direction, name, type) VALUES ('desk.act', 'out', 'm', 'text');
COPY custom_actions.parameter (action, name, type) FROM stdin;
desk.act	four	text
\.
SELECT add_action_parameter('desk.act', 'five', 'text');
SELECT direction, position, name FROM custom_actions.parameter WHERE action = 'desk.act' ORDER BY 1, 2;

-- However many rows: the row of the draft is written a few times
CREATE FUNCTION written(OUT updates bigint) LANGUAGE sql AS
$$SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relid = 'custom_actions.action'::regclass$$;
BEGIN;
SELECT updates AS before FROM written() \gset
SELECT create_action('desk.big', json_build_object('steps', json_agg(step))) FROM
	(SELECT '{"if": "true", "then": [{"let": {"a": 1}}]}'::json AS step FROM generate_series(1, 1000)) AS s;
SELECT updates - :before <= 3 AS few FROM written();
SELECT create_action('desk.big', '{"steps": []}', or_replace => true);
SELECT updates - :before <= 6 AS few FROM written();
INSERT INTO custom_actions.step (action, kind, subject) SELECT 'desk.big', 'require', 'true' FROM generate_series(1, 1000);
UPDATE custom_actions.step SET enabled = false WHERE action = 'desk.big';
DELETE FROM custom_actions.step WHERE action = 'desk.big';
DO $$BEGIN FOR i IN 1..200 LOOP PERFORM add_action_step('desk.big', 'let', NULL, '{"a": 1}'); END LOOP; END$$;
SELECT updates - :before <= 6 AS few FROM written();
SELECT count(*), max(position), count(DISTINCT position) FROM custom_actions.step WHERE action = 'desk.big';
COMMIT;

-- but every change shows
BEGIN;
UPDATE custom_actions.parameter SET default_value = '2' WHERE action = 'desk.act' AND name = 'n';
SELECT drop_action('desk.act');
SELECT create_action('desk.act', '{"output": [{"name": "n", "type": "integer", "default": 1}]}');
SELECT activate_action('desk.act');
SELECT differs FROM custom_actions.actions WHERE name = 'desk.act';
UPDATE custom_actions.parameter SET default_value = '2' WHERE action = 'desk.act';
SELECT differs FROM custom_actions.actions WHERE name = 'desk.act';
SAVEPOINT s;
SELECT activate_action('desk.act');
ROLLBACK TO s;
SELECT differs FROM custom_actions.actions WHERE name = 'desk.act';
SELECT activate_action('desk.act');
SELECT differs FROM custom_actions.actions WHERE name = 'desk.act';
COMMIT;

-- and who may not edit is refused, also after who may in the same transaction
CREATE ROLE positions_designer;
GRANT USAGE, CREATE ON SCHEMA desk TO positions_designer;
SELECT grant_action_design('positions_designer');
BEGIN;
INSERT INTO custom_actions.step (action, kind, subject) VALUES ('desk.act', 'require', 'mine');
SET LOCAL ROLE positions_designer;
SAVEPOINT s;
INSERT INTO custom_actions.step (action, kind, subject) VALUES ('desk.act', 'require', 'not mine');
ROLLBACK TO s;
SELECT create_action('desk.mine');
INSERT INTO custom_actions.step (action, kind, subject) VALUES ('desk.mine', 'require', 'mine'), ('desk.act', 'require', 'not mine');
ROLLBACK;

-- Steps go with what they are below, at all levels, and stay with what stays
SELECT create_action('desk.tree', '{"steps": [{"group": "a", "do": [{"group": "b", "do": [{"let": {"a": 1}}, {"let": {"b": 1}}]}, {"let": {"c": 1}}]},
	{"group": "d", "do": [{"let": {"d": 1}}]}]}');
DELETE FROM custom_actions.step WHERE action = 'desk.tree' AND subject IN ('a', 'b');
SELECT kind, subject, arguments FROM custom_actions.step WHERE action = 'desk.tree' ORDER BY id;

SELECT revoke_action_design('positions_designer');
SET client_min_messages = warning;
DROP OWNED BY positions_designer;
DROP ROLE positions_designer;
