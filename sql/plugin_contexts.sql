\i test/sql/prelude.sql
\i test/sql/plugins.sql

-- What plug-ins are called with, word for word, along a chain: at each stage, with and
-- without images, with every sort of value, in an action below another.
CREATE TYPE desk.mood AS ENUM ('fine', 'cross');
CREATE TYPE desk.place AS (town text, "number" integer, "at" timestamptz);
CREATE DOMAIN desk.small AS integer CHECK (VALUE < 1000);
CREATE TABLE desk.parcel (
	"zone" text, id integer, "Weight in kg" numeric(8,3), sent timestamptz, due date, noted timestamp,
	tags text[], place desk.place, mood desk.mood, key uuid, extra jsonb, plain json, span interval,
	far boolean, a_name_that_is_long_indeed text, size desk.small, PRIMARY KEY (id, "zone"));
INSERT INTO desk.parcel VALUES
	('north', 1, 1.500, '2026-01-02 03:04:05.678+00', '2026-02-03', 'infinity', '{a,NULL,"c d"}', '(Ulm,7,2026-01-01)', 'cross',
	 '00112233-4455-6677-8899-aabbccddeeff', '{"a": [1, {"b": null}], "": "x"}', '{"z": 1, "a": 2}', '1 day 02:00', true, 'x', 12),
	('south', 2, NULL, '-infinity', NULL, NULL, '{}', NULL, NULL, NULL, '"scalar"', '[]', NULL, NULL, NULL, NULL);

CREATE TABLE desk.heard (number bigint GENERATED ALWAYS AS IDENTITY, size integer, context jsonb);
CREATE FUNCTION desk.hear(context jsonb) RETURNS void LANGUAGE sql AS
	'INSERT INTO desk.heard (size, context) VALUES (pg_column_size(context), context)';

-- Each member is found by its key, down to the last one, and the text says the same.
CREATE FUNCTION desk.is_sound(value jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN value = value::text::jsonb AND CASE jsonb_typeof(value)
		WHEN 'object' THEN (SELECT coalesce(bool_and((value -> key) = member AND desk.is_sound(member)), true) FROM jsonb_each(value) AS m (key, member))
		WHEN 'array' THEN (SELECT coalesce(bool_and((value -> (place - 1)::integer) = element AND desk.is_sound(element)), true)
			FROM jsonb_array_elements(value) WITH ORDINALITY AS e (element, place))
		ELSE true END;
END $$;

SET client_min_messages = error;	-- nothing but plug-ins reads most of the inputs
SELECT define('desk.send', '
{ "table": "desk.parcel",
  "input": [ {"name": "reason", "type": "text", "required": false}, {"name": "n", "type": "bigint", "required": false}, {"name": "ok", "type": "boolean", "required": false},
             {"name": "at", "type": "timestamptz", "required": false}, {"name": "day", "type": "date", "required": false}, {"name": "sum", "type": "numeric", "required": false},
             {"name": "moods", "type": "desk.mood[]", "required": false}, {"name": "spot", "type": "desk.place", "required": false}, {"name": "more", "type": "jsonb", "required": false},
             {"name": "half", "type": "real", "required": false}, {"name": "small", "type": "smallint", "required": false}, {"name": "code", "type": "uuid", "required": false} ],
  "output": [ {"name": "result", "type": "text"}, {"name": "id", "type": "integer", "default": "=target.id"},
              {"name": "everything", "type": "jsonb"} ],
  "steps": [ {"update": "target", "set": {"far": false}},
             {"output": {"result": "done", "everything": "=input.more"}} ] }');
SELECT define('desk.above', '
{ "input": [ {"name": "zone", "type": "text"}, {"name": "id", "type": "integer"} ],
  "steps": [ {"perform": "desk.send", "with": {"target": {"id": "=input.id", "zone": "=input.zone"}, "reason": "from above"}} ] }');
RESET client_min_messages;
SELECT count(register_plugin('desk.send', stage, 'desk.hear', configuration => configuration, images => images))
FROM unnest('{pre_validation, pre_operation, main_operation, post_operation}'::text[]) AS stage,
	(VALUES (NULL::jsonb, NULL::jsonb), ('{"long name": [true, 1.50], "a": {}}', '{"pre": ["zone", "mood"]}')) AS v (configuration, images);
SELECT count(register_plugin('desk.send', 'post_operation', 'desk.hear', configuration => '[1, "x"]', images => '{"pre": true, "post": true}')),
	count(register_plugin('desk.send', 'pre_operation', 'desk.give', configuration => '{"shared": {"b": [1, {"c": 2}], "a": "word"}}'));

SELECT invoke_action('desk.send', '{"target": {"id": 1, "zone": "north"}, "reason": "", "n": -5000000000, "ok": true, "at": "2026-05-06 07:08:09+02",
	"day": "infinity", "sum": 12.340, "moods": ["fine", null], "spot": {"town": "Bonn", "number": 3, "at": null},
	"more": [{"b": 1, "a": [[]]}, "\u00e4", 1e3], "half": 0.1, "small": 7, "code": "FFFFFFFF-0000-1111-2222-333344445555"}');
SELECT invoke_action('desk.send', '{"target": {"id": 2, "zone": "south"}, "more": 17}');
SELECT invoke_action('desk.above', '{"id": 2, "zone": "south"}');
SELECT desk.is_sound(context) AS sound, size = pg_column_size(context::text::jsonb) AS as_ever, count(*)
FROM desk.heard GROUP BY 1, 2;
SELECT context ->> 'started_at' = to_jsonb((context ->> 'started_at')::timestamptz) #>> '{}' AS time,
	context ->> 'invocation' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' AS id,
	context ->> 'correlation' = context ->> 'invocation' AS outermost, count(*)
FROM desk.heard GROUP BY 1, 2, 3 ORDER BY 3;
SELECT number, regexp_replace(replace((context - '{started_at, invocation, correlation}'::text[])::text, session_user, 'me'), '("version": )\d+', '\1n') AS context
FROM desk.heard ORDER BY number;
