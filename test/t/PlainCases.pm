# Worlds for plain_path: tables of many kinds, actions over them, and calls with all
# that may come between them, as scripts for psql.
#
# A world is a schema w1, w2, ... with tables t1, t2, ..., that all have the same
# columns, views v1, ... and actions a1, a2, ...; what worlds share is the schema "eq" (test/sql/plain_worlds.sql).
# Cases follow each other on what the ones before have left. Nothing in what a script
# prints depends on the time, on OIDs or on how many statements do the work.
package PlainCases;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP;
use PlainChanges;
use Random;

our @EXPORT = qw(world_script session_script case_script concurrent_script);

my $json = JSON::PP->new->canonical->allow_nonref;

my ($world, @tables, @views, @actions, %bound_to, %draws, %calls, $names, %known, $with_statements);
my $rows;						# of most tables: many where many items may find theirs
my @short;						# actions of few steps
my @for_keys;					# actions that write rows which refer to keys
my @for_items;					# those of them that may run for many items at once
my @plain_tables = qw(t1 t2 t3);	# of worlds that have them
my $bound;						# the table of the action that is drawn
my $short_drawn;				# is the last one?
my $limited;					# does a case limit how many statements a call may send?
my $favourite;					# the action that most of a case is about
my $with_keys;					# is there a table k1 of keys, which others refer to?
our $drawing;					# does a case change tables so that others than the action draw from sequences, too?

# Where a row of a table may be
sub key { return one_of('=input.n', '=target.m', '=input.n % 3 + 1', number(6), number(6), number(8)) }

# A table of this world; or perhaps a view
sub table { return "$world." . one_of(@tables) }
sub relation { return "$world." . one_of(@tables, @tables, @views) }

# What a table may have; where it has one of these alone, that alone may be in the way of a rewrite
my @features = qw(kind kind status status n n m m note generated ref ref ref ref index trigger trigger trigger trigger policy);

# The definition of a table.
sub create_table
{
	my ($name, $number) = @_;
	my $plain = !$with_statements && grep { $_ eq $name } @plain_tables;
	my %has = map { $_ => 1 } some_of(one_of(0, 1, 1, 1, 2, 4), grep { !$plain || !/kind|trigger/ } @features);
	my $kind = $has{kind} ? one_of(qw(partitioned inherited)) : 'plain';
	my $key = one_of("id integer GENERATED " . one_of('BY DEFAULT', 'BY DEFAULT', 'ALWAYS') . ' AS IDENTITY (START 100)', map { "id $_ DEFAULT nextval('$world.numbers')" } qw(integer bigint));
	my @columns = (
		"$key PRIMARY KEY" . ($number == 4 && chance(0.15) ? ' DEFERRABLE' . one_of('', ' INITIALLY DEFERRED') : ''),
		'status ' . ($has{status} ? one_of('eq.word', 'eq.permitted', 'eq.permitted', 'text CHECK (eq.permits(status))', "text CHECK (status <> 'bad')", "text CHECK (status <> 'bad')", 'varchar(9)', "text NOT NULL DEFAULT 'new'") : 'text'),
		'n ' . ($has{n} ? one_of('bigint', 'eq.small', 'integer CHECK (n < 80)', 'integer CHECK (n < 80)', 'integer CHECK (eq.twice(n) < 150)', 'numeric(5, 1)', 'integer NOT NULL DEFAULT 1', 'integer CHECK (n <> m)') : 'integer'),
		'm integer' . ($has{m} && $kind ne 'partitioned' ? one_of(' UNIQUE', ' UNIQUE', $plain ? () : (' UNIQUE DEFERRABLE INITIALLY DEFERRED', ', EXCLUDE (m WITH =)')) : ''),
		'note text' . ($has{note} ? ' CHECK (length(note) < 60)' : ''),
		'ref ' . ($has{ref} && $number > 1 ? "integer REFERENCES $world.t" . number($number - 1)
			. one_of('', '', ' ON DELETE CASCADE', ' ON DELETE SET NULL', ' DEFERRABLE INITIALLY DEFERRED', ' ON DELETE CASCADE ON UPDATE CASCADE') : 'integer'),
		'touched integer',
		$has{generated} ? one_of('g integer GENERATED ALWAYS AS (touched * 2) STORED', 'g text GENERATED ALWAYS AS (eq.spied(note)) STORED', 'g text GENERATED ALWAYS AS (status || note) STORED', 'g integer GENERATED ALWAYS AS (m * 2) STORED') : ());
	my @sql = "CREATE TABLE $world.$name (" . join(', ', @columns) . ')' . ($kind eq 'partitioned' ? ' PARTITION BY RANGE (id)' : '');

	push @sql, "CREATE TABLE $world.${name}_low PARTITION OF $world.$name FOR VALUES FROM (0) TO (5)", "CREATE TABLE $world.${name}_rest PARTITION OF $world.$name DEFAULT" if $kind eq 'partitioned';
	push @sql, "CREATE TABLE $world.${name}_child () INHERITS ($world.$name)", "INSERT INTO $world.${name}_child (id, status, n, m) SELECT i, 'open', 3, i + 20 FROM generate_series(6, 9) AS i" if $kind eq 'inherited';
	push @sql, "CREATE INDEX ON $world.$name (" . one_of('n', 'note', 'note', 'm, n', 'ref', '(10 / n)', '(eq.shown(note))', '(eq.shown(status))', 'n) WHERE (m > 3') . ')' if $has{index};
	push @sql, "INSERT INTO $world.$name (id, status, n, m, note) OVERRIDING SYSTEM VALUE SELECT i, (ARRAY['open', 'closed', 'new'])[1 + i % 3], i, 12 - i, 'note ' || i FROM generate_series(1, " . ($kind eq 'inherited' ? 5 : $rows) . ') AS i';
	push @sql, map { create_trigger($name, $_) } 1 .. one_of(1, 1, 2) if $has{trigger};
	push @sql, create_trigger($name, 5) if grep { /CASCADE|SET NULL/ && chance(0.5) } @columns;
	push @sql, create_trigger("${name}_" . ($kind eq 'inherited' ? 'child' : one_of('low', 'rest')), 6) if $kind ne 'plain' && chance(0.5);
	push @sql, policies($name) if $has{policy};
	return @sql if !$with_keys || chance(0.4);

	# triggers of such a name come before those of foreign keys
	push @sql, map { "ALTER TABLE $world.$name ADD CONSTRAINT k$_ FOREIGN KEY " . foreign_key($name) . ($kind eq 'partitioned' ? '' : ' NOT VALID') } 7 .. one_of(7, 7, 8);
	push @sql, key_trigger($name) if !$plain && chance(0.3);
	return @sql;
}

# A table of keys that other tables refer to, with a row less than these may look for
sub create_keys
{
	my $kind = one_of(qw(plain plain plain partitioned inherited));
	my $word = one_of('text', 'text', 'varchar(20)', 'text COLLATE "C"');
	my @sql = (
		"CREATE TABLE $world.k1 (gone integer, b $word" . ($kind eq 'partitioned' ? '' : ' UNIQUE') . ', a ' . one_of(qw(integer integer integer bigint smallint numeric)) . " PRIMARY KEY, c text, UNIQUE (" . one_of('a, b', 'b, a') . ') ' . one_of('', 'INCLUDE (c)') . ')' . ($kind eq 'partitioned' ? ' PARTITION BY RANGE (a)' : ''),
		"ALTER TABLE $world.k1 DROP COLUMN gone");

	push @sql, "CREATE TABLE $world.k1_low PARTITION OF $world.k1 FOR VALUES FROM (0) TO (4)", "CREATE TABLE $world.k1_rest PARTITION OF $world.k1 DEFAULT" if $kind eq 'partitioned';
	push @sql, "INSERT INTO $world.k1 (a, b) SELECT i, coalesce((ARRAY['open', 'closed', 'new', 'moved', 'a', 'Word'])[i], 'b' || i) FROM generate_series(1, 12) AS i";
	push @sql, "CREATE TABLE $world.k1_heir () INHERITS ($world.k1)", "INSERT INTO $world.k1_heir (a, b) VALUES (13, 'bad'), (77, 'awful')" if $kind eq 'inherited';
	return @sql;
}

# A foreign key
sub foreign_key
{
	my ($name) = @_;
	my $keys = "REFERENCES $world.k1";

	return one_of(("(ref) $keys (a)") x 3, "(n) $keys (a)", "(m) $keys (a)", "(status) $keys (b)", "(ref, status) $keys (a, b)", "(status, n) $keys (b, a)", "(note) $keys (b)", "(ref) REFERENCES $world.$name (id)", '(ref) REFERENCES ' . table()) . one_of('', '', '', ' MATCH FULL')
		. one_of('', '', map { " ON DELETE $_" } 'CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT') . one_of('', '', ' ON UPDATE CASCADE', ' ON UPDATE SET NULL') . one_of('', '', ' DEFERRABLE', ' DEFERRABLE INITIALLY DEFERRED');
}

# What may be done to keys meanwhile
sub key_change
{
	my ($key) = @_;

	return one_of("DELETE FROM $world.k1 WHERE a = $key", "UPDATE $world.k1 SET a = a + 100 WHERE a = $key", "UPDATE $world.k1 SET a = a - 100 WHERE a = $key + 100", "UPDATE $world.k1 SET c = 'c' WHERE a = $key", "UPDATE $world.k1 SET b = b || '!' WHERE a = $key",
		"INSERT INTO $world.k1 (a, b) VALUES (" . one_of($key, 77, 40) . ", 'key " . ++$names . "')");
}

# Row-level security
sub policies
{
	my ($name) = @_;

	return ("ALTER TABLE $world.$name ENABLE ROW LEVEL SECURITY", "DROP POLICY IF EXISTS own ON $world.$name",
		"CREATE POLICY own ON $world.$name USING (" . one_of('n < 50', "status <> 'closed'", 'true', 'm > 2 OR m IS NULL', "eq.spied('') LIKE '%eq, public'", 'n > 2') . ')' . one_of('', ' WITH CHECK (n < 40)'));
}

# A trigger of a table
sub create_trigger
{
	my ($name, $number) = @_;
	my $what = one_of(qw(tell tell look touch guard skip elsewhere act));
	my $when = $what =~ /touch|skip/ ? 'BEFORE' : one_of('BEFORE', 'AFTER');
	my $events = join(' OR ', some_of(number(3), 'INSERT', one_of('UPDATE', 'UPDATE', 'UPDATE OF ' . one_of('n', 'status', 'm, note')), 'DELETE'));
	my $condition = chance(0.2) && $events !~ /INSERT|DELETE/ ? one_of('WHEN (OLD.n IS DISTINCT FROM NEW.n)', 'WHEN (NEW.n > 4)') : '';
	my $arguments = $what eq 'elsewhere' ? "'" . table() . "'" : $what eq 'act' ? "'$world.a" . number(3) . "'" : '';

	$events = one_of('UPDATE', 'INSERT OR UPDATE', 'INSERT') if $what =~ /touch|guard/;
	$condition = '' if $events =~ /INSERT|DELETE/;
	return "CREATE CONSTRAINT TRIGGER c$number AFTER $events ON $world.$name " . one_of('', 'DEFERRABLE ', 'DEFERRABLE INITIALLY DEFERRED ') . "FOR EACH ROW $condition EXECUTE FUNCTION eq.$what($arguments)"
		if $when eq 'AFTER' && chance(0.3);
	if ($with_statements && $what =~ /tell|look/ && chance(0.5))
	{
		my ($event, $rows) = @{ one_of([ INSERT => 'NEW TABLE AS new_rows' ], [ UPDATE => 'OLD TABLE AS old_rows NEW TABLE AS new_rows' ], [ DELETE => 'OLD TABLE AS old_rows' ]) };

		return "CREATE TRIGGER s$number AFTER $event ON $world.$name REFERENCING $rows FOR EACH STATEMENT EXECUTE FUNCTION eq.moved()" if chance(0.5);
		return "CREATE TRIGGER s$number $when $events ON $world.$name FOR EACH STATEMENT EXECUTE FUNCTION eq.$what()";
	}
	return "CREATE TRIGGER r$number $when $events ON $world.$name FOR EACH ROW $condition EXECUTE FUNCTION eq.$what($arguments)";
}

# A trigger that changes keys, before or after those of foreign keys look for them
sub key_trigger
{
	my ($name) = @_;

	return 'CREATE TRIGGER ' . one_of('"A9"', '"A9"', 'r9') . ' ' . one_of('BEFORE', 'AFTER', 'AFTER') . ' ' . one_of('INSERT', 'UPDATE', 'INSERT OR UPDATE') . " ON $world.$name FOR EACH ROW EXECUTE FUNCTION eq.rekey('$world.k1')";
}

# A view of a table
sub create_view
{
	my ($name) = @_;
	my $table = table();
	my $sql = "CREATE VIEW $world.$name AS SELECT id, status, n, m, note, ref, touched FROM $table";

	return ($sql, "CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON $world.$name FOR EACH ROW EXECUTE FUNCTION eq.instead('$table')") if chance(0.5);
	return $sql . one_of('', ' WHERE n < 40', ' WHERE n < 40 WITH CHECK OPTION');
}

# A name for a step
sub name { return 's' . ++$names }

# Values of columns, of which some read the row that is written, if it is there
my %own_values = (
	n => [ '=n + input.n', '=this.n + 1', '=case when input.n > 5 then 1 else this.n end', '=coalesce(n, 3)' ], m => [ '=m + 10', '=n + 50' ],
	status => [ '=lower(status)', '=coalesce(this.status, note)' ], note => [ '=note || input.s', '{{this.note}}{{status}}' ], ref => ['=ref'], touched => [ '=touched + 1', '=coalesce(touched, 0) + 1', '=coalesce(this.touched, 0) + n' ]);
my %values = (
	n => sub { return ('=input.n', '=target.n + 1', number(9), number(9), '=coalesce(target.n, 0) + input.n', '=eq.twice(input.n)', '=eq.twice_slow(input.n)', '=10 / (input.n - 3)', '=null', '=target.m', 99,
			'=(select count(*) from ' . table() . ')', "=eq.rows('" . table() . "')", '=eq.logged()', '=(select count(*) from eq.log)', '=input.n % 4 * 30', map { "=let.$_" } @{ $known{lets} }) },
	m => sub { return (number(9), 10 + number(500), 10 + number(500), 10 + number(500), '=input.n', '=input.n + 20', '=null', '=target.n', '=target.m', map { "=$_.n" } @{ $known{rows} }) },
	status => sub { return (qw(open closed moved moved new), '=input.s', '=input.s', '{{input.s}}!', 'bad', '=null', '=target.status', '{{target.note}}', 'awful') },
	note => sub { return ('plain', '{{target.status}} {{input.s}}', "=current_setting('search_path')", '{{eq.whoami()}}', '=whoami()', "='$world.t1'::regclass::text", '{{target}}', '{{target.n}}-{{target.m}}', '=context.caller', '=null', '=input.s',
			"=(select string_agg(status, ',' order by id) from " . table() . ' where id < 4)', '=repeat(input.s, 20)', '=current_schemas(true)::text', '=current_schema', '=eq.spied(input.s)', "=(case when input.n % 2 = 0 then 't1' else '$world.t2' end)::regclass::text", "{{current_schema}} {{input.n}}", map { "{{$_.note}} {{$_}}" } @{ $known{rows} }) },
	ref => sub { return (number(8), number(8), '=input.n', '=null', 77, '=target.id', map { "=$_.id" } @{ $known{rows} }) },
	touched => sub { return (0, number(9), '=null', '=(select max(id) from ' . table() . ')') });

# A value for a column; of a row that is there, perhaps one that reads it
sub value
{
	my ($column, $there) = @_;

	return $there && chance(0.3) ? one_of(@{ $own_values{$column} }) : one_of($values{$column}->());
}

# Some columns with their values
sub set
{
	my ($most, $there) = @_;

	return { map { $_ => value($_, $there) } some_of(number($most), qw(status n m note ref touched)) };
}

# A condition over what is known
sub condition
{
	return one_of("target.status <> 'closed'", 'target.n < 20', 'input.n > 2', 'input.n % 2 = 0', 'target.id % 3 <> 1', 'eq.twice(input.n) < 12', 'eq.twice_slow(target.n::integer) < 60', 'input.s is not null',
		'(select count(*) from ' . table() . ') > 8', 'exists(select from ' . table() . ' where n > input.n)', 'exists(select 1 / (n - 3) from ' . relation() . ' where n > target.n order by n)',
		'not exists(select from ' . relation() . ' where id = input.n)', 'exists(select distinct status from ' . table() . ' where id > input.n offset 2)', '(select status from ' . relation() . " where id = input.n) = 'open'",
		'(select m > n from ' . relation() . ' where id = input.n)', 'exists(select from ' . relation() . " where whoami() like 'eq%')", "whoami() like 'eq%'", '1 / (input.n - 4) = 0', "current_setting('search_path') like '%other%'", "current_schema = 'eq'", "eq.rows('" . table() . "') > 40", 'eq.logged() > 1', "eq.spied('') like '%public'",
		'target.note is null', (map { "$_.n > 3" } @{ $known{rows} }), (map { "let.$_ > 3" } @{ $known{lets} }));
}

# Another row, as steps address it
sub other_row
{
	my ($on) = @_;
	my %address = (id => key());

	%address = (where => one_of('id = input.n', 'n > input.n', 'id < 4', "status = 'open'", 'm = target.m')) if $on =~ /\.v/ || chance(0.25);
	$address{required} = JSON::PP::false if chance(0.4);
	return %address;
}

# Too long for an index, however it is compressed
my $long = join('', map { chr(97 + $_ * $_ * $_ % 23) . chr(65 + $_ * 7 % 25) . ($_ * 7919 % 10007) } 1 .. 1300);

# Values that nobody would mind being written together with others
my %quiet_values = (
	n => [ 1 .. 5, 99, '=12 / (input.n - 3)', '=n + input.n', '=input.n', '=target.m', '=case when input.n > 5 then 1 else 2 end' ], m => [ 4 .. 12, '=input.n', '=input.n', '=null', '=coalesce(m, 3)' ],
	status => [qw(open closed moved =input.s bad bad awful)], note => [ 'plain', '=substr(input.s, 1, 5 - input.n)', 'x' x 70, $long, '=input.s', '=coalesce(status, input.s)' ], ref => [ 1 .. 4, 77, 77, '=input.n', '=null', '=this.m' ], touched => [ 0 .. 9, '=input.n', '=m' ]);

# Values that cannot fail before they are written
my %harmless_values = (
	n => [ 1 .. 5, 99, '=input.n', '=target.m', '=case when input.n > 5 then 1 else 2 end' ], m => [ 4 .. 12, 13 .. 40, '=input.n', '=null', '=coalesce(target.m, 3)' ], status => [qw(open closed moved =input.s =target.status bad)],
	note => [ 'plain', '{{input.s}} {{input.n}}', 'x' x 70, $long, '=input.s', 'note' ], ref => [ 1 .. 4, '=input.n', '=null', 77 ], touched => [ 0 .. 9, '=input.n' ]);

# Some columns with such values
sub harmless_set
{
	my ($most) = @_;

	return map { $_ => one_of(@{ $harmless_values{$_} }) } some_of(number($most), qw(status n m note ref touched));
}

# A quiet value for a column; of a row that is there, perhaps one that reads it
sub quiet_value
{
	my ($column, $there) = @_;

	return one_of(grep { $there || !/this\.|^=n |note|status|coalesce|^=m$/ } @{ $quiet_values{$column} });
}

# Some columns with such values
sub quiet_set
{
	my ($most, $there) = @_;

	my %set = map { $_ => quiet_value($_, $there) } some_of(number($most), qw(status n m note ref touched));
	my @fail = grep { $set{$_} =~ m{^99$|/|substr|bad|awful} } sort keys %set;

	# of two values that fail, which does so first depends on whether they are computed when the statement is planned
	delete @set{ @fail[ 1 .. $#fail ] };
	return %set;
}

# Writes to the target, one after the other, mostly of different columns
sub writes
{
	my @columns = sort { $a->[0] <=> $b->[0] } map { [ rand(), $_ ] } qw(status n m note ref touched);
	my @steps;

	for (1 .. 1 + number(3))
	{
		my %set = map { my $column = $_->[1]; $column => chance(0.8) ? quiet_value($column, 1) : value($column, 1) } splice(@columns, 0, one_of(1, 1, 2));
		my ($column) = keys %set;

		last if !%set;
		push @columns, [ 0, $column ] if chance(0.1);
		push @steps, keys %set > 1 || chance(0.5) ? { update => 'target', set => \%set }
			: chance(0.5) ? { assign => 'target', to => $set{$column}, column => $column } : { set_status => 'target', to => $set{$column}, column => $column };
	}
	return @steps;
}

# Steps by kind, each a list; what they may nest is counted
my $depth = 0;
my %makers = (
	writes => \&writes,
	create => sub {
		my $as = name();
		my %step = (create => relation(), as => $as, set => set(4));

		$step{set}{id} = '=input.n + ' . number(200) if chance(0.3);
		$step{on_conflict} = { columns => ['id'], one_of([ do => 'nothing' ], [ set => { n => '=this.n + 1' } ], [ do => 'update' ])->@* } if $step{set}{id} && chance(0.2);
		push @{ $known{rows} }, $as if $depth == 1 && !$step{on_conflict};
		return \%step;
	},
	# rows of one table, mostly such as may come of one statement
	creates => sub {
		my $table = chance(0.8) ? "$world." . one_of(@plain_tables) : table();
		my @rows = map { name() } 0 .. number(3);
		my @steps = map { { create => $table, as => $_, set => { harmless_set(3), chance(0.2) ? (id => '=input.n + ' . (10 + number(400))) : (), chance(0.15) ? %{ set(1) } : () } } } @rows;

		one_of(@steps)->{when} = condition() if chance(0.1);
		one_of(@steps)->{on_error} = [] if chance(0.1);
		$steps[-1]{set}{n} = "=$rows[0].m" if chance(0.1);
		return (@steps, chance(0.6) ? { output => { said => join(' ', map { "{{$_.n}} {{$_.note}}" } @rows) } } : ());
	},
	update => sub { my $on = relation(); return { update => $on, other_row($on), set => set(3, 1) } },
	delete => sub { return { delete => one_of('target', relation(), relation()), required => JSON::PP::false, where => one_of('id > 6', 'id = input.n', 'n < 2') } },
	delete_row => sub { return { delete => table(), id => number(20), required => JSON::PP::false } },
	get => sub {
		my $as = name();
		my $on = relation();
		my %step = (get => $on, as => $as, other_row($on));

		$step{order_by} = 'id' if $step{where};
		$step{lock} = 'wait' if chance(0.2);
		push @{ $known{rows} }, $as if $depth == 1;
		return (\%step, chance(0.3) ? { update => $as, set => set(2, 1) } : ());
	},
	again => sub { return { get => 'target' } },
	let => sub { my $as = name(); push @{ $known{lets} }, $as if $depth == 1; return { let => { $as => one_of('=input.n * 2', '=upper(input.s)', '=upper(input.s) in (' . join(', ', map { "'$_'" } 'A' .. 'K') . ')', '=round(input.n / 3.0, 1)::text::numeric', '=input.n::eq.small', '=target.n + input.n', '=length(input.s)', 5, '=(select max(n) from ' . table() . ')',
		'=(select n from ' . relation() . ' where id = input.n)', '=(select n from ' . relation() . ' where n > input.n)', '=(select n::integer from ' . relation() . ' where status = input.s order by id desc limit 1)',
		'=(select 10 / (n - 3) from ' . relation() . ' where id = target.id)', '=(select id from ' . table() . ' where id = input.n union select input.n)') } } },
	if => sub { return { if => condition(), then => [ steps(2) ], chance(0.5) ? (else => [ steps(2) ]) : () } },
	choose => sub { return { choose => undef, cases => [ map { { when => condition(), do => [ steps(2) ] } } 1 .. number(3) ], else => [ steps(1) ] } },
	# what a loop over a table creates there does not come up in the next one; where a row may be refused, it draws no number
	loop => sub {
		my $as = name();
		my ($over, $value) = @{ one_of([ '=array[1, 2, 3]', "$as.value" ], [ '=array[input.n, 3]', "$as.value" ], [ table(), "$as.id" ], [ "='[1, 2]'::jsonb", "$as.value" ], [ { from => one_of(1, '=input.n', '=input.n - 2'), to => one_of(3, '=input.n', '=target.n::integer % 4') }, "$as.value" ]) };
		my @body = chance(0.3) ? steps(2) : chance(0.4) ? { create => table(), set => { n => "=$as.index", note => "{{$value}} {{input.s}}", $with_keys || chance(0.2) ? (id => "=$as.index + " . (10 + number(300))) : () } }
			: chance(0.5) ? { update => table(), id => "=$as.index", required => JSON::PP::false, set => { %{ set(2, 1) }, note => "{{$value}}" } } : writes();

		return { for_each => $over, as => $as, do => \@body, !ref $over && $over =~ /^\w/ ? (where => one_of('n < 20 and id < 30', 'id < input.n', 'id < 30'), order_by => 'id') : () };
	},
	turns => sub {
		my $as = name();
		my $table = table();
		my ($over, $value) = @{ one_of([ '=array[3, 1, 2, 5, 4]', "$as.value" ], [ '=array[input.n, 3, 1, 2, 6]', "$as.value" ], [ '=array[5, 1, 2, null, 7, 60]', "$as.value" ], [ "='[5, 2, 3, 4, 1, 8]'::jsonb", "$as.value::integer" ], [ table(), "$as.id" ], [ $table, $as ]) };
		my %set = map { my $column = $_; $column => $column eq 'n' && chance(0.4) ? one_of("=$as.index", '=input.n - 2 + ' . "$as.index", "=6 / ($as.index - 4)", "=90 + $as.index") : quiet_value($column, 1) } some_of(number(3), qw(n m status note ref touched));
		my %step = $value eq $as ? chance(0.7) ? (update => $as, set => { %set, chance(0.5) ? (note => "{{$as.note}} {{$as.index}}") : () }) : (delete => $as)
			: chance(0.5) ? (create => $table, set => { %set, note => "{{$value}} {{$as.index}}", id => chance(0.8) ? "=$as.index + " . (10 + number(500)) : "=$as.index + 1000 + 10 * input.n" })
			: chance(0.8) ? (update => $table, id => "=$value", chance(0.3) ? (where => one_of('n < 6', "status <> 'closed'")) : (), chance(0.3) ? (required => JSON::PP::false) : (), set => { %set, note => "{{$value}} {{this.n}}" })
			: (delete => $table, id => "=$value", chance(0.6) ? (required => JSON::PP::false) : ());

		foreach my $own (keys %set) { $step{set}{$own} = number(9) if $step{create} && $own ne 'note' && !ref $step{set}{$own} && $step{set}{$own} =~ /this\.|^=n |note|status|coalesce|^=m$/ }
		return ({ for_each => $over, as => $as, do => [ \%step ], !ref $over && $over =~ /^\w/ ? (where => one_of('n < 20 and id < 30', 'id < 30', 'id < 30'), order_by => one_of('id', 'n desc, id')) : (), chance(0.2) ? (on_error => [ { output => { said => '{{error.sqlstate}} {{error.message}} {{error.step}}' } } ]) : () });
	},
	call => sub {
		my $as = name();

		return one_of({ call => 'eq.seen', with => { what => 'x{{input.n}}' }, as => $as }, { call => 'eq.write', with => { what => '{{input.s}}{{target.n}}' }, as => $as }, { call => 'eq.two', with => { a => '=input.n' }, as => $as },
			{ call => 'eq.nothing', with => { a => '=input.n' } }, { call => 'eq.twice', with => { n => '=target.n::integer' }, as => $as }, { call => 'eq.whoami', as => $as },
			{ call => 'eq.logged', as => $as }, { call => 'eq.logged', as => $as }, { call => 'eq.rows', with => { what => table() }, as => $as });
	},
	perform => sub { return @actions ? { perform => "$world." . one_of(@actions), with => { target => key(), n => one_of('=input.n', number(9)), s => 'inner' } } : steps(1) },
	require => sub { return { require => condition(), message => 'No: {{target.id}} {{input.s}}' } },
	stop => sub { return { stop => one_of('succeeded', 'succeeded', 'canceled', 'failed'), when => condition() } },
	calls => sub {
		my $as = name();

		return ({ call => 'eq.write', with => { what => '{{input.n}}' } }, one_of({ call => 'eq.logged', as => $as }, { call => 'eq.whoami', as => $as }), { output => { said => "{{$as.result}}" } });
	},
	# rows that refer to one of another item, and such as several items may mean
	of_others => sub {
		my ($referred, $referring) = some_of(2, @tables);

		return ({ create => "$world.$referred", set => { id => '=input.n + 300', n => '=input.n' } }, { create => "$world.$referring", set => { ref => '=input.n + ' . one_of(299, 300, 301), n => number(5) } }) if chance(0.4);
		return map { { update => "$world.$referred", id => one_of('=input.n', '=input.n % 2 + 1'), chance(0.3) ? (required => JSON::PP::false) : (), set => set(2, 1) } } 1 .. number(2);
	},
	# what many items may do at once, each to a row of its own, or to such as several may mean; what is wrong with some of them turns out early or late
	for_items => sub {
		my ($first, $second) = chance(0.9) ? map { "$world.$_->[1]" } sort { $a->[0] <=> $b->[0] } map { [ rand(), $_ ] } grep { $_ ne $bound } @plain_tables : map { table() } 1, 2;
		my $as = name();
		my $id = one_of('=-1000 * input.n - target.id', '=-1000 * target.id - input.n', '=input.n + 300', '=-2000 - target.id');	# no sequence has given them
		my @steps = (
			chance(0.25) ? one_of({ require => one_of('input.n < 30', "target.status <> 'closed'", '12 / (target.n - 3) < 9'), message => 'No: {{input.n}}' }, { stop => 'succeeded', when => 'input.n = 5' }, { let => { "l$as" => "=(select max(n) from $second where id < 4)" } }, { let => { "l$as" => '=input.n::eq.small' } }) : (),
			chance(0.7) ? one_of({ update => 'target', set => { quiet_set(2, 1) } }, { update => 'target', set => { quiet_set(2, 1), chance(0.3) ? %{ set(1, 1) } : () } }, { update => chance(0.8) ? $second : $first, id => one_of('=input.n', '=target.m', '=input.n % 4 + 1'), chance(0.1) ? (required => JSON::PP::false) : (), set => { quiet_set(2, 1) } }) : (),
			one_of({ create => $first, as => $as, set => { quiet_set(3, 0), id => $id, chance(0.6) ? (ref => one_of('=input.n', '=target.ref', '=target.m', 77)) : () } }, { create => $first, as => $as, set => { quiet_set(2, 0), chance(0.3) ? (n => '=(select count(*) from ' . one_of($first, $second) . ')') : () } }, { update => 'target', set => { quiet_set(2, 1) } },
				chance(0.5) ? { delete => 'target' } : { delete => $first, id => '=input.n' }, { get => $first, id => one_of('=input.n', '=target.m'), as => $as, required => JSON::PP::false }));

		push @steps, one_of({ create => chance(0.7) ? $first : $second, set => { quiet_set(1, 0), id => '=-5000 - target.id', ref => "=$as.id" } }, { update => $as, set => { quiet_set(1, 0), touched => "=$as.n" } }, { output => { said => "{{$as.id}} {{$as.n}} {{$as.note}}" } }) if chance(0.5) && ($steps[-1]{create} || $steps[-1]{get});
		push @steps, { perform => "$world." . one_of(@actions), with => { target => one_of('=target.id', '=input.n'), n => '=input.n', s => 'inner' } } if @actions && chance(0.1);
		return @steps;
	},
	# keys, and rows that refer to them
	keys => sub {
		my $keys = "$world.k1";
		my @steps = (chance(0.5) ? one_of({ create => $keys, set => { a => '=input.n + ' . one_of(30, 31, 68), b => 'key {{input.n}}' } }, { delete => $keys, where => one_of('a = input.n', 'a = input.n % 4 + 1'), required => JSON::PP::false },
			{ update => $keys, where => one_of('a = input.n', 'a < 3'), required => JSON::PP::false, set => one_of({ c => '{{input.s}}' }, { a => '=this.a + 50' }, { b => '{{this.b}}!' }) }, { get => $keys, where => 'a = input.n', lock => 'wait', as => name(), required => JSON::PP::false }) : ());

		for (1 .. number(3))
		{
			my %set = (
				chance(0.8) ? (ref => one_of('=input.n', '=input.n', '=input.n + 30', '=input.n % 4 + 1', '=target.ref', '=null', 77)) : (), chance(0.4) ? (status => one_of(qw(open closed moved awful bad =input.s =null))) : (),
				chance(0.4) ? (n => one_of(1 .. 9, '=input.n', '=null')) : (), chance(0.2) ? (m => one_of(1 .. 12, '=input.n', '=null')) : (), touched => '=input.n');

			push @steps, one_of({ update => 'target', set => \%set }, { update => 'target', set => \%set }, { create => "$world." . one_of(@plain_tables), set => { %set, id => '=input.n + ' . (10 + number(400)) } }, { create => "$world." . one_of(@plain_tables), set => { %set, id => '=-1000 * input.n - target.id' } },
				{ for_each => one_of('=array[3, 1, 2, 5, 4]', '=array[1, 2, null, 30]', '=array[input.n, 1, 6]'), as => 'each', do => [ one_of({ create => "$world." . one_of(@plain_tables), set => { %set, id => '=each.index + 10 * input.n + ' . (10 + number(400)), ref => '=each.value' } }, { update => "$world." . one_of(@plain_tables), id => '=each.index', set => { ref => '=each.value' }, required => JSON::PP::false }) ] });
			$steps[-1]{on_error} = [ { output => { said => '{{error.sqlstate}} {{error.message}} {{error.step}}' } } ] if chance(0.15);
		}
		push @steps, { delete => $keys, where => 'a = input.n', required => JSON::PP::false } if chance(0.1);
		return @steps;
	},
	output => sub { return { output => { said => one_of('=current_schema', "=eq.spied('')", '=eq.logged()::text', '{{upper(input.s)}} {{100 / (input.n - 4)}} {{current_user}} {{eq.twice(input.n)}}', '{{target.status}} {{target.n}} {{target.note}}', '=input.s', '{{target}}', '=whoami()', "=current_setting('search_path')", map { "{{$_}} {{$_.n}}" } @{ $known{rows} }) } } },
	group => sub { return { group => 'try', do => [ steps(3) ], on_error => [ chance(0.7) ? { output => { said => '{{error.sqlstate}} {{error.message}} {{error.step}}' } } : (), chance(0.3) ? steps(1) : () ] } });
my @kinds = (sort(grep { $_ ne 'keys' } keys %makers), ('writes') x 7, qw(turns turns create creates loop call update output));

# Some steps
sub steps
{
	my ($most) = @_;
	my @steps;

	$depth++;
	for (1 .. number($most))
	{
		my $kind = one_of($depth > 2 ? grep { !/if|choose|loop|group/ } @kinds : @kinds);

		push @steps, $makers{$kind}->();
	}
	$depth--;
	foreach my $step (@steps)
	{
		$step->{when} = condition() if !$step->{when} && chance(0.05);
		$step->{on_error} = [] if !$step->{on_error} && !$step->{require} && chance(0.04);
	}
	return @steps;
}

# Few steps, of which one may look at the path, and nothing else may
sub sighted_steps
{
	my $as = name();
	my $sight = one_of("=eq.spied('')", '=current_schema', "=(case when input.n % 2 = 0 then 't1' else '$world.t2' end)::regclass::text", "=current_setting('search_path')", '=eq.twice(input.n)::text', "=upper(input.s)");
	my @look = @{ one_of(
		[ { call => 'eq.write', with => { what => 'x{{input.n}}' } } ], [ { call => 'eq.two', with => { a => '=input.n' }, as => $as }, { output => { said => "{{$as.y}}" } } ], [ { output => { said => $sight } } ],
		[ { let => { $as => $sight } }, { output => { said => "{{let.$as}}" } } ], [ { update => 'target', set => { note => $sight } } ], [ { create => table(), set => { note => $sight, n => number(5) } } ],
		[ { require => "eq.spied('') like '%eq, public'" } ], [ { get => table(), where => "note <> eq.spied('')", order_by => 'id', as => $as }, { output => { said => "{{$as.id}}" } } ], [ { delete => 'target' } ], [ { update => 'target', set => set(2) } ]) };

	return (@look, chance(0.3) ? { update => 'target', set => { n => '=input.n', m => 10 + number(80) } } : ());
}

# Few steps with formulas that are a sub-SELECT, or nearly
sub selecting_steps
{
	my $as = name();
	my $from = relation();
	my $value = one_of("(select n from $from where id = input.n)", "(select n from $from where n > input.n)", "(select status from $from where id = input.n + 5)", "(select max(n) from $from where id > input.n)", "(select m from $from order by id limit 1 offset input.n)",
		"(select 10 / (n - 3) from $from where id = input.n)", "(select n from $from where id = input.n union all select m from $from where id = input.n)", "(values (input.n))", "(select distinct status from $from where id < 3)");
	my $exists = 'exists(' . one_of("select from $from where id = input.n", "select count(*) from $from where id > 100", "select max(n) from $from having count(*) > input.n", "select status from $from group by status having count(*) > input.n", "select n from $from offset 3 + input.n", "select from $from limit 0",
		"select distinct status from $from where id < 4 offset 1", "select 1 from $from where id = input.n order by 1 / (n - 3)", "select generate_series(1, input.n - 4)", "select from $from where id = input.n union select from $from where id = 2",
		"select 1 / (n - 3) from $from where id = input.n", "select row_number() over (order by 1 / (n - 4)) from $from where id = input.n", "with x as (select n from $from) select from x where n = input.n") . ')';
	my $condition = one_of($exists, "not $exists", "not $exists", "$value is null", "not ($exists and input.n > 2)");

	return @{ one_of(
		[ { require => $condition, message => 'No {{input.n}}' } ], [ { let => { $as => "=$value" } }, { output => { said => "{{let.$as}}" } } ], [ { let => { $as => "=$condition" } }, { output => { said => "{{let.$as}}" } } ], [ { output => { said => "=($condition)::text" } } ],
		[ { output => { said => "{{$value}} it is" } } ], [ { if => $condition, then => [ { output => { said => 'so' } } ], else => [ { update => 'target', set => { n => "=$value" } } ] } ], [ { update => 'target', set => { n => 7 }, when => $condition } ], [ { update => 'target', set => { n => "=$value", touched => 1 } } ]) };
}

# Few steps that call functions, which see what steps before them did, and each other
sub calling_steps
{
	my @names = map { name() } 1 .. 3;
	my @before = chance(0.5) ? one_of({ update => 'target', set => { n => 44 } }, { create => table(), set => { n => 33, id => '=input.n + 700' } }, { call => 'eq.write', with => { what => 'b{{input.n}}' } }) : ();
	my @calls = map { one_of({ call => 'eq.logged' }, { call => 'eq.write', with => { what => one_of('{{input.s}}', '=null', 'w') } }, { call => 'eq.rows', with => { what => table() } }, { call => 'eq.twice', with => { n => one_of('=input.n', '=null', 4, '=target.n::integer') } },
		{ call => 'eq.twice_slow', with => { n => '=input.n + 90' } }, { call => 'eq.whoami' }, { call => 'eq.seen', with => { what => '=input.s' } }, { call => 'eq.shown', with => { what => one_of('k', '=input.s') } }, { call => 'eq.take', with => { n => one_of('=input.n', 2) } }, { call => 'eq.pair', with => { a => '=input.n', b => '=target.n::integer' } }) } @names;
	my @show = chance(0.7) ? { output => { said => join(' ', map { "{{$_.result}}" } @names) } } : ();

	$calls[$_]{as} = $names[$_] foreach 0 .. $#calls;
	return (@before, @calls, @show);
}

@makers{qw(selecting calling)} = (\&selecting_steps, \&calling_steps);

# Few steps, of kinds that many items may do at once
sub short_steps
{
	my $kind = rand();

	$depth++;
	my @steps = chance(0.5) ? $makers{ one_of(qw(for_items for_items selecting calling)) }->() : $kind < 0.2 ? sighted_steps() : $kind < 0.33 ? writes() : $kind < 0.43 ? { update => 'target', set => set(3, 1) } : $kind < 0.55 ? $makers{creates}->() : $kind < 0.7 ? $makers{of_others}->() : $kind < 0.8 ? { delete => 'target' } : $kind < 0.9 ? $makers{loop}->() : $makers{update}->();
	push @steps, one_of($makers{create}, $makers{update}, $makers{calls}, sub { return { update => 'target', set => set(2, 1) } })->() if chance(0.4);
	$depth--;
	return @steps;
}

# What a value that always fails does so before depends on when its statement is planned: a row that is addressed may be
# missing, which is said where nothing has failed before, and a sequence may have been drawn from, or not. So such a
# value reads the row, or the time.
sub fail_when_run
{
	my ($steps, $reads) = @_;

	foreach my $part (ref $steps eq 'HASH' ? values %$steps : @$steps)
	{
		fail_when_run($part) if ref $part eq 'HASH' || ref $part eq 'ARRAY';
	}
	return if ref $steps ne 'HASH';

	my $late = $steps->{create} ? (exists $steps->{set}{id} ? '' : ' + extract(epoch from now() - now())::integer') : $reads || ($steps->{update} && $steps->{update} ne 'target') ? ' + (this.id - this.id)::integer' : '';
	my $values = $steps->{to} ? $steps : $steps->{set} // {};

	foreach my $column ($late ? grep { !ref $values->{$_} } sort keys %$values : ())
	{
		my $value = $values->{$column};

		$values->{$column} = $value if $value =~ s{(/ \((?:input|\w+\.index)[^()]*|5 - input\.n)\)}{$1$late)};
	}
	return;
}

# An action over a table or view
sub action
{
	my ($on, $kind) = @_;
	my %action;

	$bound = $on;
	my $on_table = $on =~ /^t/;
	my $short = $kind || chance(0.5);
	my @simple = ('{{target.status}} {{target.n}} {{target.m}}', 'nothing', '{{target.note}} {{target.ref}} {{target.touched}}', '{{target.id}}');

	($names, %known) = (0, rows => [], lets => []);
	%action = (
		table => "$world.$on", key => ['id'],
		input => [ { name => 'n', type => 'integer' }, { name => 's', type => 'text', required => JSON::PP::false } ],
		steps => [ $kind ? $makers{$kind}->() : $short ? short_steps() : (chance(0.6) ? writes() : (), steps(4)) ]);
	fail_when_run($action{steps});
	fail_when_run($action{steps}[0], 1) if grep { $action{steps}[0]{$_} && $action{steps}[0]{$_} eq 'target' } qw(update assign set_status);
	$action{output} = [ { name => 'said', type => 'text', default => one_of(@simple, $short ? () : '{{target}}') },
		{ name => 'row', type => 'text', required => JSON::PP::false, @{ $known{rows} } && !$short ? (default => '{{' . one_of(@{ $known{rows} }) . '}}') : () } ];
	$short_drawn = $short && $on_table;
	$action{run_as} = 'owner' if chance(0.2);
	$action{settings} = { search_path => 'eq, public' };
	$action{lock} = JSON::PP::false if chance(0.1);
	$action{log} = one_of(qw(off basic full), $kind ? () : 'trace') if chance(0.5);
	$action{summary} = '{{target.id}} is {{target.status}}' if chance(0.2);
	return $json->encode(\%action);
}

# Do some steps draw from a sequence? What is undone has drawn, too.
sub draws
{
	my ($steps) = @_;

	return 1 if ref $steps eq 'HASH' && ($steps->{perform} || ($steps->{create} && $steps->{create} !~ /\.k1$/ && !exists $steps->{set}{id}));
	foreach my $part (ref $steps eq 'HASH' ? values %$steps : ref $steps eq 'ARRAY' ? @$steps : ())
	{
		return 1 if draws($part);
	}
	return 0;
}

# The statements that make a world.
sub world_script
{
	my ($number) = @_;
	my @sql;

	$world = "w$number";
	@tables = map { "t$_" } 1 .. 4;
	@views = map { "v$_" } 1 .. one_of(0, 0, 1, 2);
	@actions = ();
	@short = @for_items = @for_keys = ();
	$drawing = 0;
	$with_statements = chance(0.4);
	$with_keys = chance(0.4);
	$rows = $with_statements ? 8 : 22;
	# so that each rewrite has something to do
	my @kinds_of_actions = $with_statements ? some_of(2, qw(creates turns selecting calling)) : ('for_items', 'for_items', 'creates', one_of(qw(turns turns writes)), one_of(qw(selecting calling)));
	push @sql, 'RESET search_path', 'SET custom_actions.ddl_check = off', "CREATE SCHEMA $world", "CREATE SEQUENCE $world.numbers START 1000";
	# the more of the actions, and of the changes, are about keys
	splice @kinds_of_actions, 1, 1, 'keys' if $with_keys;
	unshift @kinds_of_actions, 'keys' if $with_keys && chance(0.5);
	push @sql, create_keys() if $with_keys;
	push @sql, create_table("t$_", $_) foreach 1 .. 4;
	push @sql, create_view($_) foreach @views;
	push @sql, "GRANT USAGE ON SCHEMA $world TO clerk", "GRANT ALL ON ALL TABLES IN SCHEMA $world TO clerk", "GRANT ALL ON ALL SEQUENCES IN SCHEMA $world TO clerk", "SET search_path = eq, public", 'SET client_min_messages = error';
	for my $i (1 .. 6)
	{
		my $kind = $kinds_of_actions[ $i - 1 ];
		my $on = one_of($kind ? @plain_tables : (@tables, @tables, @tables, @views));
		my $definition = action($on, $kind);

		push @sql, "SELECT create_action('$world.a$i', \$json\$$definition\$json\$)", "SELECT activate_action('$world.a$i') \\g /dev/null";
		push @actions, "a$i";
		$bound_to{"a$i"} = $on;
		push @short, "a$i" if $short_drawn;
		push @for_keys, "a$i" if $kind && $kind eq 'keys';
		push @for_items, "a$i" if $kind && ($kind eq 'for_items' || ($kind eq 'keys' && chance(0.5)));
		$draws{"a$i"} = draws($json->decode($definition));
		$calls{"a$i"} = $definition;
	}
	push @sql, "SELECT register_plugin('$world.a" . number(6) . "', '" . one_of(qw(pre_validation pre_operation post_operation)) . "', 'eq.plugin')" if chance(0.3);
	push @sql, "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA $world TO clerk", 'RESET client_min_messages';
	return join('', map { /\\g/ ? "$_\n" : "$_;\n" } @sql);
}

# What a session in this world begins with; what worlds share is as it was at first.
sub session_script { return "CALL eq.restore();\nSET search_path = other, eq, public;\n" }

# What of changes makes a statement draw from a sequence, by itself or by an action that its trigger calls
my $drawing_change = qr/nextval|EXECUTE FUNCTION eq\.act/;

# Inputs of a call
sub inputs
{
	return { target => number(9), n => one_of(number(9), number(9), 40, 97), s => one_of('a', 'moved', 'Word', undef) };
}

# Text as a literal
sub literal
{
	my ($value) = @_;

	return defined $value ? "'$value'" : 'NULL';
}

# The typed call of an action
sub typed_call
{
	my ($action, $input) = @_;

	return "$world.$action(target => $input->{target}, n => $input->{n}, s => " . literal($input->{s}) . ')';
}

# The tables that an action names
sub named_by { my ($action) = @_; return map { "$world.$_" } $calls{$action} =~ /"$world\.(t\d)"/g }

# An action, and a table, that a case is about; or others
sub some_action { return chance(0.6) ? $favourite : one_of(@actions) }
sub some_table { return chance(0.6) && $bound_to{$favourite} =~ /^t/ ? "$world.$bound_to{$favourite}" : table() }

# A call in one of the ways there are
sub call
{
	my $action = some_action();
	my $input = inputs();
	my $given = $json->encode($input);
	my $kind = rand();

	return 'SELECT * FROM ' . typed_call($action, $input) if $kind < 0.4;
	return "SELECT invoke_action('$world.$action', '$given')" if $kind < 0.55;
	return "SELECT try_invoke_action('$world.$action', '$given') - 'invocation'" if $kind < 0.68;
	return "SELECT i, said FROM generate_series(1, 3) AS i, $world.$action(i, $input->{n}, " . literal($input->{s}) . ')' if $kind < 0.78;
	return "DO \$do\$ BEGIN FOR i IN 1 .. 3 LOOP BEGIN PERFORM $world.$action(i, $input->{n} + i, 'x'); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '% %', SQLSTATE, SQLERRM; END; END LOOP; END \$do\$" if $kind < 0.83;
	# a limit counts the statements that are sent
	return call() if $with_statements || $limited || chance(0.4);
	return many_call(chance(0.7) ? one_of(@for_items) : $action);
}

# Inputs of many items: mostly of targets that differ, or not always, or are not all there; some fail
sub items
{
	my ($fail) = @_;
	my @good = ([ 1 .. 20 ], [ reverse 3 .. 22 ], [ 3, 1, 2, 9 .. 22, 4, 8, 5, 6 ]);
	my @targets = @{ one_of(@good, @good, $fail ? ([ map { number(22) } 1 .. 20 ], [ (1 .. 8) x 2 ], [ 1 .. 18, 4, 5, 19 .. 22 ], [ 1 .. 11, 40, 12 .. 20 ], [ 4 .. 22, 41, 42 ]) : ()) };
	my $n = one_of(sub { $_[0] % 3 + 1 }, sub { $_[0] % 9 + 1 }, sub { $_[0] + 10 }, sub { $_[0] }, sub { $_[0] }, sub { 23 - $_[0] }, sub { number(9) });
	my @special = map { number(19) } 1 .. ($fail ? one_of(0, 1, 1, 2, 4) : 0);
	my @items = map { { target => $_, n => $n->($_), s => "b$_" } } @targets;

	foreach my $item (@items[ grep { $_ < @items } @special ])
	{
		$item->{n} = one_of(3, 5, 40, 97, 98, chance(0.2) ? undef : 6) if chance(0.8);
		$item->{s} = one_of('bad', 'awful', undef) if chance(0.4);
	}
	return \@items;
}

# A call of an action for many items
sub many_call
{
	my ($action) = @_;
	my $mode = one_of('all_or_nothing', $draws{$action} || $drawing ? () : ('per_item') x 3);

	return "SELECT item, status, output, error FROM invoke_action_bulk('$world.$action', '" . $json->encode(items($mode eq 'per_item' ? chance(0.7) : chance(0.3))) . "', mode => '$mode');\nSELECT eq.wind('$world') \\g /dev/null\n";
}

# What changes functions and types that formulas use, and who may call them, between transactions; eq.restore() undoes it
sub used_change
{
	my $role = one_of('RESET ROLE', 'SET ROLE clerk', 'SET ROLE clerk');

	return 'RESET ROLE; ' . one_of(
		(map { "REVOKE EXECUTE ON FUNCTION $_ FROM PUBLIC" } 'upper(text)', 'upper(text)', 'int4mul', 'eq.twice'), (map { "GRANT EXECUTE ON FUNCTION $_ TO " . one_of('clerk', 'PUBLIC') } 'upper(text)', 'int4mul'),
		'REVOKE EXECUTE ON FUNCTION upper(text), int4mul FROM clerk', 'ALTER DOMAIN eq.small ADD CONSTRAINT less CHECK (VALUE < ' . number(9) . ') NOT VALID', 'ALTER DOMAIN eq.small DROP CONSTRAINT IF EXISTS less',
		(map { "CREATE OR REPLACE FUNCTION eq.twice(n integer) RETURNS integer LANGUAGE $_ AS '" . (/^sql/ ? 'SELECT 2 * n' : 'BEGIN RETURN 2 * n; END') . "'" } 'sql STABLE', 'plpgsql IMMUTABLE', 'sql IMMUTABLE')) . "; $role";
}

# What may come between calls and leaves the world as it is, or little changed
sub between
{
	my ($together) = @_;
	my $table = some_table();

	return key_change(number(9)) if $with_keys && chance(0.3);
	return 'SET custom_actions.max_statements = ' . ($limited ? 0 : 3) if chance($limited ? 0.3 : 0.03);
	return one_of(
		'SET ROLE clerk', 'SET ROLE clerk', 'RESET ROLE', 'SET search_path = ' . one_of('public', 'eq, public', 'other, eq, public', "$world, other, public", 'pg_catalog'),
		$together ? () : (used_change(), used_change()),
		$together ? ('SAVEPOINT a', 'SAVEPOINT b', 'ROLLBACK TO a', 'ROLLBACK TO b', 'RELEASE a', 'SET CONSTRAINTS ALL ' . one_of('IMMEDIATE', 'DEFERRED')) : "VACUUM $table", "ANALYZE $table",
		"CREATE INDEX ON $table (" . one_of('n', 'm', 'note', 'status, n', '(n + 1)') . ')', "UPDATE $table SET n = n + 1 WHERE id = " . number(8), "DELETE FROM $table WHERE id = " . number(20),
		"INSERT INTO $table (id, status, n, m, note) VALUES (" . number(9) . ", 'open', 1, " . (30 + number(50)) . ", 'again')", 'DISCARD PLANS',
		"CREATE TEMP TABLE temp" . ++$names . " (a integer)", "SET custom_actions.log_level = " . one_of(qw(off failures basic full trace)), "SELECT id, n FROM $table ORDER BY id LIMIT 1 FOR UPDATE");
}

# What changes the world: mostly undone at the end of its transaction
sub change
{
	my $table = some_table();
	my $action = some_action();
	my $name = $table =~ s/.*\.//r;
	my $columns = join(', ', some_of(number(3), qw(n m status note ref)));

	return 'RESET ROLE; ' . one_of(
		$with_keys ? (("ALTER TABLE $table ADD FOREIGN KEY " . foreign_key($name) . ' NOT VALID') x 2, "ALTER TABLE $table DROP CONSTRAINT IF EXISTS k7", "ALTER TABLE $table DISABLE TRIGGER ALL", key_trigger($name), 'SET session_replication_role = ' . one_of(qw(replica origin)), "ALTER TABLE $world.k1 ALTER a TYPE " . one_of(qw(bigint integer))) : (),
		"ALTER TABLE $table ADD COLUMN extra integer" . one_of('', ' DEFAULT 5', ' NOT NULL DEFAULT 1', ' GENERATED ALWAYS AS (n::integer * 3) STORED'), "ALTER TABLE $table DROP COLUMN " . one_of(qw(extra touched note)),
		"ALTER TABLE $table ALTER n TYPE " . one_of('bigint', 'integer', 'numeric'), "ALTER TABLE $table ALTER " . one_of(qw(n m note status)) . ' ' . one_of('SET NOT NULL', 'DROP NOT NULL', 'SET DEFAULT NULL'),
		"ALTER TABLE $table ADD CHECK (" . one_of('n < 30', "status <> 'moved'", 'm <> n', 'length(note) < 20') . ') NOT VALID', "CREATE UNIQUE INDEX ON $table (" . one_of('m', 'n', 'status') . ')',
		create_trigger($name, 10 + number(9)), create_trigger($name, 10 + number(9)), create_trigger($name, 10 + number(9)), "DROP TRIGGER IF EXISTS " . one_of(qw(r1 c1 s1 r2)) . " ON $table",
		"ALTER TABLE $table " . one_of('DISABLE', 'ENABLE', 'DISABLE') . ' TRIGGER USER', one_of(policies($name)), join('; ', policies($name)), join('; ', policies($name), 'SET ROLE clerk'), "ALTER TABLE $table DISABLE ROW LEVEL SECURITY",
		"CREATE RULE r AS ON UPDATE TO $table DO ALSO INSERT INTO eq.log (what) VALUES ('rule ' || new.n)", "CREATE TABLE ${table}_heir () INHERITS ($table)",
		"REVOKE UPDATE ON $table FROM clerk; SET ROLE clerk", (map { "REVOKE $_ ON $table FROM clerk; GRANT $_ ($columns) ON $table TO clerk; SET ROLE clerk" } qw(UPDATE UPDATE UPDATE SELECT)), "REVOKE SELECT ON $table FROM clerk", "REVOKE ALL ON $table FROM clerk", "GRANT ALL ON $table TO clerk",
		"REVOKE EXECUTE ON FUNCTION $world.$action FROM clerk", "REVOKE USAGE ON SCHEMA $world FROM clerk", 'REVOKE EXECUTE ON FUNCTION eq.twice, eq.seen, eq.whoami, eq.write FROM PUBLIC',
		"CREATE OR REPLACE FUNCTION eq.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 3 * n'", "CREATE OR REPLACE FUNCTION eq.whoami() RETURNS text LANGUAGE sql STABLE AS \$\$SELECT 'new ' || current_user\$\$",
		"ALTER TABLE $table RENAME COLUMN touched TO renamed", 'ALTER DOMAIN eq.small ADD CHECK (VALUE < 20) NOT VALID', "ALTER TABLE $table SET (fillfactor = 70)", "ALTER TABLE $table REPLICA IDENTITY FULL",
		"SELECT deactivate_action('$world.$action')", "ALTER FUNCTION $world.$action " . one_of('SECURITY DEFINER', "SET work_mem = '8MB'", "SET search_path = other, eq, public", 'RESET search_path', 'OWNER TO clerk'), "ALTER TABLE $table OWNER TO clerk",
		"ALTER TABLE $table ADD FOREIGN KEY (m) REFERENCES " . table() . ' NOT VALID' . one_of('', ' DEFERRABLE INITIALLY DEFERRED'), "CREATE TEMP TABLE $name (LIKE $table INCLUDING ALL)",
		"CREATE OR REPLACE VIEW $world.v1 AS SELECT id, status, n, m, note, ref, touched FROM $table WHERE n > 2");
}

# What a case begins and ends with
my $begin = "DELETE FROM eq.log; DELETE FROM custom_actions.log; DELETE FROM custom_actions.log_step;\n";
my $end = "\\set ON_ERROR_ROLLBACK off\n";

sub looks { return "RESET ROLE; SET search_path = other, eq, public; SET custom_actions.max_statements = 0; SELECT * FROM eq.contents('$world');\n" }

# The statements of a case: calls, each in its transaction, or several in one.
sub case_script
{
	my ($number) = @_;
	my $script = "\\echo CASE $number\n$begin";

	return keys_script($number) if @for_keys && chance(0.4);
	return changed_script($number) if chance(0.35);

	my $together = chance(0.6);
	my $changes = $together && chance(0.7);

	$favourite = one_of(@actions);
	$limited = 0;
	my $drawn_before = $drawing;
	$script .= '\set ON_ERROR_ROLLBACK ' . (chance(0.9) ? 'on' : 'off') . "\n" if $together;
	$script .= 'BEGIN ISOLATION LEVEL ' . one_of('READ COMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE') . (chance(0.05) ? ' READ ONLY' : '') . ";\nSAVEPOINT a;\n" if $together;
	for (1 .. 2 + number(6))
	{
		my $kind = rand();

		my $statement = $kind < 0.6 ? call() : $kind < 0.72 || !$changes ? between($together) : change();

		$limited = 1 if $statement =~ /max_statements = 3/;
		$drawing = 1 if $statement =~ $drawing_change;
		$script .= $statement . ($statement =~ /\n$/ ? '' : ";\n");
		$script .= "SELECT * FROM eq.contents('$world');\n" if chance(0.1);
	}
	$script .= "RESET ROLE;\nSELECT * FROM eq.contents('$world');\n" . (chance($changes ? 0.85 : 0.4) ? 'ROLLBACK' : 'COMMIT') . ";\n" if $together;
	$drawing = $drawn_before if $script =~ /ROLLBACK;\n$/;
	return $script . ($together ? '' : "RESET ROLE;\nCALL eq.restore();\n") . $end . looks();
}

# Calls that write rows which refer to keys, between changes of keys, while nothing is made or altered: so what is known
# of a foreign key is used.
sub keys_script
{
	my ($number) = @_;
	my $together = chance(0.6);
	my $script = "\\echo CASE $number\n$begin\\set ON_ERROR_ROLLBACK on\n";

	$favourite = one_of(@for_keys);
	$limited = 0;
	$script .= 'BEGIN ISOLATION LEVEL ' . one_of(('READ COMMITTED') x 4, 'REPEATABLE READ', 'SERIALIZABLE') . ";\nSAVEPOINT a;\n" if $together;
	for (1 .. 4 + number(8))
	{
		my $kind = rand();
		my $statement = $kind < 0.65 ? call() : $kind < 0.9 ? key_change(number(9)) : one_of('SET ROLE clerk', 'RESET ROLE', $together ? ('SAVEPOINT a', 'ROLLBACK TO a', 'SET CONSTRAINTS ALL IMMEDIATE', 'SET CONSTRAINTS ALL DEFERRED') : ());

		$script .= $statement . ($statement =~ /\n$/ ? '' : ";\n");
	}
	$script .= "RESET ROLE;\n" . ($together ? one_of('COMMIT', 'COMMIT', 'ROLLBACK') . ";\n" : '');
	return $script . $end . looks();
}

# A change that concerns an action, and what takes it back
sub change_of
{
	my ($action) = @_;
	my $own = $bound_to{$action} =~ /^t/ ? "$world.$bound_to{$action}" : table();
	my $table = one_of($own, $own, named_by($action), named_by($action), table());
	my $name = $table =~ s/.*\.//r;

	return other_change($calls{$action}) if chance(0.35);
	return key_change_of($table, { keys => "$world.k1", foreign_keys => [ map { foreign_key($name) } 1, 2 ], change => key_change(number(9)), trigger => key_trigger($name) }) if $with_keys && chance(0.4);

	# what a loop has drawn for rows that were undone is not drawn again
	my @change;
	do { @change = table_change($table, { triggers => [ map { create_trigger($name, 19 + number(3)) } 1, 2 ], policies => [ policies($name) ], other => table() }) } while ($change[0] =~ $drawing_change && $calls{$action} =~ /"for_each"|"perform"/);
	return @change;
}

# Calls of one action before and after such changes: what was compiled, planned and kept for the first ones is not
# right for the others. In one transaction, where each change is undone by going back, or each in its own.
sub changed_script
{
	my ($number) = @_;
	my $many = @for_items && !$with_statements && chance(0.4);
	my $action = one_of($many ? @for_items : (@short, @short), $many && chance(0.7) ? () : @actions);
	my $together = chance(0.7);
	my $call = sub {
		my ($change) = @_;
		my $input = inputs();

		local $drawing = $drawing || $change =~ $drawing_change;
		return many_call($action) if $many && $change !~ /max_statements/;
		return chance(0.5) ? 'SELECT * FROM ' . typed_call($action, $input) . ";\n" : "SELECT try_invoke_action('$world.$action', '" . $json->encode($input) . "') - 'invocation';\n";
	};
	my $script = "\\echo CASE $number\n$begin" . ($together ? "\\set ON_ERROR_ROLLBACK on\nBEGIN ISOLATION LEVEL " . one_of('READ COMMITTED', 'READ COMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE') . ";\n" : '');

	$script .= (chance(0.2) ? "SET ROLE clerk;\n" : '') . join('', map { $call->('') } 1 .. number(2)) . ($together ? "SAVEPOINT a;\n" : '');
	for (1 .. number(3))
	{
		my ($change, $back) = change_of($action);

		$script .= "RESET ROLE;\n$change;\n" . join('', map { $call->($change) } 1 .. number(2));
		$script .= "RESET ROLE;\nSELECT * FROM eq.contents('$world');\n" . ($together ? "ROLLBACK TO a;\n" : "$back;\n");
	}
	$script .= $call->('') if chance(0.4);
	return $script . ($together ? one_of('ROLLBACK', 'ROLLBACK', 'COMMIT') . ";\n" : '') . $end . looks();
}

# A call of an action as others' connections send it; at times, what else may be done to its row
sub sent_call
{
	my ($action, $target) = @_;
	my %input = (%{ inputs() }, target => $target, $with_keys && chance(0.6) ? (n => $target) : ());

	return "UPDATE $world.$bound_to{$action} SET " . one_of('n = n + 1', 'm = m + 30', "status = 'other'", 'id = id', 'id = id + 500') . " WHERE id = $target RETURNING 'row'" if chance(0.15);
	return key_change($target) . " RETURNING 'key'" if $with_keys && chance(0.35);
	return chance(0.3) ? "SELECT r::text FROM " . typed_call($action, \%input) . ' AS r' : "SELECT (try_invoke_action('$world.$action', '" . $json->encode(\%input) . "') - 'invocation')::text";
}

# Tells which rows of a table no session has locked.
sub free_rows
{
	my ($table) = @_;
	my $key = $table eq 'k1' ? 'a' : 'id';

	return "SELECT '$table free: ' || string_agg(key::text, ' ' ORDER BY key) FROM (SELECT $key AS key FROM $world.$table FOR UPDATE SKIP LOCKED) AS free;\n";
}

# Two sessions that work on one row, of which one may have to wait.
sub concurrent_script
{
	my ($number) = @_;
	my $target = number(4);
	my @pair = (one_of(@for_keys && chance(0.6) ? @for_keys : @actions)) x 2;
	my @levels = map { one_of('READ COMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE') } @pair;
	my $send = sub { my ($connection, $sql) = @_; return "SELECT dblink_send_query('$connection', \$send\$$sql\$send\$) \\g /dev/null\nSELECT '$connection waits: ' || eq.waits('$connection', :$connection);\n" };
	my $take = sub { my ($connection) = @_; return "SELECT '$connection waits: ' || eq.waits('$connection', :$connection);\nSELECT eq.answer('$connection');\n" };
	my $script = "\\echo CASE $number\n$begin";

	$pair[1] = one_of(grep { $bound_to{$_} eq $bound_to{ $pair[0] } } @actions) if chance(0.5);
	# so that sessions know their foreign keys
	foreach my $session ($with_keys && chance(0.7) ? (0, 0, 0, 1, 1) : ())
	{
		my $input = $json->encode({ %{ inputs() }, target => number(9), n => number(4) });

		$script .= "SELECT * FROM dblink('" . qw(one two) [$session] . "', \$send\$SELECT (try_invoke_action('$world.$pair[$session]', '$input') - 'invocation')::text\$send\$) AS r (a text);\n";
	}
	$script .= "SELECT dblink_exec('$_->[0]', 'BEGIN ISOLATION LEVEL $_->[1]');\n" foreach [ 'one', $levels[0] ], [ 'two', $levels[1] ];
	# its snapshot is older than what the other does
	$script .= "SELECT * FROM dblink('two', 'SELECT count(*) FROM $world.t1') AS r (n bigint);\n" if chance(0.5);
	$script .= $send->('one', sent_call($pair[0], $target)) . $take->('one');
	$script .= free_rows($_) foreach $with_keys ? 'k1' : (), chance(0.5) ? @tables : ();
	$script .= $send->('two', sent_call($pair[1], $target));
	$script .= "SELECT dblink_exec('one', '" . one_of('COMMIT', 'COMMIT', 'ROLLBACK') . "');\n";
	$script .= $take->('two');
	$script .= $send->('two', sent_call($pair[1], $target)) . $take->('two') if chance(0.4);
	$script .= "SELECT dblink_exec('two', '" . one_of('COMMIT', 'COMMIT', 'ROLLBACK') . "');\n";
	return $script . $end . looks();
}

1;
