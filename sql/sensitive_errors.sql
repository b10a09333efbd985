-- What is sensitive is not shown in errors: message, detail, hint, context
\i test/sql/prelude.sql
\set SHOW_CONTEXT always
SET client_min_messages = error;

CREATE TABLE desk.card (id integer PRIMARY KEY, pin text UNIQUE, code integer CHECK (code < 5000), note text NOT NULL DEFAULT '');
INSERT INTO desk.card VALUES (1, 'hunter2', 1);
CREATE TYPE desk.mood AS ENUM ('calm', 'loud');
CREATE TYPE desk.login AS (name text, tries integer);

SELECT define('desk.text', '{"input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "how", "type": "text"}], "steps": [
	{"let": {"n": "=input.pin::integer"}, "when": "input.how = ''cast''"},
	{"require": "false", "message": "bad pin {{input.pin}}", "detail": "It is {{input.pin}}.", "hint": "Not \"{{input.pin}}\".", "when": "input.how = ''require''"},
	{"stop": "failed", "message": "no {{input.pin}} here", "when": "input.how = ''stop''"},
	{"create": "desk.card", "set": {"id": 2, "pin": "=input.pin"}, "when": "input.how = ''unique''"},
	{"create": "desk.card", "set": {"id": 3, "pin": "=input.pin", "note": "=nullif(1, 1)"}, "when": "input.how = ''row''"}]}');
SELECT desk.text('hunter2', 'cast');
SELECT desk.text('hunter2', 'require');
SELECT desk.text('hunter2', 'stop');
SELECT desk.text('hunter2', 'unique');
SELECT desk.text('hunter2', 'row');
SELECT invoke_action('desk.text', '{"pin": "hunter2", "how": "cast"}');
SELECT try_invoke_action('desk.text', '{"pin": "hunter2", "how": "require"}') #- '{invocation}';

-- a text longer than what PostgreSQL shows of it; one with quotes; what looks like parts of another
SELECT desk.text(repeat('0123456789', 10), 'row');
SELECT desk.text(E'it''s "quoted" \\ so', 'require');
SELECT desk.text(E'it''s "quoted" \\ so', 'row');
SELECT desk.text('äöüß', 'stop');
-- short ones: three characters as a word, fewer in quotes and parentheses
SELECT desk.text('no', 'stop');
SELECT desk.text('it', 'cast');
SELECT desk.text('pin', 'require');
SELECT desk.text('7', 'row');

-- a call in PL/pgSQL shows its statement
DO $$ BEGIN PERFORM invoke_action('desk.text', '{"pin": "hunter2", "how": "cast"}'); END $$;
DO $$ BEGIN PERFORM desk.text('it''s me', 'cast'); END $$;
DO $$ BEGIN PERFORM invoke_action('desk.text', '{"pin": "it''s \"me\"", "how": "cast"}'); END $$;

-- while inputs are bound
SELECT define('desk.types', '{"input": [{"name": "n", "type": "integer", "sensitive": true, "required": false},
	{"name": "mood", "type": "desk.mood", "sensitive": true, "required": false},
	{"name": "list", "type": "integer[]", "sensitive": true, "required": false},
	{"name": "login", "type": "desk.login", "sensitive": true, "required": false},
	{"name": "short", "type": "varchar(3)", "sensitive": true, "required": false},
	{"name": "day", "type": "date", "sensitive": true, "required": false},
	{"name": "data", "type": "jsonb", "sensitive": true, "required": false},
	{"name": "bytes", "type": "bytea", "sensitive": true, "required": false},
	{"name": "yes", "type": "boolean", "sensitive": true, "required": false},
	{"name": "other", "type": "integer", "required": false}],
	"steps": [{"stop": "failed", "message": "{{input.n}} {{input.mood}} {{input.list}} {{input.login}} {{input.short}} {{input.day}} {{input.data}} {{input.bytes}} {{input.yes}}"}]}');
SELECT invoke_action('desk.types', '{"n": "hunter2"}');
SELECT invoke_action('desk.types', '{"n": 12345678901}');
SELECT invoke_action('desk.types', '{"mood": "sad"}');
SELECT invoke_action('desk.types', '{"list": "{12,abc}"}');
SELECT invoke_action('desk.types', '{"list": [12, "abc"]}');
SELECT invoke_action('desk.types', '{"login": "(me,abc)"}');
SELECT invoke_action('desk.types', '{"login": {"name": "me", "trials": 3}}');
SELECT invoke_action('desk.types', '{"short": "long"}');
\set VERBOSITY terse
SELECT invoke_action('desk.types', '{"day": "2024-13-13"}');
\set VERBOSITY default
SELECT invoke_action('desk.types', '{"bytes": "\\xfz"}');
SELECT invoke_action('desk.types', '{"n": 1, "other": "hunter2", "list": {"a": "x"}}');
SELECT invoke_action('desk.types', '{"n": "hunter2", "unknown": 7}');
SELECT invoke_action('desk.types', '{"n": 12345, "unknown": 12345}');

-- values of all types, in messages
SELECT invoke_action('desk.types', '{"n": 1234, "mood": "calm", "list": [1, 2, 34567], "login": {"name": "secret", "tries": 3}, "short": "abc", "day": "2024-02-29",
	"data": {"a": ["deep", {"b": "deeper"}], "c": 98765}, "bytes": "\\xdeadbeef", "yes": true}');
SELECT desk.types(1234, 'loud', '{1,2,34567}', ('secret', 3), 'abc', '2024-02-29', '{"a": ["deep", {"b": "deeper"}], "c": 98765}', '\xdeadbeef', true);

-- a handler sees what others see
SELECT define('desk.handled', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "output": [{"name": "what", "type": "text"}], "steps": [
	{"let": {"n": "=input.pin::integer"}, "on_error": [{"output": {"what": "{{error.message}} {{error.detail}}"}}]}]}');
SELECT desk.handled('hunter2');
SELECT define('desk.passed', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "steps": [
	{"let": {"n": "=input.pin::integer"}, "on_error": [{"stop": "failed", "message": "was: {{error.message}}; {{input.pin}}"}]}]}');
SELECT desk.passed('hunter2');
SELECT define('desk.raised', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "steps": [
	{"let": {"n": "=input.pin::integer"}, "on_error": [{"stop": "failed"}]}]}');
SELECT desk.raised('hunter2');

-- many values
SELECT invoke_action('desk.types', jsonb_build_object('data', (SELECT jsonb_agg('v' || i) FROM generate_series(1, 5000) i)));

-- however long a text is, looking through it ends soon: for many values, and for one that repeats itself
SELECT define('desk.echo', '{"input": [{"name": "pins", "type": "text[]", "sensitive": true}, {"name": "text", "type": "text"}], "steps": [{"stop": "failed", "message": "no {{input.text}}"}]}');
SELECT try_invoke_action('desk.echo', jsonb_build_object('text', repeat('pin1 ', 60000), 'pins', (SELECT jsonb_agg('pin' || i) FROM generate_series(1, 1000) i))) #>> '{error,message}' AS message;
SELECT try_invoke_action('desk.echo', jsonb_build_object('text', repeat('a', 3000000), 'pins', ARRAY[repeat('a', 20000)])) #>> '{error,message}' AS message;

-- a default is for the authors
SELECT define('desk.has_default', '{"input": [{"name": "pin", "type": "text", "sensitive": true, "default": "hunter2"}, {"name": "note", "type": "text", "sensitive": true, "default": null}],
	"steps": [{"stop": "failed", "message": "{{input.pin}}{{input.note}}"}]}');
SELECT describe_action('desk.has_default');
SELECT desk.has_default();
SELECT invoke_action('desk.has_default');
