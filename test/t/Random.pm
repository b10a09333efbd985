# Drawing by chance, for tests that make their cases up.
package Random;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT = qw(one_of chance number some_of);

# One of several
sub one_of
{
	return $_[ int(rand(@_)) ];
}

# True so often
sub chance
{
	my ($share) = @_;

	return rand() < $share;
}

# From 1 to the most
sub number
{
	my ($most) = @_;

	return 1 + int(rand($most));
}

# So many different ones, in their order
sub some_of
{
	my ($number, @all) = @_;
	my %taken;

	$taken{ int(rand(@all)) } = 1 while keys %taken < $number && keys %taken < @all;
	return @all[ sort { $a <=> $b } keys %taken ];
}

1;
