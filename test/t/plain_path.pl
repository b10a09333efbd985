# Worlds of tables, actions and calls made at random: with all rewrites of what actions
# do (custom_actions.plain_path) comes what comes without them.
#
# Two databases begin alike. The same script runs in both, in one session each, plain in
# the first, with rewrites in the second: rows, outputs, errors with their SQLSTATE and
# context, notices of triggers in their order, the record, all that is printed is the same.
# A small share of the cases has two more sessions, which wait for each other.
#
# PLAIN_SEED and PLAIN_COUNT (cases) repeat or extend it; PLAIN_WORLD=n runs that world
# alone, PLAIN_MODE says what is plain in all. What differs, and the script, are in the test's directory.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PlainCases;
use PostgreSQL::Test::Utils;
use Random;
use Test::More;

my $seed = $ENV{PLAIN_SEED} // 15;
my $count = $ENV{PLAIN_COUNT} // 1000;
my $cases_of_world = 10;
my $worlds_of_database = 40;
my $node = new_server('main', "autovacuum = off\njit = off\nfsync = off\ndeadlock_timeout = '100ms'\nstatement_timeout = '60s'\nmax_connections = 20\n");
my $directory = $ENV{TESTDATADIR} // PostgreSQL::Test::Utils::tempdir;
my $has_dblink = $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'dblink'");
my @rewrites = qw(frames path merge sets expressions fingerprints liveness);

# Makes both databases anew.
sub fresh_databases
{
	foreach my $database (qw(plain rewritten))
	{
		$node->safe_psql('postgres', "DROP DATABASE IF EXISTS $database");
		$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE cases");
	}
	return;
}

# What the session of a script begins with, and where there is dblink, two more
sub preamble
{
	my $script = <<'SQL';
\pset format unaligned
\pset tuples_only on
\set VERBOSITY verbose
LOAD 'custom_actions';
SET timezone = 'UTC';
SET custom_actions.plain_path = :'plain';
SQL

	return $script if !$has_dblink;
	foreach my $connection (qw(one two))
	{
		$script .= "SELECT format('dbname=%s user=%s host=%s port=%s options=-ctimezone=UTC', current_database(), current_user, split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port')) AS there \\gset\n"
			. "SELECT dblink_connect('$connection', :'there') \\g /dev/null\n"
			. "SELECT dblink_exec('$connection', \$\$LOAD 'custom_actions'\$\$), dblink_exec('$connection', format('SET custom_actions.plain_path = %L', :'plain')) \\g /dev/null\n"
			. "SELECT pid AS $connection FROM dblink('$connection', 'SELECT pg_backend_pid()') AS r (pid integer) \\gset\n";
	}
	return $script;
}

# Makes what a case prints the same each time; statements that do the work are no part of it, nor
# the rows that they were about to write: doc/errors.md tells that such a row may be that of two steps.
sub comparable
{
	my ($text) = @_;

	$text =~ s/^LOCATION:.*\n//mg;
	$text =~ s/^CONTEXT:  SQL statement "[^\n]*"\n/CONTEXT:  /mg;
	$text =~ s/^SQL statement "[^\n]*"\n//mg;
	$text =~ s/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?/TIME/g;
	$text =~ s/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UUID/g;
	$text =~ s/(Failing row contains) \([^\n]*?\)\./$1 (...)./g;
	$text =~ s/ pivot \d+/ pivot/g;
	$text =~ s/pg_temp_\d+/pg_temp_N/g;
	return $text;
}

# Runs a script in a database; returns what each case has printed, and what stands before the first.
sub run_script
{
	my ($database, $plain, $file) = @_;
	my ($out, $err, $number, @cases, @case_of_line) = ('', '', 0);

	IPC::Run::run([ 'psql', '-Xq', '-v', "plain=$plain", '-d', $node->connstr($database), '-f', $file ], '>', \$out, '2>', \$err);
	$_ = '' foreach $cases[0];
	foreach my $line (split /\n/, slurp_file($file))
	{
		$number = $1 if $line =~ /^\\echo CASE (\d+)/;
		push @case_of_line, $number;
	}
	foreach my $line (split /^(?=psql:)/m, $err)
	{
		$number = $case_of_line[ $1 - 1 ] if $line =~ s/^psql:[^\n]*?:(\d+): //;
		$cases[$number] .= $line;
	}
	$number = 0;
	foreach my $line (split /^/m, $out)
	{
		$number = $1 if $line =~ /^CASE (\d+)/;
		$cases[$number] .= $line;
	}
	return map { comparable($_ // '') } @cases;
}

# The lines that only one of two texts has, in their order
sub difference
{
	my ($plain, $rewritten) = map { [ split /\n/, $_ ] } @_;
	my %count;
	my @lines;

	$count{$_}++ foreach @$plain;
	$count{$_}-- foreach @$rewritten;
	foreach my $side ([ 'plain     ', $plain, 1 ], [ 'rewritten ', $rewritten, -1 ])
	{
		my ($name, $all, $sign) = @$side;

		foreach my $line (@$all)
		{
			next if $count{$line} * $sign <= 0;
			$count{$line} -= $sign;
			push @lines, "$name$line";
		}
	}
	return @lines ? join("\n", @lines) : 'the order';
}

# Makes a world with its cases, runs it both ways; returns the first difference, or none.
sub try_world
{
	my ($world, $cases, $seen) = @_;
	my $file = "$directory/world$world.sql";
	my $drawn = chance(0.8) ? 'all' : one_of(@rewrites);
	my $plain = $ENV{PLAIN_MODE} // $drawn;
	my (@plain, @rewritten);

	append_to_file($file, preamble() . world_script($world) . join('', map { $has_dblink && chance(0.06) ? concurrent_script($_) : case_script($_) } 1 .. $cases));
	@plain = run_script('plain', $plain, $file);
	@rewritten = run_script('rewritten', '', $file);
	$seen->{cases} += $cases;
	foreach my $case (0 .. $#plain)
	{
		my $both = $plain[$case] . ($rewritten[$case] // '');

		$seen->{errors} += () = $plain[$case] =~ /^ERROR:/mg;
		$seen->{calls} += () = $plain[$case] =~ /^record: .*\| succeeded/mg;
		$seen->{waits}++ if $plain[$case] =~ /^\w+ waits: true/m;
		# who of two is the victim is a matter of chance
		last if $both =~ /40P01/;
		next if $plain[$case] eq ($rewritten[$case] // '');
		append_to_file("$directory/world$world.$_->[0]", $_->[1]) foreach [ plain => $plain[$case] ], [ rewritten => $rewritten[$case] ];
		return "world $world, case $case, plain: $plain\n" . substr(difference($plain[$case], $rewritten[$case] // ''), 0, 3000);
	}
	unlink $file unless $ENV{PLAIN_WORLD};
	return ();
}

$node->safe_psql('postgres', 'CREATE ROLE clerk');
$node->safe_psql('postgres', 'CREATE DATABASE cases TEMPLATE template0');
$node->safe_psql('cases', shared_script() . ($has_dblink ? 'CREATE EXTENSION dblink' : ''));

my %seen = (cases => 0, errors => 0, calls => 0, waits => 0);
my ($world, @different) = (0);

diag("PLAIN_SEED=$seed");
while ($seen{cases} < $count && @different < 5)
{
	srand($seed * 100_000 + ++$world);
	$world = $ENV{PLAIN_WORLD} if $ENV{PLAIN_WORLD};
	srand($seed * 100_000 + $world);
	fresh_databases() if $seen{cases} % ($cases_of_world * $worlds_of_database) == 0;
	push @different, try_world($world, $cases_of_world, \%seen);
	last if $ENV{PLAIN_WORLD};
}
is(join("\n", @different), '', 'with rewrites comes what comes without them');
diag("repeat with PLAIN_SEED=$seed and PLAIN_WORLD; scripts are in $directory") if @different;
note(join(', ', map { "$_: $seen{$_}" } sort keys %seen));
cmp_ok($seen{calls}, '>', $seen{cases}, 'many calls succeed');
cmp_ok($seen{errors}, '>', $seen{cases} / 2, 'others fail');
cmp_ok($seen{waits}, '>', $seen{cases} / 200, 'some sessions wait') if $has_dblink && !$ENV{PLAIN_WORLD};
log_is_clean($node, 'the log is clean');
done_testing();
