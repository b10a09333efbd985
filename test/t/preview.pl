# After preview_action() nothing is left: no row, no lock, no record of an invocation,
# no statistics, nothing in the ring, no notification; whether it went well or failed.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('preview', "shared_preload_libraries = 'custom_actions'\n");
my $database = 'tried';

sub query
{
	my ($sql) = @_;

	return $node->safe_psql($database, $sql);
}

create_database($node, $database);
query(<<'SQL');
SET client_min_messages = error;
CREATE SCHEMA desk;
CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open' CHECK (status <> 'bad'));
CREATE TABLE desk.note (body text);
INSERT INTO desk.case SELECT generate_series(1, 10);
CREATE FUNCTION desk.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('desk', NEW.id::text);
	INSERT INTO desk.note SELECT try_invoke_action('desk.fails') ->> 'ok';
	PERFORM set_config('desk.said', 'yes', false);
	CREATE TEMP TABLE IF NOT EXISTS made_inside (a integer);
	RETURN NULL;
END $$;
SELECT create_action('desk.fails', '{"log": "trace", "steps": [{"create": "desk.note", "set": {"body": "x"}}, {"require": "false", "message": "no"}]}'::json);
SELECT create_action('desk.set', '{"log": "trace", "table": "desk.case", "input": [{"name": "status", "type": "text"}],
	"steps": [{"update": "target", "set": {"status": "=input.status"}}]}'::json);
SELECT create_action('desk.pair', '{"log": "trace", "input": [{"name": "status", "type": "text"}], "steps": [
	{"perform": "desk.set", "with": {"target": 1, "status": "fine"}},
	{"perform": "desk.set", "with": {"target": 1, "status": "bad"}, "on_error": [{"create": "desk.note", "set": {"body": "handled"}}]},
	{"perform": "desk.set", "with": {"target": 2, "status": "=input.status"}}]}'::json);
SELECT create_action('desk.count', '{"read_only": true, "output": [{"name": "n", "type": "bigint", "default": "=(select count(*) from desk.case)"}]}'::json);
SELECT activate_action(name) FROM custom_actions.action ORDER BY name = 'desk.pair', name;
CREATE TRIGGER tell AFTER UPDATE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.tell();
SQL

# All rows of all tables and catalogs, but for what any transaction changes
sub checksum
{
	return query(<<'SQL');
SELECT string_agg(format('%s %s', c.oid::regclass, md5((xpath('//row', query_to_xml(format(
	'SELECT t::text FROM %s AS t ORDER BY 1', c.oid::regclass), false, false, '')))::text)), E'\n' ORDER BY c.oid::regclass::text)
FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace <> 'information_schema'::regnamespace AND c.relname <> 'pg_statistic'
	AND c.oid <> 'pg_class'::regclass
SQL
}

my $before = checksum();

foreach my $case ([ 'that succeeds', 'fine', '0 5' ], [ 'that fails', 'bad', '2 0' ])
{
	my ($what, $status, $parts) = @$case;
	my $session = $node->background_psql($database, on_error_stop => 0);

	$session->query_safe('SET client_min_messages = warning; LISTEN desk');
	$session->query_safe('BEGIN');
	is($session->query_safe("SELECT count(*) FILTER (WHERE part = 'error') || ' ' || count(*) FILTER (WHERE part = 'change') FROM preview_action('desk.pair', '{\"status\": \"$status\"}')"),
		$parts, "a preview $what");
	is($session->query_safe("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('desk.case'::regclass, 'desk.note'::regclass, 'custom_actions.log'::regclass)"),
		0, 'holds no lock on a table afterwards');
	is($session->query_safe("SELECT coalesce(current_setting('desk.said', true), '')"), '', 'has left no setting');
	is($session->query_safe("SELECT to_regclass('pg_temp.made_inside') IS NULL"), 't', 'has left no table');
	unlike($session->query_safe('COMMIT'), qr/Asynchronous/, 'has notified nobody');
	unlike($session->query_safe('SELECT 1'), qr/Asynchronous/, 'nor later');
	$session->quit;
	is_text(checksum(), $before, 'has changed no row of any table or catalog');
	is(query('SELECT count(*) FROM custom_actions.statistics'), 0, 'has counted nothing');
	is(query('SELECT waiting FROM custom_actions.log_mode'), 0, 'has left nothing in the ring');
}
is(query('SELECT count(*) FROM custom_actions.log'), 0, 'nothing is in the log');

# and then it is invoked, in a session that has tried it, and is recorded as ever
query(<<'SQL');
SELECT count(*) FROM preview_action('desk.pair', '{"status": "fine"}');
DROP TRIGGER tell ON desk.case;
SELECT invoke_action('desk.pair', '{"status": "fine"}');
SELECT count(*) FROM preview_action('desk.pair', '{"status": "fine"}');
SQL
is(query("SELECT count(*) FROM custom_actions.log WHERE status = 'succeeded'"), 3, 'what is invoked is recorded');

# memory does not grow
my $session = $node->background_psql($database);
my $memory = q{SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name <> 'CacheMemoryContext'};
my $try = q{SELECT count(*) FROM generate_series(1, 300) AS n, LATERAL preview_action('desk.pair', jsonb_build_object('status', 'x' || n)) AS p};
$session->query_safe($_) foreach ($try, $try);
my $used = $session->query_safe($memory);
$session->query_safe($_) foreach ($try, $try, $try, $try);
cmp_ok($session->query_safe($memory), '<', $used * 1.2, 'memory is flat');
$session->query_safe('BEGIN');
$session->query_safe($try);
$used = $session->query_safe($memory);
$session->query_safe($_) foreach ($try, $try, $try);
cmp_ok($session->query_safe($memory), '<', $used * 1.3, 'also within one transaction');
$session->quit;

done_testing();
