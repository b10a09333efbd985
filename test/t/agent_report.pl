# The report of what a role can change is true. In configurations made up at random,
# of grants, memberships, views, cascades, triggers, partitions, protected tables and
# actions, a role does what it can think of; no table or column changes that its report
# does not name. And what the report says it can write directly is what it can, no more
# and no less. Another run with AGENT_SEED, AGENT_CONFIGURATIONS, AGENT_STATEMENTS.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Random qw(chance one_of);
use Test::More;

my $seed = $ENV{AGENT_SEED} // 1795;
my $configurations = $ENV{AGENT_CONFIGURATIONS} // 22;
my $statements = $ENV{AGENT_STATEMENTS} // 920;
my $node = new_server('main', "log_statement = none\n");
my $json = JSON::PP->new->canonical;
my @plain = qw(t1 t2 t3 t4);
my @tables = (@plain, qw(heir part part_low part_high noted));
my @fields = qw(id parent a b c);
my (@actions, @views, %known, %alone, $meddled);
my ($done, $changed, $said, $probed) = (0, 0, 0, 0);

diag("AGENT_SEED=$seed");
srand($seed);
create_database($node, 'main');
$node->safe_psql('main', 'CREATE ROLE agent LOGIN; CREATE ROLE team; CREATE ROLE lead NOINHERIT; CREATE ROLE keeper; CREATE ROLE stranger');

sub some_of
{
	my ($likely, @all) = @_;
	my @some = grep { chance($likely) } @all;

	return @some ? @some : (one_of(@all));
}

# A value for a column, as SQL; parents are rows that there are
sub value
{
	my ($field) = @_;

	return one_of(map { int(rand 20) + 1 } 1) if $field eq 'parent';
	return int(rand 1000) + 1000 if $field eq 'id';
	return int(rand 100) if $field eq 'a' || $field eq 'c';
	return "'w" . int(rand 1000) . "'";
}

# What a table has: (id, row_id, parent, a, b, c, g)
sub create_tables
{
	my @sql;
	my @deleting = ('', 'ON DELETE CASCADE', 'ON DELETE SET NULL', 'ON DELETE SET DEFAULT');
	my @updating = ('', 'ON UPDATE CASCADE', 'ON UPDATE SET NULL');

	foreach my $number (0 .. $#plain)
	{
		my $reference = $number == 0 ? '' : 'REFERENCES desk.' . $plain[ rand $number ] . ' ' . one_of(@deleting) . ' ' . one_of(@updating);

		push @sql, "CREATE TABLE desk.$plain[$number] (id integer PRIMARY KEY DEFAULT (random() * 1e9)::integer,
			row_id uuid NOT NULL DEFAULT gen_random_uuid(), parent integer $reference, a integer, b text, c integer DEFAULT 5,
			g integer GENERATED ALWAYS AS (a * 2) STORED)";
	}
	push @sql, 'CREATE TABLE desk.heir () INHERITS (desk.t1)',
	  'CREATE TABLE desk.part (id integer DEFAULT (random() * 1e9)::integer, row_id uuid NOT NULL DEFAULT gen_random_uuid(), parent integer, a integer DEFAULT 0, b text,
		c integer DEFAULT 5, g integer GENERATED ALWAYS AS (c * 2) STORED) PARTITION BY RANGE (a)',
	  'CREATE TABLE desk.part_low PARTITION OF desk.part FOR VALUES FROM (MINVALUE) TO (50)',
	  'CREATE TABLE desk.part_high PARTITION OF desk.part FOR VALUES FROM (50) TO (MAXVALUE)',
	  'CREATE TABLE desk.noted (id integer DEFAULT (random() * 1e9)::integer, row_id uuid NOT NULL DEFAULT gen_random_uuid(), parent integer, a integer, b text, c integer, g integer)';
	push @sql, "ALTER TABLE desk.$_ OWNER TO " . one_of(qw(postgres postgres postgres keeper lead team)) foreach @plain;
	push @sql, 'GRANT SELECT ON ALL TABLES IN SCHEMA desk TO PUBLIC', 'GRANT USAGE ON SCHEMA desk TO PUBLIC';
	return @sql;
}

# Functions with the rights of others: what they write is known here, and to nobody else
sub create_code
{
	my @sql;

	foreach my $number (1 .. 2)
	{
		my $table = one_of(@plain);
		my $field = one_of(qw(a b c));
		my $secure = chance(0.6) ? 'SECURITY DEFINER' : '';

		$known{"helps_$number"} = [ $table, $field ];
		push @sql, "CREATE FUNCTION desk.helps_$number() RETURNS void $secure LANGUAGE sql BEGIN ATOMIC
			UPDATE desk.$table SET $field = " . value($field) . ' WHERE id <= 10; END';
		push @sql, "REVOKE EXECUTE ON FUNCTION desk.helps_$number() FROM PUBLIC" if chance(0.5);
	}
	push @sql, q{CREATE FUNCTION desk.notes() RETURNS trigger } . (chance(0.5) ? 'SECURITY DEFINER' : '') . q{ LANGUAGE plpgsql AS $$
		BEGIN
			INSERT INTO desk.noted (b) VALUES (TG_OP);
			RETURN NULL;
		EXCEPTION WHEN insufficient_privilege THEN
			RETURN NULL;
		END $$},
	  q{CREATE FUNCTION desk.changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c := coalesce(NEW.c, 0) + 1; RETURN NEW; END $$},
	  q{REVOKE EXECUTE ON FUNCTION desk.notes(), desk.changes() FROM PUBLIC};
	$known{notes} = ['noted'];
	push @sql, 'CREATE TRIGGER notes AFTER ' . one_of('INSERT', 'UPDATE', 'DELETE OR UPDATE', 'TRUNCATE') . ' ON desk.' . one_of(@plain) . ' EXECUTE FUNCTION desk.notes()'
	  if chance(0.6);
	$meddled = chance(0.4) ? one_of(@plain, 'part') : 'none';
	push @sql, "CREATE TRIGGER changes BEFORE UPDATE ON desk.$meddled FOR EACH ROW EXECUTE FUNCTION desk.changes()" if $meddled ne 'none';
	return @sql;
}

# Views of tables and of views
sub create_views
{
	my @sql;

	@views = ();
	foreach my $number (1 .. 3)
	{
		my $below = one_of(@plain, 'part', @views);
		my @shown = ('id', some_of(0.6, qw(parent a b c)));
		my $invoker = chance(0.3) ? 'WITH (security_invoker = true)' : '';

		@shown = ('id', 'a', 'b', 'c');
		push @sql, "CREATE VIEW desk.v$number $invoker AS SELECT " . join(', ', @shown) . ", coalesce(c, 1) AS more FROM desk.$below WHERE id > 2",
		  "ALTER VIEW desk.v$number OWNER TO " . one_of(qw(postgres keeper stranger)),
		  "GRANT SELECT ON desk.v$number TO PUBLIC";
		push @views, "v$number";
	}
	push @sql, 'CREATE VIEW desk.v4 AS SELECT id, a, b, c FROM desk.t1 UNION ALL SELECT id, a, b, c FROM desk.t2',
	  'CREATE RULE away AS ON ' . one_of(qw(DELETE UPDATE)) . ' TO desk.v4 DO INSTEAD UPDATE desk.' . one_of(@plain) . ' SET b = ' . value('b') . ' WHERE id = OLD.id',
	  'GRANT SELECT ON desk.v4 TO PUBLIC';
	push @views, 'v4';
	return @sql;
}

# Privileges, of whole tables and of columns, for the role itself and for whom it may be
sub create_grants
{
	my @sql;

	foreach my $number (1 .. 3 + rand 12)
	{
		my $table = one_of(@plain, qw(part part_low heir), @views);
		my $role = one_of(qw(agent agent team lead lead PUBLIC keeper keeper stranger));
		my $privileges = join ', ', some_of(0.3, $table =~ /^v/ ? qw(INSERT UPDATE DELETE) : qw(INSERT UPDATE DELETE TRUNCATE));

		$privileges = join ', ', map { "$_ (" . join(', ', some_of(0.3, qw(a b c))) . ')' } some_of(0.5, qw(INSERT UPDATE)) if chance(0.5);
		push @sql, "GRANT $privileges ON desk.$table TO $role";
	}
	push @sql, "GRANT ALL ON desk.$_ TO keeper" foreach some_of(0.5, @plain, 'part', @views);
	push @sql, 'GRANT team TO agent' if chance(0.6);
	push @sql, 'GRANT lead TO agent' if chance(0.4);
	push @sql, 'GRANT lead TO team' if chance(0.2);
	push @sql, 'ALTER ROLE agent ' . (chance(0.3) ? 'NOINHERIT' : 'INHERIT');
	push @sql, 'GRANT pg_write_all_data TO ' . one_of(qw(agent team lead)) if chance(0.08);
	return @sql;
}

# A step that writes
sub step
{
	my ($bound) = @_;
	my $kind = int(rand 7);
	my $table = one_of(@plain, 'part', 'v1', 'v2');
	my @given = some_of(0.4, qw(a b c));
	my %set = map { $_ => $_ eq 'b' ? one_of('word', '=input.word') : one_of(7, '=input.number') } @given;

	return { update => 'target', set => \%set } if $kind == 0 && $bound;
	return { delete => 'target' } if $kind == 1 && $bound && chance(0.4);
	return { create => "desk.$table", set => \%set } if $kind == 2;
	return { delete => "desk.$table", where => 'id = input.number' } if $kind == 3 && chance(0.5);
	return { perform => one_of(@actions), with => { number => '=input.number', word => '=input.word' } } if $kind == 4 && @actions;
	return { call => 'desk.helps_' . one_of(1, 2) . '()' } if $kind == 5 && chance(0.5);
	return { create => 'desk.' . one_of(@plain), set => { id => '=input.number', %set }, on_conflict => { columns => ['id'], set => { b => 'again' } } } if $kind == 6;
	return { update => "desk.$table", where => 'id = input.number', set => \%set };
}

sub create_actions
{
	my @sql;
	my @bound;

	@actions = ();
	foreach my $number (1 .. 6)
	{
		my $bound = chance(0.4);
		my %document = (
			description => 'Changes what there is to be changed, as far as it can be',
			visibility => 'agent',
			run_as => one_of(qw(owner owner caller)),
			input => [ { name => 'number', type => 'integer' }, { name => 'word', type => 'text' } ],
			steps => [ map { { group => "part $_", do => [ step($bound) ], on_error => [] } } 1 .. 1 + rand 3 ]);

		$document{table} = 'desk.' . one_of(@plain) if $bound;
		push @sql, "SELECT define('desk.does_$number', \$doc\$" . $json->encode(\%document) . '$doc$::json)',
		  "ALTER FUNCTION desk.does_$number OWNER TO " . one_of(qw(keeper keeper postgres));
		push @sql, "GRANT EXECUTE ON FUNCTION desk.does_$number TO " . one_of(qw(agent agent agent team lead PUBLIC)) if chance(0.85);
		push @actions, "desk.does_$number" unless $bound;
		push @bound, "desk.does_$number" if $bound;
	}
	return (\@sql, @bound);
}

sub create_protections
{
	my @sql;

	foreach my $table (grep { chance(0.25) } @plain, 'part')
	{
		push @sql, "SELECT protect_table('desk.$table'" . (chance(0.6) ? ", '{" . join(',', some_of(0.4, qw(a b c))) . "}'" : '') . ')';
	}
	return @sql;
}

# Rows as they are to begin with: those up to 20 may be referred to, those above are not
sub fill
{
	my @sql = ('SET session_replication_role = replica');

	push @sql, "DELETE FROM ONLY desk.$_" foreach @plain, qw(heir part_low part_high noted);
	push @sql, "INSERT INTO desk.$_ (id, parent, a, b, c) SELECT n, CASE WHEN n < 18 THEN n END, n, 'w', n FROM generate_series(1, 24) AS n" foreach @plain;
	push @sql, q{INSERT INTO desk.heir (id, a, b, c) SELECT n, n, 'w', n FROM generate_series(30, 40) AS n},
	  q{INSERT INTO desk.part (id, a, b, c) SELECT n, n * 4, 'w', n FROM generate_series(1, 24) AS n};
	$node->safe_psql('main', join ";\n", @sql);
	return;
}

# All rows, {table}{row_id} = row
sub snapshot
{
	my %found;
	my $query = join ' UNION ALL ', map { "SELECT '$_', row_id, to_json(x) FROM ONLY desk.$_ AS x" } @plain, qw(heir part_low part_high noted);

	foreach my $line (split /\n/, $node->safe_psql('main', $query))
	{
		my ($table, $row, $values) = split /\|/, $line, 3;

		$found{$table}{$row} = $json->decode($values);
	}
	return \%found;
}

# What differs: {table column change}
sub differences
{
	my ($before, $after) = @_;
	my %found;

	foreach my $table (grep { $_ ne 'part' } @tables)
	{
		my ($old, $new) = ($before->{$table} // {}, $after->{$table} // {});

		foreach my $row (keys %$new)
		{
			$found{"$table * insert"} = 1 unless $old->{$row};
			next unless $old->{$row};
			foreach my $field (keys %{ $new->{$row} })
			{
				$found{"$table $field update"} = 1 if ($old->{$row}{$field} // 'null') ne ($new->{$row}{$field} // 'null');
			}
		}
		$found{"$table * delete"} = 1 foreach grep { !$new->{$_} } keys %$old;
	}
	return sort keys %found;
}

# A statement of the role's own
sub statement
{
	my ($bound, $can) = @_;
	my $kind = int(rand 20);
	my $table = 'desk.' . one_of(@plain, qw(heir part part_low part_high noted), @views, @views);
	my $field = one_of($table =~ /\.v/ ? qw(id a b c more) : @fields);
	my $id = int(rand 42) + 1;
	my $value = value($field);
	my $action = one_of(@actions, @$bound);
	my $targeted = grep { $_ eq $action } @$bound;
	my $inputs = $json->encode({ number => $id, word => 'said', ($targeted ? (target => $id) : ()), (chance(0.05) ? (other => 1) : ()) });
	my $simple;

	# half of the time something that may well be done
	if (chance(0.5) && @$can)
	{
		($table, $field) = split / /, one_of(@$can);
		($table, $field) = ("desk.$table", $field eq 'row_id' ? 'b' : $field);
		$value = value($field);
	}
	$simple = one_of(
		"UPDATE $table SET $field = $value WHERE id = $id",
		"UPDATE $table SET $field = $value WHERE id = $id",
		"INSERT INTO $table ($field) VALUES ($value)",
		chance(0.2) ? "DELETE FROM $table WHERE id = $id" : "UPDATE $table SET $field = DEFAULT WHERE id = $id");
	return "$simple;" if $kind < 4;
	return "BEGIN; SET LOCAL ROLE " . one_of(qw(team lead keeper pg_write_all_data)) . "; $simple; COMMIT;" if $kind < 6;
	return "DO \$do\$ BEGIN $simple; END \$do\$;" if $kind == 6;
	return "MERGE INTO $table AS t USING (SELECT $id AS n) AS s ON t.id = s.n WHEN MATCHED THEN UPDATE SET $field = $value WHEN NOT MATCHED THEN INSERT ($field) VALUES ($value);" if $kind == 7;
	return "INSERT INTO desk." . one_of(@plain) . " (id, b) VALUES ($id, 'c') ON CONFLICT (id) DO UPDATE SET $field = EXCLUDED.$field;" if $kind == 8 && $field ne 'more';
	return "CREATE TEMP TABLE IF NOT EXISTS own (id integer, a integer, b text); INSERT INTO own VALUES ($id); UPDATE $table SET $field = $value FROM own WHERE own.id = $table.id;" if $kind == 9;
	return 'SELECT desk.helps_' . one_of(1, 2) . '();' if $kind == 10 && chance(0.5);
	return "COPY $table ($field) FROM stdin;\n" . ($field eq 'parent' ? "1\n" : $field eq 'b' ? "copied\n" : int(rand 1000) . "\n") . "\\." if $kind == 11 && $field ne 'more';
	return "WITH w AS (UPDATE $table SET $field = $value WHERE id = $id RETURNING id) SELECT count(*) FROM w;" if $kind == 12;
	return 'SELECT mcp_call($$' . $json->encode({ jsonrpc => '2.0', id => 1, method => 'tools/call', params => { name => $action, arguments => $json->decode($inputs) } }) . '$$);' if chance(0.2);
	return "SELECT $action(" . ($targeted ? "target => $id, " : '') . "number => $id, word => 'typed');" if chance(0.3);
	return 'SELECT ' . one_of('invoke_action', 'try_invoke_action') . "('$action', '$inputs');";
}

# What the report names, {table column change}{way}; * stands for rows
sub named_by
{
	my ($report) = @_;
	my %named;

	foreach my $row (@$report)
	{
		next unless defined $row->{table_name};
		(my $table = $row->{table_name}) =~ s/^desk\.//;
		$named{ "$table " . ($row->{column_name} // '*') . ' ' . ($row->{change} eq 'truncate' ? 'delete' : $row->{change}) }{ $row->{way} } = 1;
	}
	# what a function of somebody's does is said by naming the function
	foreach my $function (keys %known)
	{
		next unless grep { !defined $_->{table_name} && "$_->{path} $_->{remark}" =~ /\b$function\b/ } @$report;
		my ($table, $field) = @{ $known{$function} };
		$named{$_}{function} = 1 foreach defined $field ? map { "$table $_ update" } ($field, 'c', $field eq 'a' ? 'g' : ()) : "$table * insert";
		$named{'noted * insert'}{function} = 1;
	}
	return \%named;
}

# Tries every direct write, undoing it: what the role can write
sub probe
{
	my (@probes, @sql, %can);

	foreach my $table (@tables)
	{
		# rows of its own: those of a table that inherits may pass
		my $own = $table eq 't1' ? 'ONLY desk.t1' : "desk.$table";

		foreach my $field (@fields, 'row_id', 'g')
		{
			my $value = $field eq 'row_id' ? 'gen_random_uuid()' : $field eq 'parent' ? 5 : $field eq 'id' ? 'id + 100000' : $field eq 'b' ? "'probe'" : $table eq 'part_high' ? 90 : 33;
			my $given = $field eq 'id' ? 100000 : $value;

			push @probes, [ "$table $field update", "UPDATE desk.$table SET $field = $value WHERE id = (SELECT max(id) FROM $own)" ];
			push @probes, [ "$table $field insert", "INSERT INTO desk.$table ($field) VALUES ($given)" ];
		}
		push @probes, [ "$table * delete", "DELETE FROM desk.$table WHERE id = (SELECT max(id) FROM $own)" ];
		push @probes, [ "$table * truncate", "TRUNCATE desk.$table" ];
	}
	foreach my $probe (@probes)
	{
		push @sql, "(\$p\$$probe->[0]\$p\$, \$p\$$probe->[1]\$p\$)";
	}
	foreach my $line (split /\n/, $node->safe_psql('main', 'SELECT probe(p.what, p.command, r) FROM (VALUES ' . join(",\n", @sql) . ") AS p (what, command), unnest('{agent,team,lead,keeper,pg_write_all_data}'::text[]) AS r WHERE pg_has_role(session_user, r, 'MEMBER')",
		extra_params => [ '-U', 'agent' ]))
	{
		my ($what, $state) = split /\|/, $line;

		next if $what eq '' || $state =~ /^(?:42501|UA008|22023|428C9)$/;
		# TRUNCATE of a table that is referred to, and rows of other partitions, are refused before a protection is asked
		$can{ $state =~ /^(?:0A000|23514)$/ ? "$what?" : $what } = $state;
	}
	$probed += @probes;
	return \%can;
}

$node->safe_psql('main', q{
	CREATE FUNCTION define(name text, definition json) RETURNS integer LANGUAGE sql AS $$
		SELECT create_action(name, definition, true);
		SELECT activate_action(name);
	$$;
	-- 'what|sqlstate' of a command that is undone; 00000 if it succeeds
	CREATE FUNCTION probe(what text, command text, role text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		state text;
	BEGIN
		IF role <> session_user THEN
			EXECUTE 'SET LOCAL ROLE ' || role;
		END IF;
		EXECUTE command;
		RAISE EXCEPTION 'undone' USING ERRCODE = '00001';
	EXCEPTION WHEN OTHERS THEN
		RETURN what || '|' || CASE SQLSTATE WHEN '00001' THEN '00000' ELSE SQLSTATE END;
	END
	$$;
});

foreach my $number (1 .. $configurations)
{
	my (@bound, $sql, $report, $named, $can, @can, @wrong, $at_once);

	%known = ();
	$at_once = "SET client_min_messages = error;\n";
	$node->safe_psql('main', $at_once . 'DROP SCHEMA IF EXISTS desk CASCADE; DROP OWNED BY agent, team, lead, keeper, stranger;
		DELETE FROM custom_actions.action;
		REVOKE pg_write_all_data FROM agent, team, lead; REVOKE team, lead FROM agent; REVOKE lead FROM team; CREATE SCHEMA desk');
	$node->safe_psql('main', $at_once . join(";\n", create_tables(), create_code(), create_views(), create_grants()));
	($sql, @bound) = create_actions();
	$node->safe_psql('main', $at_once . join(";\n", @$sql, create_protections()));

	$report = $json->decode($node->safe_psql('main', q{SELECT coalesce(json_agg(r), '[]') FROM agent_report('agent') AS r}));
	$named = named_by($report);
	$said += keys %$named;

	# exactly what can be written directly is named so
	fill();
	$can = probe();
	foreach my $row (grep { $_->{way} eq 'privilege' && ($_->{change} =~ /update|delete|truncate/ || $_->{change} eq 'insert' && defined $_->{column_name}) } @$report)
	{
		(my $table = $row->{table_name}) =~ s/^desk\.//;
		my $what = "$table " . ($row->{column_name} // '*') . " $row->{change}";

		# a trigger that changes a protected column has the whole row refused
		next if $row->{change} eq 'update' && $table =~ /^$meddled/;
		next if $row->{path} =~ /unprotect_table/ || !grep { $_ eq $table } @tables;
		next if $can->{$what} || $can->{"$what?"};
		push @wrong, "cannot be done: $what, $row->{path}";
	}
	foreach my $what (grep { !/\?$/ } keys %$can)
	{
		(my $table = $what) =~ s/ .*//;
		push @wrong, "is not named: $what ($can->{$what})"
		  unless grep { $_->{way} eq 'privilege' && $_->{table_name} eq "desk.$table" && "$table " . ($_->{column_name} // '*') . " $_->{change}" eq $what } @$report;
	}
	is_deeply(\@wrong, [], "configuration $number: what can be written directly");

	@can = grep { !/[*?]/ } sort keys %$can;

	# and nothing changes that is not named
	@wrong = ();
	foreach my $batch (1 .. 4)
	{
		my ($before, $out, $err);
		my @work = map { statement(\@bound, \@can) } 1 .. $statements / 4;

		push @work, 'TRUNCATE desk.' . one_of(@plain, qw(part heir)) . ';' if $batch == 4;
		fill();
		$before = snapshot();
		$node->psql('main', join("\n", @work), extra_params => [ '-U', 'agent' ], on_error_stop => 0, stdout => \$out, stderr => \$err);
		$done += @work;
		foreach my $what (differences($before, snapshot()))
		{
			$changed++;
			push @wrong, $what unless $named->{$what};
			$alone{ (keys %{ $named->{$what} })[0] }++ if keys %{ $named->{$what} // {} } == 1;
		}
	}
	is_deeply(\@wrong, [], "configuration $number: nothing else changes");
}

diag("$done statements, $changed changes of tables and columns, $said that were named, $probed direct writes tried");
diag("named in one way only: " . join(', ', map { "$alone{$_} $_" } sort keys %alone));
cmp_ok($changed, '>', $configurations * 10, 'much was changed');
log_is_clean($node, 'the log has no internal errors');
done_testing();
