# The targets of a set are found along the index of their key, without a statement, only
# where nobody watches the executor: not on the server of the files in sql/. So one of
# these runs here, too. Scans of the index show what is done, where statements may not use it.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');
my $printed = '';

create_database($node, 'main');
IPC::Run::run([ 'psql', '-Xaq', '-d', $node->connstr('main') ], '<', 'sql/bulk_targets.sql', '>', \$printed, '2>&1');
is_text($printed, slurp_file('expected/bulk_targets.out'), 'the targets are those that statements find');

# How often the index of the key is scanned for some items.
sub scans
{
	my ($action, $what, $plain) = @_;

	return $node->safe_psql('main', qq{
		SET enable_indexscan = off;
		SET enable_indexonlyscan = off;
		SET enable_bitmapscan = off;
		SET custom_actions.plain_path = '$plain';
		BEGIN;
		DO \$\$BEGIN PERFORM invoke_action_bulk('$action', items, mode => 'per_item') FROM desk.asked WHERE what = '$what'; END\$\$;
		SELECT pg_stat_get_xact_numscans('desk.item_pkey'::regclass);
		ROLLBACK});
}

foreach my $action (qw(desk.read_item desk.write_item))
{
	is(scans($action, 'close', 'liveness'), 0, "$action: a statement finds them");
	cmp_ok(scans($action, 'close', ''), '<', 30, 'those that are close together are found by a walk');
	cmp_ok(scans($action, 'close', ''), '>', 0, 'along the index');
	cmp_ok(scans($action, 'far', ''), '>', 60, 'others by a descent for each');
}
log_is_clean($node, 'the log is clean');
done_testing();
