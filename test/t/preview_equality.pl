# Actions and inputs made at random: what a preview shows is what invoking then does,
# nothing is left of the preview, and its token accepts exactly this.
#
# Of each case, in one session: the contents of all tables and the catalogs before
# and after the preview; the call with the preview's token after another value was
# put into a row that it touches, rolled back; the call with the token; the contents
# again. The previewed changes, applied to what was, must be what is. PREVIEW_SEED
# and PREVIEW_COUNT repeat or extend it.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Random qw(number one_of);
use Test::More;

my $seed = $ENV{PREVIEW_SEED} // 771205;
my $count = $ENV{PREVIEW_COUNT} // 200;
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;
my $node = new_server('main', "autovacuum = off\nstatement_timeout = '60s'\nclient_min_messages = error\n");

diag("PREVIEW_SEED=$seed");
srand($seed);
create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE ROLE clerk;
	CREATE SCHEMA eq;
	CREATE TABLE eq.customer (id integer PRIMARY KEY, name text, tier text);
	CREATE TABLE eq.ticket (
		id integer PRIMARY KEY, customer_id integer REFERENCES eq.customer ON DELETE CASCADE ON UPDATE CASCADE,
		status text DEFAULT 'open', priority integer CHECK (priority < 1000), score numeric(8, 2) DEFAULT 1.5,
		doubled integer GENERATED ALWAYS AS (priority * 2) STORED, tags integer[], info jsonb, changed timestamptz);
	CREATE TABLE eq.task (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket_id integer REFERENCES eq.ticket ON DELETE SET NULL ON UPDATE CASCADE,
		title text, due timestamptz, made timestamptz DEFAULT now());
	CREATE TABLE eq.subtask (id serial PRIMARY KEY, task_id bigint REFERENCES eq.task ON DELETE CASCADE, n integer, mark uuid DEFAULT gen_random_uuid());
	CREATE TABLE eq.audit (id bigserial PRIMARY KEY, what text, at timestamptz DEFAULT clock_timestamp());
	CREATE TABLE eq.stats (ticket_id integer PRIMARY KEY, tasks integer);
	CREATE TABLE eq.part (region text, id integer, amount integer, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
	CREATE TABLE eq.part_north PARTITION OF eq.part FOR VALUES IN ('n');
	CREATE TABLE eq.part_south (amount integer, gone text, id integer NOT NULL, region text NOT NULL);
	ALTER TABLE eq.part_south DROP COLUMN gone;
	ALTER TABLE eq.part ATTACH PARTITION eq.part_south FOR VALUES IN ('s');
	CREATE TABLE eq.part_other PARTITION OF eq.part DEFAULT PARTITION BY RANGE (id);
	CREATE TABLE eq.part_low PARTITION OF eq.part_other FOR VALUES FROM (0) TO (10);
	CREATE TABLE eq.part_high PARTITION OF eq.part_other FOR VALUES FROM (10) TO (1000000);
	CREATE TABLE eq.keyless (a integer, b text);
	CREATE TABLE eq."Odd ""Table""" ("Key A" integer, "key.b" text, "Value" integer, PRIMARY KEY ("Key A", "key.b"));
	CREATE TABLE eq.doc (id integer PRIMARY KEY, owner text DEFAULT current_user, body text);
	ALTER TABLE eq.doc ENABLE ROW LEVEL SECURITY;
	CREATE POLICY own ON eq.doc USING (owner = current_user OR owner = 'all');

	CREATE FUNCTION eq.touch() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		NEW.changed := now();
		RETURN NEW;
	END $$;
	CREATE TRIGGER touch BEFORE UPDATE ON eq.ticket FOR EACH ROW EXECUTE FUNCTION eq.touch();
	CREATE FUNCTION eq.audit() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO eq.audit (what) VALUES (TG_OP || ' ' || TG_TABLE_NAME || ' ' || left(coalesce(NEW.status, OLD.status, '-'), 4));
		RETURN NULL;
	END $$;
	CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON eq.ticket FOR EACH ROW EXECUTE FUNCTION eq.audit();
	CREATE FUNCTION eq.count_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO eq.stats VALUES (coalesce(NEW.ticket_id, -1), 1) ON CONFLICT (ticket_id) DO UPDATE SET tasks = stats.tasks + 1;
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER count_tasks AFTER INSERT ON eq.task DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION eq.count_tasks();
	CREATE FUNCTION eq.guard() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.a > 90 THEN
			RAISE EXCEPTION 'too much: %', NEW.a USING ERRCODE = 'check_violation';
		END IF;
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER guard AFTER INSERT OR UPDATE ON eq.keyless DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION eq.guard();
	CREATE FUNCTION eq.write(n integer) RETURNS integer LANGUAGE sql AS $$UPDATE eq.customer SET tier = tier || n WHERE id = n RETURNING id$$;
	CREATE FUNCTION eq.plugin(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO eq.audit (what) VALUES ('plug-in');
		UPDATE eq.customer SET name = name || '+' WHERE id = 1;
		RETURN NULL;
	END $$;

	CREATE PROCEDURE eq.fill() LANGUAGE sql AS $$
		INSERT INTO eq.customer SELECT n, 'customer ' || n, 'gold' FROM generate_series(1, 5) AS n ON CONFLICT (id) DO UPDATE SET name = excluded.name, tier = excluded.tier;
		INSERT INTO eq.ticket (id, customer_id, priority) SELECT n, 1 + n % 5, n FROM generate_series(1, 12) AS n ON CONFLICT (id) DO UPDATE SET priority = excluded.priority;
		INSERT INTO eq.task (ticket_id, title) SELECT n, 'task ' || n FROM generate_series(1, 6) AS n WHERE (SELECT count(*) < 6 FROM eq.task);
		INSERT INTO eq.subtask (task_id, n) SELECT id, 1 FROM eq.task WHERE (SELECT count(*) < 6 FROM eq.subtask);
		INSERT INTO eq.part SELECT (ARRAY['n', 's', 'x'])[1 + n % 3], n, n FROM generate_series(1, 15) AS n ON CONFLICT DO NOTHING;
		INSERT INTO eq.keyless SELECT n, 'b' || n % 3 FROM generate_series(1, 6) AS n WHERE (SELECT count(*) < 6 FROM eq.keyless);
		INSERT INTO eq."Odd ""Table""" SELECT n, 'k' || n, n FROM generate_series(1, 6) AS n ON CONFLICT DO NOTHING;
		INSERT INTO eq.doc SELECT n, (ARRAY['clerk', 'postgres', 'all'])[1 + n % 3], 'body' FROM generate_series(1, 9) AS n ON CONFLICT DO NOTHING;
	$$;
	-- Takes away what cases add, so that the tables stay small.
	CREATE PROCEDURE eq.clear() LANGUAGE sql AS $$
		DELETE FROM eq.ticket WHERE id > 12; DELETE FROM eq.task; DELETE FROM eq.keyless; DELETE FROM eq.part; DELETE FROM eq.audit; DELETE FROM eq.stats;
	$$;
	GRANT USAGE ON SCHEMA eq TO clerk;
	GRANT ALL ON ALL TABLES IN SCHEMA eq TO clerk;
	GRANT USAGE ON ALL SEQUENCES IN SCHEMA eq TO clerk;

	-- What all tables hold.
	CREATE FUNCTION public.contents() RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER AS $$
	DECLARE
		t record;
		rows jsonb;
		result jsonb := '{}';
	BEGIN
		FOR t IN SELECT c.oid::regclass AS name FROM pg_class AS c WHERE relnamespace = 'eq'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition LOOP
			EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t)), ''[]'') FROM %s AS t', t.name) INTO rows;
			result := result || jsonb_build_object(t.name::text, rows);
		END LOOP;
		RETURN result;
	END $$;

	-- Which versions of rows the tables and the catalogs have: all of them, and the extension's.
	CREATE FUNCTION public.checksum() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
	DECLARE
		t regclass;
		sum text;
		result text := '';
	BEGIN
		FOR t IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace NOT IN ('pg_toast'::regnamespace, 'information_schema'::regnamespace) ORDER BY oid LOOP
			EXECUTE format('SELECT count(*) || '' '' || sum(hashtid(ctid)::bigint * 31 + hashtext(xmin::text)) FROM %s', t) INTO sum;
			result := result || t || ' ' || coalesce(sum, '-') || E'\n';
		END LOOP;
		RETURN md5(result);
	END $$;

	-- Puts another value into a row that a preview shows; false if there is none to be put.
	CREATE FUNCTION public.disturb(preview jsonb, number integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
	DECLARE
		change record;
		key text;
		done integer;
	BEGIN
		FOR change IN
			SELECT c ->> 'table' AS name, c -> 'key' AS key, k AS "column", a.atttypid::regtype::text AS type
			FROM jsonb_array_elements(preview -> 'changes') WITH ORDINALITY AS e (c, n), jsonb_object_keys(c -> 'columns') AS k, pg_attribute AS a
			WHERE c ->> 'operation' IN ('update', 'delete') AND c -> 'key' <> '{}' AND NOT c -> 'key' ? k AND a.attrelid = (c ->> 'table')::regclass
				AND a.attname = k AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'integer'::regtype) AND k NOT IN ('customer_id', 'ticket_id', 'task_id')
			ORDER BY md5(n::text || k || number)
		LOOP
			SELECT string_agg(format('%I::text = %L', k, v), ' AND ') INTO key FROM jsonb_each_text(change.key) AS j (k, v);
			EXECUTE format('UPDATE %s SET %I = CASE WHEN %2$I IS NULL THEN %3$L::%4$s ELSE (%5$s) END WHERE %6$s', change.name, change.column,
				'7', change.type, CASE change.type WHEN 'text' THEN format('%I || ''~''', change.column) ELSE format('%I + 1', change.column) END, key);
			GET DIAGNOSTICS done = ROW_COUNT;
			RETURN done > 0;
		END LOOP;
		RETURN false;
	END $$;

	-- How a call that is to be refused goes.
	CREATE FUNCTION public.attempt(action text, input jsonb, token text) RETURNS text LANGUAGE sql AS $$
		SELECT coalesce(r #>> '{error,sqlstate}', 'accepted') FROM try_invoke_action(action, input, expect => token) AS r;
	$$;
});

my $nesting = 0;
my $performed = 0;				# actions eq.act1 ... that may be performed
my $names = 0;

# Steps by kind; each returns a list of steps
my %makers = (
	create_task => sub {
		my $name = 'task' . ++$names;
		my @steps = ({ create => 'eq.task', as => $name, set => { ticket_id => number(12), title => one_of('=input.s', 'plain', 'T {{input.n}}'), one_of(0, 1) ? (due => "=now() + interval '2 days'") : () } });
		push @steps, { create => 'eq.subtask', set => { task_id => "=$name.id", n => '=input.n' } } if rand() < 0.6;
		push @steps, { update => 'eq.ticket', id => number(12), set => { info => { see => 'x' }, status => "Task {{$name.id}}" } } if rand() < 0.4;
		return @steps;
	},
	update_ticket => sub {
		return { update => 'eq.ticket', id => one_of('=input.t', number(12)), set => { one_of(
			[ status => one_of('=input.s', 'closed', 'open') ], [ priority => '=coalesce(this.priority, 0) + input.n' ], [ score => '=this.score * 2.5' ],
			[ tags => '=array_append(this.tags, input.n)' ], [ info => { by => '=input.s', n => '=input.n' } ])->@* } };
	},
	key_ticket => sub { return { update => 'eq.ticket', id => '=input.t', set => { id => 100 + number(50) } } },
	update_many => sub { return { update => 'eq.ticket', where => one_of('id > input.t', 'id % 3 = 1', 'customer_id = input.t % 5 + 1'), set => { priority => '=this.priority + 1' } } },
	delete_ticket => sub { return { delete => 'eq.ticket', id => '=input.t' } },
	delete_tasks => sub { return { delete => 'eq.task', where => one_of('ticket_id = input.t', 'ticket_id < 4') } },
	delete_customer => sub { return { delete => 'eq.customer', id => number(5) } },
	key_customer => sub { return { update => 'eq.customer', id => number(5), set => { id => 20 + number(20) } } },
	create_ticket => sub { return { create => 'eq.ticket', set => { id => 200 + number(50), customer_id => number(5), priority => '=input.n' } } },
	merge_odd => sub { return { create => 'eq."Odd ""Table"""', set => { 'Key A' => number(9), 'key.b' => 'k' . number(9), Value => '=input.n' }, on_conflict => { columns => [ 'Key A', 'key.b' ], set => { Value => '=this."Value" + excluded."Value"' } } } },
	update_odd => sub { return { update => 'eq."Odd ""Table"""', where => '"Key A" > input.t', set => { Value => '=this."Value" + 1' } } },
	delete_odd => sub { return { delete => 'eq."Odd ""Table"""', where => '"Key A" = input.t' } },
	move_part => sub { return { update => 'eq.part', where => one_of('id = input.t', 'id % 4 = 1'), set => { region => one_of('n', 's', 'x', 'y') } } },
	move_high => sub { return { update => 'eq.part', where => 'id = input.t', set => { id => '=this.id + 100' } } },
	change_part => sub { return { update => 'eq.part', where => 'id > input.t', set => { amount => '=this.amount + input.n' } } },
	create_part => sub { return { create => 'eq.part', set => { region => one_of('n', 's', 'x'), id => 20 + number(500), amount => '=input.n' } } },
	delete_part => sub { return { delete => 'eq.part', where => 'id = input.t' } },
	create_keyless => sub { return { create => 'eq.keyless', set => { a => one_of('=input.n', number(100)), b => '=input.s' } } },
	update_keyless => sub { return { update => 'eq.keyless', where => one_of('a = input.t', "b = 'b1'"), set => { b => '=this.b || input.s' } } },
	delete_keyless => sub { return { delete => 'eq.keyless', where => 'a <= input.t % 3' } },
	docs => sub { return { update => 'eq.doc', where => 'id > input.t', set => { body => '=this.body || input.n' } } },
	loop => sub { return { for_each => 'eq.ticket', as => 'each' . ++$names, where => 'id < input.t', order_by => 'id', do => [ { update => "each$names", set => { status => '=input.s' } }, rand() < 0.5 ? steps(1) : () ] } },
	condition => sub { return { if => one_of('input.n > 5', 'input.t < 6'), then => [ steps(2) ], else => [ steps(1) ] } },
	handled => sub { return { group => 'try', do => [ steps(1), one_of({ require => 'input.n < 0', message => 'never' }, { let => { 'q' . ++$names => '=1 / (input.n - input.n)' } }, { update => 'eq.ticket', id => 9999, set => { status => 'x' } }) ], on_error => [ steps(1) ] } },
	fails => sub { return one_of({ require => 'input.n > 5', message => 'too small' }, { update => 'eq.ticket', id => '=input.n + 7', set => { priority => 5000 } }, { update => 'eq.ticket', id => '=input.n * 3', set => { status => 'x' } }) },
	nested => sub { return $performed == 0 ? steps(1) : { perform => 'eq.act' . number($performed), with => { t => '=input.t', n => '=input.n', s => 'nested' } } },
	function => sub { return { call => 'eq.write', with => { n => number(5) } } },
	twice => sub { my $t = number(12); return ({ update => 'eq.ticket', id => $t, required => JSON::PP::false, set => { priority => 7 } }, { update => 'eq.ticket', id => $t, required => JSON::PP::false, set => { priority => '=this.priority + 1', status => 'twice' } }) },
	gone => sub { my $name = 'gone' . ++$names; return ({ create => 'eq.customer', as => $name, set => { id => 300 + number(50), name => 'short' } }, { delete => $name }) });
my @kinds = sort keys %makers;

# Some steps
sub steps
{
	my ($most) = @_;
	my @steps;

	$nesting++;
	for (1 .. number($most))
	{
		my $kind = one_of($nesting > 2 ? grep { !/loop|condition|handled/ } @kinds : @kinds);

		push @steps, $makers{$kind}->();
	}
	$nesting--;
	return @steps;
}

# What is run for one case.
sub case_script
{
	my ($case) = @_;
	my $action = 'eq.act' . $case;
	my @steps = steps(4);
	my $definition = { input => [ { name => 't', type => 'integer' }, { name => 'n', type => 'integer', default => 3 }, { name => 's', type => 'text', default => 'some' } ], steps => \@steps };
	my $input = { t => number(14), rand() < 0.7 ? (n => number(10)) : (), rand() < 0.7 ? (s => one_of('a', "it's", 'ä "b"')) : () };
	my $role = rand() < 0.2 ? 'clerk' : 'postgres';
	my ($text) = map { s/\\/\\\\/gr } map { s/'/''/gr } $json->encode($definition);
	my ($given) = map { s/\\/\\\\/gr } map { s/'/''/gr } $json->encode($input);
	my $plugin = rand() < 0.1 ? "SELECT register_plugin('$action', '" . one_of(qw(pre_operation post_operation)) . "', 'eq.plugin') \\g /dev/null\n" : '';

	$performed = $case;
	return <<"SQL";
\\echo CASE $case
\\set definition '$text'
\\set input '$given'
\\set token none
\\set preview '{}'
\\set changed f
@{[ $case % 20 == 1 ? 'CALL eq.clear();' : '' ]} CALL eq.fill();
SELECT create_action('$action', :'definition'::json) \\g /dev/null
SELECT activate_action('$action') \\g /dev/null
\\echo ACTIVATED :SQLSTATE
$plugin
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA eq TO clerk;
SELECT 'BEFORE ' || contents()::text AS contents, checksum() AS sum \\gset found_
\\echo :found_contents
SET ROLE $role;
SELECT preview_action_document('$action', :'input'::jsonb) AS preview \\gset
RESET ROLE;
SELECT 'PREVIEW ' || (:'preview'::jsonb)::text AS line, :'preview'::jsonb ->> 'token' AS token, :'preview'::jsonb ->> 'token' LIKE 'p1-%' AS has \\gset
\\echo :line
SELECT 'SAME ' || (:'found_sum' = checksum())::text;
\\if :has
BEGIN;
SELECT disturb(:'preview'::jsonb, $case) AS changed \\gset
SET LOCAL ROLE $role;
\\if :changed
SELECT 'DISTURBED ' || attempt('$action', :'input'::jsonb, :'token');
\\endif
ROLLBACK;
SET ROLE $role;
SELECT 'INVOKED ' || invoke_action('$action', :'input'::jsonb, expect => :'token')::text;
\\else
SET ROLE $role;
SELECT 'INVOKED ' || invoke_action('$action', :'input'::jsonb)::text;
\\endif
\\echo STATE :SQLSTATE
RESET ROLE;
SELECT 'AFTER ' || contents()::text;
SQL
}

# Columns with times, and with numbers of sequences: those of the table itself and what they refer to
my %clock = map { $_ => 1 } qw(ticket.changed task.due task.made audit.at subtask.mark);
my %serial = ('task.id' => 'task', 'subtask.id' => 'subtask', 'audit.id' => 'audit', 'subtask.task_id' => 'task');
my %key = (customer => ['id'], ticket => ['id'], task => ['id'], subtask => ['id'], audit => ['id'], stats => ['ticket_id'], part => [qw(region id)],
	keyless => [], 'Odd "Table"' => [ 'Key A', 'key.b' ], doc => ['id']);

# "ticket" of eq.ticket
sub short_name
{
	my ($table) = @_;

	$table =~ s/^eq\.//;
	$table =~ s/""/"/g if $table =~ s/^"(.*)"$/$1/s;
	return $table;
}

# The rows of a table by their keys; of one without a key, as they come.
sub rows_by_key
{
	my ($name, $rows) = @_;
	my $number = 0;

	return { map { my $row = $_; (@{ $key{$name} } ? join("\t", map { $row->{$_} } @{ $key{$name} }) : $number++) => $row } @$rows };
}

# How many times each value stands in each column
sub values_of
{
	my ($rows) = @_;
	my %count;

	foreach my $row (values %$rows)
	{
		$count{"$_ " . $json->encode($row->{$_})}++ foreach keys %$row;
	}
	return \%count;
}

# What was, changed as the preview says.
sub applied
{
	my ($before, $changes, $problems) = @_;
	my %tables = map { my $name = short_name($_); $name => rows_by_key($name, $before->{$_}) } keys %$before;
	my (@remove, @add, %values);

	foreach my $change (@$changes)
	{
		my $name = short_name($change->{table});
		my $columns = $change->{columns};

		if (!@{ $key{$name} })
		{
			foreach my $column (keys %$columns)
			{
				$values{$name}{"$column " . $json->encode($columns->{$column}{before})}-- if exists $columns->{$column}{before};
				$values{$name}{"$column " . $json->encode($columns->{$column}{after})}++ if exists $columns->{$column}{after};
			}
			next;
		}
		my $row = {};
		if ($change->{operation} ne 'insert')
		{
			my $at = join("\t", map { $change->{key}{$_} } @{ $key{$name} });
			my $was = $tables{$name}{$at};

			if (!$was)
			{
				push @$problems, "no such row of $name: $at";
				next;
			}
			foreach my $column (keys %$columns)
			{
				push @$problems, "$name $at $column was " . $json->encode($was->{$column})
					if !$clock{"$name.$column"} && $json->encode($was->{$column}) ne $json->encode($columns->{$column}{before});
			}
			if ($change->{operation} eq 'delete')
			{
				push @$problems, "$name $at: a column is missing" if grep { defined $was->{$_} && !exists $columns->{$_} } keys %$was;
			}
			$row = {%$was};
			push @remove, [ $name, $at ];
		}
		next if $change->{operation} eq 'delete';
		$row->{$_} = $columns->{$_}{after} foreach keys %$columns;
		push @add, [ $name, $row ];
	}
	delete $tables{ $_->[0] }{ $_->[1] } foreach @remove;
	foreach (@add)
	{
		my ($name, $row) = @$_;

		$tables{$name}{ join("\t", map { $row->{$_} } @{ $key{$name} }) } = $row;
	}
	return (\%tables, \%values);
}

# The rows of all tables, sorted, where new numbers and times are the same each time.
sub comparable
{
	my ($tables, $before) = @_;
	my (%new, @lines);

	foreach my $name (qw(task subtask audit))
	{
		my %old = map { $_->{id} => 1 } @{ $before->{"eq.$name"} };
		my $number = 0;

		$new{$name}{$_} = 'new' . ++$number 
			foreach map { $_->{id} } sort { ($a->{what} // '') cmp ($b->{what} // '') || $a->{id} <=> $b->{id} }
			grep { !$old{ $_->{id} } } values %{ $tables->{$name} };
	}
	foreach my $name (sort keys %$tables)
	{
		next if !@{ $key{$name} };
		foreach my $row (values %{ $tables->{$name} })
		{
			my %shown;

			foreach my $column (keys %$row)
			{
				my $value = $row->{$column};
				my $serial = $serial{"$name.$column"};

				next if !defined $value;
				$value = 'set' if $clock{"$name.$column"};
				$value = $new{$serial}{$value} // $value if $serial;
				# a number of a task that may be gone again
				$value =~ s/^Task \d+$/Task/ if $column eq 'status';
				$shown{$column} = ref $value ? $value : "$value";
			}
			push @lines, "$name " . $json->encode(\%shown);
		}
	}
	return join("\n", sort @lines);
}

# The lines that only one of two texts has
sub difference
{
	my ($wanted, $got) = @_;
	my %count;

	$count{$_}++ foreach split /\n/, $wanted;
	$count{$_}-- foreach split /\n/, $got;
	return join("\n", '', map { ($count{$_} > 0 ? 'previewed ' : 'done      ') . $_ } grep { $count{$_} } sort keys %count);
}

my $script = join('', "\\pset tuples_only on\n\\pset format unaligned\n\\set ON_ERROR_STOP off\n\\set VERBOSITY verbose\nSET client_min_messages = error;\n",
	map { case_script($_) } 1 .. $count);
my ($out, $err) = ('', '');
my $begun = time;
$node->psql('main', $script, stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 1800);
my %seen = (cases => 0);
my @wrong;
my %state = (n => 0);

foreach my $case (split /^CASE /m, $out)
{
	my ($number, @lines) = split /\n/, $case;
	my %line = map { /^([A-Z]+) (.*)/ ? ($1 => $2) : () } @lines;
	my @problems;

	next if !defined $number || $number !~ /^\d+$/;
	if (($line{ACTIVATED} // '') ne '00000')
	{
		push @wrong, "$number: not activated";
		next;
	}
	$seen{cases}++;
	my $preview = $line{PREVIEW} ? $json->decode($line{PREVIEW}) : undef;
	if (!$preview || !$line{AFTER} || !$line{BEFORE})
	{
		push @wrong, "$number: no preview, or no contents";
		next;
	}
	my $before = $json->decode($line{BEFORE});
	my $after = $json->decode($line{AFTER});
	my %now = map { my $name = short_name($_); $name => rows_by_key($name, $after->{$_}) } keys %$after;
	push @problems, 'the preview has left something' if $line{SAME} ne 'true';
	if ($preview->{error})
	{
		$seen{failed}++;
		push @problems, "fails with $line{STATE}, not $preview->{error}{sqlstate}" if $line{STATE} ne $preview->{error}{sqlstate};
		push @problems, 'changes after an error' if $json->encode($before) ne $json->encode($after);
	}
	elsif (@{ $preview->{incomplete} })
	{
		$seen{incomplete}++;
	}
	else
	{
		$seen{accepted}++;
		push @problems, "the token was refused: $line{STATE} " . ($err =~ /ERROR:  UA007: action "eq.act$number"[^\n]*\nDETAIL:  (.*?)\nHINT/s ? $1 : '') if $line{STATE} ne '00000';
		my ($applied, $values) = applied($before, $preview->{changes}, \@problems);
		my ($wanted, $got) = (comparable($applied, $before), comparable(\%now, $before));

		push @problems, difference($wanted, $got) if $wanted ne $got;
		my $count = values_of(rows_by_key('keyless', $before->{'eq.keyless'}));
		$count->{$_} += $values->{keyless}{$_} foreach keys %{ $values->{keyless} // {} };
		my $is = values_of($now{keyless});
		push @problems, "keyless: $_" foreach grep { ($count->{$_} // 0) != ($is->{$_} // 0) } sort keys %{ { %$count, %$is } };
		if (defined $line{DISTURBED})
		{
			$seen{refused}++;
			push @problems, 'accepted after another change' if $line{DISTURBED} eq 'accepted';
			$seen{"refused with $line{DISTURBED}"}++;
		}
		$seen{changes} += @{ $preview->{changes} };
	}
	push @wrong, "$number: " . substr(join("; ", @problems), 0, 3000) . ($ENV{PREVIEW_VERBOSE} ? "\n$case" : "") if @problems;
}
is(scalar(@wrong), 0, 'what is previewed is what is done, nothing is left of a preview, and tokens accept exactly this');
diag(join("\n", @wrong[ 0 .. ($#wrong > 4 ? 4 : $#wrong) ]), "\nrepeat with PREVIEW_SEED=$seed PREVIEW_COUNT=$count") if @wrong;
is($seen{cases}, $count, 'all cases have run');
cmp_ok($seen{accepted} // 0, '>', $count / 4, 'many tokens were accepted');
cmp_ok($seen{refused} // 0, '>', $count / 8, 'and refused');
cmp_ok($seen{failed} // 0, '>', 0, 'some actions fail');
note(join(', ', map { "$_: $seen{$_}" } sort keys %seen), ', in ', time - $begun, ' s');
log_is_clean($node, 'the log is clean');
done_testing();
