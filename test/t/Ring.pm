# What the tests of durable failures share: a server that has the library preloaded,
# an action that fails, what came of it.
package Ring;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use CustomActions;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_ring_server create_failing fail_in recorded_soon ring_is end_session writers_leave);

# Starts a server with the library preloaded.
sub new_ring_server
{
	my ($name, $configuration) = @_;

	return new_server($name, "shared_preload_libraries = 'custom_actions'\n" . ($configuration // ''));
}

# Makes a database with an action desk.broken(word), which fails, and public.fail(n,
# word), which calls it so often and answers how often it failed.
sub create_failing
{
	my ($node, $database) = @_;

	create_database($node, $database);
	$node->safe_psql($database, <<'SQL');
SET client_min_messages = warning;
CREATE SCHEMA desk;
SELECT create_action('desk.broken', '{"input": [{"name": "word", "type": "text"}],
	"steps": [{"require": "false", "message": "broken: {{input.word}}"}]}');
SELECT activate_action('desk.broken');
CREATE FUNCTION public.fail(n integer, word text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	failed integer := 0;
BEGIN
	FOR i IN 1 .. n LOOP
		BEGIN
			PERFORM desk.broken(word);
		EXCEPTION WHEN OTHERS THEN
			failed := failed + 1;
		END;
	END LOOP;
	RETURN failed;
END $$;
SQL
	return;
}

# Fails so often in a transaction that is rolled back.
sub fail_in
{
	my ($node, $database, $word, $n) = @_;

	$n //= 1;
	return is($node->safe_psql($database, "BEGIN; SELECT fail($n, '$word'); ROLLBACK"), $n, "$n failures \"$word\" in $database");
}

# Waits until the log has so many failures with a word, and that is how many it has.
sub recorded_soon
{
	my ($node, $database, $word, $n, $what) = @_;
	my $from = "FROM custom_actions.log WHERE message = 'broken: $word'";

	$node->poll_query_until($database, "SELECT count(*) >= $n $from");
	return is($node->safe_psql($database, "SELECT count(*) $from"), $n, $what);
}

# Compares columns of custom_actions.log_mode.
sub ring_is
{
	my ($node, $database, $columns, $expected, $what) = @_;

	return is($node->safe_psql($database, "SELECT $columns FROM custom_actions.log_mode"), $expected, $what);
}

# Ends a client whose server process may be gone.
sub end_session
{
	my ($session) = @_;

	eval { $session->quit } or $session->{run}->kill_kill;
	return;
}

# Waits until there is no worker.
sub writers_leave
{
	my ($node, $what) = @_;

	return ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'custom_actions log writer'}), $what);
}

1;
