# DDL that concerns no action costs next to nothing, however many actions there are.
# The figures are those of the benchmark; here a wide margin tells that nothing which
# grows with the actions, and no SQL, is on the way. Time is uneven on a machine that
# does other things besides: what was too slow is measured again, and the best counts.
use strict;
use warnings FATAL => 'all';

use lib 'test/bench';

use Bench;
use Cases;
use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my %size = (rounds => 5, rows => 1, ddl => 40, ddl_actions => [ 0, 200 ], many => [ 1, 2, 3 ], connections => 1, transactions => 1, flat => 1);
my $node = new_server('main', settings('64MB'));

local %ENV = $node->_get_env();
run_psql('postgres', 'CREATE DATABASE bench TEMPLATE template0;');
my $most = 1.3;
foreach my $case (selected_cases(\%size, 'ddl_*'))
{
	my ($lines, $difference, %best);

	foreach (1 .. 5)
	{
		($lines, $difference) = run_case($case, \%size);
		last if defined $difference;
		foreach my $line (@$lines)
		{
			my $before = $best{ $line->{case} };

			$best{ $line->{case} } = $line if !$before || $line->{ratio} < $before->{ratio};
		}
		last if !grep { $_->{ratio} >= $most } values %best;
	}
	is($difference, undef, "$case->{name}: nothing is left behind");
	cmp_ok($_->{ratio}, '<', $most, "$_->{case}: $_->{ours} and $_->{rival}") foreach map { $best{ $_->{case} } } @$lines;
}
log_is_clean($node, 'the log is clean');
done_testing();
