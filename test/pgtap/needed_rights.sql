-- What check_action_privileges lists is enough to call the action, and none of it is
-- too much: without any one of the grants the call is refused.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE SCHEMA desk;
CREATE SCHEMA far;
CREATE ROLE check_rights_agent;
CREATE TYPE far.mood AS ENUM ('good', 'bad');
CREATE TABLE desk.item (id bigint PRIMARY KEY, title text, rank integer DEFAULT 1, owner bigint, kind text, mood far.mood);
CREATE TABLE desk.log (id serial PRIMARY KEY, what text UNIQUE, at timestamptz DEFAULT now());
CREATE TABLE desk.counted (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);
CREATE TABLE far.secret (id bigint PRIMARY KEY, word text);
CREATE TABLE far.guarded (id bigint PRIMARY KEY, word text);
ALTER TABLE far.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON far.guarded USING (EXISTS (SELECT FROM far.secret AS s WHERE s.id = guarded.id));
CREATE VIEW desk.words AS SELECT id, word FROM far.secret;
CREATE VIEW desk.plain WITH (security_invoker = true) AS SELECT id, word FROM far.secret;
CREATE FUNCTION far.shout(text) RETURNS text STABLE LANGUAGE sql AS 'SELECT upper($1)';
CREATE FUNCTION far.send(a text) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION far.fresh() RETURNS text LANGUAGE sql AS 'SELECT ''new''::text';
CREATE FUNCTION far.watch(context jsonb) RETURNS void LANGUAGE sql AS '';
CREATE TABLE desk.defaulted (id bigint PRIMARY KEY, word text DEFAULT far.fresh());
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA far FROM PUBLIC;
INSERT INTO desk.item VALUES (1, 'one', 1, 1, 'a', 'good'), (2, 'two', 2, 2, 'b', 'bad');
INSERT INTO far.secret VALUES (1, 'hidden');
INSERT INTO far.guarded VALUES (1, 'kept');
SELECT create_action('far.sub', '{"input": [{"name": "a", "type": "text"}], "steps": [{"update": "far.secret", "id": 1, "set": {"word": "=input.a"}}]}'), activate_action('far.sub');

CREATE TEMP TABLE tried (steps text);
INSERT INTO tried VALUES
	('{"create": "desk.log", "set": {"what": "x"}}'),
	('{"create": "desk.counted", "set": {"what": "x"}}'),
	('{"create": "desk.counted", "as": "c", "set": {"what": "x"}}, {"output": {"answer": "{{c.id}}"}}'),
	('{"create": "desk.defaulted", "set": {"id": 5}}'),
	('{"create": "desk.log", "set": {"what": "x"}, "on_conflict": {"columns": ["what"], "do": "nothing"}}'),
	('{"create": "desk.log", "set": {"what": "x"}, "on_conflict": {"columns": ["what"], "set": {"at": "=this.at + interval ''1 day''"}}}'),
	('{"create": "desk.log", "from": "desk.item", "where": "this.rank > 1", "set": {"what": "=this.title"}}'),
	('{"update": "target", "set": {"rank": "=rank + 1"}}'),
	('{"update": "target", "set": {"mood": "bad"}}'),
	('{"update": "desk.item", "where": "kind = ''a''", "set": {"title": "x"}}'),
	('{"assign": "target", "to": 3, "column": "owner"}'),
	('{"set_status": "target", "to": "x", "column": "kind"}'),
	('{"delete": "target"}'),
	('{"delete": "desk.item", "where": "kind = ''b''"}'),
	('{"get": "far.secret", "as": "s", "id": 1}, {"output": {"answer": "=s.word"}}'),
	('{"get": "far.secret", "as": "s", "id": 1, "lock": "wait"}, {"output": {"answer": "=s.word"}}'),
	('{"get": "desk.words", "as": "s", "where": "id = 1"}, {"output": {"answer": "=s.word"}}'),
	('{"get": "desk.plain", "as": "s", "where": "id = 1"}, {"output": {"answer": "=s.word"}}'),
	('{"get": "far.guarded", "as": "s", "id": 1}, {"output": {"answer": "=s.word"}}'),
	('{"update": "far.guarded", "id": 1, "set": {"word": "x"}}'),
	('{"call": "far.send", "as": "s", "with": {"a": "=target.title"}}, {"output": {"answer": "=s.result"}}'),
	('{"perform": "far.sub", "with": {"a": "x"}}'),
	('{"output": {"answer": "=far.shout(target.kind)"}}'),
	('{"output": {"answer": "=(select count(*) from far.secret)::text"}}'),
	('{"output": {"answer": "=to_jsonb(target)::text"}}'),
	('{"let": {"n": "=nextval(''desk.log_id_seq'')"}}, {"output": {"answer": "{{let.n}}"}}'),
	('{"for_each": "desk.item", "order_by": "rank", "as": "i", "do": [{"output": {"answer": "=i.title"}}]}'),
	('{"for_each": "=array(select s from far.secret s)", "as": "s", "do": [{"output": {"answer": "=s.word"}}]}'),
	('{"if": "target.kind = ''a''", "then": [{"create": "desk.log", "set": {"what": "x"}}]}'),
	('{"choose": null, "cases": [{"when": "target.kind = ''a''", "do": [{"update": "target", "set": {"title": "x"}}]}]}'),
	('{"group": "g", "do": [{"update": "target", "set": {"title": "x"}}], "on_error": [{"stop": "failed"}]}'),
	('{"require": "target.rank > 0", "message": "{{target.kind}}"}');

CREATE FUNCTION pg_temp.runs() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL ROLE check_rights_agent;
	PERFORM desk.tried(1);
	RESET ROLE;
	RAISE EXCEPTION USING ERRCODE = 'ZZ001';
EXCEPTION WHEN OTHERS THEN
	RESET ROLE;
	RETURN CASE SQLSTATE WHEN 'ZZ001' THEN 'runs' ELSE SQLERRM END;
END
$$;

-- 'sound', or what is wrong
CREATE FUNCTION pg_temp.judged(steps text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	commands text[];
	command text;
	result text;
BEGIN
	PERFORM create_action('desk.tried', format('{"table": "desk.item", "output": [{"name": "answer", "type": "text", "required": false}], "steps": [%s]}', steps)::json);
	PERFORM activate_action('desk.tried');
	PERFORM register_plugin('desk.tried', 'post_operation', 'far.watch');
	IF pg_temp.runs() = 'runs' THEN
		RETURN 'runs without any right';
	END IF;
	SELECT array_agg(c.grant_statement) INTO commands FROM check_action_privileges('desk.tried', 'check_rights_agent') AS c;
	FOREACH command IN ARRAY commands LOOP
		EXECUTE command;
	END LOOP;
	IF EXISTS (SELECT FROM check_action_privileges('desk.tried', 'check_rights_agent')) THEN
		RETURN 'something is missing afterwards: ' || (SELECT string_agg(c::text, ', ') FROM check_action_privileges('desk.tried', 'check_rights_agent') AS c);
	END IF;
	result := pg_temp.runs();
	IF result <> 'runs' THEN
		RETURN 'not enough: ' || result;
	END IF;
	FOREACH command IN ARRAY commands LOOP
		EXECUTE regexp_replace(regexp_replace(command, '^GRANT', 'REVOKE'), ' TO (\S+)$', ' FROM \1');
		IF pg_temp.runs() = 'runs' THEN
			RETURN 'too much: ' || command;
		END IF;
		EXECUTE command;
	END LOOP;
	RETURN 'sound';
END
$$;

-- The same, undone
CREATE FUNCTION pg_temp.tried(steps text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'ZZ002', MESSAGE = pg_temp.judged(steps);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;

SELECT plan((SELECT count(*)::integer FROM tried));
SELECT is(pg_temp.tried(t.steps), 'sound', t.steps) FROM tried AS t;
SELECT * FROM finish();
ROLLBACK;
