# Failures come into the log whatever becomes of the transaction, the client and the
# server that had them, as long as it ends cleanly.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Ring;
use Test::More;
use Time::HiRes qw(time);

my $node = new_ring_server('main', "max_prepared_transactions = 1\n");
create_failing($node, 'main');

my $file = $node->data_dir . '/pg_stat/custom_actions_log.ring';

# A statement that goes on until its backend is ended
sub begin_long
{
	my ($name, $statement) = @_;
	my $session = $node->background_psql('main', on_error_stop => 0, timeout => 60);

	$session->query_safe("SET application_name = '$name'");
	$session->query_until(qr/begun/, "\\echo begun\n$statement;\n");
	$node->poll_query_until('main', "SELECT state = 'active' AND query LIKE '%sleep%' FROM pg_stat_activity WHERE application_name = '$name'")
	  if $statement =~ /sleep/;
	return $session;
}

# Ends the backends of a name.
sub terminate
{
	my ($name) = @_;

	return $node->safe_psql('postgres', "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '$name'");
}

ring_is($node, 'main', q{mode, reason IS NULL, ring_size, ring_used, waiting, recorded}, 'durable|t|4194304|0|0|0', 'a preloaded library is durable');

# What it survives
my $begin = time;
isnt($node->psql('main', q{BEGIN; SELECT desk.broken('rollback'); COMMIT}), 0, 'an action fails');
recorded_soon($node, 'main', 'rollback', 1, 'and is recorded although its transaction is rolled back');
note('after ' . int((time() - $begin) * 1000) . ' ms');
is( $node->safe_psql(
		'postgres', q{SELECT datname, usename, application_name, state, wait_event_type, query FROM pg_stat_activity WHERE backend_type = 'custom_actions log writer'}),
	'main|postgres|custom_actions log writer|idle|Extension|recording failed invocations',
	'the worker is seen in pg_stat_activity');
is($node->safe_psql('main', q{SELECT action, status, step, sqlstate, depth, session_user FROM custom_actions.log}),
	'desk.broken|canceled|1|UA002|1|postgres', 'with what there is to say');
$begin = time;
fail_in($node, 'main', 'second');
recorded_soon($node, 'main', 'second', 1, 'so is one that comes while the worker lingers');
note('after ' . int((time() - $begin) * 1000) . ' ms');

$node->safe_psql('main', q{
	BEGIN;
	SAVEPOINT a;
	SELECT fail(2, 'savepoint');
	ROLLBACK TO a;
	COMMIT});
recorded_soon($node, 'main', 'savepoint', 2, 'ROLLBACK TO is survived');
writers_leave($node, 'the worker leaves when nothing comes any more');

my $session = begin_long('killed', q{BEGIN; SELECT fail(1, 'killed')});
terminate('killed');
recorded_soon($node, 'main', 'killed', 1, 'a session that is terminated in its transaction is survived');
end_session($session);

$session = $node->background_psql('main');
$session->query_safe(q{SET idle_in_transaction_session_timeout = '100ms'});
$session->query_safe(q{BEGIN; SELECT fail(1, 'idle')});
recorded_soon($node, 'main', 'idle', 1, 'a transaction that is ended because it is idle is survived');
end_session($session);

$session = $node->background_psql('main');
$session->query_safe(q{BEGIN; SELECT fail(1, 'gone')});
$session->{run}->kill_kill;
recorded_soon($node, 'main', 'gone', 1, 'a client that is killed is survived');

# Terminated in the middle, twice nested
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	SELECT create_action('desk.long', '{"steps": [{"call": "pg_catalog.pg_sleep", "with": {"1": 60}}]}');
	SELECT activate_action('desk.long');
	SELECT create_action('desk.around', '{"steps": [{"perform": "desk.long"}]}');
	SELECT activate_action('desk.around')});
$session = begin_long('long', 'SELECT desk.around() /* sleep */');
terminate('long');
$node->poll_query_until('main', q{SELECT count(*) = 2 FROM custom_actions.log WHERE action IN ('desk.around', 'desk.long')});
is($node->safe_psql('main', q{SELECT string_agg(concat_ws(' ', action, status, sqlstate), ', ' ORDER BY depth) FROM custom_actions.log WHERE action IN ('desk.around', 'desk.long')}),
	'desk.around unknown, desk.long unknown', 'an action whose backend is terminated is recorded as of unknown end');
end_session($session);

# The worker is told to end while it cannot store, and nothing fails after that.
my $held = $node->background_psql('main');
$held->query_safe('BEGIN; LOCK TABLE custom_actions.log');
fail_in($node, 'main', 'ended', 2);
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'custom_actions log writer' AND wait_event_type = 'Lock'});
terminate('custom_actions log writer');
end_session($held);
recorded_soon($node, 'main', 'ended', 2, 'a worker that is terminated has a successor, without another failure');
writers_leave($node, 'which leaves');

# Who may know the numbers
$node->safe_psql('main', 'CREATE ROLE ring_reader; CREATE ROLE ring_monitor; GRANT pg_monitor TO ring_monitor');
is($node->safe_psql('main', 'SET ROLE ring_reader; SELECT * FROM custom_actions.log_mode'), 'durable||||||||||||', 'anybody may read the mode');
is($node->safe_psql('main', 'SET ROLE ring_monitor; SELECT mode, ring_size, dropped FROM custom_actions.log_mode'),
	'durable|4194304|0', 'members of pg_monitor the numbers, too');

# What a database sets for its sessions is not for the worker.
$session = $node->background_psql('main');
$session->query_safe('SELECT 1');
writers_leave($node, 'no worker is there');
$node->safe_psql('postgres', "ALTER DATABASE main SET $_")
  foreach 'role = ring_reader', 'search_path = public', 'default_transaction_read_only = on', "statement_timeout = '1ms'";
$node->safe_psql('postgres', 'ALTER DATABASE main ALLOW_CONNECTIONS false');
$session->query_safe(q{BEGIN; SELECT fail(3, 'settings'); ROLLBACK});
foreach (1 .. 100)
{
	last if $session->query_safe(q{SELECT count(*) FROM custom_actions.log WHERE message = 'broken: settings'}) eq '3';
	select undef, undef, undef, 0.1;
}
is($session->query_safe(q{SELECT count(*) FROM custom_actions.log WHERE message = 'broken: settings'}), 3, 'what a database sets for its sessions does not hinder the worker');
end_session($session);
$node->safe_psql('postgres', 'ALTER DATABASE main ALLOW_CONNECTIONS true; ALTER DATABASE main RESET ALL');

# A clean end of the server, with a log that is locked until after it
my $lock = q{BEGIN; LOCK TABLE custom_actions.log; PREPARE TRANSACTION 'lock'};
$node->safe_psql('main', $lock);
fail_in($node, 'main', 'shutdown', 5);
create_failing($node, 'other');
fail_in($node, 'other', 'other', 3);
recorded_soon($node, 'other', 'other', 3, 'a locked log of one database is no matter for another');
$node->stop('fast');
ok(-e $file, 'what waits is saved at a clean end');
$node->start;
$node->safe_psql('main', q{COMMIT PREPARED 'lock'});
recorded_soon($node, 'main', 'shutdown', 5, 'and recorded after the next start');
ok(!-e $file, 'once');
ring_is($node, 'main', 'waiting, recorded, dropped, server_recorded', '0|5|0|5', 'counting begins at the start of the server');
$session = begin_long('long', 'SELECT desk.around() /* sleep */');
$node->restart;
end_session($session);
is($node->safe_psql('main', q{SELECT count(*) FROM custom_actions.log WHERE message = 'broken: shutdown'}), 5, 'and not again');
ok($node->poll_query_until('main', q{SELECT count(*) = 4 FROM custom_actions.log WHERE status = 'unknown'}), 'an action that the end of the server ends is recorded, too');

# A file that is not whole
$node->safe_psql('main', $lock);
fail_in($node, 'main', 'torn', 5);
$node->stop('fast');
truncate($file, (-s $file) - 10) or die "$file: $!";
$node->start;
like(slurp_file($node->logfile), qr/ignoring invalid data in file "[^"]*custom_actions_log\.ring"/, 'a torn file is ignored, and said so');
ok(!-e $file, 'and removed');
$node->safe_psql('main', q{COMMIT PREPARED 'lock'});
ring_is($node, 'main', 'server_waiting, server_recorded, server_dropped, server_skipped', '0|0|0|0', 'nothing of it is taken');

# Configured away
$node->append_conf('postgresql.conf', 'custom_actions.log_ring_size = 0');
$node->restart;
is($node->safe_psql('main', 'SELECT mode, reason FROM custom_actions.log_mode'), 'server log|custom_actions.log_ring_size is 0', 'without a ring failures go to the server log');
$node->append_conf('postgresql.conf', "custom_actions.log_ring_size = 4MB\nshared_preload_libraries = ''");
$node->restart;
is($node->psql('main', 'SELECT mode, reason FROM custom_actions.log_mode', stdout => \my $out, stderr => \my $err), 0, 'so do they where the library is not preloaded');
is("$out $err", 'server log|custom_actions is not in shared_preload_libraries ', 'which may be configured all the same');
is($node->psql('main', q{LOAD 'custom_actions'; SET custom_actions.log_ring_size = 1024}, stderr => \$err), 3, 'nobody sets the size');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|:  XX/, 'nothing is wrong in the log');
$node->stop;
done_testing();
