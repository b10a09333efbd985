# The states of CHECK constraints are kept where nobody oversees access: what sql/kept_checks.sql
# prints is what it prints where every statement makes its own. That they are used, the figures of
# escalate in instructions.pl tell.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');

# Runs the file in a database of its own; returns what it prints, and how often states were kept.
sub printed
{
	my ($database, $plain) = @_;
	my $script = "SET custom_actions.plain_path = '$plain';\n\\i sql/kept_checks.sql\n"
		# one is the table of those that are kept
		. q{SELECT 'kept: ' || count(*) / 2 FROM pg_backend_memory_contexts WHERE name = 'custom action checks';};
	my $out = '';

	create_database($node, $database);
	IPC::Run::run([ 'psql', '-Xaq', '-d', $node->connstr($database), '-f', '-' ], '<', \$script, '>', \$out, '2>&1');
	my ($kept) = $out =~ s/^[^\n]*'kept: '.*//ms ? $& =~ /^ kept: (\d+)$/m : ();
	return ($out =~ s/^SET custom_actions.plain_path.*\n//mr, $kept);
}

my ($plain, $none) = printed('plain', 'checks');
my ($rewritten, $kept) = printed('rewritten', '');

is($none, 0, 'none are kept on the plain path');
is($kept, 1, 'those of the catalogs as they are now are kept, and no others');
like($plain, qr/violates check constraint "item_price"/, 'checks refuse rows');
is($rewritten, $plain, 'with kept states comes what comes without them');
log_is_clean($node, 'the log is clean');
done_testing();
