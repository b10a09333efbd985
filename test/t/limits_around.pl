# Time limits around what is not a step: waiting for locks while an action is
# compiled, and the limit of an action inside the one that is tried.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');

create_database($node, 'main');
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE TABLE stock (id integer PRIMARY KEY, left_over integer);
	SELECT create_action('public.restock', '{"timeout": "300 ms", "steps": [
		{"update": "public.stock", "id": 1, "required": false, "set": {"left_over": 5}}]}');
	SELECT activate_action('public.restock');
	SELECT create_action('public.slow', '{"timeout": "200 ms", "steps": [{"call": "pg_sleep", "with": {"1": 20}}]}');
	SELECT activate_action('public.slow');
	SELECT create_action('public.around', '{"steps": [{"perform": "public.slow", "on_error": []}]}');
	SELECT activate_action('public.around');
});

# A first call in a session compiles the action, which waits for the table.
my $locker = $node->background_psql('main');
$locker->query_safe('BEGIN; LOCK TABLE stock IN ACCESS EXCLUSIVE MODE');
my (undef, undef, $stderr) = $node->psql('main', 'SELECT restock()');
like($stderr, qr/ERROR:  action "public.restock" exceeded its time limit of 300 ms/, 'while compiling');
(undef, undef, $stderr) = $node->psql('main', q{DO LANGUAGE custom_action '{"timeout": "300 ms", "steps": [
	{"update": "public.stock", "id": 1, "required": false, "set": {"left_over": 5}}]}'});
like($stderr, qr/ERROR:  action "inline" exceeded its time limit of 300 ms/, 'while compiling DO');
$locker->query_safe('ROLLBACK');
$locker->quit;

# What on_error lets pass, try_invoke_action reports, if it happened inside.
is($node->safe_psql('main', q{SELECT try_invoke_action('public.around') #>> '{error,message}'}),
	'action "public.slow" exceeded its time limit of 200 ms', 'a limit inside what is tried');
is($node->safe_psql('main', q{BEGIN; SELECT try_invoke_action('public.around') ->> 'ok'; SELECT 'alive'; COMMIT}),
	"false\nalive", 'the transaction goes on');

$node->stop;
done_testing();
