# A crash loses what was in the ring, and no more: the log is sound, nothing is in it
# twice, and failures are recorded again.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Ring;
use Test::More;

my $node = new_ring_server('main', "restart_after_crash = on\nautovacuum = off\n");
create_failing($node, 'main');
my ($lost, $round) = (0, 0);

# Failures as fast as a session can, in the background
sub begin_failing
{
	my $session = $node->background_psql('main', on_error_stop => 0, timeout => 60);

	$session->query_until(qr/begun/, "\\echo begun\nSELECT fail(1000000, 'flood $round');\n");
	$node->poll_query_until('main', "SELECT count(*) > 0 FROM custom_actions.log WHERE message = 'broken: flood $round'");
	return $session;
}

# The pid of a backend
sub pid_of
{
	my ($condition) = @_;
	my $query = "SELECT pid FROM pg_stat_activity WHERE $condition LIMIT 1";

	$node->poll_query_until('postgres', "SELECT EXISTS ($query)");
	return $node->safe_psql('postgres', $query);
}

# That of who fails
sub failing_pid
{
	return pid_of(q{backend_type = 'client backend' AND query LIKE 'SELECT fail%' AND state = 'active'});
}

# Looks at the log after a crash.
sub check_log
{
	my ($what) = @_;

	$round++;
	$node->poll_query_until('postgres', 'SELECT true');
	is($node->safe_psql('main', 'SELECT count(*) - count(DISTINCT id) FROM custom_actions.log'), 0, "$what: nothing is recorded twice");
	is($node->safe_psql('main', q{SELECT count(*) FROM custom_actions.log WHERE action <> 'desk.broken' OR message NOT LIKE 'broken: %' OR status <> 'canceled'}),
		0, "$what: what is recorded is whole");
	is($node->safe_psql('main', q{SELECT count(*) FROM custom_actions.log WHERE message = 'broken: safe'}), 3, "$what: what was recorded before is there");
	fail_in($node, 'main', "after $round", 3);
	recorded_soon($node, 'main', "after $round", 3, "$what: failures are recorded again");
	return;
}

fail_in($node, 'main', 'safe', 3);
recorded_soon($node, 'main', 'safe', 3, 'something is recorded');

# The worker, while it stores
my $session = begin_failing();
kill 'KILL', pid_of(q{backend_type = 'custom_actions log writer'});
end_session($session);
check_log('worker killed');

# The worker, in the middle of a batch that waits
my $lock = $node->background_psql('main', on_error_stop => 0, timeout => 60);
$lock->query_safe('BEGIN; LOCK TABLE custom_actions.log');
fail_in($node, 'main', 'waiting', 5);
kill 'KILL', pid_of(q{backend_type = 'custom_actions log writer' AND wait_event_type = 'Lock'});
end_session($lock);
check_log('worker killed while it waits');
is($node->safe_psql('main', q{SELECT count(*) FROM custom_actions.log WHERE message = 'broken: waiting'}), 0, 'what was in the ring is lost');

# A backend that fails
$session = begin_failing();
kill 'KILL', failing_pid();
end_session($session);
check_log('backend killed');

# The whole server
$session = begin_failing();
$node->stop('immediate');
end_session($session);
ok(!-e $node->data_dir . '/pg_stat/custom_actions_log.ring', 'an immediate end saves nothing');
$node->start;
check_log('immediate shutdown');
$session = begin_failing();
my @pids = (failing_pid(), $node->safe_psql('postgres', 'SELECT pid FROM pg_stat_activity'));
my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
$node->kill9;
# A backend that waits for nothing would not see it for long.
kill 'KILL', $pids[0];
end_session($session);
foreach (1 .. 300)
{
	last unless kill 0, $postmaster, map { split } @pids;
	select undef, undef, undef, 0.1;
}
$node->start;
check_log('postmaster killed');

# The worker is told to end while failures come: it takes up where it was.
my $failed = 0;
foreach (1 .. 20)
{
	$failed += 200;
	$node->safe_psql('main', q{SELECT fail(200, 'terminated')});
	$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'custom_actions log writer'});
}
fail_in($node, 'main', 'last', 1);
recorded_soon($node, 'main', 'last', 1, 'a worker that is terminated has a successor');
$node->poll_query_until('main', 'SELECT waiting = 0 FROM custom_actions.log_mode');
is($node->safe_psql('main', q{SELECT count(*) FROM custom_actions.log WHERE message = 'broken: terminated'}), $failed, 'and everything is recorded once');

$node->stop;
done_testing();
