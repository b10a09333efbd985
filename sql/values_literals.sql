-- values: literals of every kind of type, those that do not fit, and special words.
\i test/sql/prelude.sql
\i test/sql/values.sql

-- literals of every kind of type
SELECT define('val.literals', '
{ "output": [ {"name": "made", "type": "val.every", "default": "=e"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
      "c_bool": true, "c_int2": -7, "c_int8": 9223372036854775807, "c_numeric": 12345.678, "c_float": 1e-3, "c_text": "it''s \"text\" \\ ü €",
      "c_varchar": "abc", "c_char": "x", "c_name": "a name", "c_bytea": "\\x00ff", "c_date": "2024-02-29", "c_time": "12:34:56.7", "c_stamp": "2024-02-29 12:34:56.7",
      "c_stamptz": "2024-02-29 12:00:00+02", "c_interval": "1 mon 2 days 03:04:05", "c_uuid": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "c_inet": "10.0.0.1/8",
      "c_bit": "101", "c_varbit": "1", "c_point": "(1,2)", "c_words": "a fat cat", "c_json": {"b": 1, "a": [true, null, "==x", "a=b"]}, "c_jsonb": "a string",
      "c_mood": "ok", "c_percent": 99.999, "c_range": "[1,5]", "c_multi": "{[1,2),[5,6)}", "c_ints": [1, 2, null], "c_texts": ["a", "b,c", null, ""],
      "c_moods": ["sad", "happy"], "c_percents": [1, "2.5"], "c_point3": {"x": 1, "y": 2.55, "name": "abc"}, 
      "c_shape": {"title": "t", "centre": {"x": 3}, "corners": [{"x": 1}, {"y": "2"}, null]}, "c_centre": {"x": 5}, "c_points": [{"x": 1}, null] }} ] }');
SELECT jsonb_pretty(invoke_action('val.literals') -> 'made' #- '{id}');

-- the same as text literals
SELECT define('val.texts', '
{ "output": [ {"name": "made", "type": "text", "default": "=(e.c_bool, e.c_int2, e.c_numeric, e.c_ints, e.c_texts, e.c_point3, e.c_shape, e.c_jsonb, e.c_json, e.c_points)::text"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
      "c_bool": "yes", "c_int2": "12", "c_numeric": "1.005", "c_ints": "{{1,2},{3,4}}", "c_texts": "{x,NULL}", "c_point3": "(1,,n)", "c_shape": "(t,\"(1,2,c)\",{})",
      "c_jsonb": 1.10, "c_json": "1", "c_points": "{}" }} ] }');
SELECT define('val.texts', '
{ "output": [ {"name": "made", "type": "text", "default": "=(e.c_bool, e.c_int2, e.c_numeric, e.c_ints, e.c_texts, e.c_point3, e.c_shape, e.c_jsonb, e.c_json, e.c_points)::text"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
      "c_bool": "yes", "c_int2": "12", "c_numeric": "1.005", "c_ints": "{1,2}", "c_texts": "{x,NULL}", "c_point3": "(1,,n)", "c_shape": "(t,\"(1,2,c)\",{})",
      "c_jsonb": 1.10, "c_json": "1", "c_points": "{}" }} ] }');
SELECT * FROM val.texts();

-- literals that do not fit, all at once
SELECT create_action('val.bad', '
{ "steps": [
    {"create": "val.every", "set": {
      "c_bool": "maybe", "c_int2": 99999, "c_int8": 1.5, "c_float": "x", "c_date": "2024-02-30", "c_uuid": "1", "c_inet": {"a": 1}, "c_bit": true,
      "c_mood": "furious", "c_range": "[5,1]", "c_ints": [1, "two"], "c_texts": {"a": 1}, "c_moods": ["ok", "furious"], "c_point3": {"x": 1, "z": 2}, "c_points": [[1], 2],
      "c_shape": {"centre": {"x": "one"}}, "c_json": [], "c_jsonb": {"x": "=nothing"} }} ] }');
SELECT location, message, detail, hint FROM check_action('val.bad');
SELECT drop_action('val.bad');

-- literals that only fail when they are stored: checks never run a user's code
SELECT define('val.late', '
{ "input": [ {"name": "which", "type": "integer"} ],
  "steps": [
    {"create": "val.every", "set": {"c_percent": 101}, "when": "input.which = 1"},
    {"create": "val.every", "set": {"c_varchar": "too long"}, "when": "input.which = 2"},
    {"create": "val.every", "set": {"c_percents": [1, -1]}, "when": "input.which = 3"},
    {"create": "val.every", "set": {"c_point3": {"name": "too long"}}, "when": "input.which = 4"},
    {"create": "val.every", "set": {"c_numeric": 123456789}, "when": "input.which = 5"},
    {"create": "val.every", "set": {"c_bit": "11"}, "when": "input.which = 6"} ] }');
SELECT val.late(1);
SELECT val.late(2);
SELECT val.late(3);
SELECT val.late(4);
SELECT val.late(5);
SELECT val.late(6);
SELECT val.late(7);

-- special words in literals mean the time of the call, not of the activation
SELECT define('val.today', '
{ "output": [ {"name": "good", "type": "boolean", "default": "=e.c_date = current_date and e.c_stamptz = now() and e.c_stamp = ''epoch''"} ],
  "steps": [ {"create": "val.every", "as": "e", "set": {"c_date": "today", "c_stamptz": "now", "c_stamp": "epoch"}} ] }');
SELECT val.today();
