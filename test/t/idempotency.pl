# Idempotency keys and what happens to servers and sessions: prepared transactions,
# time limits, a session that is terminated, a crash, a standby, a dump, many keys.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');

# So few locks that a transaction could not hold one per key
$node->init(allows_streaming => 1, extra => [ '--username', $ENV{PGUSER} ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nlog_error_verbosity = verbose\nmax_prepared_transactions = 5\nmax_locks_per_transaction = 20\nmax_connections = 20\n");
$node->start;
create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE SCHEMA support;
	CREATE TABLE support.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text);
	CREATE FUNCTION support.sleep(seconds float8) RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(seconds)';
	SELECT create_action('support.open_task', '{"input": [{"name": "title", "type": "text"}, {"name": "seconds", "type": "float8", "default": 0}],
		"output": [{"name": "id", "type": "integer", "default": "=task.id"}],
		"steps": [{"create": "support.task", "as": "task", "set": {"title": "=input.title"}}, {"call": "support.sleep", "with": {"seconds": "=input.seconds"}}]}'::json);
	SELECT activate_action('support.open_task');
	SELECT create_action('support.count_tasks', '{"read_only": true, "output": [{"name": "n", "type": "bigint", "default": "=(select count(*) from support.task)"}]}'::json);
	SELECT activate_action('support.count_tasks');
});

# The call of a request
sub call
{
	my ($title, $key, $seconds) = @_;

	return sprintf q{SELECT invoke_action('support.open_task', jsonb_build_object('title', '%s', 'seconds', %s), '%s')}, $title, $seconds // 0, $key;
}

# What a call says, or the error
sub answer
{
	my (@commands) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'psql', '-XqAt', '-d', $node->connstr('main'), map { ('-c', $_) } @commands ], '>', \$out, '2>', \$err);
	chomp $out;
	return $err eq '' ? $out : $err;
}

sub tasks
{
	my ($title) = @_;

	return $node->safe_psql('main', "SELECT count(*) FROM support.task WHERE title = '$title'");
}

# Prepared transactions hold the key
answer('BEGIN', call('prepared', 'p'), q{PREPARE TRANSACTION 'one'});
like(answer(q{SET lock_timeout = '100ms'}, call('prepared', 'p')), qr/lock timeout/, 'a prepared transaction is waited for');
# PostgreSQL 19 says first what its lock is of
like(answer(q{SET lock_timeout = '100ms'}, call('prepared', 'p')), qr/CONTEXT:  (?:waiting for ShareLock on transaction \d+\n)?wait for a call with the same idempotency key\naction "support\.open_task" version 1/, 'which the context says');
answer(q{COMMIT PREPARED 'one'});
is(answer(call('prepared', 'p')), '{"id": 1}', 'once it is committed, it is answered');
answer('BEGIN', call('undone', 'q'), q{PREPARE TRANSACTION 'two'});
answer(q{ROLLBACK PREPARED 'two'});
like(answer(call('undone', 'q')), qr/"id"/, 'one that is rolled back');
is(tasks('undone'), '1', 'is carried out by who asks again');

# The time limit of an action holds while it waits
{
	my $out = '';
	my $session = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('main'), '-c', call('slow', 's', 60) ], '>&', \$out);

	$node->poll_query_until('main', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted}) or die 'nobody has the key';
	like(answer(q{SET custom_actions.action_timeout = '200ms'}, call('slow', 's', 60)), qr/action "support\.open_task" exceeded its time limit of 200 ms/, 'a limit while the other is being carried out');
	like(answer(q{SET custom_actions.action_timeout = '200ms'}, call('slow', 's', 60) =~ s/invoke_action/try_invoke_action/r), qr/"sqlstate": "57014"/, 'which try_invoke_action tells');

	# Somebody waits, and the one who has the key goes away
	my $second = '';
	my $waiting = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('main'), '-c', call('slow', 's', 60) =~ s/60/0.1/r ], '>&', \$second);

	$node->poll_query_until('main', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted}) or die 'nobody waits';
	$node->safe_psql('main', q{SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted});
	$session->finish;
	$waiting->finish;
	like($second, qr/"id"/, 'it is carried out by who waited');
	is(tasks('slow'), '1', 'once');
}

# Many keys of one transaction take no more locks than one
like(answer('BEGIN', q{SELECT count(invoke_action('support.open_task', '{"title": "many"}', 'many ' || g)) FROM generate_series(1, 5000) AS g}, q{SELECT count(*) < 100 FROM pg_locks}, 'COMMIT'),
	qr/^5000\nt$/, 'thousands of keys in a transaction');

# Memory does not grow with calls
my $memory = q{SELECT sum(used_bytes) FROM pg_backend_memory_contexts};
my $loop = q{DO $$ BEGIN FOR i IN 1 .. 4000 LOOP PERFORM invoke_action('support.open_task', '{"title": "memory"}', 'memory ' || %s); END LOOP; END $$};
for my $key (q{i}, q{i / 4000}, q{i + 4000})
{
	my ($before, $after) = split /\n/, answer('BEGIN', sprintf($loop, $key), sprintf($loop, $key), $memory, sprintf($loop, $key), sprintf($loop, $key), $memory, 'ROLLBACK');

	cmp_ok($after - $before, '<', 50_000, "memory stays as it is: $key");
}

# Who shuts down at once
is(answer(call('crashed', 'd')) =~ /"id"/ ? 'answered' : 'not', 'answered', 'a call before a crash');
my $before = answer(call('crashed', 'd'));
{
	my $out = '';
	my $session = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('main'), '-c', call('crash', 'c', 60) ], '>&', \$out);

	$node->poll_query_until('main', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted}) or die 'nobody has the key';
	$node->stop('immediate');
	$session->finish;
}
$node->start;
is(answer(call('crashed', 'd')), $before, 'is answered after it');
like(answer(call('crash', 'c')), qr/"id"/, 'what was not done is carried out');
is(tasks('crash'), '1', 'once');

# A standby
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('main', q{SET custom_actions.idempotency_key = 'x'; SELECT support.count_tasks() > 0}), 't', 'on a standby an action that only reads runs, whatever the key');
my ($status, $out, $err) = $standby->psql('main', call('crashed', 'd'));
like($err, qr/action "support\.open_task" cannot take an idempotency key in a read-only transaction/, 'others are refused');
$standby->promote;
is($standby->safe_psql('main', call('crashed', 'd')), $before, 'the new primary answers');

# A dump
unlike(run_client($node, 'pg_dump', 'pg_dump', $node->connstr('main')), qr/COPY custom_actions\.idempotency/, 'no rows are dumped');
log_is_clean($node, 'the log is clean');

done_testing();
