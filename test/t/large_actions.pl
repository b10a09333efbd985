# An action of eight times as many steps takes about eight times as long to make, check
# and activate, whatever its steps name.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Test::More;
use Time::HiRes qw(time);

my $node = new_server('main');
my ($few, $many) = (1000, 8000);
my $most = 20;

# What step number i is: each reads what the one before wrote, most by a name of its own.
my %shapes = (
	lets => q{json_build_object('let', json_build_object('v' || i, CASE WHEN i > 1 THEN '=let.v' || (i - 1) || ' + 1' ELSE '=1' END))},
	rows => q{json_build_object('create', 'public.paper', 'as', 's' || i, 'set', json_build_object('title', CASE WHEN i > 1 THEN '=s' || (i - 1) || '.title' ELSE '=''x''' END))},
	writes => q{json_build_object('update', 'target', 'set', json_build_object('title', '=this.title || ''x'''))});

create_database($node, 'large');
$node->safe_psql('large', 'CREATE TABLE public.paper (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text)');

# What is done with an action of so many steps.
sub works
{
	my ($shape, $steps) = @_;
	my $name = "public.${shape}_$steps";

	return (
		[ 'a draft', "SELECT create_action('$name', json_build_object('table', 'public.paper', 'steps', (SELECT json_agg($shapes{$shape} ORDER BY i) FROM generate_series(1, $steps) AS i)), true)" ],
		[ 'checking', "SELECT count(*) FROM check_action('$name')" ],
		[ 'activation', "SELECT activate_action('$name')" ]);
}

# Seconds that a statement takes.
sub seconds
{
	my ($sql) = @_;
	my $start = time;

	$node->safe_psql('large', $sql);
	return time - $start;
}

foreach my $shape (sort keys %shapes)
{
	my @of_few = works($shape, $few);
	my @of_many = works($shape, $many);

	foreach my $number (0 .. $#of_few)
	{
		my ($what, $sql) = @{ $of_few[$number] };
		my ($short, $long);

		# others may be busy too
		foreach (1 .. 5)
		{
			($short, $long) = (seconds($sql), seconds($of_many[$number][1]));
			last if $long < $most * $short;
		}
		cmp_ok($long, '<', $most * $short,
			sprintf('%s of %d %s takes %.1f times as long as of %d', $what, $many, $shape, $long / $short, $few));
	}
}

done_testing();
