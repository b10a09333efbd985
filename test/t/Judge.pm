# Programs of others, from npm, that judge what actions look like to them.
package Judge;

use strict;
use warnings FATAL => 'all';

use CustomActions;
use Exporter 'import';
use File::Copy;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(npm_packages run_judge load_desk_verbs load_drawn_verbs install_bridge show_to_agents load_agent_verbs judge_mcp);

# The folder with the packages that test/npm/NAME, or test/NAME, pins; where they cannot be had, the
# test is left out, and so it is where Node.js is older than they want it.
sub npm_packages
{
	my ($name, $least) = @_;
	no warnings 'exec';			# where there is no Node.js
	my ($release) = (qx{node --version 2>&1} // '') =~ /^v(\d+)/;
	my $said = qx{test/npm/install $name 2>&1};

	plan(skip_all => "$name wants Node.js $least") if defined $release && defined $least && $release < $least;
	plan(skip_all => "$name cannot be had: $said") if $? >> 8 == 77;
	BAIL_OUT("$name cannot be had: $said") if $? != 0;
	return (split /\n/, $said)[-1];
}

# Verbs of the help desk of other kinds than the one that the demo has
sub load_desk_verbs
{
	my ($node, $database) = @_;

	$node->safe_psql($database, slurp_file('test/clients/verbs.sql'));
	return;
}

# So many actions with inputs and outputs of all sorts of types, drawn by a seed
sub load_drawn_verbs
{
	my ($node, $database, $seed, $actions) = @_;

	$node->safe_psql($database, "\\set seed $seed\n\\set actions $actions\n" . slurp_file('test/clients/generated.sql'));
	return;
}

# Shows agents these actions, a condition on their names
sub show_to_agents
{
	my ($node, $database, $condition) = @_;

	$node->safe_psql($database, <<~SQL);
		SELECT set_action_value(name, 'visibility', 'agent'), set_action_value(name, 'description', description || ', as the help desk does it for its customers'), activate_action(name)
		FROM custom_actions.actions WHERE $condition ORDER BY name
		SQL
	return;
}

# Verbs that agents are shown; one of them takes its time.
sub load_agent_verbs
{
	my ($node, $database) = @_;

	show_to_agents($node, $database, q{name IN ('support.close_case', 'support.escalate_case', 'support.count_cases')});
	$node->safe_psql($database, <<~'SQL');
		CREATE FUNCTION support.rest(seconds integer) RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT pg_sleep(seconds); END;
		SELECT create_action('support.wait', '{"description": "Wait for some seconds, and then say that it is done", "visibility": "agent",
			"input": [{"name": "seconds", "type": "integer"}], "steps": [{"call": "support.rest", "with": {"seconds": "=input.seconds"}}]}'::json), activate_action('support.wait');
		SQL
	return;
}

# The bridge with what it needs, in a folder of its own; returns its file.
sub install_bridge
{
	my $modules = npm_packages('bridge');
	my $folder = PostgreSQL::Test::Utils::tempdir;

	copy('test/bridge/bridge.mjs', $folder) or die "bridge.mjs: $!";
	symlink($modules, "$folder/node_modules") or die "node_modules: $!";
	return "$folder/bridge.mjs";
}

# Runs a script of Node.js that is connected to the database by its environment. Each of
# its lines "ok - ..." and "not ok - ..." is an assertion.
sub run_judge
{
	my ($node, $database, $modules, @command) = @_;
	my ($out, $err) = ('', '');

	local %ENV = ($node->_get_env(), PGDATABASE => $database, NODE_MODULES => $modules, NO_UPDATE_NOTIFIER => 1);
	IPC::Run::run([ 'node', @command ], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(300));
	my $status = $? >> 8;

	foreach (split /\n/, $out)
	{
		/^(not )?ok - (.*)/ ? ok(!$1, $2) : diag($_);
	}
	is($status, 0, "@command comes to its end") or diag($err);
	return $out;
}

# Lets the protocol's own clients, of both generations, do with the bridge what a script says:
# the old client succeeds with something, and so does the young one, and what is refused
# leaves a case as it is.
sub judge_mcp
{
	my ($node, $database, $modules, $script, $bridge, $refused_case) = @_;

	run_judge($node, $database, $modules, $script, $bridge);
	is($node->safe_psql($database, q{SELECT DISTINCT actor, client ->> 'application_name' FROM custom_actions.invocations WHERE status = 'succeeded' ORDER BY 1, 2}),
		"ada\@support.example|old client 1.0\nada\@support.example|young client 2.0", 'the record says who, with which client');
	is($node->safe_psql($database, "SELECT status FROM support.case WHERE id = $refused_case"), 'open', 'what was refused changed nothing');
	log_is_clean($node, 'the log of the server is clean');
	return;
}

1;
