# A ring without room, a log that cannot be written, a server without worker slots:
# nobody waits, nobody else suffers, and every failure is counted.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Ring;
use Test::More;

my $node = new_ring_server('main', "custom_actions.log_ring_size = 64kB\n");
create_failing($node, 'main');
create_failing($node, 'other');

# The log of a database, locked until the session quits
sub lock_log
{
	my ($database) = @_;
	my $session = $node->background_psql($database);

	$session->query_safe('BEGIN; LOCK TABLE custom_actions.log');
	return $session;
}

# Waits until the server's log says it.
sub said_soon
{
	my ($what, $line, $from) = @_;

	foreach (1 .. 300)
	{
		return pass($what) if substr(slurp_file($node->logfile), $from // 0) =~ $line;
		select undef, undef, undef, 0.1;
	}
	return fail($what);
}

# Full
my $lock = lock_log('main');
fail_in($node, 'main', 'full', 1000);
ring_is($node, 'main', 'waiting + dropped, dropped > 500, recorded, ring_used <= ring_size', '1000|t|0|t', 'what has no room is dropped and counted');
fail_in($node, 'other', 'beside', 3);
recorded_soon($node, 'other', 'beside', 3, 'there is room for another database');
said_soon('that the log is locked is said', qr/LOG:  55P03: could not record failed invocations of database \d+, will try again/);
ring_is($node, 'main', '4 * ring_used <= ring_size', 't', 'where storing fails, a quarter of the ring is left');
$lock->quit;
$node->poll_query_until('main', 'SELECT waiting = 0 FROM custom_actions.log_mode');
ring_is($node, 'main', "recorded + dropped, recorded = (SELECT count(*) FROM custom_actions.log WHERE message = 'broken: full'), recorded > 0", '1000|t|t',
	'what waited is recorded when the lock is gone, without another failure');

# Records that cannot be stored
my $from = -s $node->logfile;
$node->safe_psql('main', q{
	CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF new.message = 'broken: bad' THEN
			RAISE EXCEPTION 'not this one';
		END IF;
		RETURN new;
	END $$;
	CREATE TRIGGER refuse BEFORE INSERT ON custom_actions.log FOR EACH ROW EXECUTE FUNCTION public.refuse()});
my $dropped = $node->safe_psql('main', 'SELECT dropped FROM custom_actions.log_mode');
$node->safe_psql('main', q{DO 'BEGIN PERFORM fail(2, $$good$$), fail(3, $$bad$$), fail(2, $$good$$); END'});
recorded_soon($node, 'main', 'good', 4, 'a record that cannot be stored does not keep others back');
ring_is($node, 'main', "dropped - $dropped, waiting", '3|0', 'it is dropped and counted');
said_soon('and said', qr/LOG:  \w+: dropped \d failed invocations that could not be recorded in database \d+\n.*DETAIL:  not this one/, $from);
$node->safe_psql('main', q{
	DROP TRIGGER refuse ON custom_actions.log;
	CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON custom_actions.log DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION public.refuse()});
$node->safe_psql('main', q{DO 'BEGIN PERFORM fail(2, $$fine$$), fail(3, $$bad$$), fail(2, $$fine$$); END'});
recorded_soon($node, 'main', 'fine', 4, 'nor does one that would fail at the commit');
ring_is($node, 'main', "dropped - $dropped, waiting", '6|0', 'it is dropped and counted as well');
$node->safe_psql('main', 'DROP TRIGGER refuse ON custom_actions.log');

# A log of another version
$from = -s $node->logfile;
$node->safe_psql('main', 'ALTER TABLE custom_actions.log RENAME COLUMN tag TO old_tag');
fail_in($node, 'main', 'older', 4);
$node->poll_query_until('main', 'SELECT waiting = 0 FROM custom_actions.log_mode');
ring_is($node, 'main', 'skipped, waiting', '4|0', 'where the table is another one, records are skipped and counted');
said_soon('and said', qr/LOG:  55000: skipped \d failed invocations of database \d+/, $from);
fail_in($node, 'main', 'older', 4);
$node->poll_query_until('main', 'SELECT waiting = 0 FROM custom_actions.log_mode');
is(() = substr(slurp_file($node->logfile), $from) =~ /skipped \d failed/g, 1, 'once');
$node->safe_psql('main', 'ALTER TABLE custom_actions.log RENAME COLUMN old_tag TO tag');
fail_in($node, 'main', 'again', 1);
recorded_soon($node, 'main', 'again', 1, 'when it is as it should be, records are stored again');

# The extension and the database come and go under the worker.
foreach my $round (1 .. 3)
{
	my $err;

	fail_in($node, 'other', 'drop', 2);
	is($node->psql('other', 'DROP EXTENSION custom_actions CASCADE', stderr => \$err), 0, "DROP EXTENSION is not hindered, $round") or diag($err);
	$node->safe_psql('other', 'DROP SCHEMA desk CASCADE; DROP FUNCTION fail');
	$node->safe_psql('postgres', 'DROP DATABASE other');
	create_failing($node, 'other');
	fail_in($node, 'other', 'copy', 2);
	is($node->psql('postgres', 'CREATE DATABASE copy TEMPLATE other', stderr => \$err), 0, "CREATE DATABASE ... TEMPLATE is not hindered, $round") or diag($err);
	fail_in($node, 'copy', 'copied', 2);
	is($node->psql('postgres', 'DROP DATABASE copy', stderr => \$err), 0, "DROP DATABASE is not hindered, $round") or diag($err);
}
$node->poll_query_until('main', 'SELECT server_waiting = 0 FROM custom_actions.log_mode');
ring_is($node, 'main', 'server_waiting, ring_used', '0|0', 'nothing is left of databases that were dropped');

# No slots: PostgreSQL's own launcher has one, a locked log keeps the other.
$node->append_conf('postgresql.conf', 'max_worker_processes = 2');
$node->restart;
$from = -s $node->logfile;
$lock = lock_log('main');
fail_in($node, 'main', 'slot', 2);
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE NOT granted});
fail_in($node, 'other', 'slot', 2);
ring_is($node, 'other', 'waiting', 2, 'without a worker slot, records wait');
said_soon('which is said', qr/LOG:  53400: out of background worker slots for the log of custom_actions/, $from);
$lock->quit;
recorded_soon($node, 'main', 'slot', 2, 'the worker that has the slot goes on');
writers_leave($node, 'and leaves');
fail_in($node, 'other', 'next', 1);
recorded_soon($node, 'other', 'slot', 2, 'the next failure gets one');
recorded_soon($node, 'other', 'next', 1, 'and is recorded itself');

log_is_clean($node, 'nothing is wrong in the log');
$node->stop;
done_testing();
