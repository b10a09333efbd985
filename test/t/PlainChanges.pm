# What changes between two calls of an action, for plain_path: pairs of what is done, and what takes it back.
#
# What was compiled, planned and kept for the first call is not right for the second. Each
# function gives several; names of what is made are such that only one is there at a time.
package PlainChanges;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Random;

our @EXPORT = qw(table_change drop_trigger other_change);

# What undoes the making of a trigger
sub drop_trigger
{
	my ($sql, $table) = @_;

	return $sql =~ /TRIGGER (\w+)/ ? "DROP TRIGGER $1 ON $table" : '';
}

# What a table may begin to have: triggers, ...
sub trigger_changes
{
	my ($table, $more) = @_;
	my $simple = 'CREATE TRIGGER r23 ' . one_of('BEFORE', 'AFTER') . ' ' . one_of('UPDATE', 'INSERT', 'INSERT OR UPDATE', 'UPDATE OR DELETE') . " ON $table FOR EACH ROW EXECUTE FUNCTION eq." . one_of(qw(tell look)) . '()';

	return (
		(map { [ $_, drop_trigger($_, $table) ] } $simple, $simple, @{ $more->{triggers} }),
		[ "ALTER TABLE $table DISABLE TRIGGER USER", "ALTER TABLE $table ENABLE TRIGGER USER" ], [ "DROP TRIGGER IF EXISTS r1 ON $table", '' ],
		[ 'CREATE RULE r AS ON ' . one_of('UPDATE', 'UPDATE', 'INSERT') . " TO $table DO ALSO INSERT INTO eq.log (what) VALUES ('rule ' || new.n)", "DROP RULE r ON $table" ]);
}

# ... constraints and indexes, ...
sub constraint_changes
{
	my ($table, $more) = @_;
	my ($schema) = split /\./, $table;
	my $column = one_of(qw(n m status note ref));
	my %default = (n => one_of(4, '10 / (2 - 2)', 'eq.logged()', "nextval('$schema.numbers')"), m => 900, ref => one_of(1, 77), status => "'bad'", note => one_of("eq.spied('d')", 'current_schema'));

	return (
		(map { [ "ALTER TABLE $table ADD CONSTRAINT k1 CHECK ($_) NOT VALID", "ALTER TABLE $table DROP CONSTRAINT k1" ] } some_of(2, 'n < 7', "status <> 'moved'", 'm <> n', 'length(note) < 6', 'eq.permits(note)', 'eq.logged() < 2', 'm > 3', 'ref < 5')),
		[ "UPDATE $table SET $column = DEFAULT WHERE $column IS NULL; ALTER TABLE $table ALTER $column SET NOT NULL", "ALTER TABLE $table ALTER $column DROP NOT NULL" ],
		([ "ALTER TABLE $table ALTER $column SET DEFAULT $default{$column}", "ALTER TABLE $table ALTER $column DROP DEFAULT" ]) x 2,
		(map { [ "CREATE UNIQUE INDEX k2 ON $table ($_)", "DROP INDEX $schema.k2" ] } some_of(2, 'm', 'n, m', 'note', 'status', '(n % 50)')),
		[ "CREATE INDEX k3 ON $table (" . one_of('(lower(note))', '(10 / n)', 'note', 'n) WHERE (10 / m > 0') . ')', "DROP INDEX $schema.k3" ],
		[ "ALTER TABLE $table ADD CONSTRAINT k4 FOREIGN KEY (" . one_of('m', 'ref', 'n') . ') REFERENCES ' . $more->{other} . one_of('', ' ON DELETE CASCADE', ' DEFERRABLE INITIALLY DEFERRED') . ' NOT VALID', "ALTER TABLE $table DROP CONSTRAINT k4" ]);
}

# ... columns and their types, or another table of its name, ...
sub column_changes
{
	my ($table) = @_;
	my ($schema, $name) = split /\./, $table;
	my $swap = "ALTER TABLE $table RENAME touched TO kept; ALTER TABLE $table RENAME ref TO touched; ALTER TABLE $table RENAME kept TO ref";

	return (
		[ "ALTER TABLE $table ADD COLUMN extra " . one_of('text GENERATED ALWAYS AS (eq.spied(note)) STORED', 'integer GENERATED ALWAYS AS (10 / n::integer) STORED', 'integer', 'integer NOT NULL DEFAULT 5', "integer; ALTER TABLE $table ALTER extra SET DEFAULT nextval('$schema.numbers')"), "ALTER TABLE $table DROP COLUMN extra" ],
		[ "CREATE TABLE ${table}_heir () INHERITS ($table)", "DROP TABLE ${table}_heir" ],
		[ "ALTER TABLE $table ALTER n TYPE " . one_of('bigint', 'numeric', 'smallint'), "ALTER TABLE $table ALTER n TYPE integer" ], [ "ALTER TABLE $table ALTER touched TYPE " . one_of('bigint', 'smallint'), "ALTER TABLE $table ALTER touched TYPE integer" ],
		[ "ALTER TABLE $table ALTER note TYPE varchar(8) USING left(note, 8)", "ALTER TABLE $table ALTER note TYPE text" ], chance(0.4) ? [ $swap, $swap ] : (), [ "ALTER TABLE $table DROP COLUMN " . one_of(qw(touched note)), '' ],
		[ "ALTER TABLE $table RENAME TO aside; CREATE TABLE $table (LIKE $schema.aside INCLUDING ALL); GRANT ALL ON $table TO clerk; INSERT INTO $table (id, n, status) OVERRIDING SYSTEM VALUE SELECT id, m, note FROM $schema.aside WHERE id < 5", "DROP TABLE $table; ALTER TABLE $schema.aside RENAME TO $name" ]);
}

# ... and rights.
sub right_changes
{
	my ($table, $more) = @_;
	my $columns = join(', ', some_of(2, qw(n m status note ref touched)));

	return (
		([ join('; ', @{ $more->{policies} }, one_of('SET ROLE clerk', 'SET ROLE clerk', "ALTER TABLE $table FORCE ROW LEVEL SECURITY")), "ALTER TABLE $table DISABLE ROW LEVEL SECURITY" ]) x 2,
		(map { [ "REVOKE $_->[0] ON $table FROM clerk; GRANT $_->[0] ($_->[1]$columns) ON $table TO clerk; SET ROLE clerk", "GRANT ALL ON $table TO clerk" ] } [ UPDATE => '' ], [ SELECT => 'id, ' ], [ INSERT => 'id, ' ]),
		[ 'REVOKE ' . one_of('ALL', 'UPDATE', 'SELECT', 'INSERT', 'DELETE') . " ON $table FROM clerk; SET ROLE clerk", "GRANT ALL ON $table TO clerk" ]);
}

# One of them; more: triggers and policies that the table may get, and another table
sub table_change
{
	my ($table, $more) = @_;

	return @{ one_of(one_of(\&trigger_changes, \&constraint_changes, \&column_changes, \&right_changes)->($table, $more)) };
}

# Functions that formulas and steps call: their arguments, and what they may be replaced by
my %functions = (
	nothing => ['a integer'], pair => ['a integer, b integer'], rows => ['what text'], seen => ['what text'], spied => ['what text'], two => [ 'a integer, OUT x integer, OUT y text' ], take => ['n eq.fresh'], twice_slow => ['n integer'], write => ['what text'],
	twice => [ 'n integer', "RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n'", "RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 3 * n'", "RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 5 * n; END'",
		"RETURNS integer LANGUAGE sql STABLE AS 'SELECT 2 * n + (SELECT count(*)::integer FROM eq.log)'" ],
	whoami => [ '', "RETURNS text LANGUAGE sql STABLE AS 'SELECT ''eq '' || current_user'", "RETURNS text LANGUAGE sql STABLE AS 'SELECT ''new '' || current_user'", "RETURNS text LANGUAGE sql AS 'SELECT current_setting(''search_path'')'" ],
	logged => [ '', "RETURNS integer LANGUAGE sql STABLE AS 'SELECT count(*)::integer FROM eq.log'", "RETURNS integer LANGUAGE sql STABLE AS 'SELECT 100 + count(*)::integer FROM eq.log'", "RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT -count(*) FROM eq.log); END'" ]);

# What may become of the code that a definition calls, ...
sub function_changes
{
	my ($definition) = @_;
	my @called = grep { $definition =~ /\b$_\b/ } sort keys %functions;
	my $name = @called ? one_of(@called) : 'twice';
	my ($arguments, $body, @others) = @{ $functions{$name} };
	my $function = "FUNCTION eq.$name($arguments)";

	return (
		(map { [ "CREATE OR REPLACE $function $_", "CREATE OR REPLACE $function $body" ] } @others),
		([ "REVOKE EXECUTE ON $function FROM PUBLIC; SET ROLE clerk", "GRANT EXECUTE ON $function TO PUBLIC" ]) x 2,
		[ "ALTER $function SECURITY DEFINER; SET ROLE clerk", "ALTER $function SECURITY INVOKER" ], [ "ALTER $function SET search_path = other, eq, public", "ALTER $function RESET search_path" ]);
}

# ... and for other things that it uses, its rights and settings.
sub session_changes
{
	my ($definition) = @_;
	my ($schema) = $definition =~ /"table":"(\w+)\./;

	return (
		[ 'REVOKE EXECUTE ON FUNCTION upper(text), int4mul FROM PUBLIC; SET ROLE clerk', 'GRANT EXECUTE ON FUNCTION upper(text), int4mul TO PUBLIC' ], [ 'SET ROLE clerk', 'RESET ROLE' ],
		[ 'REVOKE EXECUTE ON FUNCTION eq.plugin FROM PUBLIC; SET ROLE clerk', 'GRANT EXECUTE ON FUNCTION eq.plugin TO PUBLIC' ],
		[ 'ALTER DOMAIN eq.small ADD CONSTRAINT less CHECK (VALUE < ' . number(9) . ') NOT VALID', 'ALTER DOMAIN eq.small DROP CONSTRAINT less' ], [ "ALTER DOMAIN eq.word ADD CONSTRAINT less CHECK (eq.logged() < 2 AND VALUE <> 'closed') NOT VALID", 'ALTER DOMAIN eq.word DROP CONSTRAINT less' ],
		[ 'ALTER DOMAIN eq.fresh ADD CONSTRAINT less CHECK (VALUE < ' . number(9) . ') NOT VALID', 'ALTER DOMAIN eq.fresh DROP CONSTRAINT less' ], [ 'ALTER DOMAIN eq.small DROP CONSTRAINT small_check', 'ALTER DOMAIN eq.small ADD CONSTRAINT small_check CHECK (VALUE < 90) NOT VALID' ],
		[ 'SET search_path = ' . one_of('public', 'pg_catalog', "$schema, public"), 'SET search_path = other, eq, public' ],
		[ 'SET custom_actions.log_level = ' . one_of(qw(off basic full trace)), '' ], [ 'SET custom_actions.collect_statistics = ' . one_of(qw(on off)), '' ],
		[ 'SET custom_actions.max_statements = ' . number(5), 'SET custom_actions.max_statements = 0' ]);
}

# One of either
sub other_change
{
	my ($definition) = @_;

	return @{ one_of(chance(0.6) ? function_changes($definition) : session_changes($definition)) };
}

1;
