# Programs of others, from npm, that judge what actions look like to them.
package Judge;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(npm_packages run_judge load_desk_verbs);

# The folder with the packages that test/npm/NAME pins; where they cannot be had, the
# test is left out.
sub npm_packages
{
	my ($name) = @_;
	my $said = qx{test/npm/install $name 2>&1};

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
