-- Who may edit by paths: owner and designer, through every door.
\i test/sql/prelude.sql

CREATE ROLE edit_owner;
CREATE ROLE edit_designer;
CREATE ROLE edit_other;
CREATE ROLE edit_nobody;
SELECT grant_action_design('edit_owner'), grant_action_design('edit_designer'), grant_action_design('edit_other');
GRANT USAGE, CREATE ON SCHEMA desk TO edit_owner;
GRANT USAGE ON SCHEMA desk TO edit_designer, edit_other, edit_nobody;
CREATE TABLE desk.case (id integer PRIMARY KEY, status text);

SET ROLE edit_owner;
SELECT create_action('desk.work', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "a"}}, {"group": "g", "do": [{"update": "target", "set": {"status": "b"}}]}]}');
UPDATE custom_actions.action SET designer = 'edit_designer' WHERE name = 'desk.work';
SET client_min_messages = error;
SELECT set_action_value('desk.work', '1.set.status', 'owner');

SET ROLE edit_designer;
SELECT set_action_value('desk.work', '1.set.status', 'designer');
SELECT add_step('desk.work', '{"group": "new", "do": []}', before => '1');
SELECT wrap_steps('desk.work', '2', '3', 'true');
SELECT move_step('desk.work', '1', after => '2');
SELECT disable_step('desk.work', '1');
UPDATE custom_actions.step_value SET value = 'h' WHERE action = 'desk.work' AND field = 'group' AND value = 'g';
DELETE FROM custom_actions.step WHERE action = 'desk.work';
SELECT number, made_by, what FROM custom_actions.edit ORDER BY number;
SET client_min_messages = notice;
SELECT undo_action_edit('desk.work') FROM generate_series(1, 7);
SELECT undo_action_edit('desk.work');
SELECT id, parent, kind, subject FROM custom_actions.step ORDER BY id;
SELECT create_action('desk.work', '{"table": "desk.case", "steps": []}', true);
SELECT undo_action_edit('desk.work');
SELECT id, parent, kind, subject FROM custom_actions.step ORDER BY id;
SELECT rename_action('desk.work', 'other_work');
SELECT copy_action('desk.work', 'work_copy');

SET ROLE edit_other;
SELECT set_action_value('desk.work', '1.set.status', 'other');
SELECT add_step('desk.work', '{"group": "new", "do": []}');
SELECT move_step('desk.work', '1', after => '2');
SELECT remove_step('desk.work', '1');
SELECT enable_step('desk.work', '1');
SELECT wrap_steps('desk.work', '1');
SELECT undo_action_edit('desk.work');
SELECT rename_action('desk.work', 'other_work');
UPDATE custom_actions.step_value SET value = 'other' WHERE action = 'desk.work' AND field = 'set.status';
INSERT INTO custom_actions.edit (action, number, made_by) VALUES ('desk.work', 1, 'me');
DELETE FROM custom_actions.edit_change;
SELECT custom_actions.mark_edit('desk.work', 'begin', '');
SELECT custom_actions.write_edit('desk.work', 'begin', '', 'edit_owner');

SET ROLE edit_nobody;
SELECT set_action_value('desk.work', '1.set.status', 'nobody');
SELECT undo_action_edit('desk.work');
SELECT value FROM custom_actions.step_value;

SET ROLE edit_owner;
SELECT rename_action('desk.work', 'other_work');
SELECT copy_action('desk.other_work', 'work');
SELECT name, owner FROM custom_actions.actions ORDER BY name;
SELECT drop_action('desk.work'), drop_action('desk.other_work');
RESET ROLE;
SELECT revoke_action_design('edit_owner'), revoke_action_design('edit_designer'), revoke_action_design('edit_other');
DROP SCHEMA desk CASCADE;
DROP ROLE edit_owner, edit_designer, edit_other, edit_nobody;
