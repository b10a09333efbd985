-- Taking edits back after something that they use was given another name: the names stay those of now.
\i test/sql/prelude.sql

CREATE TYPE desk.state AS ENUM ('open', 'busy', 'done');
CREATE TABLE desk.case (id integer PRIMARY KEY, status desk.state NOT NULL DEFAULT 'open', a integer NOT NULL DEFAULT 0, b text);
CREATE TABLE desk.task (id integer PRIMARY KEY, a integer, title text);
CREATE FUNCTION desk.next(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
INSERT INTO desk.case (id) VALUES (1);

CREATE FUNCTION public.undo_all(action text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT undo_action_edit(e.action) FROM custom_actions.edit AS e WHERE e.action = undo_all.action ORDER BY e.number;
$$;

-- A column: in what the edit changed, and in what it did not
SELECT define('desk.plain', '{ "steps": [ {"update": "desk.case", "where": "id = 1", "set": {"a": "=a+1"}} ] }');
SELECT set_action_value('desk.plain', '1.where', 'id = 2');
ALTER TABLE desk.case RENAME COLUMN a TO amount;
SELECT undo_action_edit('desk.plain');
SELECT action_definition('desk.plain', 0) -> 'steps' AS steps;

-- All that a draft may name, in one that is not published
SELECT create_action('desk.work', $$
{ "table": "desk.case", "settings": {"search_path": "desk, pg_catalog"}, "summary": "{{target.amount}}",
  "input": [ {"name": "state", "type": "desk.state", "default": "busy"}, {"name": "other", "references": "desk.task", "required": false} ],
  "steps": [
    {"require": "target.amount <> 1"},
    {"update": "target", "set": {"status": "busy", "amount": "=desk.next(target.amount)"}},
    {"if": "target.amount > 3", "then": [
       {"create": "desk.task", "set": {"id": "=target.id", "a": "=target.amount"}},
       {"perform": "desk.work", "with": {"target": "=target.id", "state": "done"}} ]} ] } $$);
SELECT set_action_value('desk.work', 'input.state.default', 'open');
SELECT set_action_value('desk.work', '2.set.status', NULL);
SELECT set_action_value('desk.work', 'input.other', NULL);
SELECT remove_step('desk.work', '1');
SELECT remove_step('desk.work', '2');
SELECT set_action_value('desk.work', 'summary', 'no more');
UPDATE custom_actions.action SET settings = '{"search_path": "pg_catalog"}' WHERE name = 'desk.work';
SELECT create_action('desk.work', '{"steps": []}', true);
ALTER TABLE desk.case RENAME COLUMN amount TO total;
ALTER TABLE desk.task RENAME COLUMN a TO points;
ALTER TABLE desk.task RENAME TO errand;
ALTER TYPE desk.state RENAME VALUE 'busy' TO 'working';
ALTER TYPE desk.state RENAME VALUE 'done' TO 'ready';
ALTER TYPE desk.state RENAME TO progress;
ALTER FUNCTION desk.next(integer) RENAME TO following;
SELECT rename_action('desk.work', 'desk.labour');
ALTER SCHEMA desk RENAME TO office;
SELECT undo_all('office.labour');
SELECT action_definition('office.labour', 0);
SELECT severity, location, message FROM check_action('office.labour');
SELECT activate_action('office.labour');

-- An action that is performed by what an edit took away; of one that is published, and of one that is not
SELECT define('office.part', '{ "steps": [ {"require": "true"} ] }');
SELECT create_action('office.draft', '{ "steps": [ {"require": "true"} ] }');
SELECT create_action('office.whole', '{ "steps": [ {"perform": "office.part"}, {"perform": "office.whole"},
	{"perform": "office.draft"} ] }');
SELECT remove_step('office.whole', '2');
SELECT remove_step('office.whole', '1');
SELECT rename_action('office.part', 'office.piece');
SELECT rename_action('office.whole', 'office.all_of_it');
SELECT rename_action('office.draft', 'office.plan');
SELECT set_action_value('office.all_of_it', '1.perform', 'office.piece');
SELECT rename_action('office.plan', 'office.sketch');
SELECT undo_all('office.all_of_it');
SELECT action_definition('office.all_of_it', 0) -> 'steps' AS steps;
SELECT undo_action_edit('office.all_of_it');

-- What did not compile is not known to mean what has another name now: undo says so
SELECT set_action_value('office.plain', '1.where', 'no_such = total');
SELECT set_action_value('office.plain', '1.where', 'id = 3');
ALTER TABLE office.case RENAME COLUMN total TO sum;
SELECT undo_action_edit('office.plain');
