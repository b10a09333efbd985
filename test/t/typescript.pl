# Types of actions in TypeScript, by its compiler: a hundred actions of all sorts of types
# compile under --strict, with the real types of node-postgres, postgres.js and postgrest-js;
# what is wrong does not; and what invoke and tryInvoke bring over node-postgres and
# postgres.js is what the types say.
# SEED=N repeats a run.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Judge;
use PostgreSQL::Test::Utils;
use Test::More;

use constant ACTIONS => 100;

my $modules = npm_packages('typescript_clients', 18);
my $folder = PostgreSQL::Test::Utils::tempdir;
my $seed = $ENV{SEED} // int(rand(2**31));
my $node = new_server('main');

note("SEED=$seed");
create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
load_drawn_verbs($node, 'main', $seed, ACTIONS);
append_to_file("$folder/actions.ts", $node->safe_psql('main', 'SELECT action_typescript()'));
append_to_file("$folder/strings.ts", $node->safe_psql('main', q{SELECT action_typescript(numbers => 'string')}));
append_to_file("$folder/inputs.json", $node->safe_psql('main', 'SELECT json_object_agg(name, input) FROM generated.drawn'));
run_judge($node, 'main', $modules, 'test/clients/typescript.mjs', $folder);
is($node->safe_psql('main', 'SELECT action_typescript()'), slurp_file("$folder/actions.ts"), 'the same catalog gives the same text');
log_is_clean($node, 'the log of the server is clean');
$node->stop;
done_testing();
