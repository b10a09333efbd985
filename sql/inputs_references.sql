\i test/sql/prelude.sql
-- Inputs that are keys of rows: looked up before anything is written, with the rights
-- that the action runs with.

CREATE TABLE desk.customer (id bigint PRIMARY KEY, name text NOT NULL, region text);
CREATE TABLE desk.slot (room integer, at date, PRIMARY KEY (room, at));
CREATE TABLE desk.note (id integer GENERATED ALWAYS AS IDENTITY, customer bigint, told text);
CREATE TABLE desk.word (word varchar(5) COLLATE "C" PRIMARY KEY);
CREATE VIEW desk.customers AS SELECT * FROM desk.customer;
INSERT INTO desk.customer VALUES (1, 'Northwind', 'north'), (2, 'Bikes', 'south'), (3, 'Bakery', NULL);
INSERT INTO desk.word VALUES ('a'), ('b');

SELECT define('desk.call_back', '{"input": [
	{"name": "customer", "references": "desk.customer", "title": "Customer"},
	{"name": "others", "type": "integer[]", "references": "desk.customer", "required": false},
	{"name": "again", "type": "integer", "references": "desk.customer", "default": 2},
	{"name": "word", "references": "desk.word", "required": false}],
	"steps": [{"create": "desk.note", "set": {"customer": "=input.customer", "told": "{{input.again}}"}}]}');
SELECT pg_get_function_arguments('desk.call_back'::regproc);

-- typed, by JSON, from a default and in arrays
SELECT desk.call_back(1);
SELECT desk.call_back(9);
SELECT desk.call_back(1, again => 7);
SELECT desk.call_back(1, again => NULL);
SELECT desk.call_back(1, others => '{1,NULL,3}');
SELECT desk.call_back(1, others => '{1,NULL,4}');
SELECT desk.call_back(1, others => '{{1,2},{3,6}}');
SELECT desk.call_back(1, word => 'b');
SELECT desk.call_back(1, word => 'too long for any');
SELECT invoke_action('desk.call_back', '{"customer": 9}');
SELECT invoke_action('desk.call_back', '{"customer": 2, "others": [3, 9]}');
SELECT try_invoke_action('desk.call_back', '{"customer": 9}') #- '{invocation}';
SELECT invoke_action('desk.call_back', '{"customer": null}');
SELECT * FROM validate_action('desk.call_back', '{"customer": 9, "others": [1, 8], "again": 1}');
DELETE FROM desk.customer WHERE id = 2;
SELECT desk.call_back(1);
SELECT invoke_action('desk.call_back', '{"customer": 1}');
INSERT INTO desk.customer VALUES (2, 'Bikes', 'south');
SELECT count(*) FROM desk.note;

-- performed; what a plug-in changes
SELECT define('desk.outside', '{"input": [{"name": "id", "type": "bigint"}], "steps": [
	{"create": "desk.note", "set": {"told": "before"}},
	{"perform": "desk.call_back", "with": {"customer": "=input.id"},
		"on_error_when": "error.sqlstate = ''23503''", "on_error": [{"create": "desk.note", "set": {"told": "{{error.message}}"}}]}]}');
SELECT desk.outside(9);
SELECT told FROM desk.note ORDER BY id DESC LIMIT 2;
CREATE FUNCTION desk.other(context jsonb) RETURNS jsonb LANGUAGE sql STABLE AS
	$$ SELECT jsonb_build_object('input', jsonb_build_object('customer', (context -> 'input' ->> 'customer')::bigint * 3)) $$;
SELECT register_plugin('desk.call_back', 'pre_validation', 'desk.other(jsonb)') IS NOT NULL AS registered;
SELECT desk.call_back(1);
SELECT desk.call_back(2);
SELECT unregister_plugin(max(id)) FROM custom_actions.plugin_step;

-- a value that is not to be shown
SELECT define('desk.secret', '{"input": [{"name": "customer", "references": "desk.customer", "sensitive": true}], "steps": []}');
SELECT desk.secret(9);
SELECT invoke_action('desk.secret', '{"customer": 9}');

-- rows that the role does not see; the rights that count are those that the action runs with
CREATE ROLE inputs_clerk;
GRANT USAGE ON SCHEMA desk TO inputs_clerk;
ALTER TABLE desk.customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY north ON desk.customer FOR SELECT TO inputs_clerk USING (region = 'north');
SELECT define('desk.look', '{"read_only": true, "input": [{"name": "customer", "references": "desk.customer"}], "steps": []}');
SELECT define('desk.look_as_owner', '{"run_as": "owner", "read_only": true, "input": [{"name": "customer", "references": "desk.customer"}], "steps": []}');
GRANT EXECUTE ON FUNCTION desk.look, desk.look_as_owner TO inputs_clerk;
SELECT path, privilege, object FROM check_action_privileges('desk.look', 'inputs_clerk');
SET ROLE inputs_clerk;
SELECT desk.look(1);
RESET ROLE;
GRANT SELECT (id) ON desk.customer TO inputs_clerk;
SET ROLE inputs_clerk;
SELECT desk.look(1);
SELECT desk.look(2);
SELECT desk.look_as_owner(2);
SELECT desk.look_as_owner(9);
BEGIN READ ONLY;
SELECT desk.look(1);
COMMIT;
RESET ROLE;

-- a request that was carried out is answered again, whatever became of the row
SELECT define('desk.remove', '{"input": [{"name": "customer", "references": "desk.customer"}], "steps": [
	{"delete": "desk.customer", "id": "=input.customer"}]}');
SELECT invoke_action('desk.remove', '{"customer": 3}', 'once');
SELECT invoke_action('desk.remove', '{"customer": 3}', 'once');
SELECT invoke_action('desk.remove', '{"customer": 3}', 'twice');

-- what cannot be referenced
SELECT create_action('desk.wrong', '{"input": [
	{"name": "a", "references": "desk.slot"},
	{"name": "b", "references": "desk.customers"},
	{"name": "c", "references": "desk.nothing"},
	{"name": "d", "type": "text", "references": "desk.customer"},
	{"name": "e", "type": "text[]", "references": "desk.customer"},
	{"name": "f", "type": "numeric", "references": "desk.customer"}], "steps": []}');
SELECT location, message, hint FROM check_action('desk.wrong');
SELECT brief($$SELECT create_action('desk.typeless', '{"input": [{"name": "a"}]}')$$);
SELECT brief($$SELECT create_action('desk.typeless', '{"output": [{"name": "a", "references": "desk.customer"}]}')$$);

-- in the draft: edited by path, told in the outline and in diffs
SELECT create_action('desk.edited', '{"input": [{"name": "customer", "references": "desk.customer"}], "steps": []}');
SELECT set_action_value('desk.edited', 'input.customer.references', NULL);
SELECT set_action_value('desk.edited', 'input.customer.type', 'bigint');
SELECT activate_action('desk.edited');
SELECT set_action_value('desk.edited', 'input.customer.title', 'Who');
SELECT set_action_value('desk.edited', 'input.customer.references', 'desk.customer');
SELECT set_action_value('desk.edited', 'input.customer.type', NULL);
SELECT path, change, before, after FROM diff_action('desk.edited');
SELECT activate_action('desk.edited');
SELECT differs FROM custom_actions.actions WHERE name = 'desk.edited';
SELECT describe_action('desk.edited');
UPDATE custom_actions.parameter SET type = NULL, references_table = NULL WHERE action = 'desk.edited';

-- an input that is added says it, too
SELECT create_action('desk.added', '{"steps": []}');
SELECT add_action_parameter('desk.added', 'customer', references_table => 'desk.customer', title => 'Customer');
SELECT add_action_parameter('desk.added', 'several', 'integer[]', required => false, references_table => 'desk.customer', options => '[1, 2]');
SELECT add_action_parameter('desk.added', 'nothing');
SELECT add_action_parameter('desk.added', 'result', 'integer', 'out', options => '[1]');
SELECT activate_action('desk.added');
SELECT input, title, type, required, references_table, options FROM action_inputs('desk.added');
SELECT desk.added(99);
SELECT desk.added(1, '{1, 3}');
SELECT deactivate_action('desk.added');

-- the table is protected, and followed
DROP VIEW desk.customers;
DROP POLICY north ON desk.customer;
SELECT path, table_name, column_name FROM custom_actions.uses WHERE action = 'desk.look';
ALTER TABLE desk.customer DROP CONSTRAINT customer_pkey;
ALTER TABLE desk.customer ALTER id TYPE text;
ALTER TABLE desk.customer ALTER id TYPE numeric;
SELECT desk.look(1);
SELECT desk.look(9);
ALTER TABLE desk.customer RENAME TO client;
ALTER TABLE desk.client RENAME id TO number;
SELECT desk.look(9);
SELECT action_definition('desk.look');
SET client_min_messages = warning;
DROP SCHEMA desk CASCADE;
DROP ROLE inputs_clerk;
