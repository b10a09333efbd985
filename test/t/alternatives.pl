# Expected files for other releases than the one at hand: whoever adds a command to a
# test adds it to all of them, which only a run on such a release would tell. The check
# is first seen to fail on small files.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils qw(slurp_file);
use Test::More;

# The commands that an expected file shows, in its order: lines of these sources
sub commands
{
	my ($expected, @sources) = @_;
	my %command = map { ($_ => 1) } map { split /\n/ } @sources;

	return grep { /\S/ && ($command{$_} || /^starting permutation:/) } split /\n/, $expected;
}

# The first command that one of two expected files shows, and the other does not.
sub first_difference
{
	my ($one, $other, @sources) = @_;
	my @ones = commands($one, @sources);
	my @others = commands($other, @sources);

	shift @ones, shift @others while @ones && @others && $ones[0] eq $others[0];
	return $ones[0] // $others[0];
}

my $source = "SET a = 1;\nSELECT 1;\n";
is(first_difference("SET a = 1;\nSELECT 1;\n1\n", "SET a = 1;\nSELECT 1;\none\n", $source), undef, 'results may differ');
is(first_difference("SET a = 1;\nSELECT 1;\n1\n", "SELECT 1;\n1\n", $source), 'SET a = 1;', 'a command that one lacks is found');
is(first_difference("SELECT 1;\n", "SELECT 1;\n1\nSELECT 1;\n", $source), 'SELECT 1;', 'also at the end');

my @shared = map { slurp_file($_) } glob 'test/sql/*.sql';
foreach my $file (glob 'expected/*_[0-9].out test/isolation/expected/*_[0-9].out')
{
	my ($base, $name) = $file =~ m{^((?:.*/)?(\w+))_\d\.out$};
	my @own = grep { -e } "sql/$name.sql", "test/isolation/specs/$name.spec";

	next if -e $file =~ s{expected/(\w+)\.out$}{sql/$1.sql}r;
	is(first_difference(slurp_file("$base.out"), slurp_file($file), @shared, map { slurp_file($_) } @own), undef, "$file shows the commands of $base.out");
}

done_testing();
