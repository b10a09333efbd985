\i test/sql/prelude.sql
-- Options of inputs, and the rules of domains and enums.

CREATE TABLE desk.city (name text PRIMARY KEY, country text);
INSERT INTO desk.city VALUES ('Rome', 'IT'), ('Pisa', 'IT'), ('Berlin', 'DE');
CREATE TYPE desk.urgency AS ENUM ('low', 'normal', 'high');
CREATE DOMAIN desk.percent AS integer CONSTRAINT at_most_all CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN desk.tenths AS desk.percent CONSTRAINT whole_tenths CHECK (VALUE % 10 = 0);
COMMENT ON CONSTRAINT whole_tenths ON DOMAIN desk.tenths IS 'Give ten, twenty and so on.';
CREATE DOMAIN desk.named AS text NOT NULL;

SELECT define('desk.visit', '{"input": [
	{"name": "country", "type": "text", "options": ["IT", "DE"]},
	{"name": "city", "type": "text", "options": "=array(SELECT c.name FROM desk.city AS c WHERE c.country = input.country ORDER BY 1)"},
	{"name": "why", "type": "text", "options": "desk.urgency", "default": "low"},
	{"name": "how", "type": "desk.urgency", "options": ["low", "high"], "required": false},
	{"name": "days", "type": "integer[]", "options": [1, 2, 3], "required": false},
	{"name": "price", "type": "numeric(6,2)", "options": "=array[1.5, 20]", "required": false},
	{"name": "who", "type": "text", "options": "=array[context.caller::text]", "required": false}],
	"output": [{"name": "went", "type": "text", "default": "=input.city || '' '' || input.why"}], "steps": []}');

SELECT desk.visit('IT', 'Rome');
SELECT desk.visit('IT', 'Pisaa');
SELECT desk.visit('DE', 'Rome');
SELECT desk.visit('FR', 'Paris');
SELECT desk.visit('IT', 'Rome', why => 'hihg');
SELECT desk.visit('IT', 'Rome', why => NULL);
SELECT desk.visit('IT', 'Rome', how => 'normal');
SELECT desk.visit('IT', 'Rome', days => '{1,3}');
SELECT desk.visit('IT', 'Rome', days => '{1,NULL,4}');
SELECT desk.visit('IT', 'Rome', price => 1.50);
SELECT desk.visit('IT', 'Rome', price => 2);
SELECT desk.visit('IT', 'Rome', who => current_user);
SELECT desk.visit('IT', 'Rome', who => 'nobody');
SELECT invoke_action('desk.visit', '{"city": "Rome", "country": "IT"}');
SELECT invoke_action('desk.visit', '{"city": "Roma", "country": "IT"}');
SELECT invoke_action('desk.visit', '{"city": "Rome", "country": "IT", "how": "hgih"}');
SELECT invoke_action('desk.visit', '{"city": "Rome", "country": "IT", "how": "normal", "days": [1]}');
DELETE FROM desk.city WHERE country = 'DE';
SELECT desk.visit('DE', 'Berlin');

-- for forms: what depends on other inputs by what is filled in; with the rights of the action
SELECT * FROM action_input_options('desk.visit', 'country');
SELECT * FROM action_input_options('desk.visit', 'city', '{"country": "IT"}');
SELECT * FROM action_input_options('desk.visit', 'city');
SELECT * FROM action_input_options('desk.visit', 'why');
SELECT * FROM action_input_options('desk.visit', 'price');
SELECT * FROM action_input_options('desk.visit', 'days', '{"days": [9]}');
SELECT * FROM action_input_options('desk.visit', 'cities');
SELECT * FROM action_input_options('desk.visit', 'city', '{"countri": "IT"}');
SELECT * FROM action_input_options('desk.visit', 'city', '[]');
SELECT define('desk.plain', '{"run_as": "owner", "input": [{"name": "how", "type": "desk.urgency"}, {"name": "n", "type": "integer"},
	{"name": "city", "type": "text", "options": "=array(SELECT c.name FROM desk.city AS c ORDER BY 1)"}], "steps": []}');
CREATE ROLE inputs_form;
GRANT USAGE ON SCHEMA desk TO inputs_form;
SET ROLE inputs_form;
SELECT * FROM action_input_options('desk.plain', 'city');
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.plain, desk.visit TO inputs_form;
SET ROLE inputs_form;
SELECT * FROM action_input_options('desk.plain', 'city');
SELECT * FROM action_input_options('desk.plain', 'how');
SELECT * FROM action_input_options('desk.plain', 'n');
SELECT * FROM action_input_options('desk.visit', 'city', '{"country": "IT"}');
RESET ROLE;

-- all that is wrong at once; what depends on what is wrong is not told
SELECT * FROM validate_action('desk.visit', '{"country": "IT", "city": "Rome"}');
SELECT * FROM validate_action('desk.visit', '{"country": "IT", "city": "Berlin", "why": "x", "how": "normal", "days": [7]}');
SELECT * FROM validate_action('desk.visit', '{"country": 7, "city": "Berlin"}');

-- what many options look like, and what is not to be shown
SELECT define('desk.many', '{"input": [{"name": "n", "type": "integer", "options": "=array(SELECT generate_series(1, 50))"},
	{"name": "secret", "type": "text", "options": ["tango", "foxtrot"], "sensitive": true, "required": false}], "steps": []}');
SELECT desk.many(51);
SELECT desk.many(50);
SELECT desk.many(1, 'tangoo');

-- a plug-in that changes several inputs at once
CREATE FUNCTION desk.elsewhere(context jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT context -> 'configuration' $$;
SELECT register_plugin('desk.visit', 'pre_operation', 'desk.elsewhere(jsonb)') IS NOT NULL AS registered;
INSERT INTO desk.city VALUES ('Berlin', 'DE');
UPDATE custom_actions.plugin_step SET configuration = '{"input": {"country": "DE", "city": "Berlin"}}';
SELECT desk.visit('IT', 'Rome');
UPDATE custom_actions.plugin_step SET configuration = '{"input": {"city": "Berlin"}}';
SELECT desk.visit('IT', 'Rome');

-- domains: JSON, perform
SELECT define('desk.rebate', '{"input": [{"name": "by", "type": "desk.tenths"},
	{"name": "others", "type": "desk.percent[]", "required": false},
	{"name": "title", "type": "desk.named", "default": "x"}], "steps": []}');
SELECT invoke_action('desk.rebate', '{"by": 30, "others": [1, 2]}');
SELECT invoke_action('desk.rebate', '{"by": 35}');
SELECT invoke_action('desk.rebate', '{"by": 110}');
SELECT invoke_action('desk.rebate', '{"by": 30, "others": [1, 101]}');
SELECT invoke_action('desk.rebate', '{"by": 30, "title": null}');
SELECT try_invoke_action('desk.rebate', '{"by": -10}') -> 'error';
SELECT define('desk.rebate_all', '{"input": [{"name": "by", "type": "integer"}], "steps": [{"perform": "desk.rebate", "with": {"by": "=input.by"}}]}');
SELECT desk.rebate_all(30);
SELECT desk.rebate_all(35);
-- PostgreSQL reads the arguments of a typed call before the action begins
SELECT desk.rebate(35);

-- what cannot be options
SELECT create_action('desk.wrong', '{"input": [
	{"name": "a", "type": "text", "options": 3},
	{"name": "b", "type": "text", "options": "desk.nothing"},
	{"name": "c", "type": "text", "options": "integer"},
	{"name": "d", "type": "json", "options": ["1"]},
	{"name": "e", "type": "integer", "options": ["x"]},
	{"name": "f", "type": "integer", "options": "=5"},
	{"name": "g", "type": "integer", "options": "=array[target.id]"},
	{"name": "h", "type": "integer", "options": "=array[random()::integer]"}], "steps": []}');
SELECT location, message, hint FROM check_action('desk.wrong');
SELECT brief($$SELECT create_action('desk.out', '{"output": [{"name": "a", "type": "text", "options": ["x"]}]}')$$);

-- an enum that is renamed, and one that gets a label
ALTER TYPE desk.urgency ADD VALUE 'critical';
ALTER TYPE desk.urgency RENAME TO haste;
SELECT unregister_plugin(max(id)) FROM custom_actions.plugin_step;
SELECT desk.visit('IT', 'Rome', why => 'critical');
SELECT p ->> 'options' AS options FROM json_array_elements(action_definition('desk.visit') -> 'input') AS p WHERE p ->> 'name' = 'why';
DROP TYPE desk.haste;
-- A default that is no option, or no option at all, is told before anybody calls
SELECT create_action('desk.preset', $${"input": [
	{"name": "a", "type": "integer", "options": [1, 2], "default": 3}, {"name": "b", "type": "text", "options": ["x", "y"], "default": "Y"},
	{"name": "c", "type": "integer", "options": [], "required": false}, {"name": "d", "type": "numeric", "options": [1.50], "default": 1.5},
	{"name": "e", "type": "text", "options": ["x", "=upper('x')"], "default": "z"}, {"name": "f", "type": "text", "options": ["x"], "default": "=lower('X')"},
	{"name": "g", "type": "integer", "options": [1], "default": "1"}],
	"output": [{"name": "all_", "type": "text", "default": "{{input.a}}{{input.b}}{{input.c}}{{input.d}}{{input.e}}{{input.f}}{{input.g}}"}]}$$);
SELECT location, message, hint FROM check_action('desk.preset');
SELECT activate_action('desk.preset');
SELECT desk.preset();
SELECT desk.preset(a => 2, b => 'x', e => 'X');

-- a formula is told as it is written, also where there are enums
SELECT create_action('desk.told', '{"input": [{"name": "n", "type": "integer", "options": "=array(SELECT 1)"}, {"name": "u", "type": "text", "options": "desk.haste"}], "steps": []}');
SELECT input, options FROM action_inputs('desk.told', 0);

SET client_min_messages = warning;
DROP SCHEMA desk CASCADE;
DROP ROLE inputs_form;
