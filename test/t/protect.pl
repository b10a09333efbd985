# Protected tables: through dumps and replication, and under statements made at random
# by an ordinary role, which change no protected value. PROTECT_SEED and PROTECT_COUNT
# repeat or extend these.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Random qw(one_of);
use Test::More;

my $seed = $ENV{PROTECT_SEED} // 1795;
my $count = $ENV{PROTECT_COUNT} // 3000;
my $node = new_server('main', "wal_level = logical\nmax_wal_senders = 10\nmax_replication_slots = 10\nmax_prepared_transactions = 5\n");
my $dir = PostgreSQL::Test::Utils::tempdir();

my $tables = q{
	CREATE SCHEMA desk;
	CREATE TABLE desk.customer (id integer PRIMARY KEY, name text);
	CREATE TABLE desk.case (
		id integer PRIMARY KEY,
		customer_id integer REFERENCES desk.customer ON DELETE CASCADE ON UPDATE CASCADE,
		status text DEFAULT 'open', note text);
	CREATE TABLE desk.entry (LIKE desk.case INCLUDING ALL,
		FOREIGN KEY (customer_id) REFERENCES desk.customer ON DELETE CASCADE ON UPDATE CASCADE);
	CREATE TABLE desk.part (id integer, area text, status text, note text) PARTITION BY LIST (area);
	CREATE TABLE desk.part_north PARTITION OF desk.part FOR VALUES IN ('north');
	CREATE TABLE desk.part_south (note text, status text, area text, id integer);
	ALTER TABLE desk.part ATTACH PARTITION desk.part_south DEFAULT;
};
my $protected = q{
	SET client_min_messages = warning;
	SELECT create_action('desk.close', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "closed"}}]}'),
		create_action('desk.reopen', '{"table": "desk.case", "steps": [{"update": "target", "set": {"status": "reopened"}}]}'),
		create_action('desk.note', '{"table": "desk.case", "input": [{"name": "note", "type": "text"}],
			"steps": [{"update": "target", "set": {"note": "=input.note"}},
				{"require": "input.note <> ''b''", "message": "not this"}]}');
	SELECT activate_action(name) FROM unnest('{desk.close,desk.reopen,desk.note}'::text[]) AS name;
	SELECT protect_table('desk.case', '{status}', '{desk.close}'), protect_table('desk.part', '{status}'), protect_table('desk.entry');
};

$node->safe_psql('postgres', 'CREATE ROLE clerk');
create_database($node, 'main');
$node->safe_psql('main', $tables . q{
	INSERT INTO desk.customer SELECT i, 'c' || i FROM generate_series(1, 50) AS i;
	INSERT INTO desk.case SELECT i, i % 50 + 1, 'open', 'n' FROM generate_series(1, 200) AS i;
	INSERT INTO desk.entry SELECT i, i % 50 + 1, 'open', 'n' FROM generate_series(1, 200) AS i;
	INSERT INTO desk.part (id, area, status, note) SELECT i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END, 'open', 'n' FROM generate_series(1, 200) AS i;
} . $protected);

# Dumps: what is protected, the statements of its triggers, and what they do.
my $shown = q{SELECT * FROM custom_actions.protections ORDER BY 1};
my $triggers = q{SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname};

sub refused
{
	my ($database, $what, $statement) = @_;
	my ($out, $err);

	$node->psql($database, $statement, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/ERROR:  UA008: /, "$what is refused");
	return;
}

run_client($node, 'pg_dump', 'pg_dump', '-f', "$dir/plain.sql", 'main');
run_client($node, 'pg_dump -Fc', 'pg_dump', '-Fc', '-f', "$dir/custom", 'main');
$node->safe_psql('postgres', "CREATE DATABASE $_ TEMPLATE template0") foreach qw(plain custom sections);
run_client($node, 'psql', 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain.sql", 'plain');
run_client($node, 'pg_restore', 'pg_restore', '-j', '2', '-d', 'custom', "$dir/custom");
run_client($node, "pg_restore --section=$_", 'pg_restore', '-e', "--section=$_", '-d', 'sections', "$dir/custom")
	foreach qw(pre-data data post-data);
foreach my $database (qw(plain custom sections))
{
	is_text($node->safe_psql($database, $_), $node->safe_psql('main', $_), "$database is protected alike") foreach $shown, $triggers;
	refused($database, "$database: a column", q{UPDATE desk.case SET status = 'x'});
	refused($database, "$database: an action that is not listed", 'SELECT desk.reopen(1)');
	refused($database, "$database: a partition", q{UPDATE desk.part_south SET status = 'x'});
	refused($database, "$database: TRUNCATE of a partition", 'TRUNCATE desk.part_south');
	refused($database, "$database: INSERT", 'INSERT INTO desk.entry (id) VALUES (1000)');
	is($node->safe_psql($database, 'SELECT desk.close(1)'), '', "$database: the action may");
}

# Data alone comes back with triggers off, as whoever restores it may have them.
run_client($node, 'pg_dump --data-only', 'pg_dump', '--data-only', '-t', 'desk.entry', '--disable-triggers', '-f', "$dir/data.sql", 'main');
$node->safe_psql('plain', 'SET session_replication_role = replica; DELETE FROM desk.entry');
run_client($node, 'psql of data', 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/data.sql", 'plain');
is($node->safe_psql('plain', 'SELECT count(*) FROM desk.entry'), '200', 'the rows are back');

# Transactions that are prepared: what is refused is refused before, and what passed is written.
sub prepared
{
	my ($what, $statements, $expected) = @_;
	my ($out, $err);

	$node->psql('plain', "BEGIN; $statements; PREPARE TRANSACTION 'it'", stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, $expected, "$what, prepared");
	return;
}

prepared('an action', 'SELECT desk.close(2)', qr/^\z/);
$node->safe_psql('plain', q{COMMIT PREPARED 'it'});
is($node->safe_psql('plain', 'SELECT status FROM desk.case WHERE id = 2'), 'closed', 'an action is committed later');
prepared('an action, and a write after it', q{SELECT desk.close(3); UPDATE desk.case SET status = 'x' WHERE id = 3}, qr/ERROR:  UA008/);
$node->safe_psql('plain', q{
	CREATE TABLE desk.later (id integer);
	CREATE FUNCTION desk.later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE desk.case SET status = 'x' WHERE id = 3; RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER later AFTER INSERT ON desk.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION desk.later();
});
prepared('a deferred trigger', 'INSERT INTO desk.later VALUES (1); SELECT desk.close(3)', qr/ERROR:  UA008/);
prepared('protecting', q{SET client_min_messages = warning; SELECT protect_table('desk.customer')}, qr/^\z/);
$node->safe_psql('plain', q{ROLLBACK PREPARED 'it'; UPDATE desk.customer SET name = 'free' WHERE id = 1});
is($node->safe_psql('plain', 'SELECT count(*) FROM pg_prepared_xacts'), '0', 'nothing stays prepared');

# A partition that goes while others read the table, and comes back
$node->safe_psql('plain', q{
	ALTER TABLE desk.part DETACH PARTITION desk.part_south;
	ALTER TABLE desk.part ATTACH PARTITION desk.part_south FOR VALUES IN ('south');
});
$node->safe_psql('plain', 'ALTER TABLE desk.part DETACH PARTITION desk.part_north CONCURRENTLY');
is($node->safe_psql('plain', q{UPDATE desk.part_north SET status = 'free' WHERE id = 2; SELECT count(*) FROM pg_trigger WHERE tgrelid = 'desk.part_north'::regclass}),
	'0', 'a partition that was detached concurrently is free');
$node->safe_psql('plain', q{ALTER TABLE desk.part ATTACH PARTITION desk.part_north FOR VALUES IN ('north')});
refused('plain', 'a partition that came back', q{UPDATE desk.part_north SET status = 'x'});
refused('plain', 'TRUNCATE of it', 'TRUNCATE desk.part_north');

# A write back by a connection of its own is no part of the action that opens it; a foreign
# partition is guarded by the triggers of its table.
SKIP:
{
	skip('no dblink and postgres_fdw', 6) if $node->safe_psql('plain', q{SELECT count(*) FROM pg_available_extensions WHERE name IN ('dblink', 'postgres_fdw')}) ne '2';
	my $host = $node->host;

	$node->safe_psql('plain', qq{
		SET client_min_messages = warning;
		CREATE EXTENSION dblink;
		CREATE EXTENSION postgres_fdw;
		CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '} . $node->port . q{', dbname 'plain');
		CREATE USER MAPPING FOR CURRENT_USER SERVER here;
		CREATE TABLE desk.part_away (id integer, area text, status text, note text);
		INSERT INTO desk.part_away VALUES (301, 'west', 'open', 'n');
		CREATE FOREIGN TABLE desk.part_west PARTITION OF desk.part FOR VALUES IN ('west') SERVER here OPTIONS (schema_name 'desk', table_name 'part_away');
		CREATE FOREIGN TABLE desk.case_away (id integer, status text) SERVER here OPTIONS (schema_name 'desk', table_name 'case');
	} . qq{
		CREATE FUNCTION desk.write_back() RETURNS text LANGUAGE sql AS \$f\$
			SELECT public.dblink_exec('host=$host port=} . $node->port . q{ dbname=plain', $$UPDATE desk.case SET status = 'x' WHERE id = 5$$) $f$;
		SELECT create_action('desk.back', '{"steps": [{"call": "desk.write_back"}]}'),
			create_action('desk.back_by_fdw', '{"steps": [{"update": "desk.case_away", "where": "id = 5", "set": {"status": "x"}}]}');
		SELECT activate_action(name) FROM unnest('{desk.back,desk.back_by_fdw}'::text[]) AS name;
	});
	refused('plain', 'dblink in an action', 'SELECT desk.back()');
	$node->psql('plain', 'SELECT desk.back_by_fdw()', stderr => \my $err);
	like($err, qr/ERROR:  column "status" of table "desk.case" can be written by/, 'postgres_fdw in an action is refused');
	refused('plain', 'a foreign partition, by its table', q{UPDATE desk.part SET status = 'x' WHERE id = 301});
	refused('plain', 'a foreign partition', q{UPDATE desk.part_west SET status = 'x'});
	refused('plain', 'a foreign partition, with another column', q{UPDATE desk.part SET note = 'm', status = 'x' WHERE id = 301});
	is($node->safe_psql('plain', q{UPDATE desk.part SET note = 'm' WHERE id = 301; SELECT note, status FROM desk.part_away}), 'm|open', 'another column may be changed');
}

# Replication writes what was written elsewhere.
my $subscriber = new_server('subscriber');
create_database($subscriber, 'main');
$subscriber->safe_psql('main', $tables . $protected);
$node->safe_psql('main', 'CREATE PUBLICATION rows FOR TABLE desk.customer, desk.case, desk.entry, desk.part');
$subscriber->safe_psql('main', 'CREATE SUBSCRIPTION rows CONNECTION $$' . $node->connstr('main') . '$$ PUBLICATION rows');
$subscriber->wait_for_subscription_sync($node, 'rows') if $subscriber->can('wait_for_subscription_sync');
$subscriber->poll_query_until('main', q{SELECT count(*) > 0 AND bool_and(srsubstate = 'r') FROM pg_subscription_rel}) or die 'not synchronized';
is($subscriber->safe_psql('main', 'SELECT count(*) FROM desk.entry'), '200', 'the first copy arrives');
$node->safe_psql('main', q{
	SET session_replication_role = replica;
	UPDATE desk.case SET status = 'replicated' WHERE id <= 10;
	DELETE FROM desk.entry WHERE id <= 10;
	INSERT INTO desk.entry (id, status) VALUES (1001, 'replicated');
	TRUNCATE desk.part;
});
$node->wait_for_catchup('rows');
my $arrived = q{SELECT (SELECT count(*) FROM desk.case WHERE status = 'replicated'), (SELECT count(*) FROM desk.entry),
	(SELECT max(status) FROM desk.entry), (SELECT count(*) FROM desk.part)};
is($subscriber->safe_psql('main', $arrived), '10|191|replicated|0', 'changes of every kind arrive');
my ($out, $err);
$subscriber->psql('main', q{UPDATE desk.case SET status = 'x'}, stderr => \$err);
like($err, qr/can be written by/, 'and who writes there is refused');
$subscriber->safe_psql('main', 'DROP SUBSCRIPTION rows');
$subscriber->stop;

# At random. What changes a protected value all the same is noted by triggers, and is
# rolled back with what was refused.
srand($seed);
note("seed $seed, $count statements; PROTECT_SEED and PROTECT_COUNT repeat them");
$node->safe_psql('custom', q{
	CREATE TABLE public.changed (what text);
	CREATE FUNCTION public.changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
	BEGIN
		IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM desk.customer WHERE id = OLD.customer_id) THEN
			RETURN NULL;
		END IF;
		INSERT INTO public.changed VALUES (concat_ws(' ', TG_OP, TG_RELID::regclass, CASE WHEN TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_OP <> 'DELETE' THEN NEW::text END));
		RETURN NULL;
	END $$;
	CREATE TRIGGER aaa AFTER UPDATE ON desk.case FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION public.changed();
	CREATE TRIGGER aaa AFTER UPDATE ON desk.part FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION public.changed();
	CREATE TRIGGER aaa AFTER UPDATE ON desk.entry FOR EACH ROW WHEN ((OLD.id, OLD.status, OLD.note) IS DISTINCT FROM (NEW.id, NEW.status, NEW.note)) EXECUTE FUNCTION public.changed();
	CREATE TABLE public.gone (id integer);
	CREATE FUNCTION public.gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.gone VALUES (OLD.id); RETURN NULL; END $$;
	CREATE TRIGGER aab AFTER DELETE ON desk.case FOR EACH ROW EXECUTE FUNCTION public.gone();
	CREATE TRIGGER aab AFTER INSERT OR DELETE ON desk.entry FOR EACH ROW EXECUTE FUNCTION public.changed();
	CREATE VIEW desk.case_view AS SELECT id, status, note FROM desk.case;
	CREATE VIEW desk.entry_view AS SELECT id, status, note FROM desk.entry;
	CREATE TABLE desk.does (sql text);
	CREATE TABLE desk.does_later (sql text);
	CREATE TABLE desk.follower (customer_id integer REFERENCES desk.customer ON DELETE CASCADE ON UPDATE CASCADE, sql text);
	CREATE FUNCTION desk.does() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE CASE TG_OP WHEN 'INSERT' THEN NEW.sql ELSE OLD.sql END; RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$;
	CREATE FUNCTION desk.definer(sql text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE sql; END $$;
	CREATE TRIGGER does AFTER INSERT ON desk.does FOR EACH ROW EXECUTE FUNCTION desk.does();
	CREATE CONSTRAINT TRIGGER does AFTER INSERT ON desk.does_later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION desk.does();
	CREATE TRIGGER follows BEFORE DELETE OR UPDATE ON desk.follower FOR EACH ROW EXECUTE FUNCTION desk.does();
	CREATE SEQUENCE desk.ids START 10000;
	GRANT USAGE ON SCHEMA desk TO clerk;
	GRANT ALL ON ALL TABLES IN SCHEMA desk TO clerk;
	GRANT ALL ON SEQUENCE desk.ids TO clerk;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO clerk;
});
my $before = q{CREATE TABLE public.before AS SELECT 'case' AS kind, id, status, NULL AS note FROM desk.case
	UNION ALL SELECT 'entry', id, status, note FROM desk.entry
	UNION ALL SELECT 'part', id, status, NULL FROM desk.part};
$node->safe_psql('custom', $before);

# A value of a column; now and then the one that it has.
sub value
{
	my ($column) = @_;

	return one_of($column, "'open'", "'x'", 'NULL', "$column || 'x'", "upper($column)", "(SELECT max(note) FROM desk.case)");
}

sub assignments
{
	my %set = map { $_ => value($_) } one_of([qw(status)], [qw(note)], [qw(status note)], [qw(note status)])->@*;

	return join ', ', map { "$_ = $set{$_}" } sort keys %set;
}

sub some_rows
{
	return one_of('true', 'id = ' . int(rand(220)), 'id < ' . int(rand(220)), 'id % 7 = ' . int(rand(7)), 'false', "status = 'open'");
}

# A statement that could change a protected value.
sub write_statement
{
	my $table = one_of(qw(desk.case desk.entry desk.part desk.part_north desk.part_south desk.case_view desk.entry_view));
	my ($set, $rows) = (assignments(), some_rows());
	my $keyed = one_of(qw(desk.case desk.entry));

	return one_of(
		"UPDATE $table SET $set WHERE $rows",
		"UPDATE desk.part SET area = " . one_of("'north'", "'south'", "'else'") . ", $set WHERE $rows",
		"UPDATE desk.part SET area = " . one_of("'north'", "'south'") . " WHERE $rows",
		"WITH u AS (UPDATE $table SET $set WHERE $rows RETURNING id) SELECT count(*) FROM u",
		"INSERT INTO $keyed (id, status) VALUES (" . int(rand(220)) . ", 'x') ON CONFLICT (id) DO " . one_of('NOTHING', "UPDATE SET status = excluded.status", "UPDATE SET note = 'c'"),
		"INSERT INTO $table (id, status, note) VALUES (nextval('desk.ids'), 'new', 'n')",
		"INSERT INTO desk.part (id, area, status) SELECT nextval('desk.ids'), area, 'new' FROM desk.part LIMIT 2",
		"DELETE FROM $table WHERE id = " . int(rand(220)),
		"DELETE FROM desk.entry WHERE $rows",
		"TRUNCATE " . one_of(qw(desk.case desk.entry desk.part desk.part_north desk.part_south)),
		"TRUNCATE desk.customer CASCADE",
		"MERGE INTO $keyed AS t USING (SELECT " . int(rand(220)) . " AS id) AS s ON t.id = s.id WHEN MATCHED THEN " . one_of('UPDATE SET status = NULL', "UPDATE SET note = 'm'", 'DELETE') . " WHEN NOT MATCHED THEN DO NOTHING");
}

# The same in some wrapping, or what leads to writes by other ways.
sub statement
{
	my $write = write_statement();
	my $quoted = $write =~ s/'/''/gr;

	return one_of(
		($write) x 8,
		"DO \$do\$BEGIN $write; EXCEPTION WHEN division_by_zero THEN NULL; END\$do\$",
		"DO \$do\$BEGIN BEGIN PERFORM 1 / 0; EXCEPTION WHEN OTHERS THEN NULL; END; PERFORM desk.note(" . int(rand(220)) . ", 'a'); $write; END\$do\$",
		"DO \$do\$BEGIN BEGIN PERFORM desk.note(" . int(rand(220)) . ", 'b'); EXCEPTION WHEN OTHERS THEN NULL; END; $write; END\$do\$",
		"DO \$do\$DECLARE c CURSOR FOR SELECT FROM desk." . one_of(qw(case entry)) . " FOR UPDATE; BEGIN OPEN c; MOVE c; UPDATE desk.case SET " . assignments() . " WHERE CURRENT OF c; END\$do\$",
		"INSERT INTO desk." . one_of(qw(does does_later)) . " VALUES ('$quoted')",
		"INSERT INTO desk.follower VALUES (" . int(rand(50) + 1) . ", '$quoted')",
		"DELETE FROM desk.customer WHERE id = " . int(rand(300)),
		"UPDATE desk.customer SET id = id + 1000 WHERE id = " . int(rand(50)),
		"WITH d AS (DELETE FROM desk.customer WHERE id = " . int(rand(300)) . " RETURNING id) $write",
		"SELECT desk.definer('$quoted')",
		"SELECT desk.note(" . int(rand(220)) . ", " . one_of("'a'", "'b'") . ')',
		"SELECT try_invoke_action('desk.note', '{\"target\": 3, \"note\": \"b\"}')",
		"EXPLAIN ANALYZE $write",
		"PREPARE p AS $write; EXECUTE p; DEALLOCATE p",
		"SET LOCAL session_replication_role = replica; $write",
		"COPY desk." . one_of(qw(case entry part)) . " (id) FROM stdin;\n" . int(rand(100_000) + 20_000) . "\n\\.");
}

my $script = "SET ROLE clerk;\n";
for (my $made = 0; $made < $count;)
{
	my $length = 1 + int(rand(6));

	$script .= "BEGIN;\n" if $length > 1;
	foreach (1 .. $length)
	{
		my $savepoint = $length > 1 && rand() < 0.6;

		$script .= "SAVEPOINT s;\n" if $savepoint;
		$script .= (statement() . ";\n") =~ s/\\\.;\n\z/\\.\n/r;
		$script .= one_of('', '', "ROLLBACK TO s;\n", "RELEASE s;\n") if $savepoint;
		$made++;
	}
	$script .= one_of(("COMMIT;\n") x 4, "ROLLBACK;\n") if $length > 1;
}
append_to_file("$dir/random.sql", $script);
{
	local %ENV = $node->_get_env();

	IPC::Run::run([ 'psql', '-X', '-q', '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_ROLLBACK=on', '-f', "$dir/random.sql", 'custom' ], '>', \$out, '2>', \$err);
}
my %states;
$states{$_}++ foreach $err =~ /ERROR:  (\w{5})/g;
note(join ', ', map { "$_: $states{$_}" } sort keys %states);
cmp_ok($states{UA008} // 0, '>', $count / 10, 'many statements are refused');
is($node->safe_psql('custom', 'SELECT * FROM public.changed LIMIT 3'), '', "seed $seed: no protected value was changed");
is($node->safe_psql('custom', q{
	SELECT b.kind, b.id FROM public.before AS b
		JOIN (SELECT 'case' AS kind, id, status, NULL AS note FROM desk.case
			UNION ALL SELECT 'entry', id, status, note FROM desk.entry
			UNION ALL SELECT 'part', id, status, NULL FROM desk.part) AS n USING (kind, id)
	WHERE NOT (b.kind = 'case' AND b.id IN (SELECT id FROM public.gone)) AND (b.status, b.note) IS DISTINCT FROM (n.status, n.note) LIMIT 3}), '', "seed $seed: all rows that are left have the values that they had");
cmp_ok($node->safe_psql('custom', 'SELECT count(*) FROM desk.entry JOIN public.before AS b ON b.kind = $$entry$$ AND b.id = entry.id'), '>', 20, 'rows are left');
log_is_clean($node, 'the log is clean');

# The page has the table that sql/protect_ways.sql prints, and what is tested above.
my ($printed) = slurp_file('expected/protect_ways.out') =~ /^ number \| .*?\n(.*?)^\(\d+ rows\)/ms;
my @printed = map { my @cells = split /\s*\|\s*/, s/\s+\z//r; join ' | ', @cells[ 1 .. 3 ] } grep { /^ *\d+ \|/ } split /\n/, $printed;
my ($shown_ways) = slurp_file('doc/protect.md') =~ /^\| way \| .*?\n\|---.*?\n((?:\|.*\n)+)/m;
is_text(join("\n", map { s/^\| | \|$//gr } split /\n/, $shown_ways), join("\n", @printed, 'logical replication | passes | passes'), 'doc/protect.md has the ways to write');

done_testing();
