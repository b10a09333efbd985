# A client of OData as it comes: the OData V4 model of OpenUI5, in Chromium. It reads
# $metadata through the bridge (test/bridge), and calls a function, a bound and an
# unbound action, and one that is refused; see odata_ui5.mjs.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Judge;
use PostgreSQL::Test::Utils;
use Test::More;

my ($chromium) = grep { -x } map { my $name = $_; map { "$_/$name" } split(/:/, $ENV{PATH}), '/usr/bin' } qw(chromium chromium-browser google-chrome);

plan skip_all => 'chromium is not installed' if !defined $chromium;

my $modules = npm_packages('ui5');
my $bridge = install_bridge();
my $node = new_server('main');

create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
my $folder = PostgreSQL::Test::Utils::tempdir;
append_to_file("$folder/metadata.xml", $node->safe_psql('main', q{SELECT action_csdl('xml')}));
run_judge($node, 'main', npm_packages('odata'), 'test/clients/odata_metadata.mjs', "$folder/metadata.xml");
run_judge($node, 'main', $modules, 'test/clients/odata_ui5.mjs', $bridge, $chromium, $folder);
is($node->safe_psql('main', q{SELECT status, priority FROM support.case WHERE id = 42}), 'escalated|3', 'the bound action has changed its row');
is($node->safe_psql('main', q{SELECT title FROM support.case WHERE id > 43}), 'From UI5', 'the unbound one has made one');
like($node->safe_psql('main', q{SELECT DISTINCT client ->> 'application_name' FROM custom_actions.invocations WHERE status = 'succeeded'}), qr/Mozilla/, 'the record says with what');
log_is_clean($node, 'the log of the server is clean');
$node->stop;
done_testing();
