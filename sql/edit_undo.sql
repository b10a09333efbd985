-- Taking edits of a draft back.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', priority integer NOT NULL DEFAULT 0);
CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer, title text);

SELECT define('desk.work', $$
{ "table": "desk.case", "timeout": "1 min",
  "input": [ {"name": "bump", "type": "integer", "default": 1}, {"name": "note", "type": "text", "default": null} ],
  "steps": [
    {"require": "target.status <> 'closed'"},
    {"update": "target", "set": {"status": "busy", "priority": "=priority + input.bump"}},
    {"if": "target.priority > 3", "then": [
       {"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "{{input.note}}"}},
       {"update": "task", "set": {"title": "more"}} ]} ] } $$);

-- All rows of the draft, but for when they were changed.
CREATE VIEW all_rows AS
	SELECT to_jsonb(a) - '{modified_at,modified_by}'::text[] AS r FROM custom_actions.action AS a
	UNION ALL SELECT to_jsonb(p) FROM custom_actions.parameter AS p
	UNION ALL SELECT to_jsonb(s) FROM custom_actions.step AS s;
CREATE TABLE states (number integer GENERATED ALWAYS AS IDENTITY, rows jsonb);
CREATE FUNCTION public.keep() RETURNS void LANGUAGE sql AS $$ INSERT INTO states (rows) SELECT jsonb_agg(r ORDER BY r) FROM all_rows $$;
CREATE FUNCTION public.is_state(wanted integer) RETURNS boolean LANGUAGE sql AS $$
	SELECT rows = (SELECT jsonb_agg(r ORDER BY r) FROM all_rows) FROM states WHERE number = wanted $$;

SELECT undo_action_edit('desk.work');
SELECT keep();
SELECT set_action_value('desk.work', '2.set.priority', '=priority + 2');
SELECT keep();
SELECT set_action_value('desk.work', 'input.note.description', 'why');
SELECT keep();
SELECT remove_step('desk.work', '3');
SELECT keep();
SELECT add_step('desk.work', '{"if": "true", "then": [{"update": "target", "set": {"status": "late"}}]}', before => '1');
SELECT keep();
SELECT wrap_steps('desk.work', '2', '3', 'target.priority > 1');
SELECT keep();
SELECT move_step('desk.work', '2.then.2', before => '1');
SELECT keep();
SELECT set_action_value('desk.work', 'timeout', NULL);
SELECT keep();
UPDATE custom_actions.step SET enabled = false WHERE action = 'desk.work' AND kind = 'update';
SELECT keep();
DELETE FROM custom_actions.step WHERE action = 'desk.work' AND kind = 'if';
SELECT keep();
INSERT INTO custom_actions.parameter (action, name, type, required) VALUES ('desk.work', 'extra', 'text', false), ('desk.work', 'other', 'text', false);
SELECT keep();
UPDATE custom_actions.parameter SET name = 'bumps', position = 9 WHERE action = 'desk.work' AND name = 'bump';
SELECT keep();
UPDATE custom_actions.action SET description = 'Works' WHERE name = 'desk.work';
SELECT keep();
SELECT create_action('desk.work', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "new"}}]}', true);
SELECT keep();
SELECT restore_action('desk.work');
SELECT keep();
SELECT set_action_value('desk.work', '2.set.priority', '=priority + 2');
SELECT set_action_value('desk.work', '2.set.priority', '=priority + 2');
UPDATE custom_actions.step SET enabled = enabled WHERE false;
SELECT number, what, made_by = current_user AS mine, open FROM custom_actions.edit WHERE action = 'desk.work' ORDER BY number;

SELECT undo_action_edit('desk.work');
SELECT is_state(15);
SELECT undo_action_edit('desk.work');
SELECT is_state(14);
SELECT undo_action_edit('desk.work');
SELECT is_state(13);
SELECT undo_action_edit('desk.work');
SELECT is_state(12);
SELECT undo_action_edit('desk.work');
SELECT is_state(11);
SELECT undo_action_edit('desk.work');
SELECT is_state(10);
SELECT undo_action_edit('desk.work');
SELECT is_state(9);
SELECT undo_action_edit('desk.work');
SELECT is_state(8);
SELECT undo_action_edit('desk.work');
SELECT is_state(7);
SELECT undo_action_edit('desk.work');
SELECT is_state(6);
SELECT undo_action_edit('desk.work');
SELECT is_state(5);
SELECT undo_action_edit('desk.work');
SELECT is_state(4);
SELECT undo_action_edit('desk.work');
SELECT is_state(3);
SELECT undo_action_edit('desk.work');
SELECT is_state(2);
SELECT undo_action_edit('desk.work');
SELECT is_state(1);
SELECT undo_action_edit('desk.work');

-- Back to the activation, and no further.
SELECT set_action_value('desk.work', '2.set.priority', '=priority + 3');
SELECT activate_action('desk.work');
SELECT undo_action_edit('desk.work');
SELECT set_action_value('desk.work', '2.set.priority', '=priority + 4');
SELECT undo_action_edit('desk.work');

-- What is rolled back is not kept, nor is what nothing came of.
BEGIN;
SELECT set_action_value('desk.work', '2.set.priority', '=priority + 5');
SAVEPOINT one;
SELECT set_action_value('desk.work', '2.set.priority', '=priority + 6');
ROLLBACK TO one;
SELECT undo_action_edit('desk.work');
SELECT undo_action_edit('desk.work');
ROLLBACK;
SELECT set_action_value('desk.work', '9.when', 'true');
SELECT count(*) FROM custom_actions.edit;

-- One statement with two edits is two.
SELECT set_action_value('desk.work', '2.when', 'true'), set_action_value('desk.work', '2.set.status', 'x');
SELECT undo_action_edit('desk.work');
SELECT undo_action_edit('desk.work');

-- A new draft has nothing to take back; a draft that goes takes its edits along.
SELECT create_action('desk.fresh', '{"steps": []}');
SELECT undo_action_edit('desk.fresh');
SELECT set_action_value('desk.fresh', 'timeout', '1 s');
UPDATE custom_actions.action SET name = 'desk.fresher' WHERE name = 'desk.fresh';
SELECT undo_action_edit('desk.fresher');
SELECT set_action_value('desk.fresher', 'timeout', '1 s');
DELETE FROM custom_actions.action WHERE name = 'desk.fresher';
SELECT count(*) FROM custom_actions.edit;
SELECT count(*) FROM custom_actions.edit_change;

-- An id is brought back by undo, and chosen by nobody.
INSERT INTO custom_actions.step (id, action, kind) OVERRIDING SYSTEM VALUE VALUES (1, 'desk.work', 'group');

-- Of a draft that is written as a whole no single row is kept.
BEGIN;
SET LOCAL track_functions = 'all';
SET LOCAL client_min_messages = error;
SELECT create_action('desk.large', (SELECT json_build_object('steps', json_agg(json_build_object('let', json_build_object('v' || i, i)))) FROM generate_series(1, 300) AS i));
SELECT create_action('desk.large', '{"input": [{"name": "a", "type": "text", "required": false}], "steps": [{"let": {"a": 1}}]}', or_replace => true);
SELECT undo_action_edit('desk.large');
SELECT count(*) FROM custom_actions.step WHERE action = 'desk.large';
SELECT funcname, calls FROM pg_stat_xact_user_functions WHERE funcname IN ('capture_parts', 'keep_change', 'capture_header') ORDER BY 1;
UPDATE custom_actions.step SET enabled = false WHERE action = 'desk.large';
SELECT funcname, calls FROM pg_stat_xact_user_functions WHERE funcname IN ('capture_parts', 'keep_change', 'capture_header') ORDER BY 1;
ROLLBACK;

-- Plain statements: several in a transaction, of several actions at once, COPY, the view.
CREATE FUNCTION public.steps(name text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', s.kind, s.subject, s.arguments, CASE WHEN NOT s.enabled THEN 'off' END) FROM custom_actions.step AS s WHERE s.action = $1 ORDER BY s.position, s.id $$;
SELECT create_action(n, '{"steps": [{"let": {"a": 1}}]}') FROM unnest('{desk.one,desk.two}'::text[]) AS n;
BEGIN;
UPDATE custom_actions.step SET enabled = false WHERE action IN ('desk.one', 'desk.two');
UPDATE custom_actions.step SET arguments = '{"a": 2}' WHERE action = 'desk.one';
COMMIT;
COPY custom_actions.step (action, kind, arguments) FROM STDIN;
desk.one	let	{"b": 1}
desk.two	let	{"c": 1}
desk.one	let	{"d": 1}
\.
UPDATE custom_actions.step_value SET value = '3' WHERE action = 'desk.one' AND field IN ('a', 'b');
SELECT steps('desk.one');
SELECT undo_action_edit('desk.one');
SELECT steps('desk.one');
SELECT undo_action_edit('desk.one');
SELECT steps('desk.one');
SELECT undo_action_edit('desk.one');
SELECT undo_action_edit('desk.one');
SELECT steps('desk.one');
SELECT undo_action_edit('desk.one');
SELECT steps('desk.two');
SELECT undo_action_edit('desk.two');
SELECT undo_action_edit('desk.two');
SELECT steps('desk.two');

-- The draft is what undo goes back in; it is no version to go back to
SELECT restore_action('desk.work', 0);
SELECT restore_action('desk.none', 0);

-- A published action without a draft, as after a restore of the function alone: whoever is asked for it says the same
SET check_function_bodies = off;
DELETE FROM custom_actions.action WHERE name = 'desk.work';
RESET check_function_bodies;
SELECT restore_action('desk.work', 0);
SELECT action_definition('desk.work', 0);
SELECT describe_action('desk.work', 0);
SELECT action_diagram('desk.work', 0);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM check_action_privileges('desk.work', 'pg_monitor', 0);
SELECT preview_action('desk.work', '{}', 0);
\echo :LAST_ERROR_SQLSTATE
