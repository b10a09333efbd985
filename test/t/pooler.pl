# Through PgBouncer in transaction mode: a key that is set for a transaction is that
# transaction's alone, and two clients with one key have one effect and one answer.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($program) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';

plan skip_all => 'pgbouncer is not installed' unless defined $program;

my $node = new_server('main');
my $directory = PostgreSQL::Test::Utils::tempdir_short();
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $pooler;

create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE SCHEMA support;
	CREATE TABLE support.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text);
	SELECT create_action('support.open_task', '{"input": [{"name": "title", "type": "text"}], "output": [{"name": "id", "type": "integer", "default": "=task.id"}],
		"steps": [{"create": "support.task", "as": "task", "set": {"title": "=input.title"}}]}'::json);
	SELECT activate_action('support.open_task');
	CREATE TABLE support.answer (key integer, id integer);
});

# Starts PgBouncer with so many connections to the server.
sub start_pooler
{
	my ($connections) = @_;
	my $output = '';
	my $configuration = "$directory/pgbouncer.ini";

	unlink $configuration;
	append_to_file($configuration, join "\n",
		'[databases]',
		'main = host=' . $node->host . ' port=' . $node->port . " user=$ENV{PGUSER} dbname=main",
		'[pgbouncer]', 'listen_addr =', "listen_port = $port", "unix_socket_dir = $directory", 'auth_type = any',
		'pool_mode = transaction', "default_pool_size = $connections", 'max_client_conn = 50', '');
	$pooler = IPC::Run::start([ $program, '-q', $configuration ], '>&', \$output);
	foreach my $try (1 .. 300)
	{
		return if -S "$directory/.s.PGSQL.$port" && IPC::Run::run([ 'psql', '-XqAt', '-d', pooled(), '-c', '' ], '>&', \my $ignored);
		sleep 0.1;
	}
	$pooler->pump_nb;
	die "pgbouncer does not start: $output";
}

sub stop_pooler
{
	$pooler->signal('TERM');
	$pooler->finish;
	return;
}

# How a client connects
sub pooled
{
	return "host=$directory port=$port dbname=main user=$ENV{PGUSER}";
}

# What commands print, each in a transaction of its own unless they say otherwise
sub client
{
	my @commands = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'psql', '-XqAt', '-d', pooled(), map { ('-c', $_) } @commands ], '>', \$out, '2>', \$err);
	return $out . ($err =~ /^(ERROR:[^\n]*)/m ? "$1\n" : '');
}

sub transaction
{
	my ($key, $title, $end) = @_;

	return ('BEGIN', "SET LOCAL custom_actions.idempotency_key = '$key'", "SELECT support.open_task('$title')", $end);
}

# One connection for all clients
start_pooler(1);
is(client(transaction('a', 'one', 'COMMIT')), "1\n", 'a call under a key');
is(client(q{SHOW custom_actions.idempotency_key}, q{SELECT support.open_task('without')}), "\n2\n", 'the next client has no key, on the same connection');
is(client(transaction('a', 'one', 'COMMIT')), "1\n", 'a client that asks again is answered');
is(client(transaction('a', 'other', 'COMMIT')), qq{ERROR:  the idempotency key was used for another request of action "support.open_task"\n}, 'another request is refused');
is(client(transaction('b', 'two', 'ROLLBACK'), transaction('b', 'two', 'COMMIT')), "3\n4\n", 'one that was rolled back is carried out');
is(client(q{SELECT invoke_action('support.open_task', '{"title": "one"}', 'a')}), qq({"id": 1}\n), 'the same answer by name');
stop_pooler();

# Two of them: the second client waits for the first
start_pooler(2);
for my $end (qw(COMMIT ROLLBACK))
{
	my ($first, $second) = ('', '');
	my $key = "twins $end";
	my @begin = transaction($key, $key, $end);
	my $last = pop @begin;
	my $waits = q{DO $$
	BEGIN
		FOR i IN 1 .. 600 LOOP
			EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid');
			PERFORM pg_sleep(0.1);
		END LOOP;
	END $$};
	my $session = IPC::Run::start([ 'psql', '-XqAt', '-d', pooled(), map { ('-c', $_) } @begin, $waits, $last ], '>', \$first);

	$session->pump until $first =~ /\d+\n/;
	$second = client(transaction($key, $key, 'COMMIT'));
	$session->finish;
	is($node->safe_psql('main', "SELECT count(*) FROM support.task WHERE title = '$key'"), '1', "$end: one effect");
	is($second eq $first ? 'same' : 'other', $end eq 'COMMIT' ? 'same' : 'other', "$end: what the second is answered");
	is($node->safe_psql('main', "SELECT id FROM support.task WHERE title = '$key'"), $second =~ s/\n//r, "$end: is the effect's");
}
stop_pooler();

# Many clients, few connections, the same requests over and over
start_pooler(4);
my $script = "$directory/requests.sql";

append_to_file($script, q{\set key random(1, 40)
\set fate random(1, 4)
BEGIN;
SET LOCAL custom_actions.idempotency_key = 'many :key';
INSERT INTO support.answer SELECT :key, id FROM support.open_task('many ' || :key) AS id;
\if :fate = 1
ROLLBACK;
\else
COMMIT;
\endif
});
my ($out, $err) = ('', '');

ok(IPC::Run::run([ 'pgbench', '-n', '-M', 'simple', '-c', 8, '-t', 100, '-f', $script, pooled() ], '>', \$out, '2>', \$err), 'many clients send their requests');
like($out, qr{transactions actually processed: 800/800}, 'all of them');
diag($err) if $err =~ /ERROR/;
is($node->safe_psql('main', q{SELECT count(*), count(DISTINCT title) FROM support.task WHERE title LIKE 'many %'}), '40|40', 'each is carried out once');
is($node->safe_psql('main', q{SELECT count(DISTINCT key), count(DISTINCT (key, id)) FROM support.answer}), '40|40', 'and has one answer');
is( $node->safe_psql('main', q{SELECT count(*) FROM support.answer AS a LEFT JOIN support.task AS t ON t.id = a.id AND t.title = 'many ' || a.key WHERE t.id IS NULL}),
	'0', 'which tells of the effect');
stop_pooler();
log_is_clean($node, 'the log is clean');

done_testing();
