# Long and deep definitions: writing, reading, checking and activating a draft takes
# time in proportion to its steps.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');
my $made = 0;

# Seconds of processor time that some statements take, about an action of their own;
# others may be busy, so the clock says little.
sub seconds
{
	my ($sql) = @_;
	my $name = 'public.made_' . ++$made;
	my $out = $node->safe_psql('main', ($sql =~ s/ACTION/$name/gr) . q{;
		SELECT (p[14]::integer + p[15]::integer) / 100.0 FROM string_to_array(pg_read_file('/proc/self/stat'), ' ') AS p});

	return ($out =~ /(\S+)\z/)[0];
}

# Whether eight times as many steps take at most twice eight times as long.
sub is_linear
{
	my ($what, $sql, $few) = @_;
	my ($short, $long) = map { seconds($sql->($_)) } $few, 8 * $few;

	note("$what: $short s, $long s");
	cmp_ok($long, '<', 16 * $short, "$what: eight times as many steps");
	return;
}

my $flat = sub { my ($n) = @_; return qq{SELECT create_action('ACTION', json_build_object('steps',
	(SELECT json_agg(json_build_object('let', json_build_object('x' || g % 100, g))) FROM generate_series(1, $n) AS g)), true)} };
my $nested = sub { my ($n) = @_; return qq{SELECT create_action('ACTION', ('{"steps": [' || repeat('{"if": "true", "then": [', $n)
	|| '{"let": {"a": 1}}' || repeat(']}', $n) || ']}')::json, true)} };

create_database($node, 'main');
is_linear('a draft', sub { $flat->($_[0]) }, 1000);
is_linear('a draft in place of another', sub { $flat->($_[0]) . ';' . $flat->($_[0]) }, 500);
is_linear('rows without positions', sub { qq{SELECT create_action('ACTION');
	INSERT INTO custom_actions.step (action, kind, arguments) SELECT 'ACTION', 'let', '{"a": 1}' FROM generate_series(1, $_[0])} }, 1000);
is_linear('add_action_step', sub { qq{SELECT create_action('ACTION');
	DO \$\$BEGIN FOR i IN 1..$_[0] LOOP PERFORM add_action_step('ACTION', 'let', NULL, '{"a": 1}'); END LOOP; END\$\$} }, 300);
is_linear('activating a long list', sub { $flat->($_[0]) . q{; SELECT activate_action('ACTION')} }, 1000);
is_linear('activating again', sub { $flat->($_[0]) . q{; SELECT activate_action('ACTION');
	UPDATE custom_actions.step SET arguments = '{"a": 2}' WHERE action = 'ACTION' AND position IN (7, 700); SELECT activate_action('ACTION')} }, 1000);
is_linear('activating what is deep', sub { $nested->($_[0]) . q{; SELECT activate_action('ACTION')} }, 200);
is_linear('deleting', sub { $nested->($_[0]) . q{; DELETE FROM custom_actions.step WHERE action = 'ACTION' AND parent IS NULL} }, 200);

# However deep, the text stays in proportion, and it is the same after a round trip
$node->safe_psql('main', $nested->(500) =~ s/ACTION/public.deep/r);
my $text = $node->safe_psql('main', q{SELECT action_definition('public.deep')});
cmp_ok(length $text, '<', 500 * 400, 'the text of 500 steps below each other');
is($node->safe_psql('main', q{SELECT create_action('public.deep', action_definition('public.deep'), true); SELECT action_definition('public.deep')}),
	"public.deep\n$text", 'which goes in and comes out the same');

log_is_clean($node, 'the log is clean');
done_testing();
