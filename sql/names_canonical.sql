-- Names are stored and compared by a rule of our own: quote_all_identifiers and
-- the keywords of the release change nothing.
\i test/sql/prelude.sql

CREATE SCHEMA "case";			-- a reserved word
CREATE SCHEMA "Odd ""one""";
CREATE TABLE desk."order" (id integer PRIMARY KEY, "values" text, owner_id integer, status text);
CREATE TYPE "case"."between" AS ENUM ('a', 'b');
CREATE FUNCTION "case"."coalesce"(v text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
INSERT INTO desk."order" VALUES (1, 'one', 1, 'new');

CREATE FUNCTION pg_temp.make(name text) RETURNS text LANGUAGE sql AS $$
	SELECT create_action(name, '{"table": "desk.order", "input": [{"name": "kind", "type": "\"case\".\"between\"", "default": "a"}, {"name": "short", "type": "varchar(3)[]", "required": false}],
		"output": [{"name": "said", "type": "text", "default": "=called.result"}],
		"steps": [{"set_status": "target", "to": "done"}, {"call": "case.coalesce", "with": {"v": "=input.kind::text"}, "as": "called"},
			{"get": "desk.order", "id": 1, "as": "other"}, {"update": "other", "set": {"values": "two"}}]}', true);
$$;
CREATE VIEW states AS SELECT name, state, differs, version, signature, bound_table FROM custom_actions.actions;

-- Made without the setting, used with it, and the other way round
INSERT INTO custom_actions.table_setting VALUES ('desk.order', 'owner_id', 'status');
SELECT pg_temp.make('desk.act'), activate_action('desk.act');
SET quote_all_identifiers = on;
SELECT pg_temp.make(n), activate_action(n) FROM unnest('{desk.other,case.nullif,"\"Odd \"\"one\"\"\".setof_"}'::text[]) AS n ORDER BY n;
SELECT activate_action('desk.act');
SELECT add_action_step('desk.act', 'let', NULL, '{"a": 1}') IS NOT NULL AS added;
SELECT name, state, differs, version FROM states ORDER BY name;
SELECT invoke_action('desk.act', '{"target": 1}');
SELECT activate_action('desk.act');
SELECT action_definition('desk.other', 1);
CREATE FUNCTION desk.plug(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
SELECT register_plugin('desk.act', 'pre_operation', 'desk.plug') IS NOT NULL AS registered;
SELECT action, function FROM custom_actions.plugin_step;
SELECT split_part(pg_describe_object(refclassid, refobjid, 0), ' ', 1) AS class, count(DISTINCT refobjid) FROM pg_depend
WHERE classid = 'pg_proc'::regclass AND objid = 'desk.act'::regproc AND deptype = 'n' GROUP BY 1 ORDER BY 1;
INSERT INTO custom_actions.table_setting VALUES ('case.no');
SELECT * FROM custom_actions.table_setting;
RESET quote_all_identifiers;
SELECT activate_action(name), name FROM states ORDER BY name;
SELECT name, state, differs, version, signature, bound_table FROM states ORDER BY name;
SET quote_all_identifiers = on;
SELECT unregister_plugin(id) FROM custom_actions.plugin_step;
SELECT drop_action(name) FROM states WHERE name <> 'desk.act' ORDER BY name;
SELECT name, state FROM states;
RESET quote_all_identifiers;
SELECT drop_action('desk.act');
SELECT count(*) FROM states;

-- What PostgreSQL 15 quotes is quoted, and keywords of later releases are not
SELECT substr(custom_actions.qualified_name('x', n), 3) AS quote_name FROM unnest('{plain,case,coalesce,values,between,left,setof,name,json_value,json_table,system_user,json,merge_action,absent,Odd,1st,with space,"q\"q",_x9,""}'::text[]) AS n;
SELECT custom_actions.canonical_spelling(n) FROM unnest('{"\"a\".\"b\"","a . B","\"case\".x","case.\"x\"",a,a.b.c}'::text[]) AS n;

-- Rows that another rule has quoted are found, listed once and go on to work
SELECT pg_temp.make('desk.act'), pg_temp.make('case.act');
SELECT activate_action(n) FROM unnest('{desk.act,case.act}'::text[]) AS n;
SET session_replication_role = replica;
DELETE FROM custom_actions.version WHERE definition ->> 'action' NOT IN ('desk.act', '"case".act');
UPDATE custom_actions.action SET name = '"desk"."act"' WHERE name = 'desk.act';
UPDATE custom_actions.step SET action = '"desk"."act"' WHERE action = 'desk.act';
UPDATE custom_actions.parameter SET action = '"desk"."act"' WHERE action = 'desk.act';
UPDATE custom_actions.version SET action = '"desk"."act"' WHERE action = 'desk.act';
UPDATE custom_actions.action SET name = 'case."act"' WHERE name = '"case".act';
UPDATE custom_actions.step SET action = 'case."act"' WHERE action = '"case".act';
UPDATE custom_actions.parameter SET action = 'case."act"' WHERE action = '"case".act';
UPDATE custom_actions.version SET action = 'case."act"' WHERE action = '"case".act';
UPDATE custom_actions.table_setting SET table_name = '"desk"."order"';
RESET session_replication_role;
SELECT name, state, version FROM states ORDER BY name;
SET search_path = desk, public;
SELECT add_action_step('act', 'let', NULL, '{"a": 1}') IS NOT NULL AS added;
SELECT activate_action('act'), activate_action('case.act');
RESET search_path;
SELECT register_plugin('desk.act', 'pre_operation', 'desk.plug') IS NOT NULL AS registered;
SELECT invoke_action('desk.act', '{"target": 1, "kind": "b"}');
SELECT create_action('desk.act');
SELECT check_action('case.act');
SELECT drop_action('desk.act');
SELECT unregister_plugin(id) FROM custom_actions.plugin_step;
SELECT drop_action('desk.act'), drop_action('case.act');
SELECT count(*) FROM states;
