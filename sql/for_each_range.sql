-- for_each over whole numbers, from one to another.
\i test/sql/prelude.sql
CREATE SCHEMA nums;
SET search_path = nums, public, custom_actions;
CREATE TABLE nums.log (id integer GENERATED ALWAYS AS IDENTITY, n bigint, i bigint);

SELECT define('nums.ints', '{ "input": [ {"name": "a", "type": "integer", "required": false}, {"name": "b", "type": "integer", "required": false} ],
  "output": [ {"name": "told", "type": "text", "default": "=let.told"}, {"name": "type", "type": "text", "default": "=let.type"} ],
  "steps": [ {"let": {"told": "", "type": "none"}},
    {"for_each": {"from": "=input.a", "to": "=input.b"}, "as": "x", "do": [ {"let": {"told": "{{let.told}} {{x.index}}:{{x.value}}", "type": "{{pg_typeof(x.value)}}"}} ]} ] }');
SELECT a, b, r.* FROM (VALUES (1, 3), (3, 3), (3, 2), (-1, 1), (NULL, 2), (1, NULL), (NULL, NULL), (2147483646, 2147483647), (-2147483648, -2147483647), (2147483647, -2147483648)) AS v (a, b), ints(a, b) AS r;
SELECT define('nums.longs', '{ "input": [ {"name": "a", "type": "smallint"}, {"name": "b", "type": "bigint"}, {"name": "by", "type": "bigint", "default": 0} ],
  "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}},
    {"for_each": {"to": "=input.b", "from": "=input.a + input.by"}, "do": [ {"let": {"told": "{{let.told}} {{item.index}}:{{item.value}} {{pg_typeof(item.value)}}"}} ]} ] }');
SELECT longs(1::smallint, 2);
SELECT longs(7::smallint, 9223372036854775807, 9223372036854775807 - 8);
SELECT longs(0::smallint, -9223372036854775807, -9223372036854775807 - 1);
SELECT longs(1::smallint, 2, 9223372036854775807);

-- literals, lets, sub-SELECTs; evaluated once; a loop in the loop; with where and order_by; another name for the number; a name that is the type's
SELECT define('nums.various', '{ "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": "", "last": 2, "n": "=2::smallint"}},
    {"for_each": {"from": 1, "to": "=let.last"}, "as": "x", "do": [
      {"let": {"last": 9}},
      {"for_each": {"from": "=x.value", "to": 3}, "as": "y", "index": "turn", "do": [ {"let": {"told": "{{let.told}} {{x.value}}{{y.value}}{{y.turn}}"}} ]} ]},
    {"let": {"told": "{{let.told}};"}},
    {"for_each": {"from": "=(select min(v) from (values (4), (6)) as w (v))", "to": 9}, "as": "z", "where": "value % 2 = 0", "order_by": "value desc", "do": [ {"let": {"told": "{{let.told}} {{z.index}}:{{z.value}}"}} ]},
    {"let": {"told": "{{let.told}};"}},
    {"for_each": {"from": "=let.n", "to": 3000000000}, "as": "few", "where": "value < 4", "order_by": "value", "do": [ {"let": {"told": "{{let.told}} {{few.value}}"}} ], "enabled": false},
    {"for_each": {"from": 2999999999, "to": 3000000000}, "as": "v", "where": "value > 2999999999", "do": [ {"let": {"told": "{{let.told}} {{v.value}} {{pg_typeof(v.value)}}"}} ]} ] }');
SELECT various();

-- it says the same as the array of the numbers, with an error in it, and an end
SELECT define('nums.' || name, format('{ "input": [ {"name": "n", "type": "integer"}, {"name": "bad", "type": "integer"}, {"name": "last", "type": "integer"} ],
  "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}},
    {"for_each": %s, "as": "x", "do": [
      {"create": "log", "as": "made", "set": {"n": "=10 / (x.value - input.bad)", "i": "=x.index"}, "on_error": [ {"let": {"told": "{{let.told}} {{error.sqlstate}}"}} ]},
      {"stop": "succeeded", "when": "x.value = input.last"},
      {"let": {"told": "{{let.told}} {{x.value}}:{{made.n}}"}} ]} ] }', source)::json)
FROM (VALUES ('by_range', '{"from": 1, "to": "=input.n"}'), ('by_array', '"=array(select generate_series(1, input.n))"')) AS v (name, source);
SELECT by_range(5, 3, 9), by_array(5, 3, 9), by_range(5, 7, 2), by_array(5, 7, 2), by_range(0, 7, 2), by_array(0, 7, 2);
\set SHOW_CONTEXT always
SELECT define('nums.fails', '{ "input": [ {"name": "n", "type": "integer"} ], "steps": [ {"for_each": {"from": 1, "to": "=10 / input.n"}, "as": "x", "do": [ {"require": "x.value < 3", "message": "{{x.value}} is too much"} ]} ] }');
SELECT fails(0);
SELECT fails(2);
\set SHOW_CONTEXT never

-- it can be left in the middle: a time limit; a million turns without a step
SELECT define('nums.long', '{ "timeout": "100 ms", "steps": [ {"for_each": {"from": 1, "to": 9000000000000000}, "do": []} ] }');
\set VERBOSITY sqlstate
SELECT long();
\set VERBOSITY default
SELECT define('nums.million', '{ "output": [ {"name": "n", "type": "integer", "default": "=let.n"} ], "steps": [ {"let": {"n": 0}}, {"for_each": {"from": 1, "to": 1000000}, "do": [ {"let": {"n": "=let.n + 1"}, "when": "item.value % 100000 = 0"} ]} ] }');
SELECT million();

-- what is refused, and where
SELECT brief($$SELECT create_action('nums.bad', '{"steps": [ {"for_each": {"from": 1}, "do": []} ]}')$$);
SELECT brief($$SELECT create_action('nums.bad', '{"steps": [ {"for_each": {"from": 1, "to": 2, "by": 2}, "do": []} ]}')$$);
SELECT brief($$SELECT create_action('nums.bad', '{"steps": [ {"for_each": {"from": 1, "from": 2, "to": 2}, "do": []} ]}')$$);
SELECT brief($$SELECT create_action('nums.bad', '{"steps": [ {"for_each": {}, "do": []} ]}')$$);
SELECT create_action('nums.bad', '{ "input": [ {"name": "t", "type": "text"} ], "steps": [
  {"for_each": {"from": 1.5, "to": "=input.t"}, "do": []}, {"for_each": {"from": "1", "to": "{{input.t}}"}, "do": []}, {"for_each": {"from": null, "to": true}, "do": []},
  {"for_each": {"from": [1], "to": "=2.0"}, "do": []}, {"for_each": {"from": "=x.y", "to": "=1 +"}, "do": []}, {"for_each": {"from": 1, "to": 2}, "columns": {"a": "text"}, "do": []},
  {"for_each": {"from": 1, "to": 2}, "where": "nothing > 1", "do": []}, {"for_each": {"from": 1, "to": 99999999999999999999}, "do": []} ] }');
SELECT location, message, hint FROM check_action('nums.bad') WHERE severity = 'error' ORDER BY location, message;

-- the rows of a draft, edits, places, words, differences, the schema
SELECT subject, arguments FROM custom_actions.step WHERE subject LIKE '%input.n"%' AND subject LIKE '{%';
SELECT action_definition('nums.by_range') -> 'steps' -> 1 -> 'for_each';
SELECT set_action_value('nums.by_range', '2.for_each', '{"from": "=input.last", "to": 7}');
SELECT action_definition('nums.by_range') -> 'steps' -> 1 -> 'for_each';
SELECT * FROM diff_action('nums.by_range');
SELECT name FROM names_in_scope('nums.by_range', '2') WHERE name LIKE 'input%';
SELECT name FROM names_in_scope('nums.by_range', '2.to') WHERE name LIKE 'input%';
SELECT describe_action('nums.by_range');
SELECT activate_action('nums.by_range');
SELECT by_range(5, 3, 6);
ALTER TABLE nums.log RENAME COLUMN n TO number;
SELECT define('nums.renamed', '{ "steps": [ {"for_each": {"from": "=(select min(l.number) from nums.log as l)", "to": 1}, "do": [ {"create": "nums.log", "set": {"number": 1}} ]} ] }');
ALTER TABLE nums.log RENAME COLUMN number TO n;
SELECT action_definition('nums.renamed') -> 'steps' -> 0 -> 'for_each';
SELECT renamed();
SELECT action_diagram('nums.renamed') LIKE '%FOR EACH%';
