-- DDL that would break an active action is refused.  The tags are those that
-- change or drop what a definition can use.

CREATE EVENT TRIGGER custom_actions_ddl_end ON ddl_command_end
	WHEN TAG IN (
		'ALTER AGGREGATE', 'ALTER COLLATION', 'ALTER DOMAIN', 'ALTER EXTENSION',
		'ALTER FOREIGN TABLE', 'ALTER FUNCTION', 'ALTER MATERIALIZED VIEW',
		'ALTER OPERATOR', 'ALTER PROCEDURE', 'ALTER ROUTINE', 'ALTER RULE',
		'ALTER SCHEMA', 'ALTER SEQUENCE', 'ALTER TABLE', 'ALTER TYPE',
		'ALTER VIEW', 'CREATE AGGREGATE', 'CREATE FUNCTION', 'CREATE PROCEDURE',
		'CREATE RULE', 'CREATE VIEW')
	EXECUTE FUNCTION custom_actions.ddl_end();

COMMENT ON EVENT TRIGGER custom_actions_ddl_end IS
	'refuses DDL that would break an active action';

CREATE EVENT TRIGGER custom_actions_ddl_drop ON sql_drop
	WHEN TAG IN (
		'ALTER DOMAIN', 'ALTER EXTENSION', 'ALTER FOREIGN TABLE', 'ALTER TABLE',
		'ALTER TYPE', 'ALTER VIEW', 'CREATE VIEW', 'DROP AGGREGATE', 'DROP CAST',
		'DROP COLLATION', 'DROP DOMAIN', 'DROP EXTENSION', 'DROP FOREIGN TABLE',
		'DROP FOREIGN DATA WRAPPER', 'DROP FUNCTION', 'DROP INDEX',
		'DROP MATERIALIZED VIEW', 'DROP OPERATOR', 'DROP OPERATOR CLASS',
		'DROP OPERATOR FAMILY', 'DROP OWNED', 'DROP PROCEDURE', 'DROP ROUTINE',
		'DROP RULE', 'DROP SCHEMA', 'DROP SEQUENCE', 'DROP SERVER', 'DROP TABLE',
		'DROP TRIGGER', 'DROP TYPE', 'DROP VIEW')
	EXECUTE FUNCTION custom_actions.ddl_drop();

COMMENT ON EVENT TRIGGER custom_actions_ddl_drop IS
	'refuses DDL that would break an active action by dropping part of what it uses';

-- What new objects mean for actions: a function of the language is taken from
-- PUBLIC, and what formulas would use from now on is told of.  And TRUNCATE is guarded
-- where partitions of protected tables are.
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
	'takes actions that nobody activated from PUBLIC, warns of objects that formulas would use, guards partitions of protected tables';

-- What comes with an extension goes with it; its versions stay, as of every action.
CREATE EVENT TRIGGER custom_actions_shipped ON sql_drop
	WHEN TAG IN ('DROP EXTENSION', 'DROP OWNED', 'DROP SCHEMA')
	EXECUTE FUNCTION custom_actions.forget_shipped();

COMMENT ON EVENT TRIGGER custom_actions_shipped IS
	'deletes drafts of extensions that are dropped';
