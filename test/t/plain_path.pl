# Worlds of tables, actions and calls made at random: with all rewrites of what actions
# do (custom_actions.plain_path) comes what comes without them.
#
# A batch of worlds is made once, in a database of which there are two copies then. The
# same script runs in both, at the same time, in one session for each world, plain in the first, with
# rewrites in the second: rows, outputs, errors with their SQLSTATE and context, notices
# of triggers in their order, the record, the statistics, all that is printed is the same. A small share
# of the cases has two more sessions, which wait for each other. So a rewrite is chosen
# where actions run: what would be written down by activating them is not judged here.
#
# PLAIN_SEED and PLAIN_COUNT (cases) repeat or extend it, within PLAIN_LIMIT seconds;
# PLAIN_WORLD=n runs that world alone, PLAIN_MODE says what is plain in all, and PLAIN_STOP
# after how many differences it ends; so it does at a SIGTERM. What differs, and the script, are in the test's directory.
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
my $worlds_of_batch = 10;
my $most_different = $ENV{PLAIN_STOP} // 5;
my $end = time + ($ENV{PLAIN_LIMIT} // 1_000_000);
my $node = new_server('main', "autovacuum = off\njit = off\nfsync = off\ndeadlock_timeout = '100ms'\nstatement_timeout = '60s'\nmax_connections = 20\nlog_min_messages = debug1\n"
	# what makes it faster and is not looked at
	. "log_statement = none\nlog_min_error_statement = panic\nsynchronous_commit = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\nshared_buffers = '256MB'\nmax_wal_size = '1GB'\n"
	# there are statistics where the library is loaded so; without a ring, failures are recorded as without that
	. "shared_preload_libraries = 'custom_actions'\ncustom_actions.log_ring_size = 0\n");
my $directory = $ENV{TESTDATADIR} // PostgreSQL::Test::Utils::tempdir;
my $has_dblink = $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'dblink'");
my @rewrites = qw(frames path merge sets expressions fingerprints liveness selects checks keys);

# Begins to run a script in a database.
sub start_script
{
	my ($database, $file) = @_;
	my $printed = $file =~ s/\.sql$/.$database/r;

	# by which the log tells the sessions apart
	local $ENV{PGAPPNAME} = $database;
	return { harness => IPC::Run::start([ 'psql', '-Xq', '-v', 'rewritten=' . ($database eq 'rewritten' ? 1 : 0), '-d', $node->connstr($database), '-f', $file ], '>', "$printed.out", '2>', "$printed.err"), printed => $printed };
}

# Waits for a script; returns what it has printed, and its errors.
sub finish_script
{
	my ($run) = @_;
	my @printed;

	$run->{harness}->finish;
	foreach my $file (map { "$run->{printed}.$_" } qw(out err))
	{
		push @printed, slurp_file($file);
		unlink $file;
	}
	return @printed;
}

# What the script of all begins with
sub preamble
{
	return <<'SQL';
\pset format unaligned
\pset tuples_only on
\set VERBOSITY verbose
SQL
}

# Are the calls of a world recorded and counted? Some rewrites are left out where somebody wants to know of rows.
sub is_watched
{
	my ($number) = @_;

	return $number % 2;
}

# What the session of a world begins with, and where others are needed, they
sub begin_session
{
	my ($number, $plain, $with_others) = @_;
	my $script = "\\echo WORLD $number\n\\connect\n\\if :rewritten\n\\set plain ''\n\\else\n\\set plain '$plain'\n\\endif\n"
		. "LOAD 'custom_actions';\nSET timezone = 'UTC';\nSET custom_actions.plain_path = :'plain';\n"
		. (is_watched($number) ? '' : "SET custom_actions.log_level = off;\nSET custom_actions.collect_statistics = off;\n");

	return $script if !$with_others;
	foreach my $connection (qw(one two))
	{
		$script .= "SELECT format('dbname=%s user=%s host=%s port=%s options=-ctimezone=UTC', current_database(), current_user, split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port')) AS there \\gset\n"
			. "SELECT dblink_connect('$connection', :'there') \\g /dev/null\n"
			. "SELECT dblink_exec('$connection', \$\$LOAD 'custom_actions'\$\$), dblink_exec('$connection', format('SET custom_actions.plain_path = %L', :'plain')) \\g /dev/null\n"
			. "SELECT pid AS $connection FROM dblink('$connection', 'SELECT pg_backend_pid()') AS r (pid integer) \\gset\n";
	}
	return $script;
}

# A case, whose calls are counted; but calls of many at once count what is undone of them as well, which depends on
# what they are done by. So nothing is counted then, whatever the case sets.
sub counted_case
{
	my ($number, $script) = @_;

	return $script if $script !~ /invoke_action(?:_bulk|s)\b/;
	$script =~ s/(SET custom_actions.collect_statistics = )on/$1off/g;
	return "SET custom_actions.collect_statistics = off;\n$script" . (is_watched($number) ? "SET custom_actions.collect_statistics = on;\n" : '');
}

# What the session of a world ends with: what has been counted of its actions
sub end_session
{
	my ($number) = @_;

	return "SELECT concat_ws(' | ', 'statistics: ' || action, plugin, step, calls, failures, canceled, rows_written) FROM custom_actions.statistics WHERE action LIKE 'w$number.%' ORDER BY action, plugin, step;\n";
}

# The records of many calls at once begin in no order that anybody is promised.
sub sort_records
{
	my ($text) = @_;

	return join('', map { /^record: / ? join('', sort split /^/m) : $_ } split /((?:^record: [^\n]*\n)+)/m, $text);
}

# Makes what a case prints the same each time; statements that do the work are no part of it, nor
# the rows that they were about to write: doc/errors.md tells that such a row may be that of two steps.
# What does nothing to an action need not be checked: that it cannot be is said of other commands only.
sub comparable
{
	my ($text, $script) = @_;

	if ($script =~ /invoke_action_bulk/)
	{
		$text = sort_records($text);
		# what was drawn by work that was undone is not drawn again
		$text =~ s/(Key \([^\n()]*\))=\([^\n()]*\d{3,}[^\n()]*\)/$1=(...)/g;
	}
	# which of many rows that were written at once is checked first when their constraint no longer waits
	$text =~ s/^(DETAIL:  Key \([^\n]*?\))=\([^\n]*\) ((?:is not present in|is still referenced from) table "|already exists)([^\n]*\n)(?=SCHEMA NAME)/$1 $2$3/mg;
	$text =~ s/^LOCATION:.*\n//mg;
	# rows of a cascade come in the order of their places in the table, where merged steps leave them elsewhere
	$text =~ s/((?:^NOTICE:  00000: \w+ (?:BEFORE|AFTER) (?:DELETE|UPDATE) ROW: [^\n]* at [2-9], [^\n]*\n)+)/join('', sort split m{^}m, $1)/gme;
	# how often an immutable function is called, and in which order, nobody promises: of constants it may be once
	$text =~ s/^NOTICE:  00000: (?:shown|permits) [^\n]*\n//mg;
	$text =~ s/^CONTEXT:  SQL statement "[^\n]*"\n/CONTEXT:  /mg;
	$text =~ s/^SQL statement "[^\n]*"\n//mg;
	# is a function of SQL's part of an expression that calls it?
	$text =~ s/^CONTEXT:  SQL function "[^\n]*"[^\n]*\n/CONTEXT:  /mg;
	$text =~ s/^SQL function "[^\n]*"[^\n]*\n//mg;
	# what always fails does so when a statement is planned, or after it has been found that nothing may be written
	if ($script =~ / READ ONLY/)
	{
		my $fails = qr/division by zero|negative substring length not allowed|cannot execute (?:INSERT|UPDATE|DELETE) in a read-only transaction/;

		$text =~ s/(?:22011|22012|25006):? $fails/fails/g;
		$text =~ s/"message": "$fails", "sqlstate": "\w+"/"fails"/g;
	}
	# a loop that fails in an early turn may have waited for the row of a later one
	$text =~ s/^\w+ waits: \w+\n//mg if $script =~ /dblink_send_query/ && $text =~ /"ok": false|^[0-9A-Z]{5}$/m;
	# doc/steps.md: the turn of a lost race
	$text =~ s/, iteration \d+$//mg if $text =~ /40001/;
	$text =~ s/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?/TIME/g;
	$text =~ s/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UUID/g;
	$text =~ s/(Failing row contains) \([^\n]*?\)\./$1 (...)./g;
	$text =~ s/^WARNING:  UA005: action "[^"]*" cannot run, so what this command does to it was not checked\nDETAIL:  .*\n(?:signature of .*\n)*(?:HINT:  .*\n)?//mg;
	$text =~ s/(Index row references tuple) \(\d+,\d+\)/$1 (...)/g;
	$text =~ s/(Key \([^\n]*?\))=\([^\n]*\) is duplicated\./$1 is duplicated./g; # the first that the building of an index meets
	$text =~ s/ pivot \d+/ pivot/g;
	# of more rows than are named, those are that come first
	$text =~ s/"$_": \[[^\]\n]*\](?=[^\n]*"more $_")/"$_": [...]/g foreach qw(created updated deleted);
	$text =~ s/pg_temp_\d+/pg_temp_N/g;
	return $text;
}

# Where a line of a script's belongs: its world and its case
sub places_of_lines
{
	my ($file) = @_;
	my ($world, $case, @places) = (0, 0);

	foreach my $line (split /\n/, slurp_file($file))
	{
		($world, $case) = ($1, 0) if $line =~ /^\\echo WORLD (\d+)/;
		$case = $1 if $line =~ /^\\echo CASE (\d+)/;
		push @places, [ $world, $case ];
	}
	return @places;
}

# What a script has printed and its errors, by world and case
sub by_case
{
	my ($places, $out, $err) = @_;
	my ($world, $case, %printed) = (0, 0);

	foreach my $line (split /^(?=psql:)/m, $err)
	{
		($world, $case) = @{ $places->[ $1 - 1 ] } if $line =~ s/^psql:[^\n]*?:(\d+): //;
		$printed{$world}[$case] .= $line;
	}
	foreach my $line (split /^/m, $out)
	{
		($world, $case) = ($1, 0) if $line =~ /^WORLD (\d+)/;
		$case = $1 if $line =~ /^CASE (\d+)/;
		$printed{$world}[$case] .= $line;
	}
	return \%printed;
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

# Compares what the cases of a world have printed; returns the first difference, or none.
sub judge_world
{
	my ($world, $printed_plain, $printed_rewritten, $seen) = @_;

	foreach my $case (0 .. $#{ $world->{cases} } + 1)
	{
		my ($plain, $rewritten) = map { comparable($_->{ $world->{number} }[$case] // "nothing\n", $case > 0 ? $world->{cases}[ $case - 1 ] // '' : '') } $printed_plain, $printed_rewritten;
		my $waits = ($printed_plain->{ $world->{number} }[$case] // '') =~ /^\w+ waits: true/m;

		$seen->{errors} += () = $plain =~ /^ERROR:/mg;
		$seen->{calls} += () = $plain =~ /^record: .*\| succeeded/mg;
		$seen->{waits}++ if $waits;
		# who of two is the victim is a matter of chance
		last if "$plain$rewritten" =~ /40P01/;
		# doc/steps.md: a loop that waits for a row which is then gone begins again without it
		last if $waits && $plain =~ /, iteration \d+[^\n]*"sqlstate": "P0002"|P0002[^\n]*\n(?:[^\n]*\n)?[^\n]*, iteration \d/;
		next if $plain eq $rewritten;
		append_to_file("$directory/world$world->{number}.$_->[0]", $_->[1]) foreach [ plain => $plain ], [ rewritten => $rewritten ];
		append_to_file("$directory/world$world->{number}.sql", $world->{made} . $world->{run});
		return "world $world->{number}, case $case, plain: $world->{plain}\n" . substr(difference($plain, $rewritten), 0, 3000);
	}
	return ();
}

# Counts the steps that create rows, or write others, and are done by the statement of another one, in the worlds of a batch.
sub count_joined
{
	my ($seen, @numbers) = @_;
	my $counts = $node->safe_psql('worlds', "SELECT sum(creates), sum(others) FROM unnest(ARRAY[" . join(', ', map { "'w$_'" } @numbers) . "]) AS w, eq.joined(w)");

	my ($creates, $updates) = split /\|/, $counts;

	$seen->{creates} += $creates;
	$seen->{updates} += $updates;
	return;
}

# Counts the bulk calls of the rewritten side, and those that ran as sets: the log says nothing else until they have ended.
sub count_sets
{
	my ($seen) = @_;
	my $other = 0;

	foreach (split /\n/, slurp_file($node->logfile))
	{
		next if !/\brewritten [A-Z]+\d?:/;
		$other = 1 if /runs for one item after the other|\bERROR:/;
		next if !/many calls have ended/;
		$seen->{bulks}++;
		$seen->{sets}++ if !$other;
		$other = 0;
	}
	return;
}

# Draws a world with its cases.
sub draw_world
{
	my ($number) = @_;
	my %world = (number => $number);
	my @shared;

	srand($seed * 100_000 + $number);
	$world{plain} = chance(0.8) ? 'all' : one_of(@rewrites);
	$world{plain} = $ENV{PLAIN_MODE} if defined $ENV{PLAIN_MODE};
	$world{made} = world_script($number);
	@shared = map { $has_dblink && chance(0.12) } 1 .. $cases_of_world;
	$world{cases} = [ map { $shared[ $_ - 1 ] ? concurrent_script($_) : case_script($_) } 1 .. $cases_of_world ];
	$world{run} = begin_session($number, $world{plain}, scalar grep { $_ } @shared) . session_script() . join('', map { counted_case($number, $_) } @{ $world{cases} }) . end_session($number);
	return \%world;
}

# Draws some worlds, and begins to make them.
sub begin_batch
{
	my (@numbers) = @_;
	my %batch = (worlds => [ map { draw_world($_) } @numbers ], numbers => \@numbers, map { $_ => "$directory/batch$numbers[0].$_.sql" } qw(made run));

	append_to_file($batch{made}, join('', map { $_->{made} } @{ $batch{worlds} }));
	append_to_file($batch{run}, preamble() . join('', map { $_->{run} } @{ $batch{worlds} }));
	$node->safe_psql('postgres', "DROP DATABASE IF EXISTS worlds;\nCREATE DATABASE worlds TEMPLATE cases STRATEGY file_copy");
	$batch{making} = start_script('worlds', $batch{made});
	return \%batch;
}

# Waits until the worlds of a batch are made, and makes the databases that they are judged in.
sub end_making
{
	my ($seen, $batch) = @_;

	finish_script($batch->{making});
	count_joined($seen, @{ $batch->{numbers} }) if $seen->{cases} < 300;
	$node->safe_psql('postgres', join('', map { "DROP DATABASE IF EXISTS $_;\nCREATE DATABASE $_ TEMPLATE worlds STRATEGY file_copy;\n" } qw(plain rewritten)));
	return;
}

# Compares what the worlds of a batch have printed, which are run both ways; returns the differences.
sub judge_batch
{
	my ($seen, $batch, @runs) = @_;
	my @places = places_of_lines($batch->{run});
	my @printed = map { by_case(\@places, finish_script($_)) } @runs;

	$seen->{cases} += @{ $_->{cases} } foreach @{ $batch->{worlds} };
	unlink $batch->{made}, $batch->{run};
	return map { judge_world($_, @printed, $seen) } @{ $batch->{worlds} };
}

$node->safe_psql('postgres', 'CREATE ROLE clerk');
$node->safe_psql('postgres', 'CREATE DATABASE cases TEMPLATE template0');
$node->safe_psql('cases', slurp_file('test/sql/plain_worlds.sql') . ($has_dblink ? 'CREATE EXTENSION dblink' : ''));

# who ends it early is told what it has seen
local $SIG{TERM} = sub { $end = 0 };
my %seen = (cases => 0, errors => 0, calls => 0, waits => 0, bulks => 0, sets => 0, creates => 0, updates => 0);
my $next = $ENV{PLAIN_WORLD} // 1;
my $drawn = 0;
my @different;

diag("PLAIN_SEED=$seed");

# The numbers of the next worlds, or none
sub next_numbers
{
	my $worlds = int(($count - $drawn + $cases_of_world - 1) / $cases_of_world);

	return () if $drawn >= $count || @different >= $most_different || time >= $end;
	$worlds = $worlds_of_batch if $worlds > $worlds_of_batch;
	$worlds = 1 if $ENV{PLAIN_WORLD};
	$drawn = $ENV{PLAIN_WORLD} ? $count : $drawn + $worlds * $cases_of_world;
	$next += $worlds;
	return $next - $worlds .. $next - 1;
}

# While the worlds of a batch are run both ways, the next ones are made.
my $batch = begin_batch(next_numbers());
while ($batch)
{
	my ($current, @runs, @numbers) = ($batch);

	end_making(\%seen, $current);
	@runs = map { start_script($_, $current->{run}) } qw(plain rewritten);
	@numbers = next_numbers();
	$batch = @numbers ? begin_batch(@numbers) : undef;
	push @different, judge_batch(\%seen, $current, @runs);
}
is(join("\n", @different), '', 'with rewrites comes what comes without them');
diag("repeat with PLAIN_SEED=$seed and PLAIN_WORLD; scripts are in $directory") if @different;
count_sets(\%seen);
note(join(', ', map { "$_: $seen{$_}" } sort keys %seen));
cmp_ok($seen{calls}, '>', $seen{cases}, 'many calls succeed');
cmp_ok($seen{errors}, '>', $seen{cases} / 2, 'others fail');
if (!$ENV{PLAIN_WORLD})
{
	cmp_ok($seen{sets}, '>', $seen{bulks} / 20, 'many bulk calls run as sets');
	cmp_ok($seen{creates}, '>', 0, 'some steps that create rows are joined');
	cmp_ok($seen{updates}, '>', 0, 'others are merged');
}
cmp_ok($seen{waits}, '>', $seen{cases} / 200, 'some sessions wait') if $has_dblink && !$ENV{PLAIN_WORLD};
log_is_clean($node, 'the log is clean');
done_testing();
