# Actions need no more instructions than before, compared with PL/pgSQL that does the same:
# some cases of the benchmark, counted by valgrind and compared with test/bench/guard.txt.
# Instructions hardly vary with what else the machine does; times would.
use strict;
use warnings FATAL => 'all';

use lib 'test/bench';

use Bench;
use Count;
use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $most = 1.10;
my %size = count_sizes(25);
my ($cases, $parts) = guarded_cases(\%size);
my ($where, %before) = read_guard('test/bench/guard.txt');

plan skip_all => 'valgrind is missing' if system('valgrind --version >/dev/null 2>&1') != 0;

my $node = new_server('main', settings('16MB', '80MB'));
my $tmp = PostgreSQL::Test::Utils::tempdir;

local %ENV = $node->_get_env();
plan skip_all => "guard.txt was counted on $where" if counted_on() ne $where;
plan skip_all => 'assertions are counted, too' if run_psql('postgres', 'SHOW debug_assertions;') =~ /^on/;
build_module($ENV{private});
load_sides(@$parts);
prepare_count(\%size, @$cases);
my $marked = eval { run_psql('bench', "SELECT floor.mark('none');"); 1 };
plan skip_all => 'the headers of valgrind are missing' if !$marked;
$node->stop;

# Looks at what was counted of a case.
sub compare_case
{
	my ($lines, $difference, $case) = @_;
	my $ratio = $lines->[0]{ratio} // 9;
	my $known = $before{ $case->{name} } // 0;

	is($difference, undef, "$case->{name}: the sides do the same");
	cmp_ok($ratio, '<=', $most * $known, "$case->{name}: $lines->[0]{ours} instructions, beside $lines->[0]{rival}; $known of these before");
	diag("$case->{name}: $ratio instead of $known: BENCH=guard make bench") if $ratio < $known / $most;
	return;
}

count_cases({ data => $node->data_dir, tmp => $tmp, postgres => "$ENV{bin}/postgres" }, \%size, \&compare_case, @$cases);
is(join(' ', sort keys %before), join(' ', sort map { $_->{name} } @$cases), 'guard.txt has every case');
log_is_clean($node, 'the log is clean');
done_testing();
