# What the cases of the benchmark are made of: calls, once for each of some numbers.
package Calls;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT = qw(each_row each_alone in_schemas per_part per_row thousands);

# One call for each number from the first to the last, added up.
sub per_row
{
	my ($call, $first, $last) = @_;

	return "SELECT count(*), sum(x) FROM (SELECT $call AS x FROM generate_series($first\::bigint, $last) AS i OFFSET 0) AS calls;";
}

# What the sides run, from the calls that they make for each number.
sub each_row
{
	my (%calls) = @_;

	return map {
		my $call = $calls{$_};
		($_ => sub { return per_row($call, @_) })
	} keys %calls;
}

# The same call of functions of one name in several schemas.
sub in_schemas
{
	my ($call, @schemas) = @_;

	return map { ($_ => $call =~ s/%s/$_/gr) } @schemas;
}

# A number as people read it.
sub thousands
{
	my ($number) = @_;

	return scalar reverse(reverse(int($number)) =~ s/(\d{3})(?=\d)/$1,/gr);
}

# One call each for five parts of the numbers, as statements of their own.
sub per_part
{
	my ($call, $begin, $end) = @_;
	my $parts = 5;
	my $size = int(($end - $begin + 1) / $parts);
	my @statements;

	foreach my $part (0 .. $parts - 1)
	{
		my %bound = (first => $begin + $part * $size, last => $begin + ($part + 1) * $size - 1);

		push @statements, $call =~ s/:(first|last)/$bound{$1}/gr;
	}
	return @statements;
}

# The same, each a statement and a transaction of its own. Where a clock tells the time, a
# loop in the server that commits stands for the client.
sub each_alone
{
	my ($size, %calls) = @_;

	return map {
		my $call = $calls{$_};
		($_ => sub { return $size->{counted} ? one_by_one($call, @_) : committed_loop($call, @_) })
	} keys %calls;
}

# Statements of one call each.
sub one_by_one
{
	my ($call, $first, $last) = @_;

	return map { my $number = $_; 'SELECT ' . ($call =~ s/\bi\b/$number/gr) . ' AS x;' } $first .. $last;
}

# A loop over statements of one call each that commits after each of them, and a statement
# that tells what they gave.
sub committed_loop
{
	my ($call, $first, $last) = @_;
	my $loop = "FOR n IN $first .. $last LOOP EXECUTE \$call\$SELECT $call FROM (SELECT \$1 AS i) AS given\$call\$ INTO x USING n::bigint;"
	  . ' found := found + hashtext(x); COMMIT; END LOOP;';

	return (
		'DO $$ DECLARE x text; found bigint := 0; BEGIN ' . $loop . q{ PERFORM set_config('bench.found', found::text, false); END $$;},
		q{SELECT current_setting('bench.found');});
}

1;
