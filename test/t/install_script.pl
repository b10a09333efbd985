# The parts of the install script: the order in which they depend on each other, and
# the length of functions. Each check is first seen to fail on a small script.
use strict;
use warnings FATAL => 'all';

use Test::More;

my $longest = 60;

# The functions and views of parts, given as [file, text], in their order
sub objects
{
	my @objects;

	foreach my $part (@_)
	{
		my ($file, $text) = @$part;

		while ($text =~ /^CREATE (?:FUNCTION|VIEW) ((?:custom_actions|\@extschema\@)\.(\w+).*?)(?=^CREATE |^COMMENT ON |\z)/msg)
		{
			my ($source, $name) = ($1, $2);
			my ($body) = $source =~ /^(?:AS \$\$|AS$|BEGIN ATOMIC)\n(.*)/ms;

			push @objects,
			  {
				file => $file,
				name => $name,
				own => scalar($source =~ /^custom_actions/),
				c => scalar($source =~ /'MODULE_PATHNAME'/),
				plpgsql => scalar($source =~ /^LANGUAGE plpgsql/m),
				lines => scalar(my @lines = split /\n/, $source =~ s/\s+\z//r),
				calls => [ calls($body // '') ]
			  };
		}
	}
	return @objects;
}

# What may be names of functions that a body calls
sub calls
{
	my ($body) = @_;
	my %seen;

	$body =~ s/--[^\n]*|'(?:[^']|'')*'//g;
	return grep { !$seen{$_}++ } $body =~ /\b(\w+)\(/g;
}

# Calls of what comes later
sub forward_calls
{
	my @objects = @_;
	my (%first, @found);

	foreach my $i (grep { $objects[$_]{own} } 0 .. $#objects)
	{
		$first{ $objects[$i]{name} } //= $i;
	}
	foreach my $i (0 .. $#objects)
	{
		push @found, map { "$objects[$i]{file}: $objects[$i]{name} calls $_ of $objects[$first{$_}]{file}" }
		  grep { ($first{$_} // 0) > $i } @{ $objects[$i]{calls} };
	}
	return @found;
}

# Functions that nobody reads at one go
sub long_functions
{
	return map { "$_->{file}: $_->{name} has $_->{lines} lines" } grep { $_->{plpgsql} && $_->{lines} > $longest } @_;
}

# Declarations of C functions that stand with others
sub scattered_declarations
{
	return map { "$_->{file}: $_->{name} is written in C" } grep { $_->{own} && $_->{c} && $_->{file} ne '10_c_functions.sql' } @_;
}

my $body = "\tPERFORM 1;\n" x $longest;
my @wrong = objects(
	[ '10_c_functions.sql', "CREATE FUNCTION custom_actions.first()\nLANGUAGE c\nAS 'MODULE_PATHNAME', 'first';\n\nCOMMENT ON FUNCTION custom_actions.first() IS 'later()';\n" ],
	[   '20_one.sql',
		"CREATE FUNCTION custom_actions.one()\nLANGUAGE plpgsql\nAS \$\$\nBEGIN\n\tPERFORM first(), later('x'); -- second()\n\tRAISE 'second()';\nEND\n\$\$;\n\n"
		  . "CREATE FUNCTION custom_actions.second()\nLANGUAGE sql\nBEGIN ATOMIC\n\tSELECT custom_actions.one(), now();\nEND;\n\n"
		  . "CREATE VIEW custom_actions.seen\nAS\nSELECT custom_actions.later(1);\n"
	],
	[   '30_two.sql',
		"CREATE FUNCTION custom_actions.later()\nLANGUAGE c\nAS 'MODULE_PATHNAME', 'later';\n\n"
		  . "CREATE FUNCTION custom_actions.long()\nLANGUAGE plpgsql\nAS \$\$\nBEGIN\n$body" . "END\n\$\$;\n"
	]);
is_deeply([ forward_calls(@wrong) ], [ '20_one.sql: one calls later of 30_two.sql', '20_one.sql: seen calls later of 30_two.sql' ], 'calls of later parts are found');
is_deeply([ long_functions(@wrong) ], ['30_two.sql: long has 66 lines'], 'so are long functions');
is_deeply([ scattered_declarations(@wrong) ], ['30_two.sql: later is written in C'], 'and scattered declarations');

my @parts;
foreach my $path (sort glob 'src/sql/[0-9]*.sql')
{
	open my $in, '<', $path or die "$path: $!";
	local $/ = undef;
	push @parts, [ $path =~ m{([^/]+)\z}, <$in> ];
}
my @objects = objects(@parts);

cmp_ok(scalar(grep { @{ $_->{calls} } } @objects), '>', 60, 'the functions are found');
is_deeply([ forward_calls(@objects) ], [], 'no function calls one of a later part');
is_deeply([ long_functions(@objects) ], [], "no function of PL/pgSQL has more than $longest lines");
is_deeply([ scattered_declarations(@objects) ], [], 'what is written in C is declared in one part');

done_testing();
