# Tables and views of a world of plain_path: with triggers, constraints, indexes and
# policies, of which each may be in the way of a rewrite.
package PlainTables;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PlainKeys;
use PlainWorld;
use Random;

our @EXPORT = qw(create_table create_trigger create_view policies);

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

# A view of a table
sub create_view
{
	my ($name) = @_;
	my $table = table();
	my $sql = "CREATE VIEW $world.$name AS SELECT id, status, n, m, note, ref, touched FROM $table";

	return ($sql, "CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON $world.$name FOR EACH ROW EXECUTE FUNCTION eq.instead('$table')") if chance(0.5);
	return $sql . one_of('', ' WHERE n < 40', ' WHERE n < 40 WITH CHECK OPTION');
}

1;
