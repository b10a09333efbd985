# Programs of others, from npm, that judge what actions look like to them.
package Judge;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Copy;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(npm_packages run_judge load_desk_verbs install_bridge load_agent_verbs);

# The folder with the packages that test/npm/NAME, or test/NAME, pins; where they cannot be had, the
# test is left out, and so it is where Node.js is older than they want it.
sub npm_packages
{
	my ($name, $least) = @_;
	my ($release) = qx{node --version 2>&1} =~ /^v(\d+)/;
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

# Verbs that agents are shown; one of them takes its time.
sub load_agent_verbs
{
	my ($node, $database) = @_;

	$node->safe_psql($database, <<~'SQL');
		SELECT set_action_value(name, 'visibility', 'agent'), set_action_value(name, 'description', description || ', as the help desk does it for its customers'), activate_action(name)
		FROM custom_actions.actions WHERE name IN ('support.close_case', 'support.escalate_case', 'support.count_cases') ORDER BY name;
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

1;
