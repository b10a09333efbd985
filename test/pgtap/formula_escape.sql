-- A formula is one SQL expression and nothing else: whatever tries to be more
-- is refused when it is checked, with its text and a position.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(108);

CREATE SCHEMA desk;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, n integer);
CREATE TABLE desk.victim (id integer);

CREATE TABLE escapes (formula text, message text);
INSERT INTO escapes VALUES
	('1; DROP TABLE desk.victim', 'syntax error at or near ";"'),
	('1; SELECT 2', 'syntax error at or near ";"'),
	('1); DROP TABLE desk.victim; --', 'a formula cannot hold a comment'),
	('1) FROM desk.note; DROP TABLE desk.victim', 'syntax error at or near ")"'),
	('1)', 'syntax error at or near ")"'),
	('(1', 'syntax error at end of input'),
	('1 -- rest', 'a formula cannot hold a comment'),
	('1 /* rest */', 'a formula cannot hold a comment'),
	('1 /* rest', 'a formula cannot hold a comment'),
	('''a', 'unterminated quoted string at or near "''a"'),
	('$a$x', 'unterminated dollar-quoted string at or near "$a$x"'),
	('1 FROM desk.victim', 'a formula must be exactly one SQL expression'),
	('1 WHERE true', 'a formula must be exactly one SQL expression'),
	('1 GROUP BY 1', 'a formula must be exactly one SQL expression'),
	('1 HAVING true', 'a formula must be exactly one SQL expression'),
	('1 ORDER BY 1', 'a formula must be exactly one SQL expression'),
	('1 LIMIT 1', 'a formula must be exactly one SQL expression'),
	('1 OFFSET 1', 'a formula must be exactly one SQL expression'),
	('1 FOR UPDATE', 'a formula must be exactly one SQL expression'),
	('1 WINDOW w AS ()', 'a formula must be exactly one SQL expression'),
	('DISTINCT 1', 'a formula must be exactly one SQL expression'),
	('1 UNION SELECT 2', 'syntax error at or near "UNION"'),
	('1 INTO desk.made', 'syntax error at or near "INTO"'),
	('1 AS a', 'a formula must be exactly one SQL expression'),
	('1 a', 'a formula must be exactly one SQL expression'),
	('1, 2', 'a formula must be exactly one SQL expression'),
	('', 'a formula must not be empty'),
	('*', 'a formula must be one value, not a list of columns'),
	('this.*', 'a formula must be one value, not a list of columns'),
	('SELECT 1', 'syntax error at or near "SELECT"'),
	('DELETE FROM desk.victim', NULL),
	('(DELETE FROM desk.victim RETURNING 1)', 'syntax error at or near "FROM"'),
	('(WITH d AS (DELETE FROM desk.victim RETURNING 1) SELECT 1)', 'WITH clause containing a data-modifying statement must be at the top level'),
	('(SELECT 1 INTO desk.made)', NULL),
	('(SELECT id FROM desk.victim FOR UPDATE)', 'a formula cannot lock rows'),
	('$1', 'there is no parameter $1'),
	('$2', 'there is no parameter $2'),
	('(SELECT $1)', 'there is no parameter $1'),
	('generate_series(1, 2)', NULL),
	('count(*)', NULL),
	('row_number() OVER ()', NULL),
	('set_config(''search_path'', '''', false)', 'a formula cannot call the volatile function set_config(text,text,boolean)'),
	('(SELECT set_config(''search_path'', '''', false))', 'a formula cannot call the volatile function set_config(text,text,boolean)'),
	('query_to_xml(''DROP TABLE desk.victim'', true, true, '''')', 'a formula cannot call the volatile function query_to_xml(text,boolean,boolean,text)'),
	('lo_unlink(1)', 'a formula cannot call the volatile function lo_unlink(oid)'),
	('no_such_function(1)', 'function no_such_function(integer) does not exist');

CREATE FUNCTION pg_temp.problem(place text, formula text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
DECLARE
	definition jsonb := '{"table": "desk.note"}';
BEGIN
	definition := definition || CASE place
		WHEN 'set' THEN jsonb_build_object('steps', jsonb_build_array(jsonb_build_object('update', 'target', 'set', jsonb_build_object('body', '=' || formula))))
		WHEN 'require' THEN jsonb_build_object('steps', jsonb_build_array(jsonb_build_object('require', formula)))
		END;
	PERFORM create_action('desk.x', definition::json, or_replace => true);
	SELECT c.message, c.detail INTO message, detail
	FROM check_action('desk.x') AS c
	WHERE c.severity = 'error'
	ORDER BY c.location DESC LIMIT 1;
END $$;

-- lo_unlink and query_to_xml are declared otherwise in some versions: any refusal will do
SELECT ok(p.message = e.message OR e.message IS NULL AND p.message IS NOT NULL
		AND p.detail ~ '(At character \d+ of|In) formula "',
	format('as a value: %s: %s', e.formula, p.message))
FROM escapes AS e, pg_temp.problem('set', e.formula) AS p;

SELECT ok(p.message IS NOT NULL AND p.detail LIKE '%formula "%', format('as a condition: %s: %s (%s)', e.formula, p.message, p.detail))
FROM escapes AS e, pg_temp.problem('require', e.formula) AS p
WHERE e.formula <> '';

SELECT is(p.detail, format('At character %s of formula "%s".', x.position, x.formula), 'position in ' || x.formula)
FROM (VALUES ('1; SELECT 2', 2), ('1 -- rest', 3), ('''é'' /* x */', 5), ('1 + nothing', 5), ('1 + $3', 5),
	('lower(input.nothing)', 7), ('''é'' || this.nothing', 8)) AS x (formula, position),
	pg_temp.problem('set', x.formula) AS p;

-- These are expressions like any other
SELECT is((pg_temp.problem('set', formula)).message, NULL, 'sound: ' || formula)
FROM unnest(ARRAY['''; DROP TABLE desk.victim; --''', '''/* no comment */''', '$$ -- $$', '"body"', 'E''\''--''', '(SELECT max(id) FROM desk.victim)::text',
	'(SELECT v.id FROM desk.victim AS v ORDER BY 1 LIMIT 1)::text', 'this.body']) AS formula;

SELECT has_table('desk', 'victim', 'nothing of it ran');
SELECT hasnt_table('desk', 'made', 'nothing was made');
SELECT * FROM finish();
ROLLBACK;
