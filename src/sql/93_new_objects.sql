-- What new objects mean for actions: a function of the language is taken from
-- PUBLIC, and what formulas would use from now on is told of.

CREATE FUNCTION custom_actions.ddl_new()
RETURNS event_trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_ddl_new';

COMMENT ON FUNCTION custom_actions.ddl_new() IS
	'takes actions that nobody activated from PUBLIC, and warns of objects that formulas would use';

CREATE EVENT TRIGGER custom_actions_ddl_new ON ddl_command_end
	WHEN TAG IN (
		'ALTER AGGREGATE', 'ALTER COLLATION', 'ALTER DOMAIN', 'ALTER FOREIGN TABLE',
		'ALTER FUNCTION', 'ALTER MATERIALIZED VIEW', 'ALTER OPERATOR',
		'ALTER ROUTINE', 'ALTER SEQUENCE', 'ALTER TABLE', 'ALTER TYPE', 'ALTER VIEW',
		'CREATE AGGREGATE', 'CREATE CAST', 'CREATE COLLATION', 'CREATE DOMAIN',
		'CREATE EXTENSION', 'CREATE FOREIGN TABLE', 'CREATE FUNCTION',
		'CREATE MATERIALIZED VIEW', 'CREATE OPERATOR', 'CREATE SCHEMA',
		'CREATE SEQUENCE', 'CREATE TABLE', 'CREATE TABLE AS', 'CREATE TYPE',
		'CREATE VIEW', 'IMPORT FOREIGN SCHEMA', 'SELECT INTO')
	EXECUTE FUNCTION custom_actions.ddl_new();

COMMENT ON EVENT TRIGGER custom_actions_ddl_new IS
	'takes actions that nobody activated from PUBLIC, and warns of objects that formulas would use';
