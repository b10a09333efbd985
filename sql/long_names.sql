-- Names of 63 bytes, of several bytes a letter and with quotes inside: nothing cuts them, or takes them apart.
\i test/sql/prelude.sql
SELECT repeat('漢', 21) AS long, repeat('字', 19) || '"ab"c' AS quoted, repeat('é', 31) || 'x' AS mixed, repeat('a', 63) AS action \gset
SELECT octet_length(:'long') AS long, octet_length(:'quoted') AS quoted, octet_length(:'mixed') AS mixed;
CREATE SCHEMA :"long";
CREATE TABLE :"long".:"quoted" (:"mixed" integer PRIMARY KEY, :"long" text, :"quoted" text);
CREATE TABLE :"long"."user" (id integer PRIMARY KEY);
CREATE TYPE :"long".:"mixed" AS ENUM ('a', 'b');
CREATE FUNCTION :"long".:"mixed"(text) RETURNS text STABLE RETURN $1;
INSERT INTO :"long".:"quoted" VALUES (1, 'one', 'two');
SELECT format('%I.%s', :'long', :'action') AS name \gset
SELECT define(:'name', json_build_object('table', format('%I.%I', :'long', :'quoted'),
	'input', json_build_array(json_build_object('name', repeat('i', 63), 'type', format('%I.%I', :'long', :'mixed'), 'default', 'a')),
	'steps', json_build_array(
		json_build_object('require', format('target.%I <> input.%s::text', :'long', repeat('i', 63)), 'message', :'long'),
		json_build_object('create', format('%I."user"', :'long'), 'as', repeat('n', 63), 'set', json_build_object('id', format('=target.%I', :'mixed'))),
		json_build_object('update', 'target', 'set', json_build_object(:'quoted', format('=%I.%I(target.%I) || %s.id', :'long', :'mixed', :'long', repeat('n', 63)))))));

-- What is seen of them
SELECT describe_action(:'name');
SELECT DISTINCT replace(table_name, :'long', '(long)') AS table_name, column_name FROM custom_actions.uses WHERE table_name IS NOT NULL ORDER BY 1, 2;
SELECT path, field FROM custom_actions.step_value WHERE path ~ '^[0-9]' OR path ~ '^i' ORDER BY path, field;
SELECT action_diagram(:'name') ~ 'CHANGE target', action_diagram(:'name', format => 'dot') ~ 'CHANGE target';
SELECT "column", before, after FROM preview_action(:'name', '{"target": 1}') WHERE part = 'change';

-- One address, as it is printed
SELECT set_action_value(:'name', '3.set.' || quote_ident(:'quoted'), 'new');
SELECT path, change, after FROM diff_action(:'name');
SELECT undo_action_edit(:'name') IS NOT NULL;

-- A role of such a name
CREATE ROLE :"quoted";
SELECT grant_statement FROM check_action_privileges(:'name', quote_ident(:'quoted')::regrole) \gexec
SELECT count(*) FROM check_action_privileges(:'name', quote_ident(:'quoted')::regrole);
SELECT revoke_action(:'name', quote_ident(:'quoted')::regrole);
DROP OWNED BY :"quoted";
DROP ROLE :"quoted";

-- Away and back
SELECT export_actions_script() AS script \gset
SELECT drop_action(:'name', purge => true);
SET client_min_messages = warning;
:script;
RESET client_min_messages;
SELECT invoke_action(:'name', '{"target": 1}');
SELECT :"quoted" FROM :"long".:"quoted";
SELECT rename_action(:'name', format('%I.%s', :'long', repeat('b', 63))) = format('%I.%s', :'long', repeat('b', 63));
SELECT rename_action(format('%I.%s', :'long', repeat('b', 63)), format('%I.%s', :'long', repeat('c', 64)));

-- Files of different actions have different names
CREATE SCHEMA "字漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢";
SELECT copy_action(format('%I.%s', :'long', repeat('b', 63)), '"字漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢".' || repeat('b', 63)) IS NOT NULL;
SELECT count(DISTINCT file_name), bool_and(file_name ~ '^[a-z0-9_.-]+$'), max(length(file_name)) FROM exported_actions(drafts => true);
