# Actions that only read run on a standby. What fails there goes to the server's log,
# since nothing can be written; after promotion everything is recorded.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Ring;
use Test::More;

my $node = new_ring_server('main', "wal_level = replica\nmax_wal_senders = 4\nhot_standby = on\n");
my $standby = PostgreSQL::Test::Cluster->new('standby');
my ($err, $lines);

# The lines of failures in the standby's log
sub lines_of_failures
{
	return grep { /custom_actions: \{/ } split /\n/, slurp_file($standby->logfile);
}

create_failing($node, 'main');
$node->safe_psql('main', q{
	CREATE TABLE desk.note (id integer PRIMARY KEY, word text);
	INSERT INTO desk.note VALUES (1, 'first');
	SELECT create_action('desk.look', '{"read_only": true, "input": [{"name": "id", "type": "integer"}],
		"output": [{"name": "word", "type": "text"}],
		"steps": [{"get": "desk.note", "as": "note", "id": "=input.id"}, {"output": {"word": "=note.word"}}]}');
	SELECT activate_action('desk.look')});
fail_in($node, 'main', 'before', 2);
recorded_soon($node, 'main', 'before', 2, 'the primary records');

$node->backup('backup');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));

# As a standby
ring_is($standby, 'main', 'mode, reason, waiting', 'server log|the server is in recovery|0', 'a standby has its log alone');
is($standby->safe_psql('main', 'SELECT desk.look(1)'), 'first', 'an action that reads runs there');
isnt($standby->psql('main', 'SELECT desk.look(2)', stderr => \$err), 0, 'and fails');
like($err, qr/there is no such row in desk\.note/, 'with its own error');
fail_in($standby, 'main', 'standing by', 3);
is($standby->safe_psql('main', q{SELECT (try_invoke_action('desk.broken', '{"word": "tried"}') -> 'error' ->> 'message')}), 'broken: tried',
	'try_invoke_action answers there');
is(scalar(lines_of_failures()), 5, 'each failure is a line of the log');
is(scalar(grep { /"message": "there is no such row in desk\.note"/ && /"input": \{"id": 2\}/ } lines_of_failures()), 1, 'with what there is to say');
is($standby->safe_psql('main', q{SELECT string_agg(message || ' ' || status, ', ') FROM custom_actions.log WHERE message <> 'broken: before'}), '',
	'nothing is written');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'custom_actions%'}), 0, 'no worker is started');
is($standby->safe_psql('main', q{SELECT action, calls, failures + canceled FROM custom_actions.statistics WHERE step IS NULL AND plugin IS NULL ORDER BY action}),
	"desk.broken|4|4\ndesk.look|2|1", 'statistics are kept there');

# A session that began before, and one that comes after
my $session = $standby->background_psql('main', on_error_stop => 0);
is($session->query_safe(q{SELECT fail(1, 'session')}), 1, 'a session fails');
$standby->promote;
is(scalar(lines_of_failures()), 6, 'before the promotion it is a line');
ring_is($standby, 'main', 'mode, reason IS NULL, waiting, recorded', 'durable|t|0|0', 'the new primary has a ring');
is($session->query_safe(q{SELECT fail(2, 'session')}), 2, 'the session fails again');
recorded_soon($standby, 'main', 'session', 2, 'that is recorded');
$session->quit;
fail_in($standby, 'main', 'after', 3);
recorded_soon($standby, 'main', 'after', 3, 'so is what fails in another session');
is($standby->safe_psql('main', 'SELECT desk.look(1)'), 'first', 'what succeeds');
is($standby->safe_psql('main', q{SELECT status FROM custom_actions.log WHERE action = 'desk.look'}), 'succeeded', 'is recorded as well');
is(scalar(lines_of_failures()), 6, 'and no longer a line of the log');
is($standby->safe_psql('main', 'SELECT count(*) - count(DISTINCT id) FROM custom_actions.log'), 0, 'nothing is recorded twice');

log_is_clean($_, 'nothing is wrong in the log of ' . $_->name) foreach $node, $standby;
$_->stop foreach $standby, $node;
done_testing();
