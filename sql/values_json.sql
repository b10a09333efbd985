-- values: JSON, arrays and rows with formulas inside, and defaults of inputs.
\i test/sql/prelude.sql
\i test/sql/values.sql

-- JSON: formulas, templates, escapes and nulls at any depth
SELECT define('val.json', '
{ "input": [ {"name": "t", "type": "text", "required": false}, {"name": "n", "type": "numeric", "required": false}, {"name": "j", "type": "jsonb", "required": false} ],
  "output": [ {"name": "made", "type": "jsonb", "default": "=e.c_jsonb"},
              {"name": "also", "type": "json", "default": "=e.c_json"},
              {"name": "plain", "type": "jsonb", "default": {"a": ["==b", {"c": "d"}], "e": null, "f": 1.10, "g": {}}},
              {"name": "escapes", "type": "jsonb", "default": ["==a", {"==k": "===b"}]},
              {"name": "empty", "type": "jsonb", "default": []},
              {"name": "scalar", "type": "jsonb", "default": "x {{input.t}}"},
              {"name": "direct", "type": "jsonb", "default": "=input.j"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
       "c_jsonb": {"text": "=input.t", "number": "=input.n", "sum": "=input.n + 0.50", "json": "=input.j", "template": "<{{input.t}}>", "escaped": "==input.t", "null": null, "true": true,
                   "deep": [1, ["=input.n", [{"x": "=input.t is null"}]], {}, []], "date": "=''2024-02-29''::date", "array": "=array[1,2]", "row": "=row(1, input.t)"},
       "c_json": ["=input.n", {"k": "=input.t", "l": "x{{input.n}}"}] }} ] }');
SELECT * FROM val.json('a "quoted" {{1}}', 1.20, '{"k": [1.0]}') \gx
SELECT * FROM val.json() \gx

-- more members than a function takes arguments
SELECT define('val.wide', json_build_object('output', json_build_array(
	json_build_object('name', 'o', 'type', 'jsonb', 'default', (SELECT json_object_agg('k' || i, '=' || i) FROM generate_series(1, 120) AS i)),
	json_build_object('name', 'p', 'type', 'json', 'default', (SELECT json_object_agg('k' || i, '=' || i) FROM generate_series(1, 51) AS i)),
	json_build_object('name', 'a', 'type', 'jsonb', 'default', (SELECT json_agg('=' || i) FROM generate_series(1, 201) AS i)),
	json_build_object('name', 't', 'type', 'text', 'default', (SELECT string_agg('{{' || i || '}}', ' ') FROM generate_series(1, 200) AS i)))));
SELECT o -> 'k1' AS o_first, o -> 'k120' AS o_last, (SELECT count(*) FROM jsonb_object_keys(o)) AS o, p -> 'k51' AS p_last, jsonb_array_length(a) AS a, a -> 0 AS a_first, a -> 200 AS a_last,
	cardinality(string_to_array(t, ' ')) AS t, right(t, 7) AS t_last FROM val.wide();

-- the same escape in the defaults of inputs, in both call forms
SELECT define('val.input_defaults', '
{ "input": [ {"name": "j", "type": "jsonb", "default": {"a": ["==b", 1.10, null], "c": "{}"}},
             {"name": "t", "type": "text", "default": "==x"},
             {"name": "ts", "type": "text[]", "default": ["==y", null, "z"]},
             {"name": "n", "type": "numeric(6,1)", "default": 1.25},
             {"name": "d", "type": "val.percent", "default": 5},
             {"name": "f", "type": "date", "default": "=''2024-01-31''::date + 1"},
             {"name": "s", "type": "bigint", "default": "=(select count(*) from val.every where id < 0)"} ],
  "output": [ {"name": "all_of_them", "type": "text", "default": "{{input.j}} {{input.t}} {{input.ts}} {{input.n}} {{input.d}} {{input.f}} {{input.s}}"} ] }');
SELECT define('val.input_defaults', '
{ "input": [ {"name": "j", "type": "jsonb", "default": {"a": ["==b", 1.10, null], "c": "{}"}},
             {"name": "t", "type": "text", "default": "==x"},
             {"name": "ts", "type": "text[]", "default": ["==y", null, "z"]},
             {"name": "n", "type": "numeric(6,1)", "default": 1.25},
             {"name": "d", "type": "val.percent", "default": 5},
             {"name": "f", "type": "date", "default": "=''2024-01-31''::date + 1"} ],
  "output": [ {"name": "all_of_them", "type": "text", "default": "{{input.j}} {{input.t}} {{input.ts}} {{input.n}} {{input.d}} {{input.f}}"} ] }');
SELECT val.input_defaults();
SELECT invoke_action('val.input_defaults');
SELECT val.input_defaults(n => 9.99, d => NULL);
SELECT invoke_action('val.input_defaults', '{"n": 9.99, "d": null}');

-- arrays and rows with formulas inside; an empty array
SELECT define('val.nested', '
{ "input": [ {"name": "n", "type": "integer", "required": false} ],
  "output": [ {"name": "ints", "type": "integer[]", "default": ["=input.n", "=input.n * 2", 3, "4"]},
              {"name": "matrix", "type": "integer[]", "default": [[1, "=input.n"], ["=input.n", null]]},
              {"name": "none", "type": "text[]", "default": []},
              {"name": "texts", "type": "varchar(4)[]", "default": ["n{{input.n}}", "=null"]},
              {"name": "moods", "type": "val.mood[]", "default": ["ok", "=''sad''"]},
              {"name": "point", "type": "val.point3", "default": {"x": "=input.n", "name": "p{{input.n}}"}},
              {"name": "shape", "type": "val.shape", "default": {"centre": {"x": "=input.n + 1"}, "corners": [{"x": "=input.n"}, "=row(9, 9.99, null)::val.point3"]}},
              {"name": "shapes", "type": "val.shape[]", "default": [{"title": "=input.n::text"}]} ] }');
SELECT * FROM val.nested(5) \gx
SELECT * FROM val.nested() \gx
SELECT define('val.ragged', '{ "output": [ {"name": "m", "type": "integer[]", "default": [[1, 2], 3]} ] }');
