-- names: those of the action are the outermost scope; what a sub-SELECT's FROM defines wins.
\i test/sql/prelude.sql

-- what one formula gives, with a step called task, a get called support, a let and an input around it
CREATE FUNCTION gives(formula text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	message text;
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	DELETE FROM support.task WHERE title = 'NEW';
	PERFORM create_action('support.probe', json_build_object(
		'table', 'support.case',
		'input', '[{"name": "title", "type": "text", "default": "input title"}, {"name": "who", "type": "support.contact", "required": false}]'::json,
		'output', json_build_array(json_build_object('name', 'got', 'type', 'text', 'default', '=(' || formula || ')::text')),
		'steps', '[{"create": "support.task", "as": "task", "set": {"case_id": "=target.id", "title": "NEW"}},
				   {"get": "support.case", "as": "support", "where": "id = 2"},
				   {"let": {"title": "let title", "note": "let note"}}]'::json), true);
	PERFORM activate_action('support.probe');
	RETURN invoke_action('support.probe', '{"target": 1, "who": {"name": "Ada", "email": "ada@x"}}') ->> 'got';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = PG_EXCEPTION_DETAIL;
	RETURN regexp_replace(SQLERRM || ' | ' || message, '^action "support.probe" has \d+ problems?: ', '');
END
$$;

CREATE SCHEMA support;
CREATE TYPE support.contact AS (name text, email text);
CREATE TABLE support.case (id integer PRIMARY KEY, title text, status text, contact support.contact);
CREATE TABLE support.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer, title text);
CREATE TABLE support.input (id integer PRIMARY KEY, title text, who support.contact);
INSERT INTO support.case VALUES (1, 'first', 'open', ROW('Bea', 'bea@x')), (2, 'second', 'open', NULL), (3, 'third', 'closed', NULL);
INSERT INTO support.task (case_id, title) VALUES (1, 'one'), (1, 'two'), (2, 'other');
INSERT INTO support.input VALUES (1, 'input row', ROW('Cleo', 'cleo@x'));

-- the tables of a sub-SELECT, and their columns
SELECT gives($$select count(*) from support.task where task.case_id = target.id$$) AS by_table;
SELECT gives($$select string_agg(task.title, ',' order by task.id) from support.task where case_id = target.id$$) AS aggregate;
SELECT gives($$select count(*) from support.case target where target.status = 'open'$$) AS alias_target;
SELECT gives($$select string_agg(input.title, ',') from support.input$$) AS table_input;
SELECT gives($$select string_agg(let.title, ',' order by let.id) from support.task let where let.case_id = target.id$$) AS alias_let;
SELECT gives($$select count(*) from support.task as output where output.title <> let.title$$) AS alias_output;
SELECT gives($$select min(context.title) from support.task context$$) AS alias_context;
SELECT gives($$select min(this.title) from support.case this$$) AS alias_this;
SELECT gives($$select string_agg(support.title, ',' order by support.id) from support.task as support where support.case_id = 1$$) AS alias_schema;
SELECT gives($$select string_agg(support.task.title, ',' order by support.task.id) from support.task where support.task.case_id = 1$$) AS with_schema;

-- whole rows
SELECT gives($$select string_agg(task::text, ' ' order by task.id) from support.task where case_id = 2$$) AS whole_row;
SELECT gives($$select count(task) from support.task$$) AS count_row;
SELECT gives($$select count(task.*) from support.task$$) AS count_star;
SELECT gives($$select json_agg(task.* order by id) from support.task where case_id = 2$$) AS star_row;
SELECT gives($$select row(t.*)::text from (select task.* from support.task where case_id = 2) t$$) AS expanded;
SELECT gives($$select t.title from (select target.*) t$$) AS own_row_expanded;
SELECT gives($$select row(t.*)::text from (select input.who.*) t$$) AS own_field_expanded;

-- common table expressions, functions, VALUES, joins
SELECT gives($$with task as (select 'cte' as title) select task.title from task$$) AS cte;
SELECT gives($$with task(title) as (values ('a'), ('b')) select string_agg(title || task.title, ',' order by title) from task$$) AS cte_columns;
SELECT gives($$with recursive let as (select 1 as n union all select let.n + 1 from let where let.n < 4) select sum(let.n) from let$$) AS recursive;
SELECT gives($$select sum(target) from generate_series(1, 4) as target$$) AS function_alias;
SELECT gives($$select sum(target.n) from unnest(array[5, 6]) as target(n)$$) AS function_columns;
SELECT gives($$select sum(target.n) from (values (1), (2)) as target(n)$$) AS values_alias;
SELECT gives($$select string_agg(task.title, ',' order by task.title) from (support.case c join support.task t on t.case_id = c.id) as task(id, c_title, status, contact, t_id, case_id, title)$$) AS join_alias;
SELECT gives($$select count(*) from support.case c join support.task on task.case_id = c.id and c.id = target.id$$) AS join_condition;
SELECT gives($$select string_agg(x.title, ',' order by x.title) from support.task, lateral (select task.title || '!' as title) x where case_id = target.id$$) AS lateral;
SELECT gives($$select string_agg(part, ',' order by part) from support.task, string_to_table(task.title, 'e') part where case_id = 1 and part <> ''$$) AS lateral_function;
-- without LATERAL the neighbours are not in scope: the step is
SELECT gives($$select min(x.title) from support.task t, (select task.title) x$$) AS not_lateral;

-- at any depth
SELECT gives($$select string_agg(c.title, ',' order by c.id) from support.case c where exists
	(select 1 from support.task where task.case_id = c.id and exists
	  (select 1 from support.case inside where inside.id = task.case_id and exists
	    (select 1 from support.task deepest where deepest.case_id = inside.id and deepest.id < task.id and inside.id = target.id)))$$) AS depth;
SELECT gives($$select (select (select max(task.id) - min(task.id) from support.case limit 1) from support.case limit 1) from support.task$$) AS outer_aggregate;
SELECT gives($$select string_agg(title, ',') from (select task.title from support.task where task.case_id = target.id order by task.title desc limit 2) s$$) AS order_by;
SELECT gives($$select string_agg(n::text, ',' order by n) from (select count(*) n from support.task group by task.case_id having task.case_id < 3) s$$) AS group_by;
SELECT gives($$select string_agg(task, ',') from (select title as task from support.task order by task) s$$) AS order_by_output;

-- outside of such a sub-SELECT they are the action's
SELECT gives($$task.title || (select count(*) from support.case)$$) AS step;
SELECT gives($$select task.title from support.case where id = 1$$) AS step_in_subselect;
SELECT gives($$(select max(task.title) from support.task) || ' ' || task.title$$) AS both;
SELECT gives($$(select target.title) || (select let.note)$$) AS no_from;
SELECT gives($$select t.title || input.title || let.note || support.title || context.depth from support.task t where t.id = 1$$) AS other_names;
SELECT gives($$input.who.email || target.contact.name || (select input.who.name)$$) AS composite;
-- composite columns go on with dots in a sub-SELECT, too: of what its FROM defines
SELECT gives($$select input.who.name from support.input where id = 1$$) AS inner_composite;
SELECT gives($$select c.contact.name from support.case c where c.id = 1$$) AS alias_composite;

-- a FROM item hides the whole name, as in SQL
SELECT gives($$select target.title from support.task target where target.status = 'open'$$) AS hidden;
SELECT gives($$select min(input.who.phone) from support.input$$) AS no_such_field;
SELECT gives($$select task.headline from support.case limit 1$$) AS no_such_column;
SELECT gives($$select nobody.title from support.case limit 1$$) AS unknown_name;
SELECT gives($$select 1 from support.task a, support.case b where a.id = b.id and title = 'x'$$) AS ambiguous;

-- steps on rows: `this` and bare names, a table called like a step, excluded
CREATE UNIQUE INDEX ON support.task (id);
SELECT define('support.rows', '
{ "table": "support.case",
  "output": [{"name": "n", "type": "integer", "default": "=let.n"}],
  "steps": [
    {"create": "support.task", "as": "task", "set": {"case_id": "=target.id", "title": "NEW"}},
    {"update": "support.task", "where": "case_id = target.id and exists (select 1 from support.task later where later.case_id = this.case_id and later.id > this.id)",
     "set": {"title": "=title || ''/'' || (select string_agg(task.title, ''+'' order by task.id) from support.task where task.case_id = this.case_id and task.id <> this.id)"}},
    {"create": "support.case", "set": {"id": "=target.id", "title": "excluded"},
     "on_conflict": {"columns": ["id"], "set": {"title": "=this.title || '' '' || excluded.title || (select min('' '' || excluded.title) from support.task excluded where excluded.case_id = this.id)"}}},
    {"let": {"n": 0}},
    {"for_each": "support.task", "as": "turn", "where": "this.case_id = target.id", "order_by": "(select count(*) from support.task t where t.title < this.title)",
     "do": [{"let": {"n": "=let.n + (select count(*) from support.case turn where turn.id < 3)::integer"}}]} ] }');
SELECT support.rows(2);
SELECT id, title FROM support.case WHERE id = 2;
SELECT title FROM support.task WHERE case_id = 2 ORDER BY id;

-- a plan that is made anew finds the same
SELECT define('support.again', '
{ "table": "support.case",
  "output": [{"name": "n", "type": "integer", "default": "=(select count(*) from support.task where task.case_id = target.id)::integer"}],
  "steps": [{"get": "support.task", "as": "task", "where": "id = 3"}] }');
SELECT support.again(1);
CREATE INDEX ON support.task (title);
ALTER TABLE support.task ADD note text;
SELECT support.again(1), invoke_action('support.again', '{"target": 2}');

-- check_action says where a name is hidden, once for each place
SELECT create_action('support.hides', '
{ "table": "support.case",
  "steps": [
    {"get": "support.task", "as": "task", "where": "id = 1"},
    {"get": "support.task", "as": "note", "where": "id = 1"},
    {"let": {"a": "=(select count(*) from support.task where task.case_id = target.id and task.id > 0 and exists (select 1 from support.case where task.id = id))"}},
    {"let": {"b": "=(select count(*) from support.case target, lateral (select target.id) let where let.id > 1)"}},
    {"let": {"c": "=(select count(task) from support.task)", "d": "=(select count(task.*) from support.task)"}},
    {"let": {"e": "=(select min(note) from support.task)"}},
    {"let": {"f": "=(select min(t.note) from support.task t where t.case_id = target.id) || task.title"}},
    {"update": "target", "set": {"title": "=(select min(this.title) || min(status) from support.case this)"}},
    {"for_each": "support.case", "as": "one", "do": [
       {"let": {"g": "=(select count(*) from support.case one where one.id = 1)", "h": "=(select one.id from support.task limit 1)"}}]},
    {"let": {"i": 1}, "on_error": [{"let": {"j": "=(select min(error.title) from support.task error)"}}]} ] }');
SELECT severity, location, message, hint FROM check_action('support.hides');
