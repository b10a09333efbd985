# The metadata of OData, judged by OASIS's reader and schema and by SAP's client library,
# in both forms, over all types and odd names; wrong documents are complained of. Calls by
# HTTP through the bridge (test/bridge), with what the metadata says.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Judge;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $modules = npm_packages('odata');
my $bridge = install_bridge();
my $node = new_server('main');
my $folder = PostgreSQL::Test::Utils::tempdir;

create_database($node, 'main');
load_help_desk($node, 'main');
load_desk_verbs($node, 'main');
$node->safe_psql('main', slurp_file('test/clients/odd_verbs.sql'));

# Judges a document in both forms.
sub judge
{
	my ($name, $arguments) = @_;

	append_to_file("$folder/$name.$_", $node->safe_psql('main', "SELECT action_csdl('$_'$arguments)")) for qw(xml json);
	return run_judge($node, 'main', $modules, 'test/clients/odata_metadata.mjs', map { "$folder/$name.$_" } qw(xml json));
}

judge('all', '');
judge('one', ", 'Contoso.Desk'");
judge('internal', ", visibility => 'internal'");
judge('none', ", pattern => 'no.such'");
judge('agent', ", visibility => 'agent'");

# The same judges complain of a wrong one.
{
	my $xml = slurp_file("$folder/all.xml");

	(my $misplaced = $xml) =~ s{<Key>}{<ReturnType Type="Edm.String"/><Key>};
	(my $unknown = $xml) =~ s{"support\.escalate_caseResponse"}{"support.nothing"};
	(my $twice = $xml) =~ s{(<EntitySet Name=")case(".*?</EntitySet>)}{$1case$2$1case$2}s;
	append_to_file("$folder/misplaced.xml", $misplaced);
	append_to_file("$folder/unknown.xml", $unknown);
	append_to_file("$folder/twice.xml", $twice);
	foreach my $name (qw(misplaced unknown twice))
	{
		my $said = do { local %ENV = (%ENV, NODE_MODULES => $modules); qx{node test/clients/odata_metadata.mjs $folder/$name.xml 2>&1} };

		like($said, qr/^not ok/m, "a wrong document is refused: $name");
	}
}

# The same catalog, the same text
is($node->safe_psql('main', q{SELECT action_csdl() = action_csdl() AND action_csdl('json') = action_csdl('json')}), 't', 'the text is the same each time');

# Calls by HTTP
run_judge($node, 'main', $modules, 'test/clients/odata_calls.mjs', $bridge);
is($node->safe_psql('main', q{SELECT status, priority FROM support.case WHERE id = 42}), 'escalated|3', 'the bound action has changed its row');
is($node->safe_psql('main', q{SELECT count(*) FROM support.case WHERE title = 'By OData'}), '1', 'the unbound one has made one');

# Many actions take no longer each than few
{
	my %seconds;

	$node->safe_psql('main', <<~'SQL');
		CREATE SCHEMA many;
		SET client_min_messages = error;
		DO $$
		BEGIN
			FOR i IN 1..200 LOOP
				PERFORM create_action('many.verb_' || i, '{"table": "support.case", "input": [{"name": "reason", "type": "varchar(20)"}, {"name": "level", "type": "integer", "default": 1}],
					"output": [{"name": "done", "type": "text", "default": "=input.reason || input.level"}], "steps": [{"require": "target.status <> ''closed''"}]}'::json);
				PERFORM activate_action('many.verb_' || i);
			END LOOP;
		END
		$$;
		SQL
	foreach my $count (20, 200)
	{
		my $pattern = $count == 20 ? 'many.verb\_1_' : 'many.%';

		$node->safe_psql('main', "SELECT length(action_csdl(pattern => '$pattern'))");
		my $start = time;
		$node->safe_psql('main', "SELECT length(action_csdl('xml', pattern => '$pattern')) FROM generate_series(1, 3)");
		$seconds{$count} = (time - $start) / 3;
	}
	cmp_ok($seconds{200}, '<', 10 * $seconds{20} * 3 + 1, sprintf('200 actions in %.0f ms, 20 in %.0f', map { 1000 * $seconds{$_} } 200, 20));
}
log_is_clean($node, 'the log of the server is clean');
$node->stop;
done_testing();
