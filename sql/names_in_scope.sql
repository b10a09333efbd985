\i test/sql/prelude.sql
-- What a formula may use at a place of an action, asked of the compiler.
\set VERBOSITY terse

CREATE TABLE desk.customer (id bigint PRIMARY KEY, name text NOT NULL, tier text);
CREATE TABLE desk."case" (id bigint PRIMARY KEY, customer_id bigint REFERENCES desk.customer, status text, "Due" timestamptz, priority integer);
COMMENT ON COLUMN desk."case".status IS 'open, waiting or closed';
COMMENT ON TABLE desk."case" IS 'what customers ask for';
CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint, title text, hidden integer);
ALTER TABLE desk.task DROP COLUMN hidden;

SELECT create_action('desk.escalate', $$ { "table": "desk.case", "summary": "{{target.id}}",
  "input": [ {"name": "reason", "type": "text", "description": "why, in a sentence"},
             {"name": "bump", "type": "integer", "default": 1} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=task.id", "description": "number of the task"} ],
  "steps": [
    {"let": {"limit_on": "=now() + interval '1 day'"}},
    {"create": "desk.task", "as": "task", "set": {"title": "{{input.reason}}"}},
    {"update": "target", "set": {"priority": "=priority + input.bump"}},
    {"for_each": "desk.task", "as": "other", "where": "case_id = target.id", "do": [
      {"delete": "desk.task", "as": "gone", "where": "id = other.id and title is null"},
      {"let": {"inner_note": "=other.index"}} ]},
    {"for_each": "=array[1, 2]", "do": [ {"require": "item.value > 0"} ],
     "on_error": [ {"stop": "failed", "message": "{{error.message}}"} ]},
    {"create": "desk.customer", "set": {"id": 1, "name": "x"},
     "on_conflict": {"columns": ["id"], "do": "update", "set": {"name": "=excluded.name"}}}
  ] } $$);

-- All of it: the value of a column, in a row that is being changed.
SELECT * FROM names_in_scope('desk.escalate', '3.set.priority');

-- What else there is at other places, without what there is everywhere.
CREATE FUNCTION here(at text) RETURNS TABLE (name text, type text, source text, description text)
LANGUAGE sql AS $$
	SELECT n.* FROM names_in_scope('desk.escalate', here.at) AS n
	WHERE n.source !~ '^(context|input|output|target .*)$'
$$;
SELECT * FROM here('1.limit_on');
SELECT * FROM here('2');
SELECT * FROM here('4.where');
SELECT * FROM here('4.do');
SELECT * FROM here('4.do.2.inner_note');
SELECT * FROM here('5.do.1');
SELECT * FROM here('5.on_error.1.message');
SELECT * FROM here('6.on_conflict.set.name');
SELECT * FROM here('steps');
SELECT * FROM here('summary');
SELECT * FROM names_in_scope('desk.escalate', 'input.bump.default');
SELECT count(*) FROM names_in_scope('desk.escalate', 'output.task_id.default');
