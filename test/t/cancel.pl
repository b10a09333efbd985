# Reading, checking, compiling and printing a long definition can be canceled,
# and the cancel is that statement's, not the next one's.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes 'time';

my $node = new_server('main');
create_database($node, 'main');

# Runs a statement under a limit, and another one after it, in one session of its
# own; returns the time, and what was said.
sub run_limited
{
	my ($limit, $statement, $settings) = @_;
	my $start = time;
	my ($status, $out, $err) = $node->psql('main',
		"SET client_min_messages = error;\n" . ($settings // '') . "SET statement_timeout = '${limit}ms';\n$statement;\nSELECT 'next';", on_error_stop => 0);

	return ((time() - $start) * 1000, $out, $err);
}

# Makes desk.long(), an action of so many steps, and keeps its definition in public.long.
$node->safe_psql('main', q{
	CREATE SCHEMA desk;
	CREATE TABLE desk.note (id integer PRIMARY KEY, body text);
	CREATE TABLE public.long (definition text);
	CREATE FUNCTION public.make_long(n integer, timeout text DEFAULT '1 h') RETURNS void LANGUAGE plpgsql SET check_function_bodies = off AS $$
	BEGIN
		DELETE FROM public.long;
		INSERT INTO public.long SELECT format('{"timeout": "%s", "steps": [{"update": "desk.note", "where": "id = 1", "set": {"body": "x"}}%s]}',
			timeout, (SELECT string_agg(format(',{"let": {"a": ["x", "{{ %s }}"]}, "when": "1 = %s"}', i, i), '') FROM generate_series(1, n) AS i));
		EXECUTE format('CREATE OR REPLACE FUNCTION desk.long() RETURNS void LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS %L',
			format('{"format": 1, "version": 1, "active": true, "definition": %s}', (SELECT definition FROM public.long)));
	END $$});

# Actions that count up a row of a table: many items run at once, or, where a trigger looks at each row, one by one.
$node->safe_psql('main', q{
	CREATE TABLE desk.counter (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0);
	INSERT INTO desk.counter SELECT generate_series(1, 10000);
	CREATE TABLE desk.looked_at (LIKE desk.counter INCLUDING ALL);
	INSERT INTO desk.looked_at SELECT generate_series(1, 10000);
	CREATE FUNCTION desk.look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TRIGGER look BEFORE UPDATE ON desk.looked_at FOR EACH ROW EXECUTE FUNCTION desk.look();
	SELECT create_action('desk.' || name, format('{"table": "desk.%s", "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}', of)::json), activate_action('desk.' || name)
	FROM (VALUES ('count', 'counter'), ('count_looked_at', 'looked_at')) AS action (name, of)});

# Counts up all rows of a table.
sub counting
{
	my ($action, $table, $mode) = @_;

	return "SELECT count(*) FROM invoke_action_bulk('desk.$action', (SELECT jsonb_agg(jsonb_build_object('target', id)) FROM desk.$table), mode => '$mode')";
}

my %counting = (
	'10,000 items at once' => [ 'count', 'counter', 'all_or_nothing' ],
	'10,000 items at once, per item' => [ 'count', 'counter', 'per_item' ],
	'10,000 items one by one' => [ 'count_looked_at', 'looked_at', 'all_or_nothing' ],
	'10,000 items one by one, per item' => [ 'count_looked_at', 'looked_at', 'per_item' ]);

my $altering = q{ALTER TABLE desk.note ALTER COLUMN body SET DEFAULT ''};
my ($steps, $whole) = (1000, 0);
while ($whole < 500 && $steps < 200_000)
{
	$steps *= 2;
	$node->safe_psql('main', "SELECT public.make_long($steps)");
	($whole) = run_limited(0, $altering);
}
note("$steps steps take $whole ms");

my %statements = (
	(map { $_ => counting(@{ $counting{$_} }) } keys %counting),
	'checking what DDL touches' => $altering,
	'invoking' => 'SELECT desk.long()',
	'validating' => q{DO $$ BEGIN EXECUTE replace(pg_get_functiondef('desk.long'::regproc), 'desk.long', 'desk.other'); END $$; DROP FUNCTION desk.other},
	'an inline action' => q{DO $$ BEGIN EXECUTE format('DO LANGUAGE custom_action %L', (SELECT replace(definition, '"timeout": "1 h",', '') FROM long)); END $$},
	'checking' => q{SELECT count(*) FROM custom_actions.check_definition('desk.long', (SELECT definition::json FROM long), 'postgres'::regrole)},
	'recording dependencies' => 'SELECT refresh_action_dependencies()',
	'reading rows' => 'SELECT length(custom_actions.definition_rows(definition::json)::text) FROM long, generate_series(1, 10)',
	'printing' => 'SELECT length(custom_actions.definition_text(custom_actions.definition_rows(definition::json))::text) FROM long, generate_series(1, 10)',
	'one object of many keys' => q{SELECT length(custom_actions.definition_rows(json_build_object('steps', json_build_array(json_build_object('let',
		(SELECT json_object_agg('key' || i, i) FROM generate_series(1, 50000) AS i)))))::text)},
	'canceling validation' => q{SET check_function_bodies = off; DO $$ BEGIN EXECUTE replace(pg_get_functiondef('desk.long'::regproc), 'desk.long', 'desk.other'); END $$; DROP FUNCTION desk.other});

# A machine may pause for longer than a statement takes; a statement that does not look
# for cancels ends too late every time.
foreach my $what (sort keys %statements)
{
	my ($time, $out, $err) = run_limited(0, $statements{$what});
	my $limit = int($time / 5) || 1;
	my ($elapsed, $next, $said, $ends);

	is($err, '', "$what, without a limit");
	for (my $tries = 0; !$ends && $tries < 3; $tries++)
	{
		($elapsed, $next, $said) = run_limited($limit, $statements{$what});
		$ends = $elapsed < $limit
			|| ($said =~ /\A(?:psql:<stdin>:\d+: )?ERROR:  canceling statement due to statement timeout/ && $elapsed < $limit + $time / 3 + 250);
	}
	ok($ends, "$what ends at its limit") or diag("limit $limit of $time ms, $elapsed ms: $said");
	like($next, qr/next\z/, 'and the next statement runs');
}

# Wherever a cancel comes, it leaves no row counted up
foreach my $what (sort keys %counting)
{
	my (undef, $table) = @{ $counting{$what} };
	my ($time) = run_limited(0, counting(@{ $counting{$what} }));
	my ($said, $canceled) = ('', 0);

	foreach my $part (1 .. 9)
	{
		my (undef, undef, $err) = run_limited(int($time * $part / 10) || 1, counting(@{ $counting{$what} }));

		$canceled++ if $err =~ s/\A(?:psql:<stdin>:\d+: )?ERROR:  canceling statement due to statement timeout//;
		$said .= $err if $err !~ /\A\s*(?:CONTEXT:.*)?\z/s;
	}
	is($said, '', "$what are canceled, or done");
	cmp_ok($canceled, '>', 0, 'some are canceled');
	is($node->safe_psql('main', "SELECT count(DISTINCT n) FROM desk.$table"), 1, 'and none of those has left anything');
}

# Somebody else's cancel
{
	my ($out, $err) = ('', '');
	my $session = IPC::Run::start([ 'psql', '-Xq', '-d', $node->connstr('main') . ' application_name=victim', '-c', $altering ], '>', \$out, '2>', \$err);

	$node->poll_query_until('main', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' AND state = 'active' AND clock_timestamp() > query_start + interval '100 ms'});
	$session->finish;
	is($err, "ERROR:  canceling statement due to user request\n", 'a cancel arrives');
}

# The action's own limit
$node->safe_psql('main', "SELECT public.make_long($steps, '20 ms')");
my ($elapsed, $out, $err) = run_limited(0, 'SELECT desk.long()');
like($err, qr/ERROR:  action "desk\.long" exceeded its time limit of 20 ms/, 'the limit of an action covers its compilation');
cmp_ok($elapsed, '<', 0.8 * $whole, 'and ends it');
($elapsed, $out, $err) = run_limited(0, q{DO $$ BEGIN EXECUTE format('DO LANGUAGE custom_action %L', (SELECT definition FROM long)); END $$});
like($err, qr/ERROR:  action "inline" exceeded its time limit of 20 ms/, 'so does that of an inline action');

log_is_clean($node, 'the log is clean');
done_testing();
