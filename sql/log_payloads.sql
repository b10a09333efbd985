-- Inputs, outputs and targets in the record: all types, masked, cut
\i test/sql/prelude.sql
SET client_min_messages = error;
SET custom_actions.log_level = full;
CREATE TYPE desk.mood AS ENUM ('calm', 'loud');
CREATE TYPE desk.place AS (city text, zip json);
CREATE DOMAIN desk.short AS varchar(10);
CREATE DOMAIN desk.feeling AS desk.mood;
CREATE TABLE desk.pair (a integer, b desk.mood, note text CHECK (note <> 'bad'), PRIMARY KEY (a, b));
CREATE TABLE desk.thing (id integer PRIMARY KEY, note text CHECK (note <> 'bad'));
INSERT INTO desk.pair VALUES (1, 'calm');
INSERT INTO desk.thing VALUES (7);

CREATE FUNCTION forget() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM custom_actions.log; END;

SELECT define('desk.all_types', $d${"input": [
	{"name": "i2", "type": "smallint"}, {"name": "i8", "type": "bigint"}, {"name": "f4", "type": "real"}, {"name": "f8", "type": "double precision"},
	{"name": "n", "type": "numeric"}, {"name": "t", "type": "text"}, {"name": "v", "type": "desk.short"}, {"name": "c", "type": "character(3)"},
	{"name": "nm", "type": "name"}, {"name": "bo", "type": "boolean"}, {"name": "d", "type": "date"}, {"name": "ti", "type": "time"},
	{"name": "tz", "type": "timetz"}, {"name": "ts", "type": "timestamp"}, {"name": "tstz", "type": "timestamptz"}, {"name": "iv", "type": "interval"},
	{"name": "u", "type": "uuid"}, {"name": "j", "type": "json"}, {"name": "jb", "type": "jsonb"}, {"name": "by", "type": "bytea"},
	{"name": "e", "type": "desk.mood"}, {"name": "ed", "type": "desk.feeling"}, {"name": "ea", "type": "desk.mood[]"}, {"name": "ia", "type": "integer[]"},
	{"name": "p", "type": "desk.place"}, {"name": "r", "type": "int4range"}, {"name": "rc", "type": "regclass"}, {"name": "ip", "type": "inet"}],
	"output": [{"name": "same", "type": "boolean", "default": "=input.bo"}, {"name": "felt", "type": "desk.feeling[]"}],
	"steps": [{"require": "input.i2 < 100"}, {"output": {"felt": "=array[input.ed]"}}]}$d$);
CREATE FUNCTION desk.values_of(i2 integer) RETURNS jsonb LANGUAGE sql AS $f$
	SELECT jsonb_build_object('i2', i2) || $j${"i8": 9007199254740993, "f4": 1.5, "f8": "NaN", "n": 12345678901234567890.123, "t": "a \"text\"", "v": "short",
		"c": "x", "nm": "name", "bo": true, "d": "2024-02-29", "ti": "12:34:56.7", "tz": "12:00+02", "ts": "2024-02-29 12:00", "tstz": "infinity", "iv": "1 day 02:00",
		"u": "00000000-0000-0000-0000-000000000001", "j": {"b": 1, "a": [1, 2]}, "jb": [1, {"x": null}], "by": "\\x00ff",
		"e": "calm", "ed": "loud", "ea": ["calm", null], "ia": [[1, 2], [3, 4]], "p": {"city": "Rome", "zip": {"code": 1}}, "r": "[1,5)", "rc": "desk.thing", "ip": "10.0.0.1"}$j$::jsonb
$f$;
SELECT invoke_action('desk.all_types', desk.values_of(1));
SELECT try_invoke_action('desk.all_types', desk.values_of(100)) ->> 'ok';
SELECT try_invoke_action('desk.all_types', desk.values_of(1) || '{"e": "sad", "other": 1}') ->> 'ok';
SELECT output FROM custom_actions.log WHERE output IS NOT NULL;
SELECT input FROM custom_actions.log WHERE status = 'succeeded';
-- what is shown at a failure, and what was given but not bound, differ only where that is meant
WITH failed AS (SELECT e.* FROM custom_actions.log, jsonb_each(input) AS e WHERE input ->> 'i2' = '100'),
	given AS (SELECT e.* FROM custom_actions.log, jsonb_each(input) AS e WHERE input ? 'other'),
	succeeded AS (SELECT e.* FROM custom_actions.log, jsonb_each(input) AS e WHERE status = 'succeeded')
SELECT key, s.value AS succeeded, f.value AS failed, g.value AS given
FROM succeeded s FULL JOIN failed f USING (key) FULL JOIN given g USING (key)
WHERE s.value IS DISTINCT FROM f.value OR s.value IS DISTINCT FROM g.value ORDER BY key;
SELECT forget();

-- targets: plain keys and others, bound and not
SELECT define('desk.pairs', '{"table": "desk.pair", "input": [{"name": "note", "type": "text"}], "steps": [{"update": "target", "set": {"note": "=input.note"}}]}');
SELECT define('desk.things', '{"table": "desk.thing", "input": [{"name": "note", "type": "text"}], "steps": [{"update": "target", "set": {"note": "=input.note"}}]}');
SELECT desk.pairs(1, 'calm', 'good');
SELECT try_invoke_action('desk.pairs', '{"target": {"a": 1, "b": "calm"}, "note": "bad"}') ->> 'ok';
SELECT try_invoke_action('desk.pairs', '{"target": {"a": 1, "b": "calm"}, "note": [], "more": true}') ->> 'ok';
SELECT try_invoke_action('desk.pairs', '{"target": {"a": 1, "b": "sad"}, "note": "x"}') ->> 'ok';
SELECT try_invoke_action('desk.pairs', '{"target": 1}') ->> 'ok';
SELECT try_invoke_action('desk.pairs', '[]') ->> 'ok';
SELECT desk.things(7, 'good');
SELECT try_invoke_action('desk.things', '{"target": 7, "note": "bad"}') ->> 'ok';
SELECT try_invoke_action('desk.things', '{"target": "x", "note": "bad"}') ->> 'ok';
SELECT try_invoke_action('desk.things', '{"target": 8, "note": "bad"}') ->> 'ok';
SELECT status, target, input FROM custom_actions.log ORDER BY started_at, id;
SELECT forget();

-- masked: what is sensitive, what holds it, and what has a name that is none
SELECT define('desk.secret', '{"input": [{"name": "pin", "type": "text", "sensitive": true, "required": false}, {"name": "note", "type": "text", "required": false}, {"name": "data", "type": "jsonb", "required": false},
		{"name": "digit", "type": "integer", "sensitive": true, "required": false}, {"name": "moods", "type": "desk.mood[]", "sensitive": true, "required": false}],
	"output": [{"name": "token", "type": "text", "sensitive": true, "default": "t-{{input.pin}}"}, {"name": "said", "type": "text", "default": "{{input.note}}{{input.data}}{{input.digit}}{{input.moods}}"}],
	"steps": [{"require": "input.note is distinct from ''bad''", "message": "no {{input.pin}}"}]}');
SELECT invoke_action('desk.secret', '{"pin": "hunter2", "digit": 7, "note": "my hunter2 for all", "moods": ["calm"], "data": {"hunter2": ["hunter2", 7, 77, "7", true, {"x": "calm hunter2"}]}}');
SELECT invoke_action('desk.secret', '{}');
SELECT try_invoke_action('desk.secret', '{"pin": "hunter2", "note": "bad", "moods": ["loud"], "data": ["loud hunter2"]}') ->> 'ok';
SELECT try_invoke_action('desk.secret', '{"pni": "hunter2", "note": "good", "digit": 7, "data": [7]}') ->> 'ok';
SELECT status, input, output, message FROM custom_actions.log ORDER BY started_at, id;
SELECT forget();

-- keys are masked, too; but not for a number that is short
CREATE TABLE desk.card (pin text PRIMARY KEY, n integer);
SELECT define('desk.keys', '{"table": "desk.card", "input": [{"name": "pin", "type": "text", "sensitive": true, "required": false}, {"name": "n", "type": "integer", "sensitive": true, "required": false}], "steps": [
	{"create": "desk.card", "set": {"pin": "=input.pin"}, "when": "input.pin is not null"}, {"update": "desk.thing", "id": 7, "set": {"note": "x"}}, {"update": "target", "set": {"n": "=n + input.n"}}]}');
INSERT INTO desk.card VALUES ('hunter2'), ('7');
SELECT desk.keys('hunter2', 'hunter3', 7);
SELECT desk.keys('hunter2', n => 12345);
SELECT desk.keys('7', n => 7);
SELECT desk.keys('hunter2', 'hunter2', 7);
SELECT try_invoke_action('desk.keys', '{"target": "hunter2", "pin": "hunter2"}') ->> 'ok';
SELECT try_invoke_action('desk.keys', '{"target": "hunter2", "pin": "hunter2", "n": "x"}') ->> 'ok';
SELECT target, touched FROM custom_actions.log ORDER BY started_at, id;
SELECT forget();

-- cut: the longest first, and said to be
SET custom_actions.log_payload_limit = 300;
SELECT define('desk.cut', '{"input": [{"name": "a", "type": "text", "required": false}, {"name": "b", "type": "text", "required": false}, {"name": "data", "type": "jsonb", "required": false},
		{"name": "list", "type": "integer[]", "required": false}, {"name": "pin", "type": "text", "sensitive": true, "required": false}, {"name": "bytes", "type": "bytea", "required": false}],
	"output": [{"name": "ok", "type": "boolean", "default": true}],
	"steps": [{"let": {"x": "=coalesce(input.a, input.b, input.data::text, input.list::text, input.bytes::text, input.pin)"}}, {"require": "input.b is distinct from ''fail''"}, {"require": "let.x is null or true"}]}');
SELECT (desk.cut(repeat('long ', 1000), 'short', '[1, 2]', '{1,2}')), (desk.cut(repeat('long ', 1000), 'fail but', '[1, 2]', '{1,2}'));
SELECT desk.cut(repeat('a', 400), repeat('b', 400));
SELECT desk.cut(repeat('ä', 400), E'\x01\x02"\\');
SELECT desk.cut(data => (SELECT jsonb_agg(i) FROM generate_series(1, 1000) i));
SELECT desk.cut(data => (SELECT jsonb_object_agg('key ' || i, i) FROM generate_series(1, 1000) i));
SELECT desk.cut(data => jsonb_build_object('long', repeat('long ', 100), 'z', 1, 'more', jsonb_build_array(repeat('x', 100), 2, 3)));
SELECT desk.cut(data => (repeat('[', 200) || repeat(']', 200))::jsonb);
SELECT desk.cut(data => repeat('9', 400)::jsonb);
SELECT desk.cut(list => array_agg(i)) FROM generate_series(1, 1000) i;
SELECT desk.cut(list => array_agg(i), b => 'fail') FROM generate_series(1, 1000) i;
SELECT try_invoke_action('desk.cut', jsonb_build_object('list', array_agg(i), 'b', 'fail')) ->> 'ok' FROM generate_series(1, 1000) i;
SELECT try_invoke_action('desk.cut', jsonb_build_object('list', array_agg(i), 'bytes', repeat('z', 1000))) ->> 'ok' FROM generate_series(1, 1000) i;
-- a secret at the place of the cut
SELECT desk.cut(a => repeat('y', 60) || ' the secret of the day ' || repeat('y', 400), pin => 'the secret of the day');
-- values that are not read as a whole
SELECT desk.cut(repeat('much ', 1000000), bytes => decode(repeat('00', 1000000), 'hex'), list => (SELECT array_agg(i) FROM generate_series(1, 100000) i));
SELECT length(input::text) AS length, input FROM custom_actions.log ORDER BY started_at, id;
SELECT forget();
SET custom_actions.log_payload_limit = 60;
SELECT desk.cut('a', 'b', '{}', '{}', 'c', '\x00');
SELECT invoke_action('desk.all_types', desk.values_of(1));
SET custom_actions.log_payload_limit = 0;
SELECT desk.cut('a');
SET custom_actions.log_payload_limit = 5;
SELECT desk.cut('a');
SELECT input, output FROM custom_actions.log ORDER BY started_at, id;
SELECT forget();

-- values that cannot be shown do not make the action fail
RESET custom_actions.log_payload_limit;
SELECT define('desk.odd', '{"input": [{"name": "j", "type": "json"}, {"name": "p", "type": "desk.place"}, {"name": "ja", "type": "json[]"}], "steps": [{"require": "(input.p).city <> ''bad''"}, {"require": "input.j is not null and input.ja is not null"}]}');
SELECT desk.odd('"\u0000"', ('good', '"\u0000"'), array['"\u0000"'::json]);
DO $$ BEGIN PERFORM desk.odd('"\u0000"', ('bad', '"\u0000"'), array['"\u0000"'::json]); EXCEPTION WHEN OTHERS THEN RAISE; END $$;
SELECT status, input FROM custom_actions.log ORDER BY started_at, id;

-- an error's texts are cut where they have no end; the caller gets all
SELECT define('desk.complain', '{"input": [{"name": "words", "type": "text"}], "steps": [
	{"require": "false", "message": "{{input.words}}", "hint": "{{input.words}}"}]}');
SELECT length(try_invoke_action('desk.complain', jsonb_build_object('words', repeat('no ', 100000))) #>> '{error,message}') AS told;
SELECT length(message) < 20000 AS message, right(message, 25), length(hint) < 20000 AS hint FROM custom_actions.log WHERE action = 'desk.complain';

-- a form of its own of an enum fails no action, be it made before or after
SELECT define('desk.sing', '{"input": [{"name": "tone", "type": "desk.mood"}, {"name": "tones", "type": "desk.mood[]"}], "steps": []}');
SELECT desk.sing('calm', '{loud}');
CREATE FUNCTION desk.mood_json(desk.mood) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE 'no form'; END $$;
CREATE FUNCTION desk.mood_read(json) RETURNS desk.mood LANGUAGE sql AS $$ SELECT 'calm'::desk.mood $$;
CREATE CAST (desk.mood AS json) WITH FUNCTION desk.mood_json(desk.mood);
CREATE CAST (json AS desk.mood) WITH FUNCTION desk.mood_read(json);
SELECT desk.sing('calm', '{loud}');
SELECT status, input FROM custom_actions.log WHERE action = 'desk.sing' ORDER BY started_at;
