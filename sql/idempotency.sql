-- Idempotency keys: a request that was carried out is answered and not run again.
\i test/sql/prelude.sql
SET client_min_messages = error;

CREATE TABLE desk.ticket (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, cost numeric);
SELECT define('desk.open', '{"input": [
	{"name": "title", "type": "text"}, {"name": "cost", "type": "numeric", "default": 10}, {"name": "more", "type": "jsonb", "default": null}],
	"output": [{"name": "id", "type": "integer", "default": "=ticket.id"}],
	"steps": [{"create": "desk.ticket", "as": "ticket", "set": {"title": "=input.title", "cost": "=input.cost"}}]}');

-- the same request is answered, another is refused
SELECT invoke_action('desk.open', '{"title": "a"}', 'one');
SELECT invoke_action('desk.open', '{"title": "a"}', 'one');
SELECT invoke_action('desk.open', '{"title": "b"}', 'one');
\echo :LAST_ERROR_SQLSTATE
SELECT try_invoke_action('desk.open', '{"title": "b"}', 'one') #- '{invocation}';
-- NULL is no key
SELECT invoke_action('desk.open', '{"title": "a"}', NULL), invoke_action('desk.open', '{"title": "a"}');
-- what cannot be a key
SELECT invoke_action('desk.open', '{"title": "a"}', '');
SELECT invoke_action('desk.open', '{"title": "a"}', repeat('k', 256));
SELECT invoke_action('desk.open', '{"title": "a"}', repeat('k', 255));
SELECT set_config('custom_actions.idempotency_key', repeat('k', 256), false);
SELECT count(*) FROM desk.ticket;

-- the request is what it means: order of keys, numbers, defaults, the way it is sent
SELECT invoke_action('desk.open', '{"title": "n", "cost": 1.0, "more": {"a": 1, "b": [2.50, null]}}', 'number');
SELECT invoke_action('desk.open', '{"more": {"b": [2.5, null], "a": 1.0e0}, "cost": 1e0, "title": "n"}', 'number');
SELECT invoke_action('desk.open', '{"title": "n", "cost": "1.00", "more": {"b": [2.5, null], "a": 1}}', 'number');
SELECT invoke_action('desk.open', '{"title": "n", "cost": 1, "more": {"b": [2.5], "a": 1}}', 'number');
SELECT invoke_action('desk.open', '{"title": "d", "cost": 10.000}', 'default');
SELECT invoke_action('desk.open', '{"title": "d"}', 'default'), invoke_action('desk.open', '{"title": "d", "more": null}', 'default');
SELECT invoke_action('desk.open', '{"title": "d", "cost": null}', 'default');

-- the setting, for typed calls and those by name; the argument is stronger
BEGIN;
SET LOCAL custom_actions.idempotency_key = 'default';
SELECT desk.open('d'), desk.open(title => 'd', cost => 1e1), invoke_action('desk.open', '{"title": "d"}');
SELECT invoke_action('desk.open', '{"title": "n", "cost": 1, "more": {"a": 1, "b": [2.5, null]}}', 'number');
SAVEPOINT here;
SELECT desk.open('another');
ROLLBACK TO here;
SET LOCAL custom_actions.idempotency_key = '';
SELECT desk.open('another');
ROLLBACK;
SELECT desk.open('without a key');

-- answers by the one way for questions by the other
BEGIN;
SET LOCAL custom_actions.idempotency_key = 'typed';
SELECT desk.open('typed', 5);
COMMIT;
SELECT invoke_action('desk.open', '{"title": "typed", "cost": 5}', 'typed');
SELECT try_invoke_action('desk.open', '{"title": "typed", "cost": 5}', 'typed') -> 'output';

-- try_invoke_action answers the same, the id of the invocation as well
SELECT try_invoke_action('desk.open', '{"title": "try"}', 'try') AS first \gset
SELECT try_invoke_action('desk.open', '{"title": "try"}', 'try') = :'first' AS same, :'first'::jsonb -> 'ok' AS ok;
SELECT :'first'::jsonb ->> 'invocation' = invocation::text AS same FROM custom_actions.idempotency ORDER BY created_at DESC LIMIT 1;

-- several calls of one statement and of one transaction
SELECT invoke_action('desk.open', '{"title": "many"}', 'many ' || i / 2) FROM generate_series(1, 4) AS i;
SET client_min_messages = notice;
DO $$
BEGIN
	FOR i IN 1 .. 3 LOOP
		RAISE NOTICE '%', invoke_action('desk.open', '{"title": "loop"}', 'loop');
	END LOOP;
	BEGIN
		PERFORM invoke_action('desk.open', '{"title": "other loop"}', 'loop');
	EXCEPTION WHEN SQLSTATE 'UA004' THEN
		RAISE NOTICE 'refused: %', SQLERRM;
	END;
END $$;
SET client_min_messages = error;
SELECT title, count(*) FROM desk.ticket WHERE title IN ('many', 'loop') GROUP BY title ORDER BY title;

-- nothing is stored of what is undone
BEGIN;
SELECT invoke_action('desk.open', '{"title": "undone"}', 'undone') AS first \gset
ROLLBACK;
BEGIN;
SAVEPOINT here;
SELECT invoke_action('desk.open', '{"title": "another"}', 'undone') <> :'first' AS ran;
ROLLBACK TO here;
SELECT invoke_action('desk.open', '{"title": "undone"}', 'undone') <> :'first' AS ran;
-- the lock is not held longer than the call
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
COMMIT;
SELECT count(*) FROM desk.ticket WHERE title IN ('undone', 'another');
-- nor of what fails
SELECT define('desk.fail', '{"input": [{"name": "how", "type": "text"}], "steps": [
	{"create": "desk.ticket", "set": {"title": "failed"}}, {"require": "input.how <> ''badly''", "message": "it went {{input.how}}"}]}');
SELECT invoke_action('desk.fail', '{"how": "badly"}', 'fail');
SELECT try_invoke_action('desk.fail', '{"how": "badly"}', 'fail') -> 'ok';
SELECT invoke_action('desk.fail', '{"how": "well"}', 'fail'), invoke_action('desk.fail', '{"how": "well"}', 'fail');
SELECT count(*) FROM desk.ticket WHERE title = 'failed';

-- a key belongs to an action, whatever its version and name, and to who invokes it
SELECT invoke_action('desk.fail', '{"how": "well"}', 'one');
SELECT define('desk.open', '{"input": [
	{"name": "title", "type": "text"}, {"name": "cost", "type": "numeric", "default": 10}, {"name": "more", "type": "jsonb", "default": null},
	{"name": "extra", "type": "text", "default": "nothing"}],
	"output": [{"name": "id", "type": "integer", "default": "=ticket.id"}],
	"steps": [{"create": "desk.ticket", "as": "ticket", "set": {"title": "new {{input.title}}"}}]}');
SELECT invoke_action('desk.open', '{"title": "d"}', 'default');
ALTER FUNCTION desk.open RENAME TO reopen;
SELECT invoke_action('desk.reopen', '{"title": "d"}', 'default');
SELECT invoke_action('desk.reopen', '{"title": "d", "extra": "something"}', 'default');
SET custom_actions.idempotency_key = 'default';
SELECT desk.reopen('d'), desk.reopen('d', extra => 'nothing');
SELECT desk.reopen('d', extra => 'something');
RESET custom_actions.idempotency_key;
CREATE ROLE idempotent_one;
CREATE ROLE idempotent_two;
GRANT USAGE ON SCHEMA desk TO idempotent_one, idempotent_two;
SELECT define('desk.count', '{"run_as": "owner", "settings": {"search_path": "pg_catalog, pg_temp"}, "output": [{"name": "n", "type": "bigint", "default": "=(select count(*) from desk.ticket)"}],
	"steps": [{"create": "desk.ticket", "set": {"title": "counted"}}]}');
GRANT EXECUTE ON FUNCTION desk.count TO idempotent_one, idempotent_two;
SET ROLE idempotent_one;
SET custom_actions.idempotency_key = 'mine';
SELECT desk.count() AS first \gset
SET ROLE idempotent_two;
SELECT desk.count() - :first AS later;
SELECT (invoke_action('desk.count', '{}', 'mine') -> 'n')::bigint - :first AS later;
SET ROLE idempotent_one;
SELECT desk.count() - :first AS later;
SELECT * FROM custom_actions.idempotency;
SELECT purge_idempotency_keys('0');
RESET ROLE;
RESET custom_actions.idempotency_key;
-- dropped and made anew it is another
SELECT drop_action('desk.count');
SELECT define('desk.count', '{"output": [{"name": "n", "type": "bigint", "default": -1}], "steps": [{"create": "desk.ticket", "set": {"title": "counted"}}]}');
SELECT invoke_action('desk.count', '{}', 'mine');

-- an input left to the clock is the same whenever the request is sent
SELECT define('desk.due', '{"input": [{"name": "title", "type": "text"}, {"name": "due", "type": "timestamptz", "default": "=clock_timestamp()"}, {"name": "n", "type": "integer", "default": "=7 * length(current_user)"}],
	"output": [{"name": "was", "type": "timestamptz", "default": "=input.due"}], "steps": [{"create": "desk.ticket", "set": {"title": "=input.title"}}]}');
SELECT invoke_action('desk.due', '{"title": "x"}', 'due') AS first \gset
SELECT invoke_action('desk.due', '{"title": "x"}', 'due') = :'first' AS same;
SET custom_actions.idempotency_key = 'due';
SELECT desk.due('x') = (:'first'::jsonb ->> 'was')::timestamptz AS same;
SELECT desk.due('x', n => 7 * length(current_user)) = (:'first'::jsonb ->> 'was')::timestamptz AS same;
SELECT desk.due('x', '2026-01-01');
RESET custom_actions.idempotency_key;
SELECT invoke_action('desk.due', '{"title": "x", "due": "2026-01-01"}', 'due');

-- what needs none: actions that only read, DO; and where nothing can be kept
SELECT define('desk.read', '{"read_only": true, "output": [{"name": "n", "type": "bigint", "default": "=(select count(*) from desk.ticket)"}]}');
SET custom_actions.idempotency_key = 'read';
SELECT desk.read() AS first \gset
DO LANGUAGE custom_action '{"steps": [{"create": "desk.ticket", "set": {"title": "do"}}, {"perform": "desk.fail", "with": {"how": "well"}}, {"perform": "desk.fail", "with": {"how": "quite well"}}]}';
SELECT desk.read() - :first AS more;
BEGIN READ ONLY;
SELECT desk.read() - :first AS more;
SELECT desk.count();
ROLLBACK;
RESET custom_actions.idempotency_key;

-- performed actions take no key from the setting; one that is given to a call inside is its own
CREATE FUNCTION desk.inner_call(title text, key text) RETURNS jsonb LANGUAGE sql AS $$SELECT invoke_action('desk.fail', jsonb_build_object('how', title), key)$$;
SELECT define('desk.around', '{"input": [{"name": "title", "type": "text"}, {"name": "key", "type": "text"}], "steps": [
	{"perform": "desk.fail", "with": {"how": "=input.title"}}, {"perform": "desk.fail", "with": {"how": "=input.title || ''!''"}},
	{"call": "desk.inner_call", "with": {"title": "=input.title", "key": "=input.key"}}]}');
SET custom_actions.idempotency_key = 'outer';
SELECT action, count(*) FROM custom_actions.idempotency WHERE action IN ('desk.around', 'desk.fail') GROUP BY action ORDER BY action;
SELECT desk.around('x', 'inner'), desk.around('x', 'inner');
SELECT action, count(*) FROM custom_actions.idempotency WHERE action IN ('desk.around', 'desk.fail') GROUP BY action ORDER BY action;
RESET custom_actions.idempotency_key;
SELECT desk.around('y', 'inner');
SELECT desk.around('x', 'inner');
-- nor do deferred triggers; other triggers do
CREATE TABLE desk.queue (id integer);
CREATE FUNCTION desk.open_queued() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM desk.reopen('queued ' || NEW.id); RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON desk.queue DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION desk.open_queued();
SELECT count(*) AS kept FROM custom_actions.idempotency WHERE action = 'desk.reopen' \gset
BEGIN;
SET LOCAL custom_actions.idempotency_key = 'queue';
INSERT INTO desk.queue VALUES (1), (2);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO desk.queue VALUES (3), (4);
COMMIT;
SELECT title FROM desk.ticket WHERE title LIKE '%queued%' ORDER BY title;
SELECT count(*) - :kept AS more FROM custom_actions.idempotency WHERE action = 'desk.reopen';
DROP TRIGGER later ON desk.queue;
CREATE TRIGGER now AFTER INSERT ON desk.queue FOR EACH ROW EXECUTE FUNCTION desk.open_queued();
BEGIN;
SET LOCAL custom_actions.idempotency_key = 'queue';
INSERT INTO desk.queue VALUES (5);
INSERT INTO desk.queue VALUES (5);
SELECT count(*) FROM desk.ticket WHERE title LIKE '%queued 5';
INSERT INTO desk.queue VALUES (6);
ROLLBACK;

-- an invocation inside of itself
CREATE FUNCTION desk.again() RETURNS jsonb LANGUAGE sql AS $$SELECT invoke_action('desk.recurse', '{}', 'recurse')$$;
SELECT define('desk.recurse', '{"steps": [{"call": "desk.again"}]}');
SELECT invoke_action('desk.recurse', '{}', 'recurse');

-- forgetting
SELECT purge_idempotency_keys('1 day');
SELECT purge_idempotency_keys('-1 day') = n AS all_of_them FROM (SELECT count(*) AS n FROM custom_actions.idempotency) AS c;
SELECT count(*) FROM custom_actions.idempotency;
SELECT invoke_action('desk.fail', '{"how": "otherwise"}', 'one');
GRANT EXECUTE ON FUNCTION purge_idempotency_keys TO idempotent_one;
SET ROLE idempotent_one;
SELECT purge_idempotency_keys('0');
RESET ROLE;
DROP OWNED BY idempotent_one, idempotent_two;
DROP ROLE idempotent_one, idempotent_two;

-- a column that somebody gave the table and dropped again is none of it
ALTER TABLE custom_actions.idempotency ADD COLUMN remark text DEFAULT 'x';
ALTER TABLE custom_actions.idempotency DROP COLUMN remark;
SELECT define('desk.draw_lot', '{"output": [{"name": "lot", "type": "float8", "default": "=random()"}], "steps": []}');
SELECT count(DISTINCT invoke_action('desk.draw_lot', '{}', 'dropped') ->> 'lot') FROM generate_series(1, 2);
