# The Model Context Protocol's own clients, of both generations, over standard input and
# output of the bridge: what bridge_mcp.mjs does with them, and what the record says then.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Judge;
use Test::More;

my $modules = npm_packages('mcp', 20);
my $bridge = install_bridge();
my $node = new_server('main');

create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
load_agent_verbs($node, 'main');
$node->safe_psql('main', <<~'SQL');
	REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA support FROM PUBLIC;
	CREATE ROLE desk_agent LOGIN;
	GRANT USAGE ON SCHEMA support TO desk_agent;
	GRANT EXECUTE ON FUNCTION support.escalate_case, support.count_cases, support.wait TO desk_agent;
	GRANT EXECUTE ON FUNCTION support.rest TO desk_agent;
	GRANT SELECT, UPDATE ON support.case TO desk_agent;
	GRANT INSERT, SELECT ON support.task TO desk_agent;
	SQL
judge_mcp($node, 'main', $modules, 'test/clients/bridge_mcp.mjs', $bridge, 41);
$node->stop;
done_testing();
