# What the statements of actions borrow (src/run/lending.c) where nobody oversees access,
# states of CHECK constraints and a shorter way for foreign keys: what is printed is what
# is printed without. That they are used, the figures of escalate in instructions.pl tell, too.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes 'time';

my $node = new_server('main');

# Runs a regress file in a database of its own; returns what it prints, and of how many kinds something is kept.
sub printed
{
	my ($file, $plain) = @_;
	my $database = $plain eq '' ? "${file}_borrowed" : $file;
	my $script = "SET custom_actions.plain_path = '$plain';\n\\i sql/$file.sql\n"
		. q{SELECT 'kept: ' || count(*) FROM pg_backend_memory_contexts WHERE name = 'custom action lent';};
	my $out = '';

	create_database($node, $database);
	IPC::Run::run([ 'psql', '-Xaq', '-d', $node->connstr($database), '-f', '-' ], '<', \$script, '>', \$out, '2>&1');
	my ($kept) = $out =~ s/^[^\n]*'kept: '.*//ms ? $& =~ /^ kept: (\d+)$/m : ();
	return ($out =~ s/^SET custom_actions.plain_path.*\n//mr, $kept);
}

foreach my $case ([ 'kept_checks', qr/violates check constraint "item_price"/ ], [ 'key_checks', qr/violates foreign key constraint "ticket_parent_fkey"/ ])
{
	my ($file, $refused) = @$case;
	my ($plain, $none) = printed($file, 'checks, keys');
	my ($borrowed, $kept) = printed($file, '');

	is($none, 0, "$file: nothing is kept on the plain path");
	is($kept, 1, 'what is as the catalogs are now is kept, and nothing else');
	like($plain, $refused, 'rows are refused');
	is($borrowed, $plain, 'what is borrowed changes nothing');
}

# What is printed after calls that wait for another session, and by one that need not.
sub waited
{
	my ($database, $plain) = @_;
	my $said = '';

	create_database($node, $database);
	$node->safe_psql($database, q{
		CREATE TABLE customer (id integer PRIMARY KEY, name text);
		CREATE TABLE ticket (id integer GENERATED ALWAYS AS IDENTITY, customer integer REFERENCES customer);
		INSERT INTO customer SELECT i, 'Customer ' || i FROM generate_series(1, 50) AS i;
		SELECT create_action('public.open', '{"input": [{"name": "customer", "type": "integer"}], "steps": [{"create": "ticket", "set": {"customer": "=input.customer"}}]}');
		SELECT activate_action('public.open')});
	my $row = 0;
	foreach my $level ('READ COMMITTED', 'REPEATABLE READ')
	{
		foreach my $change ('DELETE FROM customer WHERE id = %d', 'UPDATE customer SET id = -id WHERE id = %d', 'SELECT FROM customer WHERE id = %d FOR UPDATE',
			q{UPDATE customer SET name = 'other' WHERE id = %1$d; DELETE FROM customer WHERE id = %1$d}, q{DELETE FROM customer WHERE id = %1$d; INSERT INTO customer VALUES (%1$d)},
			q{UPDATE customer SET name = 'other' WHERE id = %1$d; DELETE FROM customer WHERE id = %1$d; INSERT INTO customer VALUES (%1$d)},
			q{UPDATE customer SET name = 'other' WHERE id = %1$d; SAVEPOINT a; UPDATE customer SET id = -id WHERE id = %1$d; ROLLBACK TO a; DELETE FROM customer WHERE id = %1$d})
		{
			foreach my $end ('COMMIT', 'ROLLBACK')
			{
				my $id = ++$row;

				$said .= "$level, $change, $end: " . answer_after_waiting($node, $database, "SELECT 'answer', open($id)", sprintf($change, $id), $end,
					"SET custom_actions.plain_path = '$plain'", 'SELECT open(50), open(50), open(50)', "BEGIN ISOLATION LEVEL $level", 'SELECT count(*) FROM ticket') . "\n";
			}
		}
	}
	my $other = $node->background_psql($database);
	$other->query_safe(q{BEGIN; UPDATE customer SET name = 'other' WHERE id = 49});
	$said .= $node->safe_psql($database, "SET custom_actions.plain_path = '$plain'; SELECT count(open(i)) FROM generate_series(47, 50) AS i");
	$other->query_safe('COMMIT');
	$other->quit;
	return $said;
}

# How many queries look for the row of a foreign key, in ten calls.
sub queries
{
	my ($database, $plain) = @_;
	my (undef, undef, $said) = $node->psql($database, "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice;"
			. "SET custom_actions.plain_path = '$plain'; SELECT open(50) FROM generate_series(1, 10)");

	return scalar(() = $said =~ /FOR KEY SHARE OF x$/mg);
}

my $plain = waited('waited', 'keys');
is(waited('waited_borrowed', ''), $plain, 'after waiting, too, the same is said');
like($plain, qr/READ COMMITTED, DELETE FROM customer WHERE id = %d, COMMIT: [^\n]*violates foreign key/, 'a row that has gone meanwhile is missing');
like($plain, qr/READ COMMITTED, DELETE FROM customer WHERE id = %d, ROLLBACK: answer/, 'one that has stayed is not');
# PostgreSQL 19 has a way of its own without
my ($major) = $node->pg_version =~ /^(\d+)/;
is(queries('waited', 'keys'), $major < 19 ? 10 : 0, 'on the plain path each key is looked up as PostgreSQL does');
is(queries('waited', ''), $major < 19 ? 2 : 0, 'those that are looked up in the shorter way need no query');

# A cancel comes while it is looked for keys, not after all have been found
$node->safe_psql('waited_borrowed', q{
	CREATE TABLE many (id integer PRIMARY KEY, customer integer REFERENCES customer);
	INSERT INTO many SELECT i, 50 FROM generate_series(1, 100000) AS i;
	SELECT create_action('public.touch', '{"steps": [{"update": "many", "where": "true", "set": {"customer": "=97 - customer"}}]}');
	SELECT activate_action('public.touch')});
my ($start, $canceled, $where) = (time, 0, '');
$node->safe_psql('waited_borrowed', 'SELECT touch()');
my $takes = time - $start;
foreach my $part (1 .. 9)
{
	my $limit = int($takes * $part * 100);
	my (undef, undef, $said) = $node->psql('waited_borrowed', "SET statement_timeout = '${limit}ms'; SELECT touch()");

	next unless $said =~ /canceling statement due to statement timeout/;
	$canceled++;
	$where .= $said unless $said =~ /version 1, step 1 \(update public.many\)/;
}
cmp_ok($canceled, '>', 2, 'updates of many keys are canceled');
is($where, '', 'in the step that is running');

# Indexes are replaced while keys are looked up
my $pgbench = $node->basedir . '/open.sql';
append_to_file($pgbench, "\\set i random(1, 40)\nSELECT open(:i);\n");
$node->safe_psql('waited_borrowed', q{INSERT INTO customer SELECT i FROM generate_series(1, 40) AS i ON CONFLICT DO NOTHING});
my ($said, $errors) = ('', '');
my $load = IPC::Run::start([ 'pgbench', '-n', '-c', 3, '-T', 4, '-f', $pgbench, $node->connstr('waited_borrowed') ], '>', \$said, '2>', \$errors);
my $replaced = 0;
while ($load->pumpable)
{
	$node->safe_psql('waited_borrowed', 'REINDEX INDEX CONCURRENTLY customer_pkey');
	$replaced++;
	$load->pump_nb;
}
$load->finish;
unlike($errors, qr/error/i, 'keys are found while indexes are replaced');
cmp_ok($replaced, '>', 3, 'again and again');
log_is_clean($node, 'the log is clean');
done_testing();
