# Level trace where psql alone does not show it: notices, the server's log, and what
# becomes of lines whose transaction is rolled back.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Ring;
use Test::More;

# Makes the actions of this test.
sub create_actions
{
	my ($node) = @_;

	create_database($node, 'main');
	$node->safe_psql('main', <<'SQL');
SET client_min_messages = error;
CREATE SCHEMA desk;
CREATE TABLE desk.item (id integer PRIMARY KEY, amount integer CHECK (amount < 100));
INSERT INTO desk.item VALUES (1, 1), (2, 2);
ALTER TABLE desk.item ADD CONSTRAINT later EXCLUDE USING btree (amount WITH =) DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION desk.tell(word text) RETURNS void LANGUAGE sql AS $$SELECT action_trace(word, jsonb_build_object('word', word))$$;
CREATE FUNCTION desk.hook(context jsonb) RETURNS void LANGUAGE sql AS $$SELECT action_trace('hook')$$;
CREATE FUNCTION public.define(name text, definition json) RETURNS void LANGUAGE sql AS 'SELECT create_action(name, definition); SELECT activate_action(name)';
SELECT define('desk.part', '{"table": "desk.item", "input": [{"name": "amount", "type": "integer"}], "steps": [
	{"call": "desk.tell", "with": {"word": "part"}}, {"update": "target", "set": {"amount": "=input.amount"}}]}');
SELECT define('desk.whole', '{"input": [{"name": "amount", "type": "integer"}, {"name": "pin", "type": "text", "default": "x9y8z7", "sensitive": true}], "steps": [
	{"require": "false", "when": "input.amount < 0"},
	{"for_each": "=array[1, 2]", "as": "n", "do": [{"perform": "desk.part", "with": {"target": "=n.value", "amount": "=input.amount + n.value"}}]},
	{"group": "work", "do": [{"update": "desk.item", "id": 1, "set": {"amount": 50}}, {"update": "desk.item", "id": 2, "set": {"amount": 100}}],
	 "on_error": [{"call": "desk.tell", "with": {"word": "=input.pin || '' '' || error.sqlstate"}}]}],
	"plugins": [{"stage": "post_operation", "function": "desk.hook"}]}');
SELECT define('desk.nap', '{"steps": [{"call": "desk.tell", "with": {"word": "nap"}}, {"call": "pg_sleep", "with": {"1": 600}}]}');
CREATE ROLE clerk LOGIN;
CREATE ROLE maker LOGIN;
GRANT USAGE ON SCHEMA desk TO clerk, maker;
GRANT ALL ON desk.item TO clerk, maker;
GRANT USAGE ON LANGUAGE custom_action TO clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO clerk, maker;
ALTER FUNCTION desk.part OWNER TO maker;
ALTER DATABASE main SET custom_actions.log_level = trace;
SQL
	return;
}

my $node = new_server('plain');
create_actions($node);
$node->safe_psql('main', 'CREATE TABLE desk.place (at bigint)');

# The notices of some SQL, with no times in them
sub notices
{
	my ($user, $sql) = @_;
	my (undef, undef, $err) = $node->psql('main', "SET custom_actions.trace = on;\n$sql", on_error_stop => 0, extra_params => [ '-U', $user ]);

	$err =~ s/^psql:<stdin>:\d+: //mg;
	$err =~ s/\d+\.\d\d ms/N ms/g;
	return $err;
}

# Records in the server's log since the last call, decoded
my $seen = 0;

sub logged
{
	my $log = slurp_file($node->logfile);
	my @records = map { decode_json($_) } substr($log, $seen) =~ /custom_actions: (\{.*\})$/mg;

	$seen = length $log;
	return @records;
}

# "desk.part rolled back: 1 call run, 1 message part, 2 update run" of each record
sub told
{
	return map {
		my $record = $_;
		"$record->{action} $record->{status}: " . join ', ',
		  map { join ' ', $_->{step} // '-', $_->{kind}, $_->{outcome} // (), $_->{kind} eq 'message' ? $_->{message} : () } @{ $record->{trace} }
	} logged();
}

my $part = '1 call run, 1 message part, 2 update run';

# Notices
is_text(notices('postgres', 'SELECT desk.whole(10)'), <<'TEXT', 'notices');
NOTICE:  action desk.whole: step 1 (require): skipped, N ms
NOTICE:    action desk.part: step 1 (call desk.tell(pg_catalog.text)): part {"word": "part"}
NOTICE:    action desk.part: step 1 (call desk.tell(pg_catalog.text)): run, N ms
NOTICE:    action desk.part: step 2 (update target): run, 1 row, N ms
NOTICE:    action desk.part: succeeded, 1 row, N ms
NOTICE:  action desk.whole: step 2.do.1 (perform desk.part), iteration 1: run, N ms
NOTICE:    action desk.part: step 1 (call desk.tell(pg_catalog.text)): part {"word": "part"}
NOTICE:    action desk.part: step 1 (call desk.tell(pg_catalog.text)): run, N ms
NOTICE:    action desk.part: step 2 (update target): run, 1 row, N ms
NOTICE:    action desk.part: succeeded, 1 row, N ms
NOTICE:  action desk.whole: step 2.do.1 (perform desk.part), iteration 2: run, N ms
NOTICE:  action desk.whole: step 2 (for_each): run, N ms
NOTICE:  action desk.whole: step 3.do.1 (update desk.item): run, 1 row, N ms
NOTICE:  action desk.whole: step 3 (group): undone after error 23514 at step 3.do.2: new row for relation "item" violates check constraint "item_amount_check"
NOTICE:  action desk.whole: step 3.on_error.1 (call desk.tell(pg_catalog.text)): *** 23514 {"word": "*** 23514"}
NOTICE:  action desk.whole: step 3.on_error.1 (call desk.tell(pg_catalog.text)): run, N ms
NOTICE:  action desk.whole: step 3 (group): handled, N ms
NOTICE:  action desk.whole: plug-in desk.hook(jsonb) at stage post_operation: hook
NOTICE:  action desk.whole: plug-in desk.hook(jsonb) at stage post_operation: run, N ms
NOTICE:  action desk.whole: succeeded, 0 rows, N ms
TEXT
is(notices('postgres', "SET custom_actions.log_level = full; SELECT desk.part(1, 11)"), '', 'none below level trace');
is(notices('postgres', 'SET custom_actions.trace = off; SELECT desk.part(1, 11)'), '', 'nor while they are off');
is(notices('clerk', 'SELECT desk.part(1, 11)'), '', 'nor for who may not see what happens inside');
like(notices('maker', 'SELECT desk.part(1, 11)'), qr/^NOTICE:  action desk.part: step 1/, 'but for the owner');
like(notices('postgres', 'SET ROLE clerk; SELECT desk.part(1, 11)'), qr/^NOTICE:  action desk.part: step 1/, 'and for who could be him');
like(notices('clerk', q{DO LANGUAGE custom_action '{"steps": [{"require": "true"}]}'}), qr/^NOTICE:  action inline: step 1 \(require\): run, N ms$/m, 'and of what one wrote in DO');
is(notices('postgres', 'SELECT desk.part(1, 100)') =~ s/^ERROR.*//msr, <<'TEXT', 'none of the step that fails');
NOTICE:  action desk.part: step 1 (call desk.tell(pg_catalog.text)): part {"word": "part"}
NOTICE:  action desk.part: step 1 (call desk.tell(pg_catalog.text)): run, N ms
TEXT

# Failures in the server's log
logged();
$node->psql('main', 'SELECT desk.whole(99)');
is_deeply([ sort(told()) ], [
		'desk.part failed: 1 call run, 1 message part, 2 update failed',
		'desk.whole failed: 1 require skipped, 2 for_each failed, 2.do.1 perform failed' ],
	'failures are in the server\'s log with their steps');
$node->psql('main', 'SELECT desk.whole(98)');
is_deeply([ sort(told()) ], [
		'desk.part failed: 1 call run, 1 message part, 2 update failed', "desk.part rolled back: $part",
		'desk.whole failed: 1 require skipped, 2 for_each failed, 2.do.1 perform run, 2.do.1 perform failed' ],
	'and those inside that had succeeded before');
$node->psql('main', 'SET custom_actions.log_level = full; SELECT desk.whole(98)');
is_deeply([ map { exists $_->{trace} ? 'traced' : $_->{action} } logged() ], ['desk.whole'], 'below level trace it is the outermost alone');

# What was recorded, and then rolled back
my $call = 'SELECT desk.part(1, 11)';
my %ends = (
	'COMMIT' => "BEGIN; $call; COMMIT",
	'a savepoint that is released' => "BEGIN; SAVEPOINT a; $call; RELEASE a; COMMIT",
	'what was before a savepoint' => "BEGIN; $call; SAVEPOINT a; SELECT 1; ROLLBACK TO a; COMMIT",
	'a read-only transaction' => "BEGIN READ ONLY; $call; ROLLBACK",
	'a level below' => "BEGIN; SET LOCAL custom_actions.log_level = full; $call; ROLLBACK");
foreach my $what (sort keys %ends)
{
	$node->psql('main', $ends{$what}, on_error_stop => 0);
	is_deeply([ grep { /rolled back/ } told() ], [], "nothing is said of $what");
}
%ends = (
	'ROLLBACK' => "BEGIN; $call; ROLLBACK",
	'ROLLBACK TO' => "BEGIN; SAVEPOINT a; $call; ROLLBACK TO a; COMMIT",
	'a savepoint in one that is rolled back to' => "BEGIN; SAVEPOINT a; SAVEPOINT b; $call; RELEASE b; ROLLBACK TO a; COMMIT",
	'a released savepoint' => "BEGIN; SAVEPOINT a; $call; RELEASE a; ROLLBACK",
	'an error afterwards' => "BEGIN; $call; SELECT 1 / 0; COMMIT",
	'an error at the end' => "BEGIN; SELECT desk.part(1, 12); COMMIT",
	'an exception block' => "DO \$\$ BEGIN $call; RAISE 'oops'; EXCEPTION WHEN OTHERS THEN END \$\$" =~ s/SELECT/PERFORM/r);
foreach my $what (sort keys %ends)
{
	$node->psql('main', $ends{$what}, on_error_stop => 0);
	is_deeply([ told() ], ["desk.part rolled back: $part"], "rolled back: $what");
}
$node->psql('main', "BEGIN; SAVEPOINT a; SELECT desk.part(1, 11); SAVEPOINT b; SELECT desk.part(1, 12); ROLLBACK TO b; SELECT desk.part(1, 13); ROLLBACK TO a; SELECT desk.part(1, 14); COMMIT");
is_deeply([ map { $_->{input}->{amount} } logged() ], [ 12, 13, 11 ], 'each once, when it is rolled back');
$node->psql('main', q{BEGIN; SELECT try_invoke_action('desk.part', '{"target": 1, "amount": 100}'); ROLLBACK});
is_deeply([ told() ], ['desk.part failed: 1 call run, 1 message part, 2 update failed'], 'a failure that was answered, and then rolled back');
$node->psql('main', q{BEGIN; SELECT try_invoke_action('desk.whole', '{"amount": 98}'); COMMIT});
is_deeply([ told() ], [], 'one that is committed is in the log with all that was inside');
is($node->safe_psql('main', q{SELECT string_agg(action || ' ' || status, ', ' ORDER BY depth, status) FROM (SELECT * FROM custom_actions.log ORDER BY id DESC LIMIT 3) AS l}),
	'desk.whole failed, desk.part failed, desk.part rolled back', 'rows of that');

# The session ends in the middle
my $session = $node->background_psql('main', on_error_stop => 0);
$session->query_safe('BEGIN; SELECT desk.part(1, 11)');
$session->query_until(qr/begun/, "\\echo begun\nSELECT desk.nap();\n");
$node->poll_query_until('main', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
$node->safe_psql('main', q{SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
end_session($session);
is_deeply([ sort(told()) ], [ 'desk.nap unknown: 1 call run, 1 message nap, 2 call unfinished', "desk.part rolled back: $part" ], 'a session that ends');

# Memory
$node->safe_psql('main', <<'SQL');
SET client_min_messages = error;
ALTER TABLE custom_actions.log SET UNLOGGED;
CREATE FUNCTION public.used() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT sum(used_bytes) FROM pg_backend_memory_contexts';
CREATE TABLE desk.sample (at integer, bytes bigint);
CREATE FUNCTION desk.take(at integer) RETURNS void LANGUAGE sql AS 'INSERT INTO desk.sample VALUES (at, public.used())';
SELECT define('desk.small', '{"steps": [{"call": "desk.tell", "with": {"word": "x"}}]}');
SELECT define('desk.turns', '{"input": [{"name": "turns", "type": "integer"}], "steps": [{"for_each": "=array(SELECT generate_series(1, input.turns))", "as": "n", "do": [
	{"call": "desk.tell", "with": {"word": "=repeat(''x'', 2000)"}},
	{"group": "g", "do": [{"require": "n.value < 0"}], "on_error": []},
	{"call": "desk.take", "with": {"at": "=n.value"}, "when": "n.value IN (5000, 20000)"}]}]}');
SQL
my $grown = $node->safe_psql('main', q{
	\o /dev/null
	SELECT desk.turns(20000);
	\o
	SELECT max(bytes) - min(bytes) FROM desk.sample HAVING count(*) = 2});
cmp_ok($grown, '<', 200 * 1024, "turns of a loop leave memory flat: $grown");
$grown = $node->safe_psql('main', q{
	BEGIN;
	\o /dev/null
	SELECT desk.small() FROM generate_series(1, 4000);
	SELECT used() AS before \gset
	SELECT desk.small() FROM generate_series(1, 20000);
	SELECT used() AS after \gset
	SELECT i, count(desk.small()) FROM generate_series(1, 10) AS i GROUP BY i;
	\o
	SELECT :after - :before;
	COMMIT});
cmp_ok($grown, '<', 300 * 1024, "so do calls in one transaction: $grown");
log_is_clean($node, 'the log is clean');
$node->stop;

# With the ring, all is in the table
$node = new_ring_server('durable', "custom_actions.log_ring_size = 128\n");
create_actions($node);

# The records of a session that is told by its tag, when there are so many
sub recorded
{
	my ($tag, $count, $sql) = @_;

	$node->psql('main', "SET custom_actions.tag = '$tag';\n$sql", on_error_stop => 0);
	$node->poll_query_until('main', "SELECT count(*) >= $count FROM custom_actions.log WHERE tag = '$tag'");
	return $node->safe_psql('main', qq{
		SELECT action || ' ' || status || ': ' || concat_ws(', ', l.rows_written, l.touched) || coalesce(' ' || string_agg(
			concat_ws(' ', s.step, s.kind, s.outcome, s.message), ', ' ORDER BY s.number), '')
		FROM custom_actions.log AS l LEFT JOIN custom_actions.log_step AS s ON s.invocation = l.id
		WHERE l.tag = '$tag' GROUP BY l.id ORDER BY l.action, l.status});
}

is(recorded('back', 1, "BEGIN; $call; ROLLBACK"),
	'desk.part rolled back: 0, {"desk.item": {"target": [{"id": 1}]}} 1 call run, 1 message part, 2 update run', 'rolled back');
is(recorded('fail', 3, 'SELECT desk.whole(98)'), <<'TEXT' =~ s/\n\z//r, 'a failure, and what was inside');
desk.part failed: 0, {"desk.item": {"target": [{"id": 2}]}} 1 call run, 1 message part, 2 update failed new row for relation "item" violates check constraint "item_amount_check"
desk.part rolled back: 0, {"desk.item": {"target": [{"id": 1}]}} 1 call run, 1 message part, 2 update run
desk.whole failed: 0 1 require skipped, 2 for_each failed, 2.do.1 perform run, 2.do.1 perform failed new row for relation "item" violates check constraint "item_amount_check"
TEXT
is($node->safe_psql('main', q{SELECT string_agg(action || ' ' || status, ', ') FROM custom_actions.failures WHERE tag IN ('back', 'fail')}),
	'desk.whole failed', 'what was rolled back is no failure');
is(recorded('answered', 1, q{BEGIN; SELECT try_invoke_action('desk.part', '{"target": 1, "amount": 100}'); ROLLBACK}),
	'desk.part failed: 0, {"desk.item": {"target": [{"id": 1}]}} 1 call run, 1 message part, 2 update failed new row for relation "item" violates check constraint "item_amount_check"',
	'an answer that was rolled back');
is($node->safe_psql('main', q{
	SELECT define('desk.long', '{"steps": [{"for_each": "=array(SELECT generate_series(1, 1000))", "as": "n", "do": [{"require": "n.value < 1000"}]}]}')}), '', 'a long one');
like(recorded('long', 1, 'SELECT desk.long()'), qr/^desk.long canceled: 0 1 for_each failed, .*left out \d+ lines are left out here.*1.do.1 require failed/, 'fits the ring');
log_is_clean($node, 'the log is clean');
$node->stop;
done_testing();
