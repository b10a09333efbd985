# The targets of a set are found without a statement where nobody watches the executor,
# as somebody does for sql/bulk_targets.sql: so what that compares is compared here, and
# how often there is a descent in the index of the key.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main', "autovacuum = off\n");
create_database($node, 'main');
my $said = $node->safe_psql('main', slurp_file('sql/bulk_targets.sql'));
my @compared = $said =~ /^(.*\|[tf]\|[tf])$/mg;

is(scalar(@compared), 47, 'all is compared');
is(join("\n", grep { !/\|t\|t$/ } @compared), '', 'a set does what a statement finds, and one by one does');

# How often a set goes to the index of the key, which is not to hold what was undone
$node->safe_psql('main', 'VACUUM desk.item');

sub scans
{
	my ($action, $what) = @_;

	return $node->safe_psql(
		'main', qq{
		SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
		BEGIN;
		SELECT count(*) FROM invoke_action_bulk('$action', (SELECT items FROM desk.asked WHERE what = '$what'));
		SELECT pg_stat_get_xact_numscans('desk.item_pkey'::regclass);
		ROLLBACK;}) =~ s/.*\n//sr;
}

# Puts a row back that was changed.
sub undo
{
	$node->safe_psql('main', 'DELETE FROM desk.item WHERE id IN (7, 9999); INSERT INTO desk.item VALUES (7, 7)');
	return '';
}

foreach my $action (qw(desk.read_item desk.write_item))
{
	is(scans($action, 'close'), 1, "$action walks along from one key to the next");
	my $far = scans($action, 'far');
	ok($far > 60 && $far < 70, "$action does not where they are far apart ($far)");
	is(scans($action, 'backwards'), 1, "$action goes in the order of the keys");
}

# Measuring an action watches the executor, and no longer than that
is($node->safe_psql('main', "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
	SELECT FROM explain_action('desk.write_item', (SELECT items -> 0 FROM desk.asked WHERE what = 'close'), true);
	SELECT pg_stat_force_next_flush();
	BEGIN;
	SELECT count(*) > 0 FROM invoke_action_bulk('desk.write_item', (SELECT items FROM desk.asked WHERE what = 'close'));
	SELECT pg_stat_get_xact_numscans('desk.item_pkey'::regclass);
	ROLLBACK") =~ s/.*\n//sr, 1, 'an action that was measured before goes to the index nevertheless');

# What writes them reads the items, and their rows, where they are: no plan joins the two
foreach my $action (qw(desk.write_all desk.write_none desk.take_away))
{
	my ($status, undef, $plans) = $node->psql(
		'main', qq{
		SET custom_actions.plain_path = 'merge'; SET client_min_messages = log; SET debug_print_plan = on; BEGIN;
		SELECT count(*) FROM invoke_action_bulk('$action', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(100, 200) AS i));
		ROLLBACK;});
	my @writes = grep { /\{MODIFYTABLE/ && /custom_actions\\ items/ } split /LOG:  plan:/, $plans;

	is($status, 0, "$action works");
	is(join(' ', map { join ',', sort /\{(CUSTOMSCAN|[A-Z]+SCAN|NESTLOOP|HASHJOIN|MERGEJOIN) *$/mg } @writes), $action =~ /all/ ? 'CUSTOMSCAN CUSTOMSCAN,SEQSCAN' : 'CUSTOMSCAN CUSTOMSCAN', '... as scans of the items');
}

# A set that waits for a row: what it does is what it does by a statement, and what it says
foreach my $change ('n = 500', 'n = 950', 'id = 9999', 'gone', 'locked')
{
	my $sql = $change eq 'gone' ? 'DELETE FROM desk.item WHERE id = 7'
	  : $change eq 'locked' ? 'SELECT FROM desk.item WHERE id = 7 FOR UPDATE' : "UPDATE desk.item SET $change WHERE id = 7";

	foreach my $action (qw(desk.read_item desk.write_item))
	{
		my $call = "SELECT count(output), sum((output ->> 'n')::integer), min(error ->> 'message') "
		  . "FROM invoke_action_bulk('$action', (SELECT items FROM desk.asked WHERE what = 'close'), mode => 'per_item')";
		my ($fetched, $plain) = map { answer_after_waiting($node, 'main', "SET custom_actions.plain_path = '$_'; BEGIN; $call", $sql, 'ROLLBACK') } '', 'liveness';
		my ($changed, $as_plain) = map { answer_after_waiting($node, 'main', "SET custom_actions.plain_path = '$_'; BEGIN; $call", $sql, 'COMMIT') . undo() } '', 'liveness';

		like($fetched, qr/^99\|/, "$action waits for a row, $change, and goes on");
		is($fetched, $plain, '... as a statement does');
		my $goes_on = $change =~ /500|locked/ || ($change =~ /950/ && $action =~ /write/);
		like($changed, $goes_on ? qr/^99\|/ : qr/^98\|.*(?:too many|there is no row)/, '... or finds what has become of it');
		is($changed, $as_plain, '... as a statement does');
	}
}
# A table that gets another below it meanwhile
$node->safe_psql('main', q{CREATE TABLE desk.parent AS TABLE desk.item; ALTER TABLE desk.parent ADD PRIMARY KEY (id); SELECT desk.define_both('parent')});
my @answers;
foreach my $plain ('', 'liveness')
{
	push @answers, answer_after_waiting(
		$node, 'main', "SET custom_actions.plain_path = '$plain'; BEGIN; SELECT count(*), sum((output ->> 'n')::integer) FROM invoke_action_bulk('desk.write_parent', "
			. "(SELECT items FROM desk.asked WHERE what = 'close')); SELECT sum(n) FROM desk.parent",
		'SELECT FROM desk.parent WHERE id = 7 FOR UPDATE; CREATE TABLE desk.kid () INHERITS (desk.parent); INSERT INTO desk.kid SELECT id + 10000, n FROM desk.item', 'COMMIT');
	$node->safe_psql('main', 'DROP TABLE desk.kid');
}
like($answers[0], qr/^99\|/, 'a set works while its table gets a child');
is($answers[0], $answers[1], '... and writes its targets alone');
log_is_clean($node, 'the log is clean');
done_testing();
