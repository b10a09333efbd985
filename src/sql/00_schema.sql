\echo Use "CREATE EXTENSION custom_actions" to load this file. \quit

-- The parts of this script stand in the order in which they depend on each other:
-- what is written in C, tables, the rows of a definition, drafts, guards of the
-- tables, then what people do, and last who may.  A function calls none that comes
-- after it; what its INSERT or UPDATE sets off is said at the head of the guards.
--
-- In all of them, action_name is the qualified name of an action as it is stored,
-- and name is one as somebody wrote it.  Parameters of functions that people call
-- are named for them.

-- Catalogs and internals live here whatever schema the extension is created
-- in; the functions people call go to the schema of CREATE EXTENSION.
CREATE SCHEMA custom_actions;

COMMENT ON SCHEMA custom_actions IS
	'drafts, versions and internals of the extension custom_actions';

-- Nothing that others put into the target schema is seen while this runs;
-- what goes there is written with its name.
SET LOCAL search_path TO pg_catalog, custom_actions, pg_temp;
