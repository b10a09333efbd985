-- on_error in loops, and loops in what fails and what handles it.
\i test/sql/prelude.sql
\i test/sql/on_error.sql

-- in a loop: the handler runs for each failing item, the cursor lives on
CREATE TABLE desk.job (id integer PRIMARY KEY, divisor integer, done boolean, result text);
INSERT INTO desk.job SELECT i, i % 3 FROM generate_series(1, 120) AS i;
SELECT define('desk.run_jobs', '
{ "output": [ {"name": "good", "type": "integer", "default": "=let.good"}, {"name": "bad", "type": "integer", "default": "=let.bad"}, {"name": "last", "type": "text", "default": "=let.last"} ],
  "steps": [
    {"let": {"good": 0, "bad": 0}},
    {"for_each": "desk.job", "as": "j", "order_by": "id", "do": [
      {"group": "one", "do": [
        {"update": "j", "as": "u", "set": {"done": true, "result": "touched"}},
        {"update": "j", "set": {"result": "=(100 / divisor)::text"}},
        {"let": {"good": "=let.good + 1"}} ],
       "on_error": [ {"let": {"bad": "=let.bad + 1", "last": "{{j.index}} {{j.id}} {{j.result}} {{u.result}} {{error.step}} {{error.message}}"}} ]} ]} ] }');
SELECT * FROM desk.run_jobs();
SELECT done, result, count(*) FROM desk.job GROUP BY done, result ORDER BY done, result;
-- a loop in the step that fails: all turns are undone; a loop inside the handler
SELECT define('desk.all_or_none', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": "", "n": 0}},
    {"for_each": "desk.job", "as": "j", "where": "id < 10", "order_by": "id", "do": [
      {"let": {"n": "=let.n + 1"}},
      {"update": "j", "set": {"result": "all"}},
      {"for_each": "=array[3, 2, j.divisor]", "as": "k", "do": [ {"require": "1 / k.value >= 0"} ]} ],
     "on_error": [
      {"let": {"trace": "{{error.step}} {{error.message}} n {{let.n}}:"}},
      {"for_each": "desk.job", "as": "h", "where": "id < 4", "order_by": "id", "do": [
         {"let": {"trace": "{{let.trace}} {{h.id}}"}},
         {"update": "h", "set": {"result": "=(1 / divisor)::text"}, "on_error": [ {"let": {"trace": "{{let.trace}}({{error.sqlstate}})"}} ]},
         {"let": {"trace": "{{let.trace}} {{error.sqlstate}}"}} ]} ]} ] }');
SELECT desk.all_or_none();
SELECT count(*) FROM desk.job WHERE result = 'all';
SELECT id, result FROM desk.job WHERE id < 4 ORDER BY id;
-- a thousand turns, half of them fail
SELECT define('desk.thousand', '
{ "output": [ {"name": "good", "type": "integer", "default": "=let.good"}, {"name": "bad", "type": "integer", "default": "=let.bad"}, {"name": "text_length", "type": "integer", "default": "=length(let.seen)"} ],
  "steps": [
    {"let": {"good": 0, "bad": 0, "seen": ""}},
    {"for_each": "=array(select generate_series(1, 1000))", "as": "i", "do": [
      {"group": null, "do": [
        {"create": "desk.log", "set": {"body": "turn {{i.value}}"}},
        {"let": {"good": "=let.good + 1", "seen": "{{let.seen}}x"}},
        {"require": "i.value % 2 = 0"} ],
       "on_error": [ {"let": {"bad": "=let.bad + 1"}} ]} ]} ] }');
SELECT * FROM desk.thousand();
SELECT count(*), min(body), max(body) FROM desk.log;
TRUNCATE desk.log;
