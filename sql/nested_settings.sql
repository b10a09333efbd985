-- Settings and privileges of performed actions, which are entered directly when
-- their settings are in effect already.
\i test/sql/prelude.sql
\set SHOW_CONTEXT errors

CREATE FUNCTION desk.set_path(path text, is_local boolean) RETURNS text LANGUAGE sql AS
	'SELECT set_config(''search_path'', path, is_local)';
SELECT define('desk.inner_local', '{ "output": [ {"name": "path", "type": "text"} ], "steps": [
  {"call": "desk.set_path", "with": {"path": "pg_catalog", "is_local": true}},
  {"output": {"path": "=current_setting(''search_path'')"}} ] }');
SELECT define('desk.inner_work', '{ "output": [ {"name": "work", "type": "text"} ], "steps": [
  {"output": {"work": "=current_setting(''work_mem'')"}} ] }');
SELECT define('desk.outer_local', '{ "output": [ {"name": "said", "type": "text"} ], "steps": [
  {"let": {"before": "=current_setting(''search_path'')"}},
  {"perform": "desk.inner_local", "as": "i"},
  {"output": {"said": "inside {{i.path}}; unchanged {{let.before = current_setting(''search_path'')}}"}} ] }');
SELECT define('desk.outer_work', '{ "output": [ {"name": "said", "type": "text"} ], "steps": [
  {"perform": "desk.inner_work", "as": "i"},
  {"output": {"said": "inside {{i.work}}, after {{current_setting(''work_mem'')}}"}} ] }');

-- a SET LOCAL of a performed action's own setting ends with it, as PostgreSQL says of functions
SELECT desk.outer_local();
SELECT desk.outer_local(), current_setting('search_path');
BEGIN;
SET LOCAL search_path = public, pg_temp;
SELECT invoke_action('desk.inner_local'), current_setting('search_path');
SELECT current_setting('search_path');
ROLLBACK;
SELECT current_setting('search_path');

-- a plain SET lasts for the session, as of any function; the performer goes on under its own settings
SELECT define('desk.inner_session', '{ "output": [ {"name": "path", "type": "text"} ], "steps": [
  {"call": "desk.set_path", "with": {"path": "pg_catalog", "is_local": false}},
  {"output": {"path": "=current_setting(''search_path'')"}} ] }');
SELECT define('desk.outer_session', '{ "output": [ {"name": "said", "type": "text"} ], "steps": [
  {"let": {"before": "=current_setting(''search_path'')"}},
  {"perform": "desk.inner_session", "as": "i"},
  {"output": {"said": "inside {{i.path}}; unchanged {{let.before = current_setting(''search_path'')}}"}} ] }');
SELECT desk.outer_session();
SHOW search_path;
RESET search_path;
SELECT path FROM desk.inner_session();
SHOW search_path;
RESET search_path;

-- a setting that is not in effect is set, and undone
SET work_mem = '4MB';
SELECT desk.outer_work();
ALTER FUNCTION desk.inner_work SET work_mem = '8MB';
SELECT desk.outer_work();
SET work_mem = '8MB';
SELECT desk.outer_work();
ALTER FUNCTION desk.inner_work RESET work_mem;
SET work_mem = '4MB';
SELECT desk.outer_work();
RESET work_mem;

-- EXECUTE is needed all the same, from the moment on that it is revoked
CREATE ROLE regress_ca_nested;
GRANT USAGE ON SCHEMA desk TO regress_ca_nested;
GRANT EXECUTE ON FUNCTION desk.outer_work, desk.inner_work TO regress_ca_nested;
SET ROLE regress_ca_nested;
SELECT desk.outer_work();
RESET ROLE;
REVOKE EXECUTE ON FUNCTION desk.inner_work FROM regress_ca_nested;
SET ROLE regress_ca_nested;
SELECT desk.outer_work();
RESET ROLE;

-- an action that runs as its owner is never entered directly
GRANT EXECUTE ON FUNCTION desk.inner_work TO regress_ca_nested;
SELECT define('desk.who', '{ "run_as": "owner", "output": [ {"name": "owner", "type": "boolean", "default": "=current_user <> ''regress_ca_nested''"} ] }');
SELECT define('desk.ask_who', '{ "output": [ {"name": "said", "type": "text", "default": "{{w.owner}} {{current_user}}"} ], "steps": [ {"perform": "desk.who", "as": "w"} ] }');
GRANT EXECUTE ON FUNCTION desk.who, desk.ask_who TO regress_ca_nested;
SET ROLE regress_ca_nested;
SELECT desk.ask_who();
RESET ROLE;
DROP OWNED BY regress_ca_nested;
DROP ROLE regress_ca_nested;
