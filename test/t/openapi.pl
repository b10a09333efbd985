# Documents of OpenAPI, by tools of others: Redocly's linter, all of its recommended
# rules as errors, finds nothing; openapi-typescript makes types of them that compile;
# and what the plain gateway answers, errors included, fits what is told of its status.
# The actions are those of the help desk, and many of all sorts of types.
# SEED=N repeats a run.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Judge;
use PostgreSQL::Test::Utils;
use Test::More;

use constant ACTIONS => 25;

my $modules = npm_packages('openapi', 20);
my $typescript = npm_packages('typescript');
my $bridge = install_bridge();
my $folder = PostgreSQL::Test::Utils::tempdir;
my $seed = $ENV{SEED} // 1795;
my $node = new_server('main');

note("SEED=$seed");
create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
load_drawn_verbs($node, 'main', $seed, ACTIONS);

foreach ([ 'plain', 'number' ], [ 'postgrest', 'string' ])
{
	my ($gateway, $numbers) = @$_;

	append_to_file("$folder/$gateway.$numbers.json",
		$node->safe_psql('main', "SELECT action_openapi('$gateway', numbers => '$numbers', server => 'https://api.help-desk.test')"));
}
append_to_file("$folder/errors.json", $node->safe_psql('main', <<~'SQL'));
	SELECT json_agg(json_build_object('action', a.name, 'code', e.sqlstate))
	FROM custom_actions.actions AS a, action_errors(a.name) AS e WHERE e.sqlstate IS NOT NULL
	SQL
append_to_file("$folder/inputs.json", $node->safe_psql('main', 'SELECT json_object_agg(name, input) FROM generated.drawn'));
run_judge($node, 'main', $modules, 'test/clients/openapi.mjs', $folder, $typescript, $bridge);

# Once more, with the same catalog
is($node->safe_psql('main', "SELECT action_openapi('plain', server => 'https://api.help-desk.test')"), slurp_file("$folder/plain.number.json"),
	'the same catalog gives the same text');
log_is_clean($node, 'the log of the server is clean');
$node->stop;
done_testing();
