-- action_trace(): lines that called functions, triggers and plug-ins add to the
-- invocation they run in. Sensitive values are masked, and what is too much is left out.
\i test/sql/prelude.sql

CREATE SCHEMA book;
CREATE TABLE book.account (id integer PRIMARY KEY, amount integer, note text);
INSERT INTO book.account VALUES (1, 100), (2, 50);
CREATE VIEW lines AS
	SELECT action, l.depth, s.number, s.step, s.iteration AS turn, s.kind, s.outcome, s.message, s.details
	FROM custom_actions.log_step AS s JOIN custom_actions.log AS l ON l.id = s.invocation;
CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS 'TRUNCATE custom_actions.log, custom_actions.log_step';

-- outside of an action it does nothing
SET custom_actions.log_level = trace;
SELECT action_trace('nobody listens'), action_trace(NULL);

-- in SQL, PL/pgSQL, triggers, deferred ones, turns, functions of other owners
CREATE ROLE trace_teller;
GRANT USAGE ON SCHEMA book TO trace_teller;
CREATE FUNCTION book.told(n integer) RETURNS integer LANGUAGE sql AS $$SELECT action_trace('in SQL'); SELECT n$$;
CREATE FUNCTION book.tell(n integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	PERFORM public.action_trace('in PL/pgSQL: ' || n, jsonb_build_array(n, NULL, '{}'::jsonb));
	PERFORM public.action_trace('a text', '"text"');
	PERFORM public.action_trace('a number', '1.50');
	PERFORM public.action_trace('null', 'null');
	PERFORM public.action_trace(message => NULL, details => '1');
END $$;
ALTER FUNCTION book.tell OWNER TO trace_teller;
CREATE FUNCTION book.tell_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM action_trace(TG_WHEN || ' ' || TG_NAME);
	RETURN NEW;
END $$;
CREATE TRIGGER changed BEFORE UPDATE ON book.account FOR EACH ROW EXECUTE FUNCTION book.tell_trigger();
CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON book.account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION book.tell_trigger();
SELECT define('book.talk', '{"steps": [
	{"call": "book.told", "with": {"n": 3}},
	{"for_each": "=array[7, 8]", "as": "n", "do": [{"call": "book.tell", "with": {"n": "=n.value"}, "when": "n.value = 8"}]},
	{"update": "book.account", "id": 1, "set": {"note": "x"}}]}');
SELECT book.talk();
SELECT number, step, turn, kind, outcome, message, details FROM lines ORDER BY number;
SELECT forget();

-- of actions in each other, it is the innermost that counts; below trace nothing is kept
CREATE FUNCTION book.nested() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM action_trace('before');
	PERFORM book.quiet();
	PERFORM book.mute();
	PERFORM book.inside();
	PERFORM action_trace('after');
END $$;
SELECT define('book.' || name, format('{"log": "%s", "steps": [{"call": "book.told", "with": {"n": 1}}]}', level)::json)
FROM (VALUES ('quiet', 'off'), ('mute', 'full'), ('inside', 'trace')) AS v(name, level);
SELECT define('book.around', '{"log": "trace", "steps": [{"call": "book.nested"}]}');
SELECT book.around();
SELECT action, depth, number, step, kind, outcome, message FROM lines ORDER BY depth, number;
SELECT forget();

-- what a handler undoes, and what an exception block does: told is told
CREATE FUNCTION book.caught() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		PERFORM action_trace('in the block');
		RAISE 'oops';
	EXCEPTION WHEN OTHERS THEN
		PERFORM action_trace('in its handler', jsonb_build_object('error', SQLERRM));
	END;
	PERFORM book.tell(1 / 0);
END $$;
SELECT define('book.handles', '{"steps": [{"call": "book.caught", "on_error": [{"call": "book.told", "with": {"n": 1}}]}]}');
SELECT book.handles();
SELECT number, step, kind, outcome, message, details FROM lines ORDER BY number;
SELECT forget();

-- sensitive values are nowhere
CREATE FUNCTION book.leak(pin text, code integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM action_trace('the pin is ' || pin || '.', jsonb_build_object('pin', pin, 'code', code, 'say', 'it is ' || pin,
		pin, jsonb_build_array(code, pin, 1234)));
	PERFORM action_trace(pin, to_jsonb(pin));
	PERFORM action_trace('code', to_jsonb(code));
	RAISE 'wrong pin %', pin;
END $$;
SELECT define('book.secret', '{"input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "code", "type": "integer", "sensitive": true}],
	"steps": [{"call": "book.leak", "with": {"pin": "=input.pin", "code": "=input.code"}}]}');
SELECT try_invoke_action('book.secret', '{"pin": "s3cret!", "code": 77}') -> 'error' ->> 'message' AS message;
SELECT number, outcome, message, details FROM lines ORDER BY number;
SELECT count(*) FROM lines WHERE lines::text ~ 's3cret|77';
SELECT forget();

-- long texts are cut, masked before that
CREATE FUNCTION book.long() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM action_trace(repeat('ä', 2000), jsonb_build_object('long', repeat('x', 20000), 'short', 1));
	RAISE '%', repeat('e', 5000);
END $$;
SELECT define('book.longs', '{"steps": [{"call": "book.long"}]}');
SELECT try_invoke_action('book.longs') -> 'ok' AS ok;
SELECT number, kind, length(message), right(message, 30) AS "end", length(details::text), details -> 'short' AS short FROM lines ORDER BY number;
SELECT forget();
SET custom_actions.log_payload_limit = 0;
SELECT book.talk();
SELECT count(*) FROM lines WHERE details IS NOT NULL;
RESET custom_actions.log_payload_limit;
SELECT forget();

-- of many lines the first and the last are kept, and those that are open
SELECT define('book.many', '{"input": [{"name": "n", "type": "integer"}], "steps": [
	{"require": "true"},
	{"for_each": "=array(SELECT generate_series(1, input.n))", "as": "n", "do": [{"require": "n.value > 0"}, {"require": "n.value < 10000"}]},
	{"for_each": "=array(SELECT generate_series(1, input.n))", "as": "m", "do": [{"require": "m.value < 400"}]}]}');
SELECT try_invoke_action('book.many', '{"n": 330}') -> 'ok' AS ok;
SELECT count(*), count(*) FILTER (WHERE kind = 'left out') AS left_out, max(number) FROM lines;
SELECT forget();
SELECT book.many(333);
SELECT count(*), count(*) FILTER (WHERE kind = 'left out') AS left_out, max(number) FROM lines;
SELECT number, step, turn, kind, outcome, message FROM lines AS l
WHERE kind IN ('left out', 'for_each') OR EXISTS (SELECT FROM lines AS o WHERE o.kind = 'left out' AND l.number BETWEEN o.number - 2 AND o.number + 3) ORDER BY number;
SELECT forget();
-- at a failure the lines go where there is less room
SELECT try_invoke_action('book.many', '{"n": 5000}') -> 'error' ->> 'step' AS step;
SELECT count(*) BETWEEN 200 AND 300 AS some, count(*) FILTER (WHERE kind = 'left out') AS left_out, max(number) FROM lines;
SELECT number, step, turn, kind, outcome FROM lines WHERE outcome = 'failed' ORDER BY number;
SELECT (SELECT max(number) FROM lines) - (SELECT count(*) FROM lines WHERE kind <> 'left out') = (regexp_match(message, '^\d+'))[1]::integer AS counted
FROM lines WHERE kind = 'left out';
SELECT forget();
CREATE FUNCTION book.big() RETURNS void LANGUAGE sql AS $$
	SELECT action_trace('big ' || n, to_jsonb(repeat('x', 8000))) FROM generate_series(1, 100) AS n$$;
SELECT define('book.bigs', '{"steps": [{"call": "book.big"}, {"require": "false"}]}');
SELECT try_invoke_action('book.bigs') -> 'ok' AS ok;
SELECT number, kind, outcome, message FROM lines ORDER BY number;
SELECT forget();

ALTER FUNCTION book.tell OWNER TO CURRENT_USER;
REVOKE USAGE ON SCHEMA book FROM trace_teller;
DROP ROLE trace_teller;
