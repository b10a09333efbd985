# The Model Context Protocol's own clients, of both generations: they list tools, preview, call, are
# refused, and confirm with the token; what mcp.mjs does. What the record says then.
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
show_to_agents($node, 'main', 'true');
$node->safe_psql('main', <<~'SQL');
	REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA support FROM PUBLIC;
	CREATE ROLE mcp_agent LOGIN;
	GRANT USAGE ON SCHEMA support TO mcp_agent;
	GRANT EXECUTE ON FUNCTION support.close_case, support.count_cases, support.open_case TO mcp_agent;
	GRANT SELECT, INSERT, UPDATE ON support.case TO mcp_agent;
	GRANT SELECT ON support.customer TO mcp_agent;
	SQL
judge_mcp($node, 'main', $modules, 'test/clients/mcp.mjs', $bridge, 42);
$node->stop;
done_testing();
