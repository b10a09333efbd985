-- Keys keep the order in which the author of a step wrote them, though its arguments
-- are jsonb: in the draft, in exports, in what is published, after an edit and back.
\i test/sql/prelude.sql
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE TABLE desk.task (id integer PRIMARY KEY, case_id integer, title text, due date, body jsonb);
CREATE FUNCTION desk.note(target_id integer, body text, kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT body$$;

SELECT create_action('desk.plan', $${
	"input": [{"name": "day", "type": "date"}],
	"output": [{"name": "zone", "type": "text"}, {"name": "at", "type": "date"}],
	"steps": [
		{"create": "desk.task", "as": "task", "set": {"id": 1, "title": "Plan", "case_id": 7, "due": "=input.day",
			"body": {"zeta": 1, "a.b": {"yy": 1, "x": 2}, "list": [{"bb": 1, "aaa": 2, "c": 3}]}},
		 "on_conflict": {"columns": ["id"], "do": "update", "set": {"title": "Again", "due": "=input.day"}}},
		{"let": {"total": 1, "n": 2, "later": "=input.day + 1"}, "types": {"total": "numeric", "n": "bigint"}},
		{"call": "desk.note", "with": {"target_id": 1, "body": "text", "kind": "x"}, "when": "true"},
		{"get": "desk.task", "id": {"id": 1}, "as": "again"},
		{"if": "true", "then": [{"output": {"zone": "north", "at": "=let.later"}}]}]}$$);
SELECT s.kind, s.key_order FROM custom_actions.step AS s WHERE s.action = 'desk.plan' ORDER BY s.id;
SELECT action_definition('desk.plan') -> 'steps';

-- The same goes in as comes out, and the hash stays.
SELECT action_hash('desk.plan') AS hash \gset
SELECT create_action('desk.plan', action_definition('desk.plan'), or_replace => true);
SELECT action_hash('desk.plan') = :'hash';

-- What is published has it, too; its version, as it was written.
SELECT activate_action('desk.plan');
SELECT json_object_keys(action_definition('desk.plan', 1) #> '{steps,0,set}');
SELECT v.draft_hash = :'hash' FROM custom_actions.version AS v WHERE v.action = 'desk.plan';

-- An edit: what is new comes last, what is gone does not matter, the others stay.
UPDATE custom_actions.step AS s
SET arguments = jsonb_set(s.arguments, '{set,b}', '"=null"') #- '{set,title}' #- '{set,body}'
WHERE s.action = 'desk.plan' AND s.kind = 'create';
SELECT action_definition('desk.plan') #> '{steps,0,set}';
-- A hint that is none: not one list, nothing that is a name.
UPDATE custom_actions.step AS s
SET key_order = '{"set": "due", "on_conflict.set": [1, null, "due", "due", "nothing"], "set.due": ["x"], "": ["b"]}'
WHERE s.action = 'desk.plan' AND s.kind = 'create';
SELECT action_definition('desk.plan') #> '{steps,0}';
UPDATE custom_actions.step AS s SET key_order = '[]' WHERE s.action = 'desk.plan';
UPDATE custom_actions.step AS s SET key_order = NULL WHERE s.action = 'desk.plan';
SELECT action_definition('desk.plan') #> '{steps,1,let}';

-- And back.
SELECT restore_action('desk.plan');
SELECT action_hash('desk.plan') = :'hash';

-- The order alone is no difference.
UPDATE custom_actions.step AS s SET key_order = '{"set": ["due", "id"]}' WHERE s.action = 'desk.plan' AND s.kind = 'create';
SELECT action_definition('desk.plan') #> '{steps,0,set,due}';
SELECT action_hash('desk.plan') = :'hash', differs FROM custom_actions.actions WHERE name = 'desk.plan';
SELECT count(*) FROM custom_actions.version AS v, custom_actions.definition_changes(v.draft, action_definition('desk.plan'))
WHERE v.action = 'desk.plan';
SELECT activate_action('desk.plan');
