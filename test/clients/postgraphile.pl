# PostGraphile as it comes: a GraphQL server that finds the typed functions in the
# catalog. What postgraphile.mjs asks it, by HTTP: names, types, what may be NULL,
# descriptions, a mutation, a query, errors, and who may see and do what.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Judge;
use Test::More;

my $modules = npm_packages('postgraphile');
my $node = new_server('main');

create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
$node->safe_psql('main', <<~'SQL');
	CREATE ROLE desk_clerk LOGIN;
	GRANT USAGE ON SCHEMA support TO desk_clerk;
	GRANT EXECUTE ON FUNCTION support.escalate_case, support.count_cases TO desk_clerk;
	GRANT SELECT, UPDATE ON support.case TO desk_clerk;
	GRANT INSERT, SELECT ON support.task TO desk_clerk;
	REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA support FROM PUBLIC;
	SQL
run_judge($node, 'main', $modules, 'test/clients/postgraphile.mjs');
is($node->safe_psql('main', q{SELECT actor, status FROM custom_actions.invocations WHERE action = 'support.open_case' AND actor IS NOT NULL}),
	'ada@support.example|succeeded', 'the record says on whose behalf');
log_is_clean($node, 'the log of the server is clean');
$node->stop;
done_testing();
