# Values, conditions and addresses for steps of plain_path's actions.
package PlainValues;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP;
use PlainWorld;
use Random;

our @EXPORT = qw(key value set condition other_row harmless_set quiet_value quiet_set);

# Where a row of a table may be
sub key { return one_of('=input.n', '=target.m', '=input.n % 3 + 1', number(6), number(6), number(8)) }

# Values of columns, of which some read the row that is written, if it is there
my %own_values = (
	n => [ '=n + input.n', '=this.n + 1', '=case when input.n > 5 then 1 else this.n end', '=coalesce(n, 3)' ], m => [ '=m + 10', '=n + 50' ],
	status => [ '=lower(status)', '=coalesce(this.status, note)' ], note => [ '=note || input.s', '{{this.note}}{{status}}' ], ref => ['=ref'], touched => [ '=touched + 1', '=coalesce(touched, 0) + 1', '=coalesce(this.touched, 0) + n' ]);
my %values = (
	n => sub { return ('=input.n', '=target.n + 1', number(9), number(9), '=coalesce(target.n, 0) + input.n', '=eq.twice(input.n)', '=eq.twice_slow(input.n)', '=10 / (input.n - 3)', '=null', '=target.m', 99,
			'=(select count(*) from ' . table() . ')', "=eq.rows('" . table() . "')", '=eq.logged()', '=(select count(*) from eq.log)', '=input.n % 4 * 30', map { "=let.$_" } @{ $known{lets} }) },
	m => sub { return (number(9), 10 + number(500), 10 + number(500), 10 + number(500), '=input.n', '=input.n + 20', '=null', '=target.n', '=target.m', map { "=$_.n" } @{ $known{rows} }) },
	status => sub { return (qw(open closed moved moved new), '=input.s', '=input.s', '{{input.s}}!', 'bad', '=null', '=target.status', '{{target.note}}', 'awful') },
	note => sub { return ('plain', '{{target.status}} {{input.s}}', "=current_setting('search_path')", '{{eq.whoami()}}', '=whoami()', "='$world.t1'::regclass::text", '{{target}}', '{{target.n}}-{{target.m}}', '=context.caller', '=null', '=input.s',
			"=(select string_agg(status, ',' order by id) from " . table() . ' where id < 4)', '=repeat(input.s, 20)', '=current_schemas(true)::text', '=current_schema', '=eq.spied(input.s)', "=(case when input.n % 2 = 0 then 't1' else '$world.t2' end)::regclass::text", "{{current_schema}} {{input.n}}", map { "{{$_.note}} {{$_}}" } @{ $known{rows} }) },
	ref => sub { return (number(8), number(8), '=input.n', '=null', 77, '=target.id', map { "=$_.id" } @{ $known{rows} }) },
	touched => sub { return (0, number(9), '=null', '=(select max(id) from ' . table() . ')') });

# A value for a column; of a row that is there, perhaps one that reads it
sub value
{
	my ($column, $there) = @_;

	return $there && chance(0.3) ? one_of(@{ $own_values{$column} }) : one_of($values{$column}->());
}

# Some columns with their values
sub set
{
	my ($most, $there) = @_;

	return { map { $_ => value($_, $there) } some_of(number($most), qw(status n m note ref touched)) };
}

# A condition over what is known
sub condition
{
	return one_of("target.status <> 'closed'", 'target.n < 20', 'input.n > 2', 'input.n % 2 = 0', 'target.id % 3 <> 1', 'eq.twice(input.n) < 12', 'eq.twice_slow(target.n::integer) < 60', 'input.s is not null',
		'(select count(*) from ' . table() . ') > 8', 'exists(select from ' . table() . ' where n > input.n)', 'exists(select 1 / (n - 3) from ' . relation() . ' where n > target.n order by n)',
		'not exists(select from ' . relation() . ' where id = input.n)', 'exists(select distinct status from ' . table() . ' where id > input.n offset 2)', '(select status from ' . relation() . " where id = input.n) = 'open'",
		'(select m > n from ' . relation() . ' where id = input.n)', 'exists(select from ' . relation() . " where whoami() like 'eq%')", "whoami() like 'eq%'", '1 / (input.n - 4) = 0', "current_setting('search_path') like '%other%'", "current_schema = 'eq'", "eq.rows('" . table() . "') > 40", 'eq.logged() > 1', "eq.spied('') like '%public'",
		'target.note is null', (map { "$_.n > 3" } @{ $known{rows} }), (map { "let.$_ > 3" } @{ $known{lets} }));
}

# Another row, as steps address it
sub other_row
{
	my ($on) = @_;
	my %address = (id => key());

	%address = (where => one_of('id = input.n', 'n > input.n', 'id < 4', "status = 'open'", 'm = target.m')) if $on =~ /\.v/ || chance(0.25);
	$address{required} = JSON::PP::false if chance(0.4);
	return %address;
}

# Too long for an index, however it is compressed
my $long = join('', map { chr(97 + $_ * $_ * $_ % 23) . chr(65 + $_ * 7 % 25) . ($_ * 7919 % 10007) } 1 .. 1300);

# Values that nobody would mind being written together with others
my %quiet_values = (
	n => [ 1 .. 5, 99, '=12 / (input.n - 3)', '=n + input.n', '=input.n', '=target.m', '=case when input.n > 5 then 1 else 2 end' ], m => [ 4 .. 12, '=input.n', '=input.n', '=null', '=coalesce(m, 3)' ],
	status => [qw(open closed moved =input.s bad bad awful)], note => [ 'plain', '=substr(input.s, 1, 5 - input.n)', 'x' x 70, $long, '=input.s', '=coalesce(status, input.s)' ], ref => [ 1 .. 4, 77, 77, '=input.n', '=null', '=this.m' ], touched => [ 0 .. 9, '=input.n', '=m' ]);

# Values that cannot fail before they are written
my %harmless_values = (
	n => [ 1 .. 5, 99, '=input.n', '=target.m', '=case when input.n > 5 then 1 else 2 end' ], m => [ 4 .. 12, 13 .. 40, '=input.n', '=null', '=coalesce(target.m, 3)' ], status => [qw(open closed moved =input.s =target.status bad)],
	note => [ 'plain', '{{input.s}} {{input.n}}', 'x' x 70, $long, '=input.s', 'note' ], ref => [ 1 .. 4, '=input.n', '=null', 77 ], touched => [ 0 .. 9, '=input.n' ]);

# Some columns with such values
sub harmless_set
{
	my ($most) = @_;

	return map { $_ => one_of(@{ $harmless_values{$_} }) } some_of(number($most), qw(status n m note ref touched));
}

# A quiet value for a column; of a row that is there, perhaps one that reads it
sub quiet_value
{
	my ($column, $there) = @_;

	return one_of(grep { $there || !/this\.|^=n |note|status|coalesce|^=m$/ } @{ $quiet_values{$column} });
}

# Some columns with such values
sub quiet_set
{
	my ($most, $there) = @_;

	my %set = map { $_ => quiet_value($_, $there) } some_of(number($most), qw(status n m note ref touched));
	my @fail = grep { $set{$_} =~ m{^99$|/|substr|bad|awful} } sort keys %set;

	# of two values that fail, which does so first depends on whether they are computed when the statement is planned
	delete @set{ @fail[ 1 .. $#fail ] };
	return %set;
}

1;
