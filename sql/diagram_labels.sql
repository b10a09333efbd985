-- Pictures: texts are cut, put in lines and escaped, in each format.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on

-- the line of the step with this description in both formats
CREATE FUNCTION labels(description text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT create_action('desk.labeled', json_build_object('steps', json_build_array(json_build_object('let', json_build_object('a', 1), 'description', description))), true);
	SELECT line FROM unnest('{mermaid, dot}'::text[]) AS f CROSS JOIN regexp_split_to_table(action_diagram('desk.labeled', format => f), '\n') AS line WHERE line ~ '^  s1 ?\[';
$$;

SELECT labels('plain');
SELECT labels($$"double" 'single' `back` “typographic”$$);
SELECT labels('{{ input.a }} [b] (c) <d> |e| @{ f }');
SELECT labels('a & b &amp; #35; &#35; #quot;');
SELECT labels('back\slash \n \"');
SELECT labels(E'line\nbreak\r\nand\ttab\x01\x7f   and   blanks ');
SELECT labels('end subgraph style a fill:#f00; classDef b:#c;');
SELECT labels('%%{init: {}}%% and $$x^2$$ ~~no~~');
SELECT labels('snake_case _emphasis_ __strong__ *a* **b** 2*3*4');
SELECT labels('<br/><script>alert(1)</script>');
SELECT labels('Grüße aus Köln, 日本語, emoji 🙂, עברית');
SELECT labels('a text of many words that does not fit into three lines of a node, since it goes on and on, and on');
SELECT labels(repeat('word', 40));
SELECT labels('short ' || repeat('x', 70) || ' short');
SELECT labels(repeat('日本', 60));
SELECT labels('');
SELECT labels('   ');

-- a hundred groups, each in the one before
SELECT create_action('desk.deep', json_build_object('steps', json_build_array(
	(repeat('{"group": null, "do": [', 100) || '{"require": "true", "message": "m"}' || repeat(']}', 100))::json)));
SELECT count(*) FROM regexp_matches(action_diagram('desk.deep', 0), 'subgraph', 'g');
