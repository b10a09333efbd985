# What plain_path does about foreign keys: a table k1 of keys, tables that refer to it,
# steps that write both, and what may be done to them meanwhile.
package PlainKeys;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP;
use PlainChanges;
use PlainWorld;
use Random;

our @EXPORT = qw(create_keys foreign_key key_trigger key_change key_change_of key_steps);

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

# A trigger that changes keys, before or after those of foreign keys look for them
sub key_trigger
{
	my ($name) = @_;

	return 'CREATE TRIGGER ' . one_of('"A9"', '"A9"', 'r9') . ' ' . one_of('BEFORE', 'AFTER', 'AFTER') . ' ' . one_of('INSERT', 'UPDATE', 'INSERT OR UPDATE') . " ON $world.$name FOR EACH ROW EXECUTE FUNCTION eq.rekey('$world.k1')";
}

# Steps about keys, and rows that refer to them
sub key_steps
{
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
}

# What may happen to foreign keys of a table, and to what they refer to: pairs as those of PlainChanges.pm
sub key_change_of
{
	my ($table) = @_;
	my $keys = "$world.k1";
	my @added = map { [ "ALTER TABLE $table ADD CONSTRAINT k9 FOREIGN KEY $_ NOT VALID", "ALTER TABLE $table DROP CONSTRAINT k9" ] } map { foreign_key($table =~ s/.*\.//r) } 1, 2;
	my $change = key_change(number(9));
	my $trigger = key_trigger($table =~ s/.*\.//r);
	my $less = number(8);

	return @{ one_of(
		@added, @added, [ $change, '' ], [ $change, '' ], [ $trigger, drop_trigger($trigger =~ s/"//gr, $table) =~ s/A9/"A9"/r ],
		[ "ALTER TABLE $table DISABLE TRIGGER ALL", "ALTER TABLE $table ENABLE TRIGGER ALL" ], [ 'SET session_replication_role = replica', 'SET session_replication_role = origin' ],
		[ "ALTER TABLE $table DROP CONSTRAINT k7", "ALTER TABLE $table ADD CONSTRAINT k7 FOREIGN KEY (ref) REFERENCES $keys NOT VALID" ], [ "ALTER TABLE $table VALIDATE CONSTRAINT k7", '' ], [ "ALTER TABLE $table ALTER CONSTRAINT k7 " . one_of('DEFERRABLE', 'DEFERRABLE INITIALLY DEFERRED'), "ALTER TABLE $table ALTER CONSTRAINT k7 NOT DEFERRABLE" ],
		[ "ALTER TABLE $keys OWNER TO clerk; REVOKE " . one_of('ALL', 'SELECT', 'UPDATE') . " ON $keys FROM clerk", "GRANT ALL ON $keys TO clerk; ALTER TABLE $keys OWNER TO postgres; GRANT ALL ON $keys TO clerk" ], [ "REVOKE ALL ON $keys FROM clerk; SET ROLE clerk", "GRANT ALL ON $keys TO clerk" ],
		[ "ALTER TABLE $keys ENABLE ROW LEVEL SECURITY" . one_of('', "; ALTER TABLE $keys FORCE ROW LEVEL SECURITY; ALTER TABLE $keys OWNER TO clerk"), "ALTER TABLE $keys DISABLE ROW LEVEL SECURITY; ALTER TABLE $keys NO FORCE ROW LEVEL SECURITY; ALTER TABLE $keys OWNER TO postgres" ],
		[ "ALTER TABLE $keys ALTER a TYPE " . one_of(qw(bigint smallint numeric)), "ALTER TABLE $keys ALTER a TYPE integer" ], [ "ALTER TABLE $keys RENAME a TO aa", "ALTER TABLE $keys RENAME aa TO a" ], [ "ALTER TABLE $keys ADD COLUMN d integer DEFAULT 1", "ALTER TABLE $keys DROP COLUMN d" ],
		[ "DELETE FROM $keys WHERE a < $less", "INSERT INTO $keys (a, b) SELECT i, 'again ' || i FROM generate_series(1, 8) AS i ON CONFLICT DO NOTHING" ], [ "UPDATE $keys SET a = a + 100 WHERE a < $less", "UPDATE $keys SET a = a - 100 WHERE a > 100" ],
		[ "ALTER TABLE $keys RENAME TO aside_k1; CREATE TABLE $keys (LIKE $world.aside_k1 INCLUDING ALL); GRANT ALL ON $keys TO clerk", "DROP TABLE $keys; ALTER TABLE $world.aside_k1 RENAME TO k1" ], [ "CREATE TABLE ${keys}_child () INHERITS ($keys)", "DROP TABLE ${keys}_child" ],
		[ "REINDEX TABLE $keys", '' ], [ 'SET CONSTRAINTS ALL ' . one_of('DEFERRED', 'IMMEDIATE'), '' ], [ "CREATE RULE quiet AS ON UPDATE TO $keys DO INSTEAD NOTHING", "DROP RULE quiet ON $keys" ]) };
}

1;
