# custom_actions.statistics: what is counted equals what was done, by several sessions
# and rolled back, too; it survives a restart, and a file that is not sound does no
# harm; who sees it; the least used give way.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('statistics', "shared_preload_libraries = 'custom_actions'\nrestart_after_crash = on\n");
my $database = 'counted';

sub query
{
	my ($sql) = @_;

	return $node->safe_psql($database, $sql);
}

# Runs SQL of which some is to fail; answers what it said.
sub attempt
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql($database, $sql, on_error_stop => 0);

	return $err;
}

# Defines an action.
sub define
{
	my ($name, $definition) = @_;

	query("SELECT create_action('$name', \$json\$$definition\$json\$), activate_action('$name')");
	return;
}

# calls, failures, canceled and rows_written of what a condition picks, a line for each
sub counts
{
	my ($condition) = @_;

	return query("SELECT concat_ws(' ', action, coalesce(plugin, step), calls, failures, canceled, rows_written)
		FROM custom_actions.statistics WHERE $condition ORDER BY 1");
}

# All there is, to compare with what there will be
sub everything
{
	return query('SELECT s::text FROM custom_actions.statistics AS s ORDER BY 1') . "\n" . query('SELECT i::text FROM custom_actions.statistics_info AS i');
}

sub statistics_file
{
	return $node->data_dir . '/pg_stat/custom_actions.statistics';
}

create_database($node, $database);
query(<<'SQL');
CREATE TABLE three AS SELECT n FROM generate_series(1, 3) AS n;
CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);
CREATE FUNCTION look(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF context -> 'input' ->> 'how' = 'plugin' THEN
		RAISE EXCEPTION 'the plug-in refuses';
	END IF;
END
$$;
SQL
define('public.part', '{"input": [{"name": "how", "type": "text"}], "steps": [
	{"create": "public.note", "set": {"text": "=input.how"}},
	{"stop": "failed", "message": "the inner one fails", "when": "input.how = \'inner\'"}]}');
define('public.work', '{"input": [{"name": "how", "type": "text"}], "steps": [
	{"require": "input.how <> \'refused\'", "message": "not that"},
	{"create": "public.note", "from": "public.three", "set": {"text": "a row"}},
	{"group": "undone", "do": [
		{"create": "public.note", "set": {"text": "undone"}},
		{"stop": "failed", "message": "dealt with", "when": "input.how = \'handled\'"}],
	 "on_error": []},
	{"perform": "public.part", "with": {"how": "=input.how"}},
	{"stop": "failed", "message": "no, {{input.how}}", "when": "input.how = \'failed\'"}],
	"plugins": [{"stage": "pre_operation", "function": "public.look"}]}');

is(query('SELECT count(*) FROM custom_actions.statistics'), '0', 'nothing has been counted');

# A workload of four sessions: 5 turns of 20 transactions each
my $turn = '';
foreach my $how (qw(well handled refused failed inner plugin))
{
	# in a transaction that is kept, one that is rolled back, and by name
	$turn .= "SELECT try_invoke_action('public.work', '{\"how\": \"$how\"}');\n";
	$turn .= "BEGIN;\nDO \$\$ BEGIN PERFORM work('$how'); EXCEPTION WHEN OTHERS THEN END \$\$;\nROLLBACK;\n";
}
$turn .= "BEGIN;\nSAVEPOINT a;\nSELECT invoke_action('public.part', '{\"how\": \"well\"}');\nROLLBACK TO a;\nCOMMIT;\n";
$turn .= "DO LANGUAGE custom_action '{\"steps\": [{\"create\": \"public.note\", \"set\": {\"text\": \"nobody\"}}]}';\n";
my $script = PostgreSQL::Test::Utils::tempdir . '/turn.sql';
append_to_file($script, $turn);
$node->command_ok([ 'pgbench', '-n', '-c', '4', '-j', '2', '-t', '25', '-f', $script, $node->connstr($database) ], 'four sessions do their work');
my $turns = 4 * 25;

# Of the twelve calls of a turn, all but those that are refused come to the plug-in, ... and so on.
is(counts('plugin IS NULL AND step IS NULL'),
	join("\n",
		'public.part ' . join(' ', 9 * $turns, 2 * $turns, 0, 7 * $turns),
		'public.work ' . join(' ', 12 * $turns, 6 * $turns, 2 * $turns, (2 * 4 + 2 * 3) * $turns)),
	'calls, failures, canceled ones and rows are as many as there were');
is(counts('plugin IS NOT NULL'), 'public.work public.look(jsonb) ' . join(' ', 12 * $turns, 2 * $turns, 0, 0), 'so are those of the plug-in');
is(query(q{SELECT string_agg(concat_ws(' ', action, plugin, last_sqlstate, last_error, last_error_at <= last_call AND last_error_at > stats_since), E'\n' ORDER BY action, plugin)
		FROM custom_actions.statistics}),
	"public.part P0001 the inner one fails t\npublic.work public.look(jsonb) P0001 the plug-in refuses t\npublic.work P0001 the plug-in refuses t",
	'the last error is known');
is(query(q{SELECT bool_and(0 < min_time AND min_time <= mean_time AND mean_time <= max_time AND max_time < total_time
			AND abs(total_time / calls - mean_time) < mean_time / 1e9 AND stddev_time > 0 AND stddev_time < max_time
			AND last_call BETWEEN stats_since AND now()) FROM custom_actions.statistics}), 't', 'times are sound');
is(query(q{SELECT (SELECT total_time FROM custom_actions.statistics WHERE action = 'public.work' AND plugin IS NULL)
			> (SELECT total_time FROM custom_actions.statistics WHERE action = 'public.work' AND plugin IS NOT NULL)}), 't', 'the time of an action includes that of its plug-ins');

# The times of known calls
query('CREATE FUNCTION nap(seconds float8) RETURNS void LANGUAGE sql AS $$SELECT pg_sleep(seconds)$$');
define('public.sleep', '{"input": [{"name": "seconds", "type": "float8"}], "steps": [{"call": "public.nap", "with": {"seconds": "=input.seconds"}}]}');
query('SELECT sleep(0.01), sleep(0.21)');
is(query(q{SELECT concat_ws(' ', calls, min_time BETWEEN 10 AND 200, max_time >= 210, abs(stddev_time - (max_time - min_time) / 2) < 0.000001,
		abs(mean_time - (max_time + min_time) / 2) < 0.000001) FROM custom_actions.statistics WHERE action = 'public.sleep'}),
	'2 t t t t', 'shortest, longest, mean and deviation');

# Steps, at level trace
define('public.traced', '{"log": "trace", "input": [{"name": "how", "type": "text"}], "steps": [
	{"for_each": "=array[1, 2]", "as": "n", "do": [
		{"create": "public.note", "set": {"text": "a turn"}},
		{"create": "public.note", "set": {"text": "seldom"}, "when": "n.value = 2"}]},
	{"group": "undone", "do": [
		{"create": "public.note", "set": {"text": "undone"}},
		{"stop": "failed", "message": "dealt with", "when": "input.how = \'handled\'"}],
	 "on_error": [{"create": "public.note", "set": {"text": "handled"}}]},
	{"perform": "public.part", "with": {"how": "=input.how"}}]}');
attempt("SELECT traced('well'), traced('handled'); SELECT traced('inner')");
is(counts(q{action = 'public.traced'}), join("\n",
		'public.traced 1 3 0 0 9', 'public.traced 1.do.1 6 0 0 6', 'public.traced 1.do.2 3 0 0 3', 'public.traced 2 3 1 0 2',
		'public.traced 2.do.1 3 0 0 3', 'public.traced 2.do.2 1 1 0 0', 'public.traced 2.on_error.1 1 0 0 1', 'public.traced 3 1 0 8',
		'public.traced 3 3 1 0 0'), 'steps that ran');
is(query(q{SELECT string_agg(concat_ws(' ', step, last_error), E'\n' ORDER BY step NULLS FIRST) FROM custom_actions.statistics WHERE action = 'public.traced' AND last_error IS NOT NULL}),
	"the inner one fails\n2 dealt with\n2.do.2 dealt with\n3 the inner one fails", 'with their errors, also those that were dealt with');
query("SET custom_actions.log_level = trace; SELECT work('well')");
is(query(q{SELECT count(*) FROM custom_actions.statistics WHERE action = 'public.work' AND step IS NOT NULL}), '5', 'or of all actions, by the setting');
query("SELECT reset_action_statistics('work')");

# Creates that are one statement count as when they are several
query('CREATE TABLE pair (a integer, b integer, PRIMARY KEY (a, b))');
define('public.pairs', '{"input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}], "steps": [
	{"group": "all", "do": [
		{"create": "public.pair", "set": {"a": "=input.a", "b": 1}},
		{"create": "public.pair", "set": {"a": "=input.b", "b": 1}},
		{"create": "public.pair", "set": {"a": 9, "b": 1}}],
	 "on_error_when": "input.a < 5", "on_error": [{"create": "public.pair", "set": {"a": 0, "b": 0}}]}]}');
foreach my $plain ('', 'merge')
{
	query("SELECT reset_action_statistics('pairs')");
	attempt("SET custom_actions.plain_path = '$plain'; " . join(' ', map { "TRUNCATE pair; SELECT pairs($_);" } '1, 2', '1, 1', '7, 9', '9, 9', '3, 4'));
	is(query('SELECT count(*), count(DISTINCT cmin::text) FROM pair'), $plain eq '' ? '3|1' : '3|3', 'rows of ' . ($plain eq '' ? 'one statement' : 'three'));
	is(counts(q{action = 'public.pairs'}), 'public.pairs 5 2 0 7', 'are counted');
}

# A request that is sent again is answered, and counted, each time
query("SELECT invoke_action('public.part', '{\"how\": \"once\"}', 'key') FROM generate_series(1, 1); SELECT reset_action_statistics('part')");
query("SELECT invoke_action('public.part', '{\"how\": \"once\"}', 'key')");
is(counts(q{action = 'public.part' AND step IS NULL}), 'public.part 1 0 0 0', 'a request that comes again is a call that writes nothing');

# What does not count
query("SET custom_actions.collect_statistics = off; SELECT sleep(0)");
is(counts(q{action = 'public.sleep'}), 'public.sleep 2 0 0 0', 'nothing is counted while that is off');
attempt('SELECT pg_terminate_backend(pg_backend_pid()) FROM sleep(0)');
attempt("SET statement_timeout = '10ms'; SELECT sleep(60)");
is(counts(q{action = 'public.sleep'}), 'public.sleep 4 1 0 0', 'a call that was canceled by a timeout counts as failed');
query('CREATE FUNCTION farewell() RETURNS void LANGUAGE sql AS $$SELECT pg_sleep(60) FROM pg_terminate_backend(pg_backend_pid())$$');
define('public.leave', '{"steps": [{"call": "public.farewell"}]}');
like(attempt('SELECT leave()'), qr/terminating connection/, 'a session ends in the middle of a call');
is(counts(q{action = 'public.leave'}), '', 'which never ended');

# Messages are cut between characters
define('public.shout', '{"input": [{"name": "text", "type": "text"}], "steps": [{"stop": "failed", "message": "{{input.text}}"}]}');
attempt(q{SELECT shout('x' || repeat('ä', 200))});
is(query(q{SELECT last_error = 'x' || repeat('ä', 127) FROM custom_actions.statistics WHERE action = 'public.shout'}), 't', 'a long message is cut between characters');
attempt(q{SELECT shout(repeat('ä', 200))});
is(query(q{SELECT octet_length(last_error) FROM custom_actions.statistics WHERE action = 'public.shout'}), '254', 'where they end');

# Sensitive values
define('public.secret', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "steps": [
	{"let": {"n": "=input.pin::integer"}}], "plugins": [{"stage": "pre_operation", "function": "public.tell"}]}')
  if query(q{CREATE FUNCTION tell(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
		IF context -> 'input' ->> 'pin' LIKE '%plug%' THEN RAISE EXCEPTION 'the pin is %', context -> 'input' ->> 'pin'; END IF; END $$;
	SELECT true});
attempt(q{SELECT secret('hunter2-abc')});
like(query(q{SELECT last_error FROM custom_actions.statistics WHERE action = 'public.secret' AND plugin IS NULL}), qr/invalid input syntax for type integer: "\*\*\*"/, 'a sensitive value is masked');
attempt(q{SELECT secret('hunter2-plug')});
is(query(q{SELECT string_agg(last_error, ', ') FROM custom_actions.statistics WHERE action = 'public.secret'}), 'the pin is ***, the pin is ***', 'also where a plug-in tells it');
is(query(q{SELECT count(*) FROM custom_actions.statistics AS s WHERE s::text LIKE '%hunter2%'}), '0', 'it is nowhere');

# Who sees what
query(<<'SQL');
CREATE ROLE stats_owner LOGIN;
CREATE ROLE stats_other LOGIN;
CREATE ROLE stats_monitor LOGIN IN ROLE pg_monitor;
CREATE ROLE stats_nobody LOGIN;
SELECT grant_action_design(r::regrole) FROM unnest('{stats_owner,stats_other}'::text[]) AS r;
ALTER FUNCTION sleep OWNER TO stats_owner;
SQL

sub as_role
{
	my ($role, $sql) = @_;
	my ($status, $out, $err) = $node->psql($database, "SET ROLE $role; $sql");

	return $err eq '' ? $out : $err;
}

my $seen = 'SELECT count(*), count(DISTINCT action) FROM custom_actions.statistics';
is(as_role('stats_owner', $seen), '1|1', 'an owner sees what is his');
is(as_role('stats_other', $seen), '0|0', 'another designer sees nothing');
is(as_role('stats_monitor', $seen), query($seen), 'who monitors the server sees all');
is(as_role('stats_monitor', 'SELECT count(*) FROM custom_actions.statistics_info'), '1', 'and how the statistics are doing');
like(as_role('stats_nobody', $seen), qr/permission denied/, 'nobody else may look');
is($node->safe_psql('postgres', 'CREATE EXTENSION custom_actions; SELECT count(*) FROM custom_actions.statistics'), '0', 'other databases see nothing');

# Names are those of today
query('ALTER FUNCTION sleep RENAME TO doze');
is(counts(q{action IN ('public.doze', 'public.sleep')}), 'public.doze 4 1 0 0', 'a renamed action keeps its statistics');
query('DROP FUNCTION secret');
is(counts(q{action = 'public.secret'}), '', 'what was dropped is not shown');

# Kept across restarts
my $before = everything();
$node->restart;
is_text(everything(), $before, 'the statistics survive a restart');
ok(!-e statistics_file(), 'their file is removed when it was read');
query(q{SELECT work('well')});
is(counts(q{action = 'public.work' AND plugin IS NULL}), 'public.work 1 0 0 4', 'and go on');

# Reset
like(as_role('stats_other', q{SELECT reset_action_statistics('public.doze')}), qr/must be owner of action "public.doze"/, 'only the owner resets the statistics of an action');
like(as_role('stats_owner', 'SELECT reset_action_statistics()'), qr/permission denied to reset the statistics of all actions/, 'not of all actions');
like(as_role('stats_nobody', 'SELECT reset_action_statistics()'), qr/permission denied/, 'somebody else nothing');
is(as_role('stats_owner', q{SELECT reset_action_statistics('public.doze')}), '1', 'an owner resets what is his');
is(as_role('stats_owner', $seen), '0|0', 'and it is gone');
like(as_role('stats_owner', q{SELECT reset_action_statistics('public.nothing')}), qr/action "public.nothing" does not exist/, 'an action that there is not');
is(query(q{SELECT reset_action_statistics('work')}), '2', 'with what belongs to it');
query('GRANT EXECUTE ON FUNCTION custom_actions.forget_all_statistics() TO stats_owner');
$node->safe_psql('postgres', q{SELECT create_action('public.elsewhere'), activate_action('public.elsewhere'); SELECT elsewhere()});
ok(as_role('stats_owner', 'SELECT reset_action_statistics()') > 0, 'all, where that is granted');
is(as_role('stats_monitor', $seen), '0|0', 'and all of it is gone');
is($node->safe_psql('postgres', 'SELECT calls FROM custom_actions.statistics'), '1', 'of this database');

# A file that is not sound is dropped; the server starts.
sub start_with_file
{
	my ($what, $change) = @_;
	my $offset = -s $node->logfile;
	my $content;

	query(q{SELECT work('well')});
	$node->stop;
	$content = slurp_file(statistics_file());
	unlink statistics_file();
	append_to_file(statistics_file(), $change->($content));
	$node->start;
	ok(!-e statistics_file(), "$what: the file is removed");
	return slurp_file($node->logfile, $offset);
}

sub flip
{
	my ($at) = @_;

	return sub {
		my ($content) = @_;

		substr($content, $at, 1) ^= "\x40";
		return $content;
	};
}

my $elsewhere = 'SELECT calls FROM custom_actions.statistics';
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', $elsewhere), '1', 'a server that stops at once keeps them');
log_is_clean($node, 'the log is clean');
my $crash = -s $node->logfile;
attempt(q{SELECT work('well'); COPY (SELECT 1) TO PROGRAM 'kill -KILL $PPID'});
$node->poll_query_until('postgres', 'SELECT true');
is($node->safe_psql('postgres', 'SELECT count(*) FROM custom_actions.statistics'), '0', 'a crash takes them');
ok(!-e statistics_file(), 'nothing of them is left');
foreach my $change (
	[ 'an empty file', sub { return '' }, 'It is too short' ],
	[ 'half a head', sub { return substr($_[0], 0, 20) }, 'It is too short' ],
	[ 'a head that promises more', sub { return substr($_[0], 0, 64) }, 'It is too short' ],
	[ 'half a file', sub { return substr($_[0], 0, length($_[0]) / 2) }, 'It is too short' ],
	[ 'a longer file', sub { return "$_[0] " }, 'Its checksum is wrong' ],
	[ 'another version', flip(4), 'It was written by another version' ],
	[ 'another server', flip(8), 'It was written by another version' ],
	[ 'a flipped number of entries', flip(20), 'It is too short' ],
	[ 'a flipped key', flip(64), 'Its checksum is wrong' ],
	[ 'a flipped counter', flip(96), 'Its checksum is wrong' ],
	[ 'a flipped checksum', flip(-1), 'Its checksum is wrong' ],
	[ 'something else', sub { return "\xff" x 10000 }, 'It was written by another version' ])
{
	my ($what, $function, $said) = @$change;
	my $log = start_with_file($what, $function);

	like($log, qr/LOG:  [\w: ]*the statistics of actions in file "pg_stat\/custom_actions.statistics" are dropped\n.*DETAIL:  \Q$said\E/, "$what: the log says that it is dropped");
	is(query('SELECT count(*) FROM custom_actions.statistics'), '0', "$what: nothing is taken of it");
}
start_with_file('the file itself', sub { return $_[0] });
is(counts(q{action = 'public.work' AND plugin IS NULL}), 'public.work 1 0 0 4', 'the file itself is taken');

# Little room: the least used give way
query(q{SELECT count(*) FROM (SELECT create_action('public.many_' || n), activate_action('public.many_' || n) FROM generate_series(1, 150) AS n) AS made});
query(q{SELECT count(work('well')) FROM generate_series(1, 50)});
query(q{SELECT count(invoke_action('public.many_' || n)) FROM generate_series(1, 140) AS n});
is(query('SELECT entries > 140 FROM custom_actions.statistics_info'), 't', 'there is room for all of them');
$node->append_conf('postgresql.conf', "custom_actions.max_statistics = 100\n");
$node->restart;
is(query('SELECT entries, max_entries FROM custom_actions.statistics_info'), '100|100', 'with less room what finds some is kept');
query(q{SELECT reset_action_statistics()});
query(q{SELECT count(work('well')) FROM generate_series(1, 50)});
query(q{SELECT count(invoke_action('public.many_' || n)) FROM generate_series(1, 150) AS n});
is(query(q{SELECT entries || ' ' || (evicted >= 50) FROM custom_actions.statistics_info}), '100 true', 'who finds no room takes that of others, which are counted');
is(counts(q{action IN ('public.work', 'public.part') AND plugin IS NULL}), "public.part 50 0 0 50\npublic.work 50 0 0 200", 'what is used much is kept');
is(counts(q{action = 'public.many_150'}), 'public.many_150 1 0 0 0', 'and so is what is new');

# Sessions that count, give up, reset and look at the same time
my ($calls, $resets) = map { PostgreSQL::Test::Utils::tempdir . "/$_.sql" } qw(calls resets);
append_to_file($calls, "\\set n random(1, 150)\nSELECT invoke_action('public.many_' || :n);\nSELECT work('well');\n");
append_to_file($resets, "\\set n random(1, 150)\nSELECT reset_action_statistics('public.many_' || :n);\nSELECT count(*), sum(calls) FROM custom_actions.statistics;\n");
my $had = query(q{SELECT calls FROM custom_actions.statistics WHERE action = 'public.work' AND plugin IS NULL});
$node->command_ok([ 'pgbench', '-n', '-c', '4', '-j', '2', '-t', '200', '-f', "$calls\@4", '-f', "$resets\@1", $node->connstr($database) ], 'sessions that get into each other\'s way');
is(query('SELECT entries <= 100 FROM custom_actions.statistics_info'), 't', 'there are never more than there is room for');
is(query(q{SELECT bool_and(calls > 0 AND failures = 0) FROM custom_actions.statistics}), 't', 'and they are sound');
is(query(q{SELECT (SELECT calls FROM custom_actions.statistics WHERE action = 'public.work' AND plugin IS NULL) - } . $had . q{ BETWEEN 500 AND 800}), 't', 'what is used much is counted all the time');

# A database that is gone
$node->safe_psql('postgres', "DROP DATABASE $database");
is($node->safe_psql('postgres', 'SELECT entries > 0 FROM custom_actions.statistics_info'), 't', 'what a dropped database had stays until others need the room');
$node->safe_psql('postgres', q{SELECT count(*) FROM (SELECT create_action('public.more_' || n), activate_action('public.more_' || n) FROM generate_series(1, 100) AS n) AS made;
	SELECT count(invoke_action('public.more_' || n)) FROM generate_series(1, 10), generate_series(1, 100) AS n});
is($node->safe_psql('postgres', 'SELECT count(*) >= 95 FROM custom_actions.statistics'), 't', 'which they get');

$node->stop;

# Not preloaded: none, and it says so; the configuration may hold the settings.
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$node->start;
my ($status, $out, $err) = $node->psql('postgres', 'SELECT * FROM custom_actions.statistics; SELECT * FROM custom_actions.statistics_info; SHOW custom_actions.max_statistics');
is($out, "f|0|0|0|\n100", 'a server that has not loaded the library counts nothing');
is($err =~ s/^psql:<stdin>:\d+: //mgr, "NOTICE:  there are no statistics, because the server has not loaded custom_actions\nHINT:  Add custom_actions to shared_preload_libraries and restart the server.",
	'and says so, and nothing else');
unlike(slurp_file($node->logfile, $crash), qr/PANIC|TRAP|:  XX|cache lookup failed/, 'nor did anything go wrong since');
done_testing();
