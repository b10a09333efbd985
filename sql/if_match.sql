-- Calls that are meant for a row as it was read: if_match and action_etag.
\i test/sql/prelude.sql
CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', price numeric(10, 2), changed timestamptz,
	more jsonb, raw json, big text, gone text);
INSERT INTO desk.case (id, price, changed, more, raw, big, gone)
	SELECT i, 1.50, '2026-11-26 12:00+00', '{"a": 1.0, "b": [null]}', '{"a":1, "a":2}', repeat('x', 5000), 'x' FROM generate_series(1, 9) AS i;
SELECT define('desk.close', '{"table": "desk.case", "input": [{"name": "note", "type": "text", "required": false}],
	"steps": [{"require": "target.status <> ''closed''", "message": "It is closed"},
		{"update": "target", "set": {"status": "closed"}}],
	"output": [{"name": "status", "type": "text", "default": "=target.status"}]}');
-- What failed, as JSON tells it
CREATE FUNCTION failure(action text, input jsonb, if_match text) RETURNS TABLE (sqlstate text, message text, detail text, hint text)
LANGUAGE sql AS $$
	SELECT e.* FROM try_invoke_action(action, input, if_match => if_match) AS answer,
		jsonb_to_record(answer -> 'error') AS e (sqlstate text, message text, detail text, hint text)
$$;

-- A row that has not changed, and one that has: before any precondition
SELECT action_etag(c) AS etag FROM desk.case AS c WHERE id = 1 \gset
SELECT length(:'etag'), action_etag(c) = :'etag' AS same FROM desk.case AS c WHERE id <= 2 ORDER BY id;
SELECT invoke_action('desk.close', '{"target": 1}', if_match => :'etag');
SELECT invoke_action('desk.close', '{"target": 1}', if_match => :'etag');
SELECT * FROM failure('desk.close', '{"target": 1}', :'etag');
SELECT * FROM failure('desk.close', '{"target": 1}', (SELECT action_etag(c) FROM desk.case AS c WHERE id = 1));
SELECT * FROM failure('desk.close', '{"target": 10}', :'etag');
SELECT * FROM failure('desk.close', '{"target": 2}', 'nonsense');
SELECT invoke_action('desk.close', '{"target": 2}', if_match => '');
SELECT invoke_action('desk.close', '{"target": 2}', if_match => NULL);

-- Typed calls read the setting, the outermost ones
SELECT action_etag(c) AS etag FROM desk.case AS c WHERE id = 3 \gset
BEGIN;
SET LOCAL custom_actions.if_match = :'etag';
SELECT desk.close(3);
SAVEPOINT here;
SELECT desk.close(3);
ROLLBACK TO here;
-- by name as well, unless it says its own
SELECT invoke_action('desk.close', '{"target": 4}');
ROLLBACK TO here;
SELECT invoke_action('desk.close', '{"target": 4}', if_match => (SELECT action_etag(c) FROM desk.case AS c WHERE id = 4));
ROLLBACK;
SELECT define('desk.close_both', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "half"}},
	{"perform": "desk.close", "with": {"target": "=target.id"}}, {"perform": "desk.close", "with": {"target": 5}}]}');
BEGIN;
SET LOCAL custom_actions.if_match = :'etag';
SELECT desk.close_both(3);
ROLLBACK;

-- What has no target
SELECT define('desk.nothing', '{"steps": []}');
SELECT define('desk.look_around', '{"table": "desk.case", "binding": "collection", "steps": []}');
SELECT invoke_action('desk.nothing', if_match => 'x');
SELECT invoke_action('desk.look_around', if_match => 'x');
SET custom_actions.if_match = 'x';
SELECT desk.nothing();
RESET custom_actions.if_match;

-- The hash: whatever the settings are, and the order of columns; not of what is the same
SELECT action_etag(c) AS etag FROM desk.case AS c WHERE id = 6 \gset
BEGIN;
SET LOCAL timezone = 'Asia/Tokyo';
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL extra_float_digits = 0;
SELECT action_etag(c) = :'etag' AS same FROM desk.case AS c WHERE id = 6;
ALTER TABLE desk.case ADD COLUMN later integer;
SELECT action_etag(c) = :'etag' AS column_added FROM desk.case AS c WHERE id = 6;
ALTER TABLE desk.case DROP COLUMN gone;
ALTER TABLE desk.case ADD COLUMN gone text;
SELECT action_etag(c) = :'etag' AS column_lost FROM desk.case AS c WHERE id = 6;
UPDATE desk.case SET gone = 'x';
SELECT action_etag(c) = :'etag' AS back_at_the_end FROM desk.case AS c WHERE id = 6;
UPDATE desk.case SET price = 1.5, more = '{"b": [null], "a": 1}';
SELECT action_etag(c) = :'etag' AS written_otherwise FROM desk.case AS c WHERE id = 6;
UPDATE desk.case SET raw = '{"a":1, "a":3}' WHERE id = 6;
SELECT action_etag(c) = :'etag' AS changed FROM desk.case AS c WHERE id = 6;
ROLLBACK;
SELECT count(DISTINCT action_etag(c)) FROM desk.case AS c;
SELECT action_etag(NULL::desk.case), action_etag(c) = action_etag(x) AS same
	FROM desk.case AS c, desk.case AS x WHERE c.id = 6 AND x.id = 6;
SELECT action_etag(x) FROM (SELECT id, status FROM desk.case) AS x;
SELECT action_etag(1);
SELECT action_etag('x'::text);
SELECT action_etag(ROW(1, 2));

-- The column that says the version
ALTER TABLE desk.case ADD COLUMN revision integer;
INSERT INTO custom_actions.table_setting (table_name, version_column) VALUES ('desk.case', 'missing');
INSERT INTO custom_actions.table_setting (table_name, version_column) VALUES ('desk.case', 'revision');
UPDATE desk.case SET revision = 1;
ALTER TABLE desk.case ALTER COLUMN revision SET NOT NULL;
INSERT INTO custom_actions.table_setting (table_name, version_column) VALUES ('desk.case', 'revision');
CREATE FUNCTION desk.revise() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN new.revision := old.revision + 1; RETURN new; END$$;
CREATE TRIGGER revise BEFORE UPDATE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.revise();
SELECT action_etag(c) FROM desk.case AS c WHERE id = 6;
SELECT invoke_action('desk.close', '{"target": 6}', if_match => '1');
SELECT invoke_action('desk.close', '{"target": 6}', if_match => '1');
-- it follows its name, and what it says is read anew
ALTER TABLE desk.case RENAME COLUMN revision TO version;
SELECT version_column FROM custom_actions.table_setting;
CREATE OR REPLACE FUNCTION desk.revise() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN new.version := old.version + 1; RETURN new; END$$;
SELECT invoke_action('desk.close', '{"target": 7}', if_match => '2');
SELECT invoke_action('desk.close', '{"target": 7}', if_match => '1');
SELECT export_actions('desk.close') -> 'table_settings' AS table_settings;
UPDATE custom_actions.table_setting SET version_column = 'changed';
ALTER TABLE desk.case ALTER changed SET NOT NULL;
UPDATE custom_actions.table_setting SET version_column = 'changed';
SET timezone = 'Asia/Tokyo';
SELECT action_etag(c) FROM desk.case AS c WHERE id = 8;
SELECT invoke_action('desk.close', '{"target": 8}', if_match => '2026-11-26 12:00:00+00');
SET timezone = 'UTC';
DELETE FROM custom_actions.table_setting;

-- With an idempotency key: what was answered is answered again
SELECT action_etag(c) AS etag FROM desk.case AS c WHERE id = 9 \gset
SELECT invoke_action('desk.close', '{"target": 9}', idempotency_key => 'nine', if_match => :'etag');
SELECT invoke_action('desk.close', '{"target": 9}', idempotency_key => 'nine', if_match => :'etag');
SELECT invoke_action('desk.close', '{"target": 9}', idempotency_key => 'ten', if_match => :'etag');

-- With the token of a preview
UPDATE desk.case SET status = 'open';
SELECT action_etag(c) AS etag FROM desk.case AS c WHERE id = 9 \gset
SELECT after AS token FROM preview_action('desk.close', '{"target": 9}') WHERE part = 'token' \gset
UPDATE desk.case SET big = 'other' WHERE id = 9;
SELECT invoke_action('desk.close', '{"target": 9}', expect => :'token', if_match => :'etag');
SELECT action_etag(c) AS etag FROM desk.case AS c WHERE id = 9 \gset
SELECT after AS token FROM preview_action('desk.close', '{"target": 9}') WHERE part = 'token' \gset
SELECT invoke_action('desk.close', '{"target": 9}', expect => :'token', if_match => :'etag');

-- Composite keys, partitions, views
CREATE TABLE desk.line (case_id integer, no integer, part text NOT NULL, PRIMARY KEY (no, case_id)) PARTITION BY LIST (no);
CREATE TABLE desk.line_1 (part text NOT NULL, no integer NOT NULL, case_id integer NOT NULL);
ALTER TABLE desk.line ATTACH PARTITION desk.line_1 FOR VALUES IN (1);
INSERT INTO desk.line VALUES (7, 1, 'nut');
SELECT define('desk.replace_part', '{"table": "desk.line", "input": [{"name": "by", "type": "text"}],
	"steps": [{"update": "target", "set": {"part": "=input.by"}}]}');
SELECT (SELECT action_etag(l) FROM desk.line AS l) = (SELECT action_etag(l) FROM desk.line_1 AS l) AS same,
	(SELECT action_etag(l) FROM desk.line AS l) AS etag \gset
SELECT :'same' AS same;
SELECT invoke_action('desk.replace_part', '{"target": {"case_id": 7, "no": 1}, "by": "bolt"}', if_match => :'etag');
SELECT invoke_action('desk.replace_part', '{"target": {"case_id": 7, "no": 1}, "by": "nut"}', if_match => :'etag');
INSERT INTO custom_actions.table_setting (table_name, version_column) VALUES ('desk.line', 'part');
SELECT action_etag(l) FROM desk.line_1 AS l;
CREATE VIEW desk.open_case AS SELECT id AS number, status, upper(status) AS shown FROM desk.case;
SELECT define('desk.reopen', '{"table": "desk.open_case", "key": ["number"], "steps": [{"update": "target", "set": {"status": "open"}}]}');
SELECT action_etag(v) AS etag FROM desk.open_case AS v WHERE number = 1 \gset
UPDATE desk.case SET big = 'is not in the view' WHERE id = 1;
SELECT invoke_action('desk.reopen', '{"target": 1}', if_match => :'etag');
UPDATE desk.case SET status = 'waits' WHERE id = 1;
SELECT invoke_action('desk.reopen', '{"target": 1}', if_match => :'etag');
CREATE VIEW desk.totals AS SELECT status, count(*) AS number FROM desk.case GROUP BY status;
SELECT define('desk.total', '{"table": "desk.totals", "key": ["status"], "steps": [], "output": [{"name": "number", "type": "bigint", "default": "=target.number"}]}');
SELECT invoke_action('desk.total', jsonb_build_object('target', status), if_match => action_etag(t)) FROM desk.totals AS t WHERE status = 'open';

-- Privileges: those of who the action runs as
CREATE ROLE if_match_clerk;
GRANT USAGE ON SCHEMA desk TO if_match_clerk;
GRANT SELECT (id, status), UPDATE (status) ON desk.case TO if_match_clerk;
GRANT EXECUTE ON FUNCTION desk.close TO if_match_clerk;
UPDATE desk.case SET status = 'open';
SELECT action_etag(c) AS etag FROM desk.case AS c WHERE id = 2 \gset
SET ROLE if_match_clerk;
SELECT invoke_action('desk.close', '{"target": 2}', if_match => :'etag');
RESET ROLE;
INSERT INTO custom_actions.table_setting (table_name, version_column) VALUES ('desk.case', 'version');
SET ROLE if_match_clerk;
SELECT invoke_action('desk.close', '{"target": 2}', if_match => 'x');
RESET ROLE;
GRANT SELECT (version) ON desk.case TO if_match_clerk;
SET ROLE if_match_clerk;
SELECT invoke_action('desk.close', '{"target": 2}', if_match => 'x');
RESET ROLE;
-- a reader locks nothing, and needs no UPDATE
SELECT define('desk.show_status', '{"table": "desk.case", "steps": [], "output": [{"name": "status", "type": "text", "default": "=target.status"}]}');
GRANT EXECUTE ON FUNCTION desk.show_status TO if_match_clerk;
REVOKE UPDATE (status) ON desk.case FROM if_match_clerk;
SET ROLE if_match_clerk;
BEGIN READ ONLY;
SELECT invoke_action('desk.show_status', jsonb_build_object('target', 2), if_match => version::text) FROM desk.case WHERE id = 2;
COMMIT;
RESET ROLE;
-- a row that a policy hides is not there
ALTER TABLE desk.case ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON desk.case TO if_match_clerk USING (id = 3);
SET ROLE if_match_clerk;
SELECT invoke_action('desk.show_status', '{"target": 2}', if_match => 'x');
SELECT invoke_action('desk.show_status', '{"target": 3}', if_match => 'x');
RESET ROLE;

-- a table that has lost its column, or lets it be empty, can be renamed all the same, with its columns; its settings do not go to another
CREATE TABLE desk.lost (id integer PRIMARY KEY, revision integer NOT NULL DEFAULT 1, again integer NOT NULL DEFAULT 1);
INSERT INTO desk.lost VALUES (1);
INSERT INTO custom_actions.table_setting (table_name, version_column) VALUES ('desk.lost', 'revision');
ALTER TABLE desk.lost ALTER revision DROP NOT NULL;
ALTER TABLE desk.lost RENAME TO found;
SELECT action_etag(f) FROM desk.found AS f;
ALTER TABLE desk.found DROP revision;
ALTER TABLE desk.found RENAME TO lost;
ALTER TABLE desk.lost RENAME again TO more;
UPDATE custom_actions.table_setting SET version_column = 'nothing' WHERE table_name = 'desk.lost';
SELECT table_name, version_column FROM custom_actions.table_setting WHERE table_name LIKE '%lost';
SELECT length(action_etag(l)) FROM desk.lost AS l;
UPDATE custom_actions.table_setting SET table_name = 'desk.case' WHERE table_name = 'desk.lost';
UPDATE custom_actions.table_setting SET version_column = 'more' WHERE table_name = 'desk.lost';
SELECT action_etag(l) FROM desk.lost AS l;

DROP OWNED BY if_match_clerk;
DROP ROLE if_match_clerk;

-- Each call of a batch may have its own: compared at its turn, after what earlier calls have written
UPDATE desk.case SET status = 'open' WHERE id IN (5, 6, 7);
SELECT jsonb_object_agg(id, action_etag(c)) AS etags FROM desk.case AS c WHERE id IN (5, 6, 7) \gset
UPDATE desk.case SET price = 2 WHERE id = 6;
SELECT call, status, output, error ->> 'sqlstate' AS sqlstate, error ->> 'message' AS message
FROM invoke_actions((SELECT jsonb_agg(jsonb_build_object('action', 'desk.close', 'input', jsonb_build_object('target', id),
	'if_match', :'etags'::jsonb -> id::text) ORDER BY n) FROM unnest('{5,6,5,7}'::int[]) WITH ORDINALITY AS i (id, n)), 'continue');
SELECT * FROM invoke_actions((SELECT jsonb_agg(jsonb_build_object('action', 'desk.close', 'input', jsonb_build_object('target', id),
	'if_match', :'etags'::jsonb -> id::text, 'idempotency_key', NULL)) FROM unnest('{6}'::int[]) AS id));
SELECT call, status FROM invoke_actions('[{"action": "desk.close", "input": {"target": 6}, "if_match": null}]');
SELECT * FROM invoke_actions('[{"action": "desk.close", "input": {"target": 6}, "if_match": ""}]');
SELECT * FROM invoke_actions('[{"action": "desk.close", "input": {"target": 6}, "if_match": 7}]');
BEGIN;
SET LOCAL custom_actions.if_match = :'etag';
SELECT * FROM invoke_actions('[{"action": "desk.close", "input": {"target": 6}}]');
ROLLBACK;
