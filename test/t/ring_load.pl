# Many failures at once: each is recorded or counted, exactly. RING_FAILURES says how
# many.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Ring;
use Test::More;
use Time::HiRes qw(time);

my $sessions = 4;
my $each = int(($ENV{RING_FAILURES} // 8000) / $sessions);
my $node = new_ring_server('main', "custom_actions.log_ring_size = 1MB\n");
create_failing($node, 'main');

# All sessions fail at once; returns how long it took.
sub fail_together
{
	my ($word, $level) = @_;
	my $begin = time;
	my @clients;

	foreach (1 .. $sessions)
	{
		my ($in, $out) = ("SET custom_actions.log_level = $level; SELECT fail($each, '$word');", '');

		push @clients, [ IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('main') ], '<', \$in, '>', \$out), \$out ];
	}
	$_->[0]->finish foreach @clients;
	is(join(' ', map { ${ $_->[1] } =~ s/\s//gr } @clients), join(' ', ($each) x $sessions), "each of $sessions sessions fails $each times at level $level");
	return time() - $begin;
}

fail_together('warm', 'off');
my $off = fail_together('off', 'off');
my $on = fail_together('flood', 'failures');
note(sprintf '%d failures took %.2f s at level off, %.2f s at level failures', $each * $sessions, $off, $on);

$node->poll_query_until('main', 'SELECT waiting = 0 FROM custom_actions.log_mode');
my $log = $node->safe_psql('main', 'SELECT count(*) FROM custom_actions.log');
ring_is($node, 'main', "recorded + dropped + skipped = $sessions * $each, recorded = $log, recorded > 0, skipped, waiting", 't|t|t|0|0',
	'recorded + dropped = failed');
note('recorded|dropped: ' . $node->safe_psql('main', 'SELECT recorded, dropped FROM custom_actions.log_mode'));
is($node->safe_psql('main', q{SELECT count(*) FROM custom_actions.log WHERE message <> 'broken: flood' OR action <> 'desk.broken'}), 0, 'what is recorded is whole');

log_is_clean($node, 'nothing is wrong in the log');
$node->stop;
done_testing();
