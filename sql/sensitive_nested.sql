-- Secrets of one invocation in what others show: nested actions, functions, plug-ins, loops
\i test/sql/prelude.sql
\set SHOW_CONTEXT always
SET client_min_messages = error;

-- an outer action's secret in an inner one's input that is not marked
SELECT define('desk.within', '{"input": [{"name": "what", "type": "text"}], "steps": [{"let": {"n": "=input.what::integer"}}]}');
SELECT define('desk.around', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "steps": [{"perform": "desk.within", "with": {"what": "=input.pin"}}]}');
SELECT desk.within('hunter2');
SELECT desk.around('hunter2');
SELECT desk.within('hunter2');

-- an inner action's secrets in what the outer one says after it
SELECT define('desk.inner_secret', '{"input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "fails", "type": "boolean"}],
	"output": [{"name": "token", "type": "text", "sensitive": true}, {"name": "late", "type": "text", "sensitive": true, "default": "later {{input.pin}}"}], "steps": [
	{"output": {"token": "=''token of '' || input.pin"}},
	{"require": "not input.fails", "message": "{{output.token}} failed"}]}');
SELECT define('desk.after', '{"input": [{"name": "fails", "type": "boolean"}], "steps": [
	{"perform": "desk.inner_secret", "as": "p", "with": {"pin": "hunter2", "fails": "=input.fails"}, "on_error": [{"stop": "failed", "message": "hunter2: {{error.message}}"}]},
	{"let": {"copy": "Copy of {{p.token}}, {{p.late}}"}},
	{"stop": "failed", "message": "{{let.copy}}"}]}');
SELECT desk.after(true);
SELECT desk.after(false);
SELECT desk.inner_secret('hunter2', false);

-- the same by functions, which are not ours
CREATE FUNCTION desk.calls(pin text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN invoke_action('desk.around', jsonb_build_object('pin', pin)); END $$;
CREATE FUNCTION desk.catches(pin text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM desk.around(pin); RETURN ''; EXCEPTION WHEN OTHERS THEN RETURN sqlerrm; END $$;
SELECT define('desk.by_function', '{"input": [{"name": "pin", "type": "text"}], "output": [{"name": "said", "type": "text", "default": "=c.result"}], "steps": [
	{"call": "desk.catches", "as": "c", "with": {"pin": "=input.pin"}}, {"call": "desk.calls", "with": {"pin": "=input.pin"}, "on_error": []}]}');
SELECT desk.by_function('hunter2');
SELECT desk.calls('hunter2');
SELECT try_invoke_action('desk.around', '{"pin": "hunter2"}') -> 'error' ->> 'message';

-- plug-ins: what they raise, what they set
CREATE FUNCTION desk.says(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN
	IF context #>> '{input,how}' = 'raise' THEN
		RAISE EXCEPTION 'no %', context #>> '{input,pin}' USING DETAIL = context ->> 'input', HINT = 'Not ' || (context #>> '{input,pin}') || '.';
	END IF;
	RETURN '{"input": {"pin": "replaced"}}';
END $$;
CREATE FUNCTION desk.gives(context jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"output": {"token": "given by it"}}'::jsonb $$;
CREATE FUNCTION desk.ends(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ends with %', context -> 'output'; END $$;
SELECT define('desk.plugged', '{"input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "how", "type": "text"}], "output": [{"name": "token", "type": "text", "sensitive": true}],
	"steps": [{"require": "input.how <> ''replace''", "message": "pin {{input.pin}}"}]}');
SELECT register_plugin('desk.plugged', 'pre_validation', 'desk.says') > 0, register_plugin('desk.plugged', 'main_operation', 'desk.gives') > 0,
	register_plugin('desk.plugged', 'post_operation', 'desk.ends') > 0;
SELECT desk.plugged('hunter2', 'raise');
SELECT desk.plugged('hunter2', 'replace');
SELECT desk.plugged('hunter2', 'end');

-- a loop: what has ended long ago is forgotten, what runs is not
SELECT define('desk.one', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "steps": [{"require": "input.pin <> ''pin 4999''", "message": "{{input.pin}}"}]}');
SELECT define('desk.each', '{"input": [{"name": "secret", "type": "text", "sensitive": true}], "steps": [
	{"for_each": "=array(select ''pin '' || i from generate_series(1, 6000) i)", "as": "each", "do": [
		{"perform": "desk.one", "with": {"pin": "=each.value"}, "on_error": [{"stop": "failed", "message": "{{error.message}}, {{each.value}}, pin 4998, {{input.secret}}"}]}]}]}');
SELECT desk.each('hunter2');
