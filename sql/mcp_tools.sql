\i test/sql/prelude.sql
-- Actions as tools of agents: which ones, and what of them.
\set VERBOSITY terse
SET client_min_messages = warning;
SET search_path = public, pg_catalog;
\pset format unaligned
\pset tuples_only on
\set agent test_mcp_lister
CREATE ROLE :agent;
\set ECHO none
\i test/sql/mcp.sql
\set ECHO all
SET ROLE test_mcp_lister;
SELECT mcp_tools();
SELECT mcp_tools(per_action => false);

-- A pattern; none that fits; the same text each time
SELECT t ->> 'name' FROM json_array_elements(mcp_tools('desk.%open\_ticket') -> 'tools') AS t;
SELECT mcp_tools('desk.x%');
SELECT mcp_tools('desk.x%', false);
SELECT mcp_tools()::text = mcp_tools()::text;

-- Who may execute none has none; what is not active is not listed
RESET ROLE;
SELECT deactivate_action('desk.open_ticket');
SET ROLE test_mcp_lister;
SELECT t ->> 'name' FROM json_array_elements(mcp_tools('desk.%open\_ticket') -> 'tools') AS t;
RESET ROLE;
REVOKE USAGE ON SCHEMA desk FROM test_mcp_lister;
SET ROLE test_mcp_lister;
SELECT mcp_tools();
RESET ROLE;
GRANT USAGE ON SCHEMA desk TO test_mcp_lister;

-- What a performed action does has become another thing: so has what performs it
SELECT t ->> 'description', t -> 'annotations' FROM json_array_elements(mcp_tools('desk.close_quietly') -> 'tools') AS t WHERE t ->> 'name' LIKE 'desk.%';
SELECT define('desk.close_ticket', '{"visibility": "agent", "description": "Closes a ticket whose problem is solved, whoever solved it.", "table": "desk.ticket", "steps": []}');
SELECT t ->> 'description', t -> 'annotations' FROM json_array_elements(mcp_tools('desk.close_quietly') -> 'tools') AS t WHERE t ->> 'name' LIKE 'desk.%';
SELECT mcp_tools(per_action => NULL);
DROP OWNED BY test_mcp_lister;
DROP ROLE test_mcp_lister;
