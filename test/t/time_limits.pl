# Time limits: everything that takes long is cut, by the right limit; nobody can
# swallow the limit of an action; and nothing fires once a limit is over.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

# How late a limit may come, in seconds: machines that run tests are busy.
my $late = 2.5;

my $node = new_server('main');

create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE SCHEMA support;
	CREATE TABLE support.case (id integer PRIMARY KEY, status text DEFAULT 'open', CHECK (id > 0));
	INSERT INTO support.case (id) VALUES (41), (42);
	CREATE TABLE support.note (entry text);

	CREATE FUNCTION support.sort_much(rows integer) RETURNS text LANGUAGE sql VOLATILE
	AS $$SELECT max(v) FROM (SELECT md5(g::text) AS v FROM generate_series(1, rows) AS g ORDER BY 1 DESC) AS q$$;

	-- Swallow a cancel, once or again and again.
	CREATE FUNCTION support.swallow(seconds float) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM pg_sleep(seconds);
		RETURN 'slept';
	EXCEPTION WHEN query_canceled THEN
		INSERT INTO support.note VALUES ('swallowed');
		RETURN 'swallowed';
	END $$;
	CREATE FUNCTION support.swallow_all(seconds float) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM pg_sleep(seconds);
		RETURN 'slept';
	EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
		RETURN 'swallowed';
	END $$;
	CREATE FUNCTION support.swallow_again(rounds integer) RETURNS integer LANGUAGE plpgsql AS $$
	DECLARE
		swallowed integer := 0;
	BEGIN
		FOR i IN 1 .. rounds LOOP
			BEGIN
				BEGIN
					PERFORM pg_sleep(1);
				EXCEPTION WHEN query_canceled THEN
					swallowed := swallowed + 1;
				END;
			EXCEPTION WHEN query_canceled THEN
				swallowed := swallowed + 1;
			END;
		END LOOP;
		RETURN swallowed;
	END $$;
	CREATE FUNCTION support.others(seconds float) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM pg_sleep(seconds);
		RETURN 'slept';
	EXCEPTION WHEN OTHERS THEN
		RETURN 'swallowed';
	END $$;
	CREATE FUNCTION support.try(action text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		RETURN try_invoke_action(action)::text;
	END $$;
	CREATE FUNCTION support.raise(state text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		RAISE EXCEPTION 'raised %', state USING ERRCODE = state;
	END $$;

	-- Makes an action of one name and runs nothing.
	CREATE FUNCTION public.action(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM create_action('support.' || name, definition, or_replace => true);
		PERFORM activate_action('support.' || name);
	END $$;
	SELECT action('sleep', '{"input": [{"name": "seconds", "type": "float", "default": 5}],
		"steps": [{"call": "pg_sleep", "with": {"1": "=input.seconds"}}]}');
	SELECT action('quick', '{"output": [{"name": "done", "type": "boolean", "default": true}]}');
});

sub action
{
	my ($name, $definition) = @_;

	$node->safe_psql('main', "SELECT public.action('$name', \$json\$$definition\$json\$)");
	return;
}

# Runs SQL in one new session: output, errors, seconds
sub run_sql
{
	my ($sql) = @_;
	my ($out, $err) = ('', '');
	my $start = time;

	$node->psql('main', "\\set VERBOSITY verbose\n$sql", stdout => \$out, stderr => \$err, on_error_stop => 0);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return ($out, $err, time - $start);
}

# The SQL must end with an error like this one between two times.
sub is_cut
{
	my ($sql, $like, $seconds, $what) = @_;
	my ($out, $err, $took) = run_sql($sql);

	like($err, $like, $what);
	ok($took >= $seconds - 0.01 && $took < $seconds + $late, "$what: in time") or diag("took $took");
	return $out;
}

# The SQL must give this and no error.
sub gives
{
	my ($sql, $expected, $what) = @_;
	my ($out, $err) = run_sql($sql);

	is($err, '', "$what: no error");
	return ref $expected ? like($out, $expected, $what) : is($out, $expected, $what);
}

sub limit_error
{
	my ($what, $limit) = @_;

	return qr/\AERROR:  57014: \Q$what exceeded its time limit of $limit\E\n/;
}

### Everything that takes long is cut.

action('limited_sleep', '{"timeout": "200 ms", "steps": [{"call": "pg_sleep", "with": {"1": 30}}]}');
is_cut('SELECT support.limited_sleep()', limit_error('action "support.limited_sleep"', '200 ms'), 0.2, 'a sleep');
is_cut(q{SELECT invoke_action('support.limited_sleep')}, limit_error('action "support.limited_sleep"', '200 ms'), 0.2, 'a sleep, invoked by name');

action('limited_sort', '{"timeout": "200 ms", "steps": [{"call": "support.sort_much", "with": {"rows": 100000000}}]}');
is_cut("SET work_mem = '1GB'; SELECT support.limited_sort()", limit_error('action "support.limited_sort"', '200 ms'), 0.2, 'a sort');

action('limited_formula', '{"timeout": "200 ms", "steps": [{"let": {"x": "=(SELECT count(*) FROM generate_series(1, 2000000000))"}}]}');
is_cut('SELECT support.limited_formula()', limit_error('action "support.limited_formula"', '200 ms'), 0.2, 'a formula');

action('limited_loop', '{"timeout": "200 ms", "input": [{"name": "turns", "type": "integer", "default": 10000000}],
	"steps": [{"let": {"x": 0}}, {"for_each": "=array_fill(0, ARRAY[input.turns])", "do": [{"let": {"x": "=let.x + 1"}}]}]}');
is_cut('SELECT support.limited_loop()', limit_error('action "support.limited_loop"', '200 ms'), 0.2, 'a loop of cheap steps');

action('limited_wait', '{"timeout": "200 ms", "table": "support.case", "steps": [{"update": "target", "set": {"status": "x"}}]}');
{
	my $holder = $node->background_psql('main');

	$holder->query_safe('BEGIN; UPDATE support.case SET status = status WHERE id = 42');
	is_cut('SELECT support.limited_wait(42)', limit_error('action "support.limited_wait"', '200 ms'), 0.2, 'a lock wait');
	is_cut("SET lock_timeout = '100ms'; SELECT support.limited_wait(42)", qr/55P03: canceling statement due to lock timeout/, 0.1, 'lock_timeout');
	is_cut("SET lock_timeout = '20s'; SELECT support.limited_wait(42)", limit_error('action "support.limited_wait"', '200 ms'), 0.2, 'a longer lock_timeout');
	$holder->query_safe('ROLLBACK');
	$holder->quit;
	gives('SELECT support.limited_wait(42)', '', 'without a lock');
}

is_cut(q{DO LANGUAGE custom_action '{"timeout": "200 ms", "steps": [{"call": "pg_sleep", "with": {"1": 30}}]}'},
	limit_error('action "inline"', '200 ms'), 0.2, 'DO');

### Where the limit comes from

is_cut("SET custom_actions.action_timeout = '200ms'; SELECT support.sleep()", limit_error('action "support.sleep"', '200 ms'), 0.2, 'custom_actions.action_timeout');
is_cut("SET custom_actions.action_timeout = '20s'; SELECT support.limited_sleep()", limit_error('action "support.limited_sleep"', '200 ms'), 0.2,
	'"timeout" goes before custom_actions.action_timeout');
action('patient', '{"timeout": "20 s", "steps": [{"call": "pg_sleep", "with": {"1": 0.5}}]}');
gives("SET custom_actions.action_timeout = '100ms'; SELECT support.patient()", '', 'also if it is the longer one');
is_cut("SET custom_actions.call_timeout = '200ms'; SELECT support.sleep()", limit_error('step 1 (call pg_catalog.pg_sleep(double precision)) of action "support.sleep"', '200 ms'),
	0.2, 'custom_actions.call_timeout');
action('limited_call', '{"steps": [{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms"}]}');
is_cut("SET custom_actions.call_timeout = '20s'; SELECT support.limited_call()", limit_error('step 1 (call pg_catalog.pg_sleep(double precision)) of action "support.limited_call"', '200 ms'),
	0.2, '"timeout" of a call');
action('patient_call', '{"steps": [{"call": "pg_sleep", "with": {"1": 0.5}, "timeout": "20 s"}]}');
gives("SET custom_actions.call_timeout = '100ms'; SELECT support.patient_call()", '', 'also if it is longer than custom_actions.call_timeout');
gives("SET custom_actions.call_timeout = 0; SET custom_actions.action_timeout = 0; SELECT support.sleep(0.1)", '', '0 means no limit');
gives('SELECT support.quick(); SHOW custom_actions.call_timeout; SHOW custom_actions.action_timeout', "t\n2min\n0", 'defaults');
action('minutes', '{"timeout": "2 min", "steps": [{"call": "pg_sleep", "with": {"1": 0.01}}]}');
gives('SELECT support.minutes()', '', 'a limit in minutes');

### Nested limits: the earlier one wins and is named.

action('inner_20s', '{"timeout": "20 s", "steps": [{"call": "pg_sleep", "with": {"1": 30}, "timeout": "25 s"}]}');
action('outer_200ms', '{"timeout": "200 ms", "steps": [{"perform": "support.inner_20s"}]}');
is_cut('SELECT support.outer_200ms()', limit_error('action "support.outer_200ms"', '200 ms'), 0.2, 'the outer action is the stricter one');
action('outer_20s', '{"timeout": "20 s", "steps": [{"perform": "support.limited_sleep"}]}');
is_cut('SELECT support.outer_20s()', limit_error('action "support.limited_sleep"', '200 ms'), 0.2, 'the inner action is the stricter one');
action('call_wins', '{"timeout": "20 s", "steps": [{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms"}]}');
is_cut('SELECT support.call_wins()', limit_error('step 1 (call pg_catalog.pg_sleep(double precision)) of action "support.call_wins"', '200 ms'), 0.2,
	'the call is the stricter one');
action('equal', '{"timeout": "200 ms", "steps": [{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms"}]}');
is_cut('SELECT support.equal()', limit_error('action "support.equal"', '200 ms'), 0.2, 'the action began earlier, its limit comes first');
action('second_try', '{"timeout": "20 s", "output": [{"name": "said", "type": "text"}], "steps": [
	{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms", "on_error": []},
	{"call": "pg_sleep", "with": {"1": 0.5}},
	{"output": {"said": "alive"}}]}');
gives('SELECT support.second_try()', 'alive', 'the outer limit goes on after an inner one was caught');
action('second_cut', '{"timeout": "700 ms", "steps": [
	{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms", "on_error": []},
	{"call": "pg_sleep", "with": {"1": 30}}]}');
is_cut('SELECT support.second_cut()', limit_error('action "support.second_cut"', '700 ms'), 0.7, 'and comes at its time');
action('second_cut_quick', '{"timeout": "700 ms", "steps": [
	{"call": "pg_sleep", "with": {"1": 0}, "timeout": "200 ms"},
	{"call": "pg_sleep", "with": {"1": 30}, "timeout": "2 s"}]}');
is_cut('SELECT support.second_cut_quick()', limit_error('action "support.second_cut_quick"', '700 ms'), 0.7, 'also after an inner one that ended in time');
action('three_calls', '{"output": [{"name": "said", "type": "text"}], "steps": [
	{"call": "pg_sleep", "with": {"1": 0}, "timeout": "100 ms"},
	{"call": "pg_sleep", "with": {"1": 0.3}, "timeout": "20 s"},
	{"call": "pg_sleep", "with": {"1": 30}, "timeout": "300 ms", "on_error": [{"output": {"said": "{{error.message}}"}}]}]}');
gives('SELECT support.three_calls()', 'step 3 (call pg_catalog.pg_sleep(double precision)) of action "support.three_calls" exceeded its time limit of 300 ms',
	'one call does not leave its limit to the next');

### A call's own limit is an ordinary failure, that of the action is not.

action('caught_call', '{"output": [{"name": "said", "type": "text"}], "steps": [
	{"create": "support.note", "set": {"entry": "kept"}},
	{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms",
		"on_error": [{"output": {"said": "{{error.sqlstate}}: {{error.message}} in step {{error.step}}"}}]}]}');
gives('SELECT support.caught_call()', '57014: step 2 (call pg_catalog.pg_sleep(double precision)) of action "support.caught_call" exceeded its time limit of 200 ms in step 2',
	q{the step's own on_error});
action('caught_group', '{"output": [{"name": "said", "type": "text"}], "steps": [
	{"group": "careful", "on_error": [{"output": {"said": "step {{error.step}}"}}], "do": [
		{"create": "support.note", "set": {"entry": "undone"}},
		{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms"}]}]}');
gives(q{SELECT support.caught_group(); SELECT count(*) FROM support.note WHERE entry = 'undone'}, "step 1.do.2\n0", q{a group's on_error});
action('caught_when', q({"output": [{"name": "said", "type": "text"}], "steps": [
	{"call": "pg_sleep", "with": {"1": 30}, "timeout": "200 ms", "on_error_when": "error.sqlstate = '57014'", "on_error": [{"output": {"said": "caught"}}]}]}));
gives('SELECT support.caught_when()', 'caught', 'on_error_when');
action('uncaught', '{"timeout": "200 ms", "steps": [{"group": null, "on_error": [], "do": [
	{"call": "pg_sleep", "with": {"1": 30}, "on_error": [{"create": "support.note", "set": {"entry": "handled"}}]}]}]}');
is_cut('SELECT support.uncaught()', limit_error('action "support.uncaught"', '200 ms'), 0.2, q{on_error does not catch the action's limit});
action('uncaught_loop', '{"timeout": "200 ms", "steps": [{"for_each": "=array_fill(0, ARRAY[10000000])", "on_error": [], "do": [{"group": null, "do": [{"let": {"x": 1}}], "on_error": []}]}]}');
is_cut('SELECT support.uncaught_loop()', limit_error('action "support.uncaught_loop"', '200 ms'), 0.2, 'nor in a loop whose items all have one');
action('outer_group', '{"timeout": "200 ms", "steps": [{"perform": "support.second_try", "on_error": []}, {"perform": "support.inner_20s", "on_error": []}]}');
is_cut('SELECT support.outer_group()', limit_error('action "support.outer_group"', '200 ms'), 0.2, 'nor around a perform');
action('inner_handler', '{"timeout": "20 s", "steps": [{"call": "pg_sleep", "with": {"1": 30}, "on_error": []}]}');
action('outer_handler', '{"timeout": "200 ms", "steps": [{"perform": "support.inner_handler"}]}');
is_cut('SELECT support.outer_handler()', limit_error('action "support.outer_handler"', '200 ms'), 0.2, q{nor does an inner action's});
action('in_handler', '{"timeout": "200 ms", "steps": [{"call": "support.raise", "with": {"state": "P0001"}, "on_error": [
	{"call": "pg_sleep", "with": {"1": 30}, "on_error": []}]}]}');
is_cut('SELECT support.in_handler()', limit_error('action "support.in_handler"', '200 ms'), 0.2, 'a handler that takes too long');

### Called code cannot swallow it.

my %swallowers = (
	'WHEN query_canceled' => '"support.swallow", "with": {"seconds": 30}',
	'WHEN OTHERS OR query_canceled' => '"support.swallow_all", "with": {"seconds": 30}',
	'WHEN OTHERS' => '"support.others", "with": {"seconds": 30}',
	'WHEN query_canceled in a loop' => '"support.swallow_again", "with": {"rounds": 30}',
	'try_invoke_action of an action with on_error' => '"support.try", "with": {"action": "support.inner_handler"}',
	'try_invoke_action of an action with a longer limit' => '"support.try", "with": {"action": "support.inner_20s"}');

for my $how (sort keys %swallowers)
{
	action('swallowing', qq({"timeout": "200 ms", "steps": [{"call": $swallowers{$how}}, {"create": "support.note", "set": {"entry": "went on"}}]}));
	is_cut('SELECT support.swallowing()', limit_error('action "support.swallowing"', '200 ms'), 0.2, "the action's limit and $how");
	action('swallowing_call', qq({"output": [{"name": "said", "type": "text"}], "steps": [{"call": $swallowers{$how}, "timeout": "200 ms",
		"on_error": [{"output": {"said": "{{error.message}}"}}]}]}));
	gives('SELECT support.swallowing_call()', qr/\Astep 1 \(call support\.\w+\(.*\)\) of action "support.swallowing_call" exceeded its time limit of 200 ms\z/, "a call's limit and $how");
}
is($node->safe_psql('main', q{SELECT count(*) FROM support.note WHERE entry IN ('went on', 'swallowed', 'handled')}), '0', 'no step came after, and what was done in between is undone');

# in a trigger
$node->safe_psql('main', q{
	CREATE FUNCTION support.slow_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM support.swallow_again(30);
		RETURN NEW;
	END $$;
	CREATE TABLE support.slow (id integer);
	CREATE TRIGGER slow BEFORE INSERT ON support.slow FOR EACH ROW EXECUTE FUNCTION support.slow_trigger()});
action('slow_create', '{"timeout": "200 ms", "steps": [{"create": "support.slow", "set": {"id": 1}, "on_error": []}]}');
is_cut('SELECT support.slow_create()', limit_error('action "support.slow_create"', '200 ms'), 0.2, 'a trigger that swallows');

### try_invoke_action

gives(q{SELECT (try_invoke_action('support.limited_sleep') - 'invocation')::text},
	'{"ok": false, "error": {"hint": null, "step": "1", "detail": "Action \"support.limited_sleep\" version 1, step 1 (call pg_catalog.pg_sleep(double precision)).", "message": "action \"support.limited_sleep\" exceeded its time limit of 200 ms", "sqlstate": "57014", "constraint": null}}',
	'try_invoke_action reports the limit of its own action');
gives(q{BEGIN; SELECT try_invoke_action('support.limited_sleep') ->> 'ok'; INSERT INTO support.note VALUES ('alive'); SELECT pg_sleep(0.4); COMMIT; SELECT pg_sleep(0.4)},
	qr/\Afalse\s*\z/, 'and the transaction goes on');
gives(q{SELECT try_invoke_action('support.limited_call') #>> '{error,message}'},
	'step 1 (call pg_catalog.pg_sleep(double precision)) of action "support.limited_call" exceeded its time limit of 200 ms', 'or that of a call in it');
is_cut(q{SET statement_timeout = '200ms'; SELECT try_invoke_action('support.sleep')}, qr/57014: canceling statement due to statement timeout/, 0.2, 'a statement_timeout passes');

### What only PostgreSQL or the user may do goes through.

sub passes
{
	my ($state) = @_;
	my $like = qr/\AERROR:  $state: raised $state\n/;

	action('failing', qq({"steps": [{"group": null, "on_error": [], "do": [{"call": "support.raise", "with": {"state": "$state"}, "on_error": []}]}]}));
	like((run_sql('SELECT support.failing()'))[1], $like, "on_error lets $state pass");
	like((run_sql(q{SELECT try_invoke_action('support.failing')}))[1], $like, "try_invoke_action lets $state pass");
	return;
}

passes($_) foreach qw(40001 40P01 53100 53200 53400 P0004 57014 57P01);
action('failing', '{"steps": [{"call": "support.raise", "with": {"state": "P0001"}, "on_error": []}]}');
gives('SELECT support.failing()', '', 'others it catches');
action('dividing', '{"output": [{"name": "said", "type": "text"}], "steps": [{"let": {"x": "=1 / 0"}, "on_error": [{"output": {"said": "caught"}}]}]}');
gives('SELECT support.dividing()', 'caught', 'division by zero, too');

# A cancel, and an end, from another session
action('wait_caught', '{"timeout": "60 s", "steps": [{"group": null, "on_error": [], "do": [{"call": "support.others", "with": {"seconds": 30}, "on_error": []}]}]}');
for my $case ([ 'pg_cancel_backend', qr/57014: canceling statement due to user request/ ], [ 'pg_terminate_backend', qr/57P01: terminating connection due to administrator command/ ])
{
	my ($function, $like) = @$case;

	for my $sql ('SELECT support.wait_caught()', q{SELECT try_invoke_action('support.wait_caught')})
	{
		my ($out, $err) = ('', '');
		my $session = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('main'), '-v', 'VERBOSITY=verbose', '-c', $sql, '-c', q{SELECT 'next'} ],
			'<', '/dev/null', '>', \$out, '2>', \$err, IPC::Run::timeout(60));

		ok($node->poll_query_until('main', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}), 'it sleeps');
		$node->safe_psql('main', qq{SELECT $function(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
		$session->finish;
		like($err, $like, "$function: $sql");
		is($out, $function eq 'pg_cancel_backend' ? "next\n" : '', "$function: and after");
	}
}

### The caller's statement_timeout keeps its deadline.

action('short', '{"timeout": "20 s", "steps": [{"call": "pg_sleep", "with": {"1": 0.2}, "timeout": "10 s"}]}');
my $statement_timeout = qr/\AERROR:  57014: canceling statement due to statement timeout\n/;
is_cut("SET statement_timeout = '600ms'; SELECT support.sleep(30)", $statement_timeout, 0.6, 'statement_timeout inside');
is_cut("SET statement_timeout = '600ms'; SELECT support.inner_20s()", $statement_timeout, 0.6, 'statement_timeout inside limits');
is_cut("SET statement_timeout = '5s'; SELECT support.uncaught_loop(), pg_sleep(30)", limit_error('action "support.uncaught_loop"', '200 ms'), 0.2, 'a limit before statement_timeout');
is_cut("SET statement_timeout = '600ms'; SELECT support.short(), pg_sleep(30)", $statement_timeout, 0.6, 'statement_timeout after an action');
is_cut("SET statement_timeout = '800ms'; SELECT try_invoke_action('support.limited_sleep') IS NOT NULL, pg_sleep(30)", $statement_timeout, 0.8, 'statement_timeout after a caught limit');
is_cut("SET statement_timeout = '800ms'; SELECT support.caught_call(), pg_sleep(30)", $statement_timeout, 0.8, 'statement_timeout after a limit that on_error caught');
is_cut("SET statement_timeout = '600ms'; DO \$\$ BEGIN PERFORM support.short(); PERFORM support.short(); PERFORM support.sleep(30); END \$\$", $statement_timeout, 0.6, 'statement_timeout and several actions');
gives("SET statement_timeout = '2s'; SELECT support.short(); SELECT pg_sleep(1); SELECT support.short(); SELECT pg_sleep(1)", qr/\A\s*\z/, 'it starts anew with each statement');

### Nothing fires once a limit is over.

gives(q{BEGIN; SELECT support.caught_call() IS NOT NULL; SELECT pg_sleep(0.4); COMMIT; SELECT pg_sleep(0.4); SELECT 'done'}, qr/\At\s+done\z/, 'after a limit that on_error caught');
gives(q{BEGIN; DO $$ BEGIN PERFORM support.second_cut(); EXCEPTION WHEN query_canceled THEN NULL; END $$; SELECT pg_sleep(0.8); ROLLBACK; SELECT pg_sleep(0.8); SELECT 'done'},
	qr/\A\s*done\z/, 'after a limit that a DO block caught');
gives(q{BEGIN; SAVEPOINT s; SELECT support.patient_call(); ROLLBACK TO s; SELECT pg_sleep(0.2); COMMIT; SELECT 'done'}, qr/\A\s*done\z/, 'after a savepoint');
action('half_second', '{"timeout": "500 ms", "steps": [{"call": "support.raise", "with": {"state": "P0001"}, "timeout": "400 ms"}]}');
gives(q{BEGIN; DO $$ BEGIN PERFORM support.half_second(); EXCEPTION WHEN OTHERS THEN NULL; END $$; SELECT pg_sleep(0.7); COMMIT; SELECT pg_sleep(0.1); SELECT 'done'},
	qr/\A\s*done\z/, 'after another error, caught in PL/pgSQL');
gives(q{BEGIN; SAVEPOINT s; SELECT try_invoke_action('support.half_second') ->> 'ok'; ROLLBACK TO s; SELECT pg_sleep(0.7); COMMIT; SELECT 'done'},
	qr/\Afalse\s*done\z/, 'after another error in a subtransaction');
action('half_second_ok', '{"timeout": "500 ms", "steps": [{"call": "pg_sleep", "with": {"1": 0}, "timeout": "400 ms"}]}');
gives(q{BEGIN; SELECT support.half_second_ok(); SELECT pg_sleep(0.7); SELECT support.half_second_ok(); COMMIT; SELECT pg_sleep(0.7); SELECT 'done'}, qr/\A\s*done\z/, 'after success');
{
	my (undef, $err) = run_sql("SELECT support.half_second();\nSELECT pg_sleep(0.7);\nSELECT support.limited_sleep();\nSELECT pg_sleep(0.7);\n");

	is(scalar(() = $err =~ /ERROR/g), 2, 'after errors at the top') or diag($err);
}

### Limits in PL/pgSQL blocks

gives(q{DO $$
	DECLARE
		caught integer := 0;
	BEGIN
		FOR i IN 1 .. 3 LOOP
			BEGIN
				PERFORM support.limited_sleep();
			EXCEPTION WHEN query_canceled THEN
				caught := caught + 1;
				PERFORM pg_sleep(0.4);
			END;
		END LOOP;
		ASSERT caught = 3;
	END $$; SELECT 'done'}, qr/\A\s*done\z/, 'a caller may catch the limit of what it calls');
is_cut(q{DO $$ BEGIN PERFORM support.limited_sleep(); EXCEPTION WHEN OTHERS THEN NULL; END $$}, limit_error('action "support.limited_sleep"', '200 ms'), 0.2, 'WHEN OTHERS does not');
$node->safe_psql('main', q{
	CREATE FUNCTION support.try_often(action text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 1 .. 100 LOOP
			PERFORM try_invoke_action(action);
		END LOOP;
		RETURN 'done';
	END $$});
action('around', '{"timeout": "700 ms", "steps": [{"call": "support.try_often", "with": {"action": "support.limited_sleep"}}]}');
is_cut('SELECT support.around()', limit_error('action "support.around"', '700 ms'), 0.7, 'inner limits that are caught again and again, the outer passes');

### The timer fires about when the work ends.

$node->safe_psql('main', q{
	CREATE FUNCTION support.spin(microseconds integer) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		start timestamptz := clock_timestamp();
	BEGIN
		WHILE clock_timestamp() < start + microseconds * interval '1 us' LOOP
			NULL;
		END LOOP;
	END $$;

	-- Runs an action again and again; says how often it was in time, and what came that should not have come.
	CREATE FUNCTION support.race(action text, rounds integer, OUT quick integer, OUT slow integer, OUT stray text) LANGUAGE plpgsql AS $$
	BEGIN
		quick := 0;
		slow := 0;
		FOR i IN 1 .. rounds LOOP
			BEGIN
				BEGIN
					PERFORM invoke_action(action, jsonb_build_object('microseconds', 800 + (i * 7) % 400));
					quick := quick + 1;
				EXCEPTION WHEN query_canceled THEN
					IF SQLERRM !~ 'exceeded its time limit of 1 ms' THEN
						stray := concat_ws(', ', stray, SQLERRM);
					END IF;
					slow := slow + 1;
				END;
				PERFORM pg_sleep(0);
			EXCEPTION WHEN query_canceled THEN
				stray := concat_ws(', ', stray, 'later: ' || SQLERRM);
			END;
		END LOOP;
	END $$});
action('race_action', '{"timeout": "1 ms", "input": [{"name": "microseconds", "type": "integer"}], "steps": [{"call": "support.spin", "with": {"microseconds": "=input.microseconds"}}]}');
action('race_call', '{"input": [{"name": "microseconds", "type": "integer"}], "steps": [{"call": "support.spin", "timeout": "1 ms", "with": {"microseconds": "=input.microseconds"}}]}');
action('race_both', '{"timeout": "1 ms", "input": [{"name": "microseconds", "type": "integer"}], "steps": [{"call": "support.spin", "timeout": "1 ms", "with": {"microseconds": "=input.microseconds"}, "on_error": []}]}');
action('race_caught', '{"input": [{"name": "microseconds", "type": "integer"}], "steps": [{"call": "support.spin", "timeout": "1 ms", "with": {"microseconds": "=input.microseconds"}, "on_error": []}]}');
for my $name (qw(race_action race_call race_both race_caught))
{
	my ($out, $err) = run_sql("SELECT stray, quick, slow FROM support.race('support.$name', 1500)");

	is($err, '', "$name: no error");
	like($out, qr/\A\|\d+\|\d+\z/, "$name: nothing is left behind") or diag($out);
	note("$name: $out");
}
{
	my $sql = join '', map { 'SELECT support.race_action(' . (800 + $_ % 400) . ");\nSELECT 'next';\n" } 1 .. 400;
	my ($out, $err) = run_sql($sql);
	my @strange = grep { /ERROR/ && !/action "support.race_action" exceeded its time limit of 1 ms/ } split /\n/, $err;

	is_deeply(\@strange, [], 'at the top: no other error');
	is(scalar(() = $out =~ /next/g), 400, 'and every next statement succeeds');
}

### Limits that make no sense

for my $timeout ('0', '-1 s', 'x', '1 century', '999999999 years')
{
	my ($out, $err) = run_sql(qq{SELECT action('wrong', '{"timeout": "$timeout", "steps": []}'); SELECT support.wrong()});

	unlike($err, qr/server closed|XX000/, "\"timeout\": \"$timeout\"");
	like($err, qr/time limit|interval/, "\"timeout\": \"$timeout\" is refused") if $timeout !~ /centur/;
}

is($node->safe_psql('main', 'SELECT support.quick()'), 't', 'all goes on working');
log_is_clean($node, 'the log is clean');
passes('XX000');
done_testing();
