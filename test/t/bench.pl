# The benchmark runs: every case, in miniature, and all its sides do the same work.
# Times are not looked at.
use strict;
use warnings FATAL => 'all';

use lib 'test/bench';

use Bench;
use Cases;
use CustomActions;
use PostgreSQL::Test::Utils;
use Table;
use Test::More;

my %size = (rounds => 1, rows => 40, connections => 2, transactions => 16, many => [ 10, 12, 14 ], ddl => 3, ddl_actions => [ 0, 2, 3 ],
	flat => 120, steps => [ 1, 2 ], large_steps => [ 2, 4 ]);
my $node = new_server('main', settings('64MB'));
my @lines;

local %ENV = $node->_get_env();
build_module($ENV{private});
load_sides();
foreach my $case (cases(\%size))
{
	my ($lines, $difference) = eval { run_case($case, \%size) };

	is($@, '', "case $case->{name} runs");
	is($difference, undef, 'its sides do the same work');
	is(scalar(grep { $_->{ratio} =~ /^-?[0-9]+[.][0-9]+$/ } @{ $lines // [] }), scalar @{ $case->{compare} }, 'all comparisons are made');
	push @lines, @{ $lines // [] };
}

# What is found is shown.
my $page = page('test/bench/benchmarks.md.in', '15', \%size, @lines);
my ($results) = $page =~ /^## Results\n(.*?)(?=^## |\z)/ms;
is(scalar(() = $results =~ /^\|/mg), @lines + 2, 'the page has every line');
unlike($page, qr/\@\w+\@/, 'nothing is left to fill in');
is(text_line($lines[0]) =~ s/ .*//sr, $lines[0]{case} =~ s/ .*//sr, 'a line of the table');

# Cases are selected by patterns.
is(join(' ', map { $_->{name} } selected_cases(\%size, 'le*s wire')), 'lets wire', 'patterns select');
eval { selected_cases(\%size, 'nothing') };
is($@, "no case is named nothing\n", 'a pattern without a case');

# A side that does something else is found out.
run_psql('bench', q{CREATE OR REPLACE FUNCTION rival.raise_each(ids bigint[]) RETURNS void LANGUAGE plpgsql AS 'BEGIN END'});
my ($case) = selected_cases(\%size, 'for_each');
my (undef, $difference) = run_case($case, \%size);
like($difference, qr/^rival, round 0:\n/, 'rows that differ are noticed');
run_psql('bench', q{CREATE OR REPLACE FUNCTION rival.decide(amount integer, OUT level integer) LANGUAGE sql AS 'SELECT 1'});
($case) = selected_cases(\%size, 'choose');
(undef, $difference) = run_case($case, \%size);
like($difference, qr/^rival, round 0:\n/, 'results that differ are noticed');

log_is_clean($node, 'the log is clean');
done_testing();
