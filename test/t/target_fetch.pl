# The target is loaded without a statement where nobody watches the executor: what comes
# with it is what comes without, alone and among others. Scans of the index of its key
# show it, where statements may not use it.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $script = <<'SQL';
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = off;

CREATE TABLE desk.ticket (
	id integer PRIMARY KEY,
	code text COLLATE "C" NOT NULL UNIQUE,
	title text,
	dropped integer,
	priority integer NOT NULL DEFAULT 1,
	twice integer GENERATED ALWAYS AS (priority * 2) STORED
);
INSERT INTO desk.ticket (id, code, title) SELECT i, 'T' || i, repeat('Ticket ' || i || ' ', CASE WHEN i = 5 THEN 2000 ELSE 1 END) FROM generate_series(1, 20) AS i;
ALTER TABLE desk.ticket DROP COLUMN dropped;
ALTER TABLE desk.ticket ADD COLUMN later text DEFAULT 'later';
CREATE TABLE desk.part (ticket_id integer, line integer, what text, PRIMARY KEY (line, ticket_id));
INSERT INTO desk.part SELECT i, j, 'part' || i || j FROM generate_series(1, 5) AS i, generate_series(1, 3) AS j;

SELECT define('desk.raise', '{ "table": "desk.ticket",
  "output": [ {"name": "priority", "type": "integer", "default": "=target.priority"} ],
  "steps": [ {"require": "target.priority < 5", "message": "{{target.title}} has {{target.priority}}"}, {"update": "target", "set": {"priority": "=priority + 1"}} ] }');
SELECT define('desk.show', '{ "table": "desk.ticket", "read_only": true,
  "output": [ {"name": "size", "type": "integer", "default": "=length(target.title)"}, {"name": "twice", "type": "integer", "default": "=target.twice"}, {"name": "later", "type": "text", "default": "=target.later"} ] }');
SELECT define('desk.by_code', '{ "table": "desk.ticket", "key": ["code"],
  "output": [ {"name": "id", "type": "integer", "default": "=target.id"} ],
  "steps": [ {"require": "target.id < 100"}, {"delete": "target"} ] }');
SELECT define('desk.part', '{ "table": "desk.part",
  "output": [ {"name": "what", "type": "text", "default": "=target.what"} ], "steps": [ {"require": "target.what <> ''''"}, {"update": "target", "set": {"what": "=this.what || ''!''"}} ] }');

-- What a call gives, and how often it goes to the index of a key.
CREATE FUNCTION desk.fetches(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint;
	said text;
BEGIN
	SELECT sum(pg_stat_get_xact_numscans(indexrelid)) INTO before FROM pg_index WHERE indrelid IN ('desk.ticket'::regclass, 'desk.part'::regclass);
	EXECUTE 'SELECT r::text FROM ' || call || ' AS r' INTO said;
	RETURN format('%s: %s', (SELECT sum(pg_stat_get_xact_numscans(indexrelid)) - before FROM pg_index WHERE indrelid IN ('desk.ticket'::regclass, 'desk.part'::regclass)), said);
END $$;

-- the first call by a statement, the others without
SELECT desk.fetches('desk.raise(1)'), desk.fetches('desk.raise(1)'), desk.fetches('desk.raise(2)');
SELECT desk.fetches('desk.show(1)'), desk.fetches('desk.show(5)'), desk.fetches('desk.show(6)');
SELECT desk.fetches('desk.by_code(''T7'')'), desk.fetches('desk.by_code(''T8'')');
SELECT desk.fetches('desk.part(1, 2)'), desk.fetches('desk.part(1, 3)'), desk.fetches('desk.part(3, 1)');
SELECT * FROM desk.part WHERE what LIKE '%!' ORDER BY 1, 2;

-- there is none, or it is not as required
SELECT desk.fetches('desk.raise(3)'), desk.fetches('desk.raise(3)'), desk.fetches('desk.show(3)');
SELECT desk.raise(999);
SELECT desk.show(999);
SELECT desk.raise(NULL);
SELECT desk.raise(3), desk.raise(3), desk.raise(3);

-- what the transaction itself has done is seen
BEGIN;
UPDATE desk.ticket SET priority = 3 WHERE id = 10;
SELECT desk.fetches('desk.raise(10)'), desk.fetches('desk.show(10)');
DELETE FROM desk.ticket WHERE id = 10;
INSERT INTO desk.ticket (id, code) VALUES (10, 'new');
SELECT desk.fetches('desk.raise(10)');
DELETE FROM desk.ticket WHERE id = 10;
SELECT desk.raise(10);
ROLLBACK;
-- in a statement that changes it, the row is as it was before
WITH changed AS (UPDATE desk.ticket SET priority = 4 WHERE id = 11 RETURNING id) SELECT desk.fetches('desk.show(11)') FROM changed;
BEGIN READ ONLY;
SELECT desk.fetches('desk.show(11)');
SELECT desk.raise(11);
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT desk.fetches('desk.raise(16)'), desk.fetches('desk.raise(16)');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT desk.fetches('desk.raise(12)');
ROLLBACK;

-- Privileges: SELECT on the columns, and UPDATE on one
GRANT USAGE ON SCHEMA desk TO fetcher;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO fetcher;
GRANT SELECT (id, title, priority), UPDATE (priority) ON desk.ticket TO fetcher;
SET ROLE fetcher;
SELECT desk.fetches('desk.raise(13)'), desk.fetches('desk.raise(13)');
SELECT desk.show(13);
RESET ROLE;
REVOKE SELECT (title) ON desk.ticket FROM fetcher;
SET ROLE fetcher;
SELECT desk.raise(13);
RESET ROLE;
GRANT SELECT ON desk.ticket TO fetcher;
REVOKE UPDATE (priority) ON desk.ticket FROM fetcher;
SET ROLE fetcher;
SELECT desk.fetches('desk.show(13)'), desk.fetches('desk.show(13)');
SELECT desk.raise(13);
RESET ROLE;
ALTER TABLE desk.ticket ENABLE ROW LEVEL SECURITY;
SET ROLE fetcher;
SELECT desk.show(13);
RESET ROLE;
ALTER TABLE desk.ticket DISABLE ROW LEVEL SECURITY;
DROP OWNED BY fetcher;

-- the load counts as a statement; without its index it is one
SET custom_actions.max_statements = 1;
SELECT desk.raise(14);
RESET custom_actions.max_statements;
ALTER TABLE desk.ticket DROP CONSTRAINT ticket_code_key;
SELECT desk.fetches('desk.raise(15)'), desk.fetches('desk.raise(15)');
ALTER TABLE desk.ticket DROP CONSTRAINT ticket_pkey, ADD PRIMARY KEY (id) DEFERRABLE;
SELECT desk.fetches('desk.raise(15)'), desk.fetches('desk.raise(15)');
SQL

my $node = new_server('main');
$script .= <<'SQL' if $node->safe_psql('postgres', 'SHOW server_version_num') >= 180000;
-- columns that are not stored
CREATE TABLE desk.virtual (id integer PRIMARY KEY, n integer, twice integer GENERATED ALWAYS AS (n * 2) VIRTUAL);
INSERT INTO desk.virtual SELECT i, i FROM generate_series(1, 5) AS i;
SELECT define('desk.double', '{ "table": "desk.virtual", "output": [ {"name": "twice", "type": "integer", "default": "=target.twice"} ],
  "steps": [ {"require": "target.twice > 2"}, {"update": "target", "set": {"n": "=target.twice"}} ] }');
SELECT desk.double(2), desk.double(3), desk.double(3), desk.double(1);
SELECT desk.double(2), desk.double(3), desk.double(3);
SELECT item, output FROM invoke_action_bulk('desk.double', (SELECT jsonb_agg(jsonb_build_object('target', 2 + i % 4)) FROM generate_series(1, 20) AS i));
SQL
my %settings = (plain => 'liveness', fetched => '');
my (%said, %waited);

# What a script prints, and the errors
sub run_script
{
	my ($database, $sql) = @_;
	my (undef, $out, $err) = $node->psql($database, "SET custom_actions.plain_path = '$settings{$database}';\n$sql", on_error_stop => 0);

	$err =~ s/^psql:<stdin>:\d+: //mg;
	$err =~ s/^(LOCATION|LINE \d+):.*\n//mg;
	$err =~ s/^CONTEXT:  SQL statement "SELECT this\.[^\n]*"\n/CONTEXT:  /mg;
	return "$out\n$err";
}

# What a call gives that waits for another session, which does something to its row.
sub wait_for
{
	my ($database, $level, $call, $change) = @_;
	my $answer = answer_after_waiting($node, $database, $call, $change, 'COMMIT',
		"SET custom_actions.plain_path = '$settings{$database}'", 'SELECT desk.code_of(\'T20\')', "BEGIN ISOLATION LEVEL $level", 'SELECT count(*) FROM desk.part');

	return $answer =~ s/^CONTEXT:  (while [^\n]*\n)?(SQL statement "[^\n]*"\n)?//mgr;
}

$node->safe_psql('postgres', 'CREATE ROLE fetcher');
foreach my $database (sort keys %settings)
{
	create_database($node, $database);
	$node->safe_psql($database, "CREATE SCHEMA desk; CREATE FUNCTION define(name text, definition json) RETURNS integer LANGUAGE sql AS 'SELECT create_action(name, definition, true); SELECT activate_action(name)'");
	$said{$database} = run_script($database, $script);
	$node->safe_psql($database, q{DROP TABLE desk.ticket CASCADE;
		CREATE TABLE desk.ticket (id integer PRIMARY KEY, code text NOT NULL UNIQUE, title text, priority integer NOT NULL DEFAULT 1);
		INSERT INTO desk.ticket (id, code) SELECT i, 'T' || i FROM generate_series(1, 20) AS i;
		SELECT define('desk.code_of', '{ "table": "desk.ticket", "key": ["code"], "output": [ {"name": "id", "type": "integer", "default": "=target.id"}, {"name": "priority", "type": "integer", "default": "=target.priority"} ],
			"steps": [ {"require": "target.id < 100"}, {"update": "target", "set": {"title": "seen"}} ] }')});
	foreach my $level ('READ COMMITTED', 'REPEATABLE READ')
	{
		my $number = $level eq 'READ COMMITTED' ? 1 : 6;

		foreach my $change ('UPDATE desk.ticket SET priority = 3 WHERE id = %d', "UPDATE desk.ticket SET code = 'new' || id WHERE id = %d", 'DELETE FROM desk.ticket WHERE id = %d', 'UPDATE desk.ticket SET id = -id WHERE id = %d')
		{
			$waited{$database} .= "$level, $change: " . wait_for($database, $level, "SELECT desk.code_of('T$number')", sprintf($change, $number)) . "\n";
			$number++;
		}
	}
}

my %counted = map { my $database = $_; $database => [ $said{$database} =~ /\b(\d+): [(\w]/g ] } keys %said;

is_deeply([ grep { $_ > 0 } @{ $counted{plain} } ], [], 'statements do not use the index');
cmp_ok(scalar(grep { $_ == 1 } @{ $counted{fetched} }), '>', 15, 'the load does, which is none');
s/\b\d+: ([(\w])/$1/g foreach values %said;
is($said{fetched}, $said{plain}, 'what comes is the same');
is($waited{fetched}, $waited{plain}, 'after waiting, too');
like($waited{fetched}, qr/READ COMMITTED, UPDATE desk.ticket SET priority[^\n]*: \(1,3\)/, 'the row as the other has left it');
like($waited{fetched}, qr/could not serialize access due to concurrent update/, 'or an error, where the snapshot stays');
log_is_clean($node, 'the log is clean');
done_testing();
