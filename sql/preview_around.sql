-- preview_action(): where it is called from, and what is in its way.
\i test/sql/prelude.sql
\i test/sql/preview.sql
CREATE TABLE desk.thing (id integer PRIMARY KEY, n integer, doubled integer GENERATED ALWAYS AS (n * 2) STORED, body text);
INSERT INTO desk.thing (id, n, body) SELECT i, i, 'thing ' || i FROM generate_series(1, 5) AS i;
SELECT define('desk.raise', '{"table": "desk.thing", "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');

-- with cursors open, which go on where they were
BEGIN;
DECLARE before CURSOR FOR SELECT id, n FROM desk.thing ORDER BY id;
FETCH 2 FROM before;
SELECT "column", before, after FROM preview('desk.raise', '{"target": 3}') WHERE part = 'change';
FETCH 2 FROM before;
DECLARE previews CURSOR FOR SELECT t.id, p.before, p.after FROM desk.thing AS t, preview('desk.raise', jsonb_build_object('target', t.id)) AS p
	WHERE p."column" = 'n' ORDER BY t.id;
FETCH 1 FROM previews;
SELECT count(*) FROM preview('desk.raise', '{"target": 3}');
FETCH 2 FROM previews;
ROLLBACK;
BEGIN;
DECLARE locking CURSOR FOR SELECT id FROM desk.thing WHERE id = 3 FOR UPDATE;
FETCH locking;
SELECT count(*) FROM preview('desk.raise', '{"target": 3}');
UPDATE desk.thing SET body = 'by cursor' WHERE CURRENT OF locking RETURNING id, n;
ROLLBACK;

-- where nothing may be written
BEGIN READ ONLY;
SELECT part, "column", after FROM preview('desk.raise', '{"target": 3}') WHERE part = 'error';
ROLLBACK;
SELECT define('desk.read', '{"table": "desk.thing", "read_only": true, "output": [{"name": "n", "type": "integer", "default": "=target.n"}]}');
BEGIN READ ONLY;
SELECT part, "column", after FROM preview('desk.read', '{"target": 3}') WHERE part <> 'step';
ROLLBACK;

-- no worker of a parallel query calls it
SELECT proname, proparallel FROM pg_proc WHERE proname IN ('preview_action', 'preview_action_document', 'custom_action_preview') ORDER BY 1, 2;

-- deferred constraints that wait from before: due, and not due, to the action; checked again at COMMIT
CREATE TABLE desk.part_of (id integer PRIMARY KEY, thing integer REFERENCES desk.thing DEFERRABLE INITIALLY DEFERRED);
BEGIN;
INSERT INTO desk.part_of VALUES (1, 99);
SELECT part, "column", after FROM preview('desk.raise', '{"target": 3}') WHERE part IN ('error', 'change') AND "column" IN ('message', 'when', 'n');
INSERT INTO desk.thing (id, n) VALUES (99, 0);
SELECT part, "column", after FROM preview('desk.raise', '{"target": 3}') WHERE part IN ('error', 'change', 'incomplete');
SELECT part, key, "column", after FROM preview('desk.raise', '{"target": 99}') WHERE part IN ('error', 'change', 'incomplete');
COMMIT;
SELECT id, n FROM desk.thing WHERE id IN (3, 99) ORDER BY id;

-- in a function, and in another action's step
CREATE FUNCTION desk.told(id integer) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s -> %s', p."column", p.before, p.after), ', ' ORDER BY p."column") FROM preview_action('desk.raise', jsonb_build_object('target', id)) AS p WHERE p.part = 'change'
$$;
SELECT define('desk.tell', '{"table": "desk.thing", "steps": [
	{"update": "target", "set": {"n": 40}},
	{"call": "desk.told(integer)", "with": {"id": "=target.id"}, "as": "said"},
	{"update": "target", "set": {"body": "{{said.result}}"}}]}');
SELECT "by", "column", before, after FROM preview('desk.tell', '{"target": 3}') WHERE part = 'change';

-- views, with and without a barrier
CREATE VIEW desk.few WITH (security_barrier) AS SELECT id, n FROM desk.thing WHERE n < 4 WITH CHECK OPTION;
SELECT define('desk.by_view', '{"table": "desk.few", "key": ["id"], "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT "by", "table", key, "column", before, after FROM preview('desk.by_view', '{"target": 2}') WHERE part = 'change';
SELECT part, "column", after FROM preview('desk.by_view', '{"target": 4}') WHERE part = 'error' AND "column" = 'message';
SELECT part, "column", after FROM preview('desk.by_view', '{"target": 3}') WHERE part = 'error' AND "column" = 'message';

-- wide rows and columns that are gone
ALTER TABLE desk.thing ADD COLUMN gone integer, ADD COLUMN wide text;
ALTER TABLE desk.thing DROP COLUMN gone, ALTER COLUMN wide SET STORAGE EXTERNAL;
UPDATE desk.thing SET wide = repeat('x', 100000) WHERE id = 1;
SELECT define('desk.widen', '{"table": "desk.thing", "steps": [
	{"update": "target", "set": {"n": "=n + 1"}}, {"update": "target", "set": {"wide": "=wide || ''y''"}}]}');
SELECT "by", "column", length(before), length(after), right(after, 3) FROM preview('desk.widen', '{"target": 1}') WHERE part = 'change';
SELECT define('desk.raise_wide', '{"table": "desk.thing", "steps": [{"update": "target", "set": {"n": "=n + 1"}}, {"delete": "target"}]}');
SELECT "by", operation, "column", length(before) FROM preview('desk.raise_wide', '{"target": 1}') WHERE part = 'change';

-- errors of a draft say so
SELECT create_action('desk.fails', '{"steps": [{"update": "desk.thing", "id": 77, "set": {"n": 1}}]}');
SELECT "by", "column", after FROM preview('desk.fails') WHERE part = 'error';
SELECT preview_action_document('desk.fails') -> 'error';
SELECT activate_action('desk.fails');
SELECT "by", "column", after FROM preview('desk.fails') WHERE part = 'error';
