\i test/sql/prelude.sql
-- A formula on trial at a place of an action.
\set VERBOSITY terse

CREATE TYPE desk.urgency AS ENUM ('low', 'high');
CREATE TABLE desk.customer (id bigint PRIMARY KEY, name text NOT NULL, tier text);
CREATE TABLE desk."case" (id bigint PRIMARY KEY, customer_id bigint REFERENCES desk.customer, status text, due timestamptz, priority integer, urgency desk.urgency);
CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint, title text, tags text[], "my.col" text);
CREATE FUNCTION desk.never() RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE EXCEPTION 'it ran'; END $$;

SELECT create_action('desk.escalate', $$ { "table": "desk.case", "summary": "{{target.id}}",
  "input": [ {"name": "reason", "type": "text"}, {"name": "bump", "type": "integer", "default": 1} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=task.id"} ],
  "steps": [
    {"require": "target.status <> 'closed'", "message": "Case {{target.id}} is closed"},
    {"create": "desk.task", "as": "task", "set": {"title": "{{input.reason}}"}},
    {"update": "target", "set": {"priority": "=priority + input.bump"}},
    {"for_each": "=task.tags", "as": "tag", "enabled": false, "do": [ {"let": {"last_tag": "=tag.value"}} ]},
    {"choose": null, "cases": [ {"when": "true", "do": []}, {"when": "false", "do": []} ], "else": []}
  ] } $$);
CREATE FUNCTION try(at text, formula text, OUT ok boolean, OUT type text, OUT wanted text, OUT "position" integer, OUT message text, OUT hint text, OUT proposals text[]) LANGUAGE sql AS $$
	SELECT * FROM check_formula('desk.escalate', at, formula)
$$;

-- What compiles has a type, and a place may want one.
SELECT f.* FROM try('3.set.due', 'now() + interval ''3 days''') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('3.set.due', '=current_date') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('3.set.urgency', '''high''') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('2.set.title', '{{target.id}}: {{input.reason}}') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('2.set.tags', 'array[input.reason]') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('2.set."my.col"', 'input.reason') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('2.set.my.col', 'input.reason') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('1', 'input.bump > 1') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('5.case 2', 'task is null') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('5.case 2.do', 'target') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('5.else', '1.5 * input.bump') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('4.do.1.last_tag', 'tag.value') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('4', 'string_to_array(input.reason, '','')') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('4.order_by', 'value desc nulls last') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('2', 'input.bump::numeric(6,2)') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('input.bump.default', '2 + 1') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('output.task_id.default', 'task.id') AS f;
SELECT f.ok, f.type, f.wanted, f.message FROM try('summary', 'case {{target.id}}') AS f;

-- Nothing of it runs.
SELECT f.ok, f.type FROM try('3.set.priority', 'desk.never()') AS f;
SELECT f.ok, f.message, f.hint FROM try('3.set.priority', 'setseed(0.5)::text::integer') AS f;

-- What is wrong is said with its place in what was written, and what may have been meant.
SELECT f.* FROM try('3.set.due', 'now() + interval ''3 days'' + tarket.due') AS f;
SELECT f.ok, f."position", f.message, f.proposals FROM try('3.set.due', '=target.deu') AS f;
SELECT f.ok, f."position", f.message, f.proposals FROM try('3.set.priority', 'priorty + 1') AS f;
SELECT f.ok, f."position", f.message, f.proposals FROM try('2.set.title', 'Ärger: {{input.reson}}') AS f;
SELECT f.ok, f."position", f.message, f.hint, f.proposals FROM try('2.set.title', 'reason') AS f;
SELECT f.ok, f."position", f.message, f.hint, f.proposals FROM try('3.set.priority', '1 +') AS f;
SELECT f.ok, f.wanted, f.message, f.hint FROM try('3.set.priority', 'now()') AS f;
SELECT f.ok, f.wanted, f.message, f.hint FROM try('1', 'target.priority') AS f;
SELECT f.ok, f."position", f.message, f.hint FROM try('3.set.priority', 'uppper(input.reason)') AS f;
SELECT f.ok, f."position", f.message, f.hint FROM try('2.set.title', 'task.title') AS f;
SELECT f.ok, f.message, f.hint FROM try('3.set.colour', '1') AS f;
SELECT f.ok, f.message, f.hint FROM try('3.set.priority', 'target.status = null') AS f;
SELECT f.ok, f.message, f.hint FROM try('1', 'target.status = null') AS f;

-- Places that there are not.
SELECT check_formula('desk.escalate', '9', '1');
SELECT check_formula('desk.escalate', '03', '1');
SELECT check_formula('desk.escalate', '3.sett.due', '1');
SELECT check_formula('desk.escalate', '3.set', '1');
SELECT check_formula('desk.escalate', '3.columns', '1');
SELECT check_formula('desk.escalate', '5.case 3.when', '1');
SELECT check_formula('desk.escalate', '5.case 1.then', '1');
SELECT check_formula('desk.escalate', 'input.bumb.default', '1');
SELECT check_formula('desk.escalate', 'input.bump', '1');
SELECT check_formula('desk.escalate', 'timeout', '1');
SELECT check_formula('desk.escalate', 'sumary', '1');
SELECT check_formula('desk.escalate', '', '1');
SELECT check_formula('desk.no_such', '1', '1');

-- Other parts may be as wrong as they like; where the step itself is, its own rows are not known.
SELECT create_action('desk.broken', $$ { "table": "desk.case",
  "input": [ {"name": "odd", "type": "no_such_type"}, {"name": "bump", "type": "integer"} ],
  "steps": [
    {"get": "desk.no_such", "as": "lost", "id": 1},
    {"let": {"wrong": "=1 +", "sum": "=target.nope"}},
    {"update": "target", "set": {"priority": "=priority + nope"}},
    {"update": "desk.gone", "id": 1, "set": {"x": "=1"}} ] } $$);
SELECT name, type, source, description FROM names_in_scope('desk.broken', '3.set.priority') WHERE source !~ 'context|this|target';
SELECT f.* FROM check_formula('desk.broken', '3.set.priority', 'priority + input.bump') AS f;
SELECT count(*) > 10 AS some FROM names_in_scope('desk.broken', '4.set.x');
SELECT f.* FROM check_formula('desk.broken', '4.set.x', 'target.priority') AS f;
SELECT count(*) > 10 AS some FROM names_in_scope('desk.broken', '4.when');

-- A draft comes before what is published, which is looked at where there is none; it may use what it did not before.
SELECT create_action('desk.published', $$ {"table": "desk.case", "input": [{"name": "a", "type": "integer"}], "steps": [ {"update": "target", "set": {"priority": "=input.a"}} ]} $$);
SELECT activate_action('desk.published');
CREATE FUNCTION desk.twice(integer) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 2 * $1';
ALTER TABLE custom_actions.action DISABLE TRIGGER USER;
DELETE FROM custom_actions.action WHERE name = 'desk.published';
ALTER TABLE custom_actions.action ENABLE TRIGGER USER;
SELECT f.* FROM check_formula('desk.published', '1.set.priority', 'desk.twice(input.a)') AS f;
SELECT name FROM names_in_scope('desk.published', '1.set.priority') WHERE source = 'input';

-- The columns of a composite type are looked at, too, for what may have been meant.
CREATE TYPE desk.pair AS (alpha integer, beta text);
SELECT create_action('desk.pairs', '{"input": [{"name": "pairs", "type": "desk.pair[]"}], "steps": [{"for_each": "=input.pairs", "as": "p", "do": [{"let": {"x": "=p.alpha"}}]}]}');
SELECT f.ok, f.message, f.hint, f.proposals FROM check_formula('desk.pairs', '1.do.1.x', 'alpah + 1') AS f;

-- Arguments are matched by name, the action as callers find it; NULL gives nothing.
SET search_path = desk, public;
SELECT count(*) FROM public.names_in_scope(action => 'published', at => 'steps') WHERE source = 'input';
SELECT * FROM public.check_formula(action => 'published', at => '1.when', formula => NULL);
RESET search_path;

-- Who may not design actions is told so.
CREATE ROLE formula_nobody;
GRANT USAGE ON SCHEMA desk TO formula_nobody;
SET ROLE formula_nobody;
SELECT * FROM names_in_scope('desk.published', '1');
RESET ROLE;
DROP OWNED BY formula_nobody;
DROP ROLE formula_nobody;
