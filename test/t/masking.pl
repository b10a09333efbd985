# A sensitive value is nowhere: not in the server's log at default settings, not in
# what clients are told, not in a table of the extension, not in a file that it keeps.
# Each part of the workload has a secret of its own, so that one that is found says
# where it came from.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use File::Find;
use PostgreSQL::Test::Utils;
use Test::More;

my $database = 'secretive';
my %settings;
my $secrets = 0;

# Makes a value that nothing else holds; its name tells where it is used.
sub secret
{
	my ($where) = @_;

	return sprintf 'Geheim%04d%s', ++$secrets, $where;
}

# Sends some SQL, each statement by itself, and returns all that the client is told.
sub told
{
	my ($node, $sql, @parameters) = @_;
	my ($status, $out, $err) = $node->psql($database, $sql, on_error_stop => 0, extra_params => [ '-a', @parameters ]);

	return "$out\n$err";
}

# What is a secret in the texts? Those of statements, which psql repeats, are taken out.
sub found
{
	my ($text, $sql) = @_;

	$text =~ s/^\Q$_\E$//mg foreach grep { /Geheim/ } split /\n/, $sql;
	return [ $text =~ /^.*Geheim.*$/mg ];
}

# Makes actions that fail in many ways, of which each may show what it was given.
sub define_actions
{
	my ($node) = @_;

	$node->safe_psql($database, <<'SQL');
SET client_min_messages = error;
CREATE TABLE card (id integer PRIMARY KEY, pin text UNIQUE, amount integer CHECK (amount < 100), note text NOT NULL DEFAULT '');
CREATE TYPE login AS (name text, password text);
CREATE FUNCTION define(name text, definition json) RETURNS void LANGUAGE sql AS 'SELECT create_action(name, definition, true); SELECT activate_action(name)';
CREATE FUNCTION complains(pin text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM action_trace('pin is ' || pin, jsonb_build_object('pin', pin, 'about', array['my ' || pin])); RAISE EXCEPTION 'no %', pin USING DETAIL = 'That is ' || pin, HINT = pin; END $$;
CREATE FUNCTION complains_of(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', context; END $$;
CREATE FUNCTION executes(pin text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('SELECT %L::integer', pin); END $$;
SELECT define('public.pay', '{"summary": "Pay with {{input.pin}}, {{input.note}}, {{target.note}}", "table": "card", "input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "how", "type": "text", "default": "well"}, {"name": "data", "type": "jsonb", "sensitive": true, "required": false},
		{"name": "login", "type": "login", "sensitive": true, "required": false}, {"name": "note", "type": "text", "required": false}, {"name": "amount", "type": "integer", "sensitive": true, "required": false}],
	"output": [{"name": "token", "type": "text", "sensitive": true}, {"name": "said", "type": "text", "default": "{{input.note}}"}], "steps": [
	{"output": {"token": "token of {{input.pin}}"}},
	{"call": "complains", "with": {"pin": "=input.pin"}, "when": "input.how = ''call''"},
	{"call": "complains", "with": {"pin": "=input.data::text"}, "when": "input.how = ''data''"},
	{"call": "executes", "with": {"pin": "=input.pin"}, "when": "input.how = ''execute''"},
	{"require": "input.how <> ''require''", "message": "pin {{input.pin}}", "detail": "login {{input.login}}", "hint": "note {{input.note}} token {{output.token}}"},
	{"let": {"n": "=input.pin::integer"}, "when": "input.how = ''cast''"},
	{"let": {"m": "=input.pin::json ->> ''x''"}, "when": "input.how = ''json''"},
	{"update": "target", "set": {"note": "=nullif(input.pin, input.pin)"}, "when": "input.how = ''null''"},
	{"create": "card", "set": {"id": "=target.id + 1", "pin": "=input.pin", "amount": 1000}, "when": "input.how = ''check''"},
	{"create": "card", "set": {"id": "=target.id + 1", "pin": "=input.pin"}, "when": "input.how = ''unique''"},
	{"group": "handled", "when": "input.how = ''handled''", "do": [{"call": "complains", "with": {"pin": "=input.pin"}}],
		"on_error": [{"create": "card", "set": {"id": "=target.id + 2", "note": "=error.message || coalesce(error.detail, '''') || coalesce(error.hint, '''')"}}]},
	{"for_each": "=array[input.pin, ''x'' || input.pin]", "as": "each", "when": "input.how = ''loop''", "do": [{"call": "complains", "with": {"pin": "=each.value"}}]}]}');
SELECT define('public.unmarked', '{"input": [{"name": "what", "type": "text"}, {"name": "fails", "type": "boolean", "default": false}], "output": [{"name": "same", "type": "text", "default": "=input.what"}],
	"steps": [{"require": "not input.fails", "message": "{{input.what}}"}]}');
SELECT define('public.outermost', '{"input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "fails", "type": "boolean"}], "steps": [
	{"perform": "unmarked", "as": "u", "with": {"what": "my {{input.pin}}", "fails": "=input.fails"}},
	{"perform": "unmarked", "with": {"what": "=u.same", "fails": true}, "on_error": []},
	{"perform": "pay", "as": "p", "with": {"target": 1, "pin": "=input.pin", "note": "my {{input.pin}}"}},
	{"stop": "failed", "message": "{{p.token}}{{p.said}}"}]}');
CREATE TABLE known_pin (pin text PRIMARY KEY, n integer DEFAULT 0);
SELECT define('public.by_pin', '{"summary": "Row {{target.pin}}", "table": "known_pin", "input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "fails", "type": "boolean"}], "steps": [
	{"update": "target", "set": {"n": "=n + 1"}}, {"update": "known_pin", "where": "pin = input.pin", "set": {"n": 7}},
	{"create": "known_pin", "set": {"pin": "x{{input.pin}}"}}, {"delete": "known_pin", "id": "x{{input.pin}}"}, {"require": "not input.fails"}]}');
CREATE FUNCTION ends_session() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); END';
SELECT define('public.ended', '{"input": [{"name": "pin", "type": "text", "sensitive": true}, {"name": "login", "type": "login", "sensitive": true, "required": false}], "steps": [{"call": "ends_session", "when": "input.pin <> ''''"}]}');
SELECT define('public.plugged', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "plugins": [{"stage": "pre_validation", "function": "public.complains_of"}]}');
SELECT define('public.by_default', '{"input": [{"name": "pin", "type": "text", "sensitive": true, "default": "GeheimDefault"}], "steps": [{"call": "complains", "with": {"pin": "=input.pin"}}]}');
SELECT define('public.slow', '{"timeout": "50 ms", "input": [{"name": "pin", "type": "text", "sensitive": true}], "steps": [{"call": "pg_sleep(double precision)", "with": {"1": 60}, "when": "input.pin <> ''''"}]}');
SELECT create_action('public.inactive', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "steps": [{"require": "input.pin <> ''''"}]}');
SELECT activate_action('public.inactive');
SELECT deactivate_action('public.inactive');
CREATE ROLE nobody;
REVOKE EXECUTE ON FUNCTION outermost(text, boolean) FROM PUBLIC;
SQL
	return;
}

# Statements that hold secrets: calls of all kinds that succeed and fail.
sub workload
{
	my ($mode) = @_;
	my @statements;

	push @statements, sprintf q{SELECT count(pay(1, '%s', 'well', '{"a": "%s"}', ('me', '%s'), 'note'));}, map { secret("Typed$_$mode") } qw(Pin Data Login);
	foreach my $how (qw(well call execute require cast json null check unique handled loop))
	{
		push @statements, sprintf q{SELECT count(pay(1, '%s', '%s'));}, secret("Typed\u$how$mode"), $how;
		push @statements, sprintf q{SELECT invoke_action('pay', '{"target": 1, "pin": "%s", "how": "%s", "note": "x"}') - 'token';}, secret("Json\u$how$mode"), $how;
		push @statements, sprintf q{SELECT try_invoke_action('pay', '{"target": 1, "pin": "%s", "how": "%s"}') #- '{output,token}';}, secret("Try\u$how$mode"), $how;
		push @statements, sprintf q{DO $$ BEGIN PERFORM invoke_action('pay', '{"target": 1, "pin": "%s", "how": "%s"}'); END $$;}, secret("Do\u$how$mode"), $how;
	}
	push @statements, sprintf q{SELECT count(pay(2, '%s'));}, secret("Missing$mode");
	push @statements, sprintf q{SELECT invoke_action('pay', '{"target": 1, "pin": "p%s", "how": "data", "data": [{"x": "%s"}, 7]}');}, map { secret("Deep$_$mode") } qw(Pin Data);
	push @statements, sprintf q{SELECT invoke_action('pay', '{"target": 1, "pin": "x", "amount": "%s"}');}, secret("Unread$mode");
	push @statements, sprintf q{SELECT invoke_action('pay', '{"target": 1, "pin": "x", "login": "(a,%s"}');}, secret("Malformed$mode");
	push @statements, sprintf q{SELECT invoke_action('pay', '{"target": 1, "pni": "%s"}');}, secret("Misspelt$mode");
	push @statements, sprintf q{SELECT try_invoke_action('pay', '{"target": "x", "pin": "%s"}');}, secret("Target$mode");
	push @statements, sprintf q{SELECT invoke_action('pai', '{"target": 1, "pin": "%s"}');}, secret("Nowhere$mode");
	push @statements, sprintf q{SELECT count(outermost('%s', %s));}, secret("Nested$_$mode"), $_ foreach qw(true false);
	push @statements, sprintf q{SELECT invoke_action('outermost', '{"pin": "%s", "fails": false}');}, secret("NestedJson$mode");
	foreach my $fails (qw(true false))
	{
		my $pin = secret("Key$fails$mode");

		push @statements, "INSERT INTO known_pin VALUES ('$pin');", "SELECT count(by_pin('$pin', '$pin', $fails));";
		push @statements, qq{SELECT try_invoke_action('by_pin', '{"target": "$pin", "pin": "$pin", "fails": $fails}');};
	}
	push @statements, 'DELETE FROM known_pin;';
	push @statements, sprintf q{SELECT plugged('%s');}, secret("Plugged$mode");
	push @statements, sprintf q{SELECT slow('%s');}, secret("Slow$mode");
	push @statements, sprintf q{SELECT inactive('%s');}, secret("Inactive$mode");
	push @statements, sprintf q{SELECT invoke_action('inactive', '{"pin": "%s"}');}, secret("InactiveJson$mode");
	push @statements, 'SELECT by_default();', q{SELECT try_invoke_action('by_default');};
	push @statements, q{SET ROLE nobody;}, sprintf(q{SELECT invoke_action('outermost', '{"pin": "%s", "fails": false}');}, secret("Denied$mode")), 'RESET ROLE;';
	push @statements, 'BEGIN;', sprintf(q{SELECT invoke_action('pay', '{"target": 1, "pin": "%s"}') - 'token';}, secret("RolledBack$mode")), 'ROLLBACK;';
	push @statements, (sprintf q{SELECT invoke_action('pay', '{"target": 1, "pin": "%s"}', 'key 1 %s') - 'token';}, secret("Key$mode"), $mode) x 2;
	push @statements, sprintf q{SELECT invoke_action('pay', '{"target": 1, "pin": "%s"}', 'key 1 %s') - 'token';}, secret("OtherKey$mode"), $mode;
	push @statements, 'BEGIN;', "SET LOCAL custom_actions.idempotency_key = 'key 2 $mode';", sprintf(q{SELECT count(pay(1, '%s'));}, secret("TypedKey$mode")), 'COMMIT;';
	push @statements, 'DELETE FROM card WHERE id <> 1;';
	return join("\n", @statements) . "\n";
}

# Does the server have this setting?
sub has_setting
{
	my ($node, $name) = @_;

	return $node->safe_psql($database, "SELECT count(*) FROM pg_settings WHERE name = '$name'");
}

# Runs the workload at each level, and looks at what the client is told.
sub run_workload
{
	my ($node) = @_;

	foreach my $level (qw(off failures basic full trace))
	{
		my $sql = workload("\u$level");
		my $trace = $level eq 'trace' && has_setting($node, 'custom_actions.trace') ? "SET custom_actions.trace = on;\n" : '';
		my $told = told($node, "SET custom_actions.log_level = $level;\n$trace$sql");

		is_deeply(found($told, $sql), [], "at level $level clients are not told");
		told($node, "SET custom_actions.log_level = $level; SELECT ended('" . secret("Ended$level") . "');");
		told($node, "SET custom_actions.log_level = $level; SELECT invoke_action('ended', '{\"pin\": \"" . secret("EndedJson$level") . "\"}');");
		ok($told =~ /\*\*\*/, '... but of masked values');
	}
	return;
}

# All tables and views of the extension as text, the definitions of actions aside
sub dump_tables
{
	my ($node) = @_;
	my @tables = split /\n/, $node->safe_psql($database, q{
		SELECT c.oid::regclass FROM pg_class c WHERE relnamespace = 'custom_actions'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')
		AND relname NOT IN ('action', 'actions', 'parameter', 'step', 'plugin_step', 'version') ORDER BY relname});

	return map { ($_ => $node->safe_psql($database, "SELECT row_to_json(t) FROM $_ AS t")) } @tables;
}

# The files of the data directory but the tables of users and what is written of them
sub kept_files
{
	my ($node) = @_;
	my $directory = $node->data_dir;
	my %files;

	find({ no_chdir => 1, wanted => sub {
		return if !-f $_ || m{^\Q$directory\E/(?:base|pg_wal)/};
		$files{ substr $_, length $directory } = slurp_file($_) if -r $_;
	} }, $directory);
	return %files;
}

# Searches everything that is kept.
sub search
{
	my ($node, $what) = @_;
	my %tables = dump_tables($node);
	my @actions = split /\n/, $node->safe_psql($database, 'SELECT name FROM custom_actions.action');

	is_deeply(found($tables{$_}, ''), [], "$what: not in $_") foreach sort keys %tables;
	is_deeply(found($node->safe_psql($database, "SELECT describe_action('$_')"), ''), [], "$what: describe_action of $_") foreach @actions;
	is_deeply(found(slurp_file($node->logfile), ''), [], "$what: not in the server's log");
	return %tables;
}

# Waits until failures are where they belong.
sub settle
{
	my ($node) = @_;
	my $before = -1;

	for (1 .. 60)
	{
		my $count = $node->safe_psql($database, 'SELECT count(*) FROM custom_actions.log');

		return if $count == $before;
		$before = $count;
		sleep 2;
	}
	return;
}

foreach my $preloaded (0, 1)
{
	my $what = $preloaded ? 'preloaded' : 'not preloaded';
	my $node = new_server($preloaded ? 'preloaded' : 'plain',
		"log_statement = none\n" . ($preloaded ? "shared_preload_libraries = 'custom_actions'\n" : ''));
	my %tables;

	create_database($node, $database);
	define_actions($node);
	$node->safe_psql($database, q{INSERT INTO card (id, pin) VALUES (1, 'x')});
	run_workload($node);
	settle($node);
	%tables = search($node, $what);
	ok($tables{'custom_actions.log'} =~ /"pin": "\*\*\*"/, "$what: inputs are recorded, masked");
	ok(slurp_file($node->logfile) =~ /ERROR: .*\*\*\*/, "$what: errors are logged, masked");
	ok($tables{'custom_actions.log'} =~ /"public.ended"/, "$what: ends of sessions are recorded") if $preloaded;
	log_is_clean($node, "$what: the log is clean");
	$node->stop;
	my %files = kept_files($node);
	is_deeply([ grep { $files{$_} =~ /Geheim(?!Default)/ } sort keys %files ], [], "$what: not in a file that is kept");
}

done_testing();
