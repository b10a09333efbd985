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
$node->safe_psql('main', <<~'SQL');
	SELECT set_action_value(name, 'visibility', 'agent'), set_action_value(name, 'description', description || ', as the help desk does it for its customers'), activate_action(name)
	FROM custom_actions.actions ORDER BY name;
	REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA support FROM PUBLIC;
	CREATE ROLE mcp_agent LOGIN;
	GRANT USAGE ON SCHEMA support TO mcp_agent;
	GRANT EXECUTE ON FUNCTION support.close_case, support.count_cases, support.open_case TO mcp_agent;
	GRANT SELECT, INSERT, UPDATE ON support.case TO mcp_agent;
	GRANT SELECT ON support.customer TO mcp_agent;
	SQL
run_judge($node, 'main', $modules, 'test/clients/mcp.mjs', $bridge);
is($node->safe_psql('main', q{SELECT DISTINCT actor, client ->> 'application_name' FROM custom_actions.invocations WHERE status = 'succeeded' ORDER BY 1, 2}),
	"ada\@support.example|old client 1.0\nada\@support.example|young client 2.0", 'the record says who, with which client');
is($node->safe_psql('main', q{SELECT status FROM support.case WHERE id = 42}), 'open', 'what was refused changed nothing');
log_is_clean($node, 'the log of the server is clean');
$node->stop;
done_testing();
