-- A hundred actions in the schema "generated", of all sorts of types, drawn by :seed: what
-- they take they give back. Names, titles and texts hold what languages would trip over.
\set ON_ERROR_STOP on
CREATE SCHEMA generated;
COMMENT ON SCHEMA generated IS 'Drawn */ for ${tests}, "all" of `it`';
SET search_path = generated, public;
CREATE TYPE tier AS ENUM ('gold', 'silver', 'it''s "so"', 'a\b');
CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN half AS percent CHECK (VALUE < 50);
CREATE DOMAIN priority AS text CHECK (VALUE IN ('low', 'normal', 'high'));
CREATE DOMAIN level AS smallint CHECK (VALUE IN (1, 2, 3));
CREATE DOMAIN upper_tier AS tier CHECK (VALUE IN ('gold', 'silver'));
CREATE DOMAIN code AS text CHECK (VALUE ~ '^[A-Z]{2}[0-9]+$');
CREATE DOMAIN given AS text NOT NULL;
CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) <= 3);
CREATE TYPE spot AS (x double precision, y double precision, "The */ Z" numeric(4,1));
CREATE TYPE "Odd type" AS (n bigint, inner_point spot, tiers tier[], "class" text);
CREATE TABLE node (id bigint PRIMARY KEY, parent bigint, mail given, at spot, tags varchar(4)[]);
COMMENT ON TABLE node IS 'a knot */ of "it"';
CREATE TABLE line (order_id integer, pos smallint, amount numeric(8,2), PRIMARY KEY (order_id, pos));
INSERT INTO node (id, mail) VALUES (1, 'ada@example.com');
INSERT INTO line VALUES (1, 1, 5);

CREATE TABLE type_drawn (n serial, type text, value jsonb);
INSERT INTO type_drawn (type, value) VALUES
	('smallint', '7'), ('integer', '42'), ('bigint', '9007199254740993'), ('real', '1.5'), ('double precision', '2.25'),
	('numeric', '12345678901234567890.5'), ('numeric(8,2)', '19.99'), ('text', '"some */ `text` ${x}"'), ('varchar(10)', '"short"'),
	('char(3)', '"abc"'), ('boolean', 'true'), ('date', '"2026-02-28"'), ('time', '"09:30:00"'), ('timestamp', '"2026-02-28T09:30:00"'),
	('timestamptz', '"2026-02-28T09:30:00Z"'), ('interval', '"P1D"'), ('uuid', '"01234567-89ab-4def-8123-456789abcdef"'),
	('json', '{"a": [1, null]}'), ('jsonb', '[1, "two"]'), ('bytea', '"\\x00ff"'), ('inet', '"10.0.0.1"'), ('bit(3)', '"101"'),
	('int4range', '"[1,10)"'), ('daterange', '"[2026-01-01,2027-01-01)"'), ('int4multirange', '"{[1,3)}"'), ('oid', '1'), ('name', '"n"'),
	('generated.tier', '"it''s \"so\""'), ('generated.percent', '30'), ('generated.half', '30'), ('generated.priority', '"low"'), ('generated.level', '2'),
	('generated.upper_tier', '"gold"'), ('generated.code', '"AB12"'), ('generated.given', '"g"'), ('generated.tags', '["a", "b"]'),
	('generated.spot', '{"x": 1, "y": 2.5, "The */ Z": 3.5}'),
	('generated."Odd type"', '{"n": 1, "inner_point": {"x": 1, "y": 2, "The */ Z": null}, "tiers": ["gold"], "class": "c"}'),
	('generated.node', '{"id": 5, "parent": null, "mail": "m", "at": null, "tags": ["a"]}'),
	('integer[]', '[1, 2]'), ('text[]', '["a", null]'), ('generated.tier[]', '["gold"]'), ('generated.spot[]', '[{"x": 1, "y": 2, "The */ Z": 3}]'),
	('numeric[]', '[1.5]'), ('jsonb[]', '[{"a": 1}]');

-- What each action takes, for who calls it
CREATE TABLE drawn (name text PRIMARY KEY, input jsonb NOT NULL);

CREATE PROCEDURE draw(which integer) LANGUAGE plpgsql AS $$
DECLARE
	name text = format('generated.action_%s', which);
	bound text = (ARRAY[NULL, 'generated.node', 'generated.line'])[1 + floor(random() * 3)];
	reads boolean = random() < 0.3;
	inputs json;
	outputs json;
	given jsonb;
BEGIN
	CREATE TEMP TABLE chosen ON COMMIT DROP AS
		SELECT row_number() OVER () AS n, t.type, t.value, random() < 0.5 AS required, random() < 0.4 AS initial, random() < 0.3 AS promised
		FROM (SELECT * FROM generated.type_drawn ORDER BY random() LIMIT 1 + floor(random() * 5)) AS t;
	inputs = (SELECT json_agg(json_strip_nulls(json_build_object('name', 'in_' || c.n, 'type', c.type,
			'title', CASE WHEN c.n = 1 THEN 'A */ "title" `of` ${it}' END, 'description', CASE WHEN c.n = 2 THEN E'Two lines\nof it */' END,
			'required', CASE WHEN NOT c.initial THEN c.required END,
			'default', CASE WHEN c.initial AND jsonb_typeof(c.value) NOT IN ('object', 'array') THEN c.value END,
			'options', CASE WHEN c.type = 'text' THEN '["some */ `text` ${x}", "an \"other\"", "back\\slash"]'::json END)) ORDER BY c.n)
		FROM chosen AS c);
	outputs = (SELECT json_agg(json_strip_nulls(json_build_object('name', 'out_' || c.n, 'type', c.type, 'default', '=input.in_' || c.n,
			'required', CASE WHEN c.promised AND c.required AND NOT c.initial THEN true END)) ORDER BY c.n)
		FROM chosen AS c WHERE which % 7 <> 0 OR c.n % 2 = 0);
	given = (SELECT jsonb_object_agg('in_' || c.n, c.value) FROM chosen AS c)
		|| CASE bound WHEN 'generated.node' THEN '{"target": 1}' WHEN 'generated.line' THEN '{"target": {"order_id": 1, "pos": 1}}' ELSE '{}' END::jsonb;
	PERFORM public.create_action(name, json_strip_nulls(json_build_object('table', bound, 'read_only', CASE WHEN reads THEN true END,
		'title', CASE WHEN which % 3 = 0 THEN 'Does "' || which || '" */ things' END, 'description', CASE WHEN which % 4 = 0 THEN 'Says `' || which || E'` \\ */ ${x}\nand more' END,
		'deprecated', CASE WHEN which % 10 = 0 THEN 'use another */' END, 'input', inputs, 'output', coalesce(outputs, '[]'),
		'steps', CASE WHEN which % 5 = 0 THEN json_build_array(json_build_object('require', 'true', 'message', 'No */ "way"', 'sqlstate', 'PT4' || 10 + which % 3)) ELSE '[]' END)));
	INSERT INTO generated.drawn VALUES (name, given);
	DROP TABLE chosen;
END
$$;
SELECT setseed((:seed % 1000000) / 1000000.0) IS NULL AS seeded;
SELECT format('CALL generated.draw(%s)', n) FROM generate_series(1, :actions) AS n \gexec
SELECT count(activate_action(name)) FROM generated.drawn;
