-- invoke_action and the typed function: the same rows and outputs; JSON in and
-- out; a definition comes out as it went in, however it was made.
\i test/sql/prelude.sql

CREATE SCHEMA support;
CREATE TABLE support.case (id bigint PRIMARY KEY, status text NOT NULL DEFAULT 'open', priority integer NOT NULL DEFAULT 1, owner_id integer, email text);
CREATE TABLE support.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES support.case, title text, due interval);
INSERT INTO support.case (id, owner_id) VALUES (41, 1), (42, 1), (43, NULL);

SELECT define('support.escalate_case', '
{ "description": "Escalate a case to the on-call team",
  "table": "support.case",
  "run_as": "caller", "timeout": "2 min",
  "input":  [ {"name": "reason", "type": "text"},
              {"name": "bump", "type": "integer", "default": 1},
              {"name": "owner", "type": "integer", "required": false} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=task.id"}, {"name": "title", "type": "text", "default": "=task.title"}, {"name": "priority", "type": "integer", "default": "=target.priority"} ],
  "steps": [
    {"require": "target.status <> ''closed''", "message": "Case {{target.id}} is closed"},
    {"create": "support.task", "as": "task",
     "set": {"case_id": "=target.id", "title": "Escalated: {{input.reason}}", "due": "=interval ''4 hours'' * input.bump"}},
    {"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}},
    {"assign": "target", "to": "=coalesce(input.owner, target.owner_id)", "column": "owner_id"} ] }');

-- both forms do the same
BEGIN;
SELECT invoke_action('support.escalate_case', '{"target": 42, "reason": "VIP", "bump": 2}');
SELECT * FROM support.case ORDER BY id;
SELECT case_id, title, due FROM support.task;
ROLLBACK;
BEGIN;
SELECT * FROM support.escalate_case(target => 42, reason => 'VIP', bump => 2);
SELECT * FROM support.case ORDER BY id;
SELECT case_id, title, due FROM support.task;
ROLLBACK;

-- positions, defaults, names; one call per row; the record; a prepared call
BEGIN;
SELECT (support.escalate_case(41, 'a')).priority;
SELECT c.id, e.title, e.priority FROM support.case AS c, LATERAL support.escalate_case(c.id, 'row ' || c.id, owner => 7) AS e ORDER BY c.id;
SELECT id, priority, owner_id FROM support.case ORDER BY id;
SELECT count(*) FROM support.task;
ROLLBACK;
PREPARE escalate(bigint, text) AS SELECT title, priority FROM support.escalate_case($1, $2);
BEGIN;
EXECUTE escalate(42, 'once');
EXECUTE escalate(42, 'twice');
EXECUTE escalate(99, 'never');
ROLLBACK;
\df support.escalate_case

-- a view and a PL/pgSQL function over it
CREATE VIEW support.escalate_all AS SELECT c.id, (support.escalate_case(c.id, 'all')).title FROM support.case AS c;
CREATE FUNCTION support.escalate_both(a bigint, b bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	j jsonb;
BEGIN
	SELECT * INTO r FROM support.escalate_case(a, 'first');
	j := invoke_action('support.escalate_case', jsonb_build_object('target', b, 'reason', r.title));
	RETURN concat_ws(' | ', r.title, r.priority, j ->> 'title', j ->> 'priority');
END
$$;
BEGIN;
SELECT * FROM support.escalate_all ORDER BY id;
SELECT support.escalate_both(41, 42);
ROLLBACK;
SELECT drop_action('support.escalate_case');
DROP VIEW support.escalate_all;

-- omitted keys take the default, an explicit null is NULL
SELECT define('support.show', '
{ "input": [ {"name": "must", "type": "text"}, {"name": "may", "type": "text", "required": false}, {"name": "has_default", "type": "integer", "default": 5},
             {"name": "computed", "type": "date", "default": "=date ''2024-01-01'' + 30"}, {"name": "null_default", "type": "integer", "default": null} ],
  "output": [ {"name": "seen", "type": "jsonb", "default": ["=input.must", "=input.may", "=input.has_default", "=input.computed", "=input.null_default"]}, {"name": "none", "type": "integer", "default": null} ] }');
SELECT invoke_action('support.show', '{"must": "x"}');
SELECT * FROM support.show('x');
SELECT invoke_action('support.show', '{"must": "", "may": null, "has_default": null, "computed": null, "null_default": null}');
SELECT * FROM support.show('', NULL, NULL, NULL, NULL);
SELECT invoke_action('support.show', '{"must": "x", "must": "y"}');

-- keys that are missing, unknown or of the wrong kind
SELECT invoke_action('support.show', '{}');
SELECT invoke_action('support.show');
SELECT invoke_action('support.show', '{"must": "x", "Must": "y", "extra": 1}');
SELECT invoke_action('support.show', '[]');
SELECT invoke_action('support.show', 'null');
SELECT invoke_action('support.show', NULL);
SELECT invoke_action(NULL, '{}');
SELECT invoke_action('support.show', '{"must": {"a": 1}}');
SELECT invoke_action('support.escalate_case', '{"id": 42, "reason": "x"}');
SELECT invoke_action('support.escalate_case', '{"target": {"id": 42}, "reason": "x"}');
SELECT define('support.nothing', '{"steps": []}');
SELECT invoke_action('support.nothing', '{"a": 1}');
SELECT invoke_action('support.nothing', '{"target": 1}');

-- names: as identifiers are, through the search_path, and what is no action
CREATE SCHEMA "Odd Schema";
SELECT define('"Odd Schema".go', '{"output": [{"name": "n", "type": "integer", "default": 1}]}');
SELECT invoke_action('"Odd Schema".go'), invoke_action('SUPPORT.Nothing'), invoke_action(' support . nothing ');
SELECT invoke_action('nothing');
SET search_path = support, public;
SELECT invoke_action('nothing'), invoke_action('NOTHING');
RESET search_path;
SELECT invoke_action('support.no_such_action');
SELECT invoke_action('no_such_schema.x');
SELECT invoke_action('');
SELECT invoke_action('a.b.c.d');
CREATE FUNCTION support.plain() RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT invoke_action('support.plain');
SELECT create_action('support.draft_only', '{}');
SELECT invoke_action('support.draft_only');
SELECT deactivate_action('support.nothing');
SELECT invoke_action('support.nothing');
SELECT support.nothing();

-- composite keys
CREATE TABLE support.line (order_id integer, "No" smallint, amount numeric, PRIMARY KEY (order_id, "No"));
INSERT INTO support.line VALUES (1, 1, 10), (1, 2, 20);
SELECT define('support.raise', '
{ "table": "support.line", "input": [ {"name": "by", "type": "numeric"} ],
  "output": [ {"name": "text", "type": "text", "default": "{{target.order_id}}/{{target.\"No\"}}: {{target.amount}}"} ],
  "steps": [ {"update": "target", "set": {"amount": "=amount + input.by"}},
             {"update": "support.line", "id": {"No": 1, "order_id": "=target.order_id"}, "set": {"amount": "=amount + 1"}} ] }');
SELECT invoke_action('support.raise', '{"target": {"No": 2, "order_id": 1}, "by": 1}');
SELECT support.raise(1, 1::smallint, 1);
\df support.raise
CREATE TABLE support.line2 (order_id integer, no smallint, amount numeric, PRIMARY KEY (order_id, no));
INSERT INTO support.line2 VALUES (1, 1, 10), (1, 2, 20);
SELECT define('support.raise_line', '
{ "table": "support.line2", "input": [ {"name": "by", "type": "numeric"} ],
  "output": [ {"name": "seen", "type": "text", "default": "{{target.order_id}}/{{target.no}}: {{target.amount}}"} ],
  "steps": [ {"update": "target", "set": {"amount": "=amount + input.by"}},
             {"update": "support.line2", "id": {"no": 1, "order_id": "=target.order_id"}, "set": {"amount": "=amount + 1"}} ] }');
SELECT support.raise_line(1, 2::smallint, 0.5);
SELECT support.raise_line(target_no => 2::smallint, target_order_id => 1, by => 0.5);
SELECT invoke_action('support.raise_line', '{"target": {"no": 2, "order_id": 1}, "by": 1}');
SELECT * FROM support.line2 ORDER BY 1, 2;
SELECT invoke_action('support.raise_line', '{"target": {"no": 3, "order_id": 1}, "by": 1}');
SELECT invoke_action('support.raise_line', '{"target": {"no": 3}, "by": 1}');
SELECT invoke_action('support.raise_line', '{"target": {"no": 3, "order_id": null}, "by": 1}');
SELECT invoke_action('support.raise_line', '{"target": {"no": 3, "order_id": 1, "x": 1}, "by": 1}');
SELECT invoke_action('support.raise_line', '{"target": 3, "by": 1}');
SELECT invoke_action('support.raise_line', '{"target": null, "by": 1}');
SELECT invoke_action('support.raise_line', '{"target_no": 1, "target_order_id": 1, "by": 1}');
SELECT support.raise_line(1, NULL, 0.5);

-- the definition: export, drop, import gives the same to the byte
CREATE TABLE support.export AS
SELECT name, action_definition(name)::text AS definition, action_hash(name) AS hash FROM custom_actions.action;
SELECT definition FROM support.export WHERE name = 'support.escalate_case';
SELECT count(drop_action(name)::text) FROM support.export;
SELECT count(*) FROM custom_actions.action;
SELECT count(create_action(name, definition::json)) FROM support.export;
SELECT e.name, action_definition(e.name)::text = e.definition AS same, action_hash(e.name) = e.hash AS same_hash FROM support.export AS e ORDER BY e.name;
SELECT activate_action('support.escalate_case');
SELECT invoke_action('support.escalate_case', '{"target": 43, "reason": "imported", "owner": 3}') - 'task_id';

-- built by functions, and by plain INSERTs: the same again, but for the order that jsonb loses
SELECT create_action('support.by_functions', '{"description": "Escalate a case to the on-call team", "table": "support.case", "run_as": "caller", "timeout": "2 min"}');
SELECT add_action_parameter('support.by_functions', 'reason', 'text');
SELECT add_action_parameter('support.by_functions', 'bump', 'integer', default_value => '1');
SELECT add_action_parameter('support.by_functions', 'owner', 'integer', required => false);
SELECT add_action_parameter('support.by_functions', 'task_id', 'bigint', 'out', default_value => '"=task.id"');
SELECT add_action_parameter('support.by_functions', 'title', 'text', 'out', default_value => '"=task.title"');
SELECT add_action_parameter('support.by_functions', 'priority', 'integer', 'out', default_value => '"=target.priority"');
SELECT count(add_action_step('support.by_functions', s.kind, s.subject, s.arguments::jsonb, s.name, at => s.position))
FROM (VALUES
	(4, 'assign', 'target', '{"to": "=coalesce(input.owner, target.owner_id)", "column": "owner_id"}', NULL),
	(1, 'require', 'target.status <> ''closed''', '{"message": "Case {{target.id}} is closed"}', NULL),
	(2.5, 'update', 'target', '{"set": {"status": "escalated", "priority": "=priority + input.bump"}}', NULL),
	(2, 'create', 'support.task', '{"set": {"case_id": "=target.id", "title": "Escalated: {{input.reason}}", "due": "=interval ''4 hours'' * input.bump"}}', 'task')) AS s(position, kind, subject, arguments, name);
INSERT INTO custom_actions.action (name, description, bound_table, run_as, timeout) VALUES ('support.by_rows', 'Escalate a case to the on-call team', 'support.case', 'caller', '2 min');
INSERT INTO custom_actions.parameter (action, direction, name, position, type, required, default_value)
SELECT 'support.by_rows', direction, name, position, type, required, default_value FROM custom_actions.parameter WHERE action = 'support.by_functions';
INSERT INTO custom_actions.step (action, position, kind, subject, name, arguments)
SELECT 'support.by_rows', position, kind, subject, name, arguments FROM custom_actions.step WHERE action = 'support.by_functions';
SELECT d.name, replace(action_definition(d.name)::text, d.name, 'support.escalate_case')::jsonb = e.definition::jsonb AS same
FROM (VALUES ('support.by_functions'), ('support.by_rows')) AS d(name), support.export AS e WHERE e.name = 'support.escalate_case';
SELECT activate_action('support.by_functions'), activate_action('support.by_rows');
SELECT support.by_rows(43, 'rows'), support.by_functions(42, 'functions');
