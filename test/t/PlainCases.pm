# Worlds for plain_path: tables of many kinds, actions over them, and calls with all
# that may come between them, as scripts for psql.
#
# What a world is, PlainWorld.pm says; what worlds share is the schema "eq" (test/sql/plain_worlds.sql).
# Its tables are drawn by PlainTables.pm and PlainKeys.pm, its actions by PlainSteps.pm, changes of it by
# PlainChanges.pm, too. Cases follow each other on what the ones before have left. Nothing in what a script
# prints depends on the time, on OIDs or on how many statements do the work.
package PlainCases;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP;
use PlainChanges;
use PlainKeys;
use PlainSteps;
use PlainTables;
use PlainWorld;
use Random;

our @EXPORT = qw(world_script session_script case_script concurrent_script);

my $json = JSON::PP->new->canonical->allow_nonref;

my (%bound_to, %draws, %calls);	# of an action: its table, whether it draws from a sequence, its definition
my @short;						# actions of few steps
my @for_keys;					# actions that write rows which refer to keys
my @for_items;					# those of them that may run for many items at once
my $limited;					# does a case limit how many statements a call may send?
my $favourite;					# the action that most of a case is about
our $drawing;					# does a case change tables so that others than the action draw from sequences, too?

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
		my ($action, $is_short) = action($on, $kind);
		my $definition = $json->encode($action);

		push @sql, "SELECT create_action('$world.a$i', \$json\$$definition\$json\$)", "SELECT activate_action('$world.a$i') \\g /dev/null";
		push @actions, "a$i";
		$bound_to{"a$i"} = $on;
		push @short, "a$i" if $is_short && $on =~ /^t/;
		push @for_keys, "a$i" if $kind && $kind eq 'keys';
		push @for_items, "a$i" if $kind && ($kind eq 'for_items' || ($kind eq 'keys' && chance(0.5)));
		$draws{"a$i"} = draws($action);
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
	return key_change_of($table) if $with_keys && chance(0.4);

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
