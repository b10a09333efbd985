-- preview_action(): plug-ins, what is invoked in them, and previews within previews.
\i test/sql/prelude.sql
\i test/sql/preview.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open', priority integer DEFAULT 1);
INSERT INTO desk.case SELECT generate_series(1, 5);
CREATE TABLE desk.note (body text);
CREATE FUNCTION desk.before(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.note VALUES ('before, depth ' || (context ->> 'depth'));
	RETURN NULL;
END $$;
CREATE FUNCTION desk.after(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.note SELECT 'tried: ' || (try_invoke_action('desk.sub', '{"target": 99}') ->> 'ok');
	INSERT INTO desk.note SELECT 'tried: ' || (try_invoke_action('desk.sub', '{"target": 2}') ->> 'ok');
	INSERT INTO desk.note SELECT 'changes seen: ' || count(*) FROM preview_action('desk.sub', '{"target": 3}') WHERE part = 'change';
	BEGIN
		PERFORM invoke_action('desk.sub', '{"target": 98}');
	EXCEPTION WHEN no_data_found THEN
		INSERT INTO desk.note VALUES ('caught');
	END;
	PERFORM action_trace('hello');
	RETURN '{"output": {"said": "by plug-in"}}';
END $$;
SELECT define('desk.sub', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "sub"}}]}');
SELECT define('desk.main', '{"log": "trace", "table": "desk.case", "output": [{"name": "said", "type": "text", "default": "nothing"}], "steps": [
	{"update": "target", "set": {"status": "main"}},
	{"update": "target", "set": {"priority": 5}},
	{"update": "desk.case", "where": "id = 4", "set": {"priority": 6}}]}');
SELECT register_plugin('desk.main', 'pre_operation', 'desk.before(jsonb)'), register_plugin('desk.main', 'post_operation', 'desk.after(jsonb)');
SELECT * FROM preview('desk.main', '{"target": 1}');
SELECT * FROM preview('desk.main', '{"target": 1}', 0) WHERE part = 'step';
SELECT count(*) FROM custom_actions.log;

-- a preview inside of an action: only that is recorded
CREATE FUNCTION desk.look() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM preview_action('desk.main', '{"target": 3}') WHERE part = 'change' $$;
SELECT define('desk.looks', '{"log": "trace", "output": [{"name": "n", "type": "bigint", "default": "=look.result"}], "steps": [
	{"update": "desk.case", "id": 5, "set": {"status": "mine"}},
	{"call": "desk.look()", "as": "look"}]}');
SELECT invoke_action('desk.looks');
SELECT action, status, rows_written FROM custom_actions.log;
SELECT step, kind, outcome FROM custom_actions.log_step ORDER BY number;

-- in statements that write, and in a transaction with savepoints
INSERT INTO desk.note SELECT "column" FROM preview_action('desk.main', '{"target": 1}') WHERE "by" = '1, 2';
SELECT * FROM desk.note;
BEGIN ISOLATION LEVEL SERIALIZABLE;
UPDATE desk.case SET status = 'pre' WHERE id = 1;
SAVEPOINT here;
SELECT * FROM preview('desk.sub', '{"target": 1}');
ROLLBACK TO here;
SELECT * FROM preview('desk.sub', '{"target": 1}');
COMMIT;
SELECT * FROM desk.case ORDER BY id;

-- without keys being told, and without counters
SET custom_actions.log_level = off;
SET track_counts = off;
SELECT * FROM preview('desk.sub', '{"target": 1}');
SHOW track_counts;
SET custom_actions.idempotency_key = 'once';
SELECT * FROM preview('desk.sub', '{"target": 1}');
SHOW custom_actions.idempotency_key;
SELECT count(*) FROM custom_actions.idempotency;
