# Counts the instructions of the cases of Cases.pm, by valgrind: a figure that hardly
# varies with what else the machine does. Nothing is timed; a ratio is one of counts.
#
# A backend runs alone (postgres --single) on a cluster that nobody needs any more. Most cases take
# turns in one such process, as starting it costs most. Marks (mark.c) stand between
# what is counted: after calls that warm everything up, so many calls, and twice as
# many. What the second part takes more is the cost of the calls; what statements around
# them cost, and the marks, is the same in both. What happens once, as a first call, is
# counted alone, less an empty part. A backend alone knows no event triggers: what they
# do is counted in one of a server that runs under valgrind as a whole.
package Count;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

use POSIX 'WNOHANG';

use Bench;
use Cases;

our @EXPORT = qw(count_sizes prepare_count count_cases countable guarded_cases read_guard write_guard);

my $warm = 12;    # PL/pgSQL has made up its mind about plans by then

# What test/t/instructions.pl counts, as long as valgrind is at hand: one case of each sort
my $guarded = 'require get create update_output ten_creates escalate choose templates_alone lets_alone perform_5 call_plpgsql invoke_small context_plpgsql for_each';
my @guarded_sql = qw(00 10 11 20 30 31 40 41 50 80 81 96);

# The sizes of what is counted, for so many calls.
sub count_sizes
{
	my ($calls) = @_;

	return (
		counted => 1, rounds => 1, rows => $calls, connections => 1, transactions => 1, many => [ 1, 2, 3 ], ddl => 1, flat => 1,
		ddl_actions => [ 0, 100 ], steps => [ 1, 10, 100 ], large_steps => [ 50, 1000 ], add_column => 3.6, @_[ 1 .. $#_ ]);
}

# Can this be counted?
sub countable
{
	my ($case) = @_;

	return $case->{run} || $case->{kind} eq 'after' || $case->{kind} eq 'first_call';
}

# The cases of the guard, with the two sides that it compares; and the parts of the SQL that
# make them.
sub guarded_cases
{
	my ($size) = @_;
	my @cases = selected_cases($size, $guarded);

	foreach my $case (@cases)
	{
		$case->{compare} = [ grep { $_->[3] eq 'rival' } @{ $case->{compare} } ];
		delete @{ $case->{sides} }{ grep { !/^(?:ours|rival)$/ } keys %{ $case->{sides} } };
	}
	return (\@cases, \@guarded_sql);
}

# What the guard compares with: for what it was counted, and the ratios of the cases.
sub read_guard
{
	my ($file) = @_;
	my $text = slurp($file);
	my ($where) = $text =~ /^# counted on (.+)$/m or die "$file says not where it was counted\n";

	return ($where, $text =~ /^(\w+)\s+([\d.]+)$/mg);
}

# Writes such a file.
sub write_guard
{
	my ($file, $where, %ratios) = @_;

	open my $out, '>', $file or die "$file: $!";
	print $out "# Instructions of an action divided by those of PL/pgSQL with the same SET clause.\n";
	print $out "# test/t/instructions.pl fails where one is more than a tenth above. BENCH=guard make bench writes this anew.\n";
	print $out "# counted on $where\n";
	printf $out "%-16s %s\n", $_, $ratios{$_} foreach sort keys %ratios;
	close $out or die "$file: $!";
	return;
}

# Makes what the cases need besides the sides, as long as the server runs.
sub prepare_count
{
	my ($size, @cases) = @_;

	run_psql('bench', rebuild(600));
	return if !grep { $_->{kind} eq 'ddl' || $_->{database} } @cases;
	create_ddl_databases(@{ $size->{ddl_actions} });
	foreach my $database ('absent', 'floor', @{ $size->{ddl_actions} })
	{
		run_psql("bench_ddl_$database", "CREATE SCHEMA floor; CREATE FUNCTION floor.mark(text) RETURNS text LANGUAGE c STRICT AS 'custom_actions_bench', 'bench_mark';");
	}
	return;
}

# The statements of a text; a backend that runs alone reads one per line.
sub statements
{
	my @texts = map { s/--.*//gr =~ s/\s*\n\s*/ /gr } @_;

	return map { "$_\n" } grep { /\S/ } map { /\$\$/ ? $_ : split /(?<=;)\s+/ } @texts;
}

# A mark with its name, and what is printed beside the results.
sub mark
{
	return "SELECT floor.mark('$_[0]') AS mark;\n";
}

# The calls in the two parts that are counted.
sub parts_of
{
	my ($case, $size) = @_;
	my $calls = int($size->{rows} * ($case->{counted_share} // 1));

	my $before = $case->{warm_calls} // $warm;

	$calls = 5 if $calls < 5;
	return ($calls, [ 1, $before ], [ $before + 1, $before + $calls ], [ $before + $calls + 1, $before + 3 * $calls ]);
}

# The turn of a side that is counted by the difference.
sub turn_of_calls
{
	my ($case, $side, $size, $first) = @_;
	my ($calls, @ranges) = parts_of($case, $size);
	my $run = $case->{run}{$side};
	my $large = $case->{large} && $case->{large} > 1 ? $case->{large} : 1;
	my $anew = $case->{writes} || $large > 1 || $first && $case->{kind} ne 'ddl';
	my @before = ('RESET ALL; DISCARD TEMP;', $anew ? rebuild($ranges[2][1] * $large) : ());

	return (
		statements(@before, first_of($case, $side, @ranges)),
		"SELECT 'turn' AS turn;\n",
		statements($run->(@{ $ranges[0] })), mark("$case->{name} $side warm"),
		statements($run->(@{ $ranges[1] })), mark("$case->{name} $side once"),
		statements($run->(@{ $ranges[2] })), mark("$case->{name} $side twice"),
		statements($case->{kind} eq 'ddl' ? () : digest($case)));
}

# The turn of a side that is counted alone, after it has been seen once.
sub turn_alone
{
	my ($case, $side, $size) = @_;
	my $before_that = $case->{cycles} // $case->{warm} // 1;
	my ($before, $run, $after) = map { [ statements(@$_) ] } after_turn($case, $side, 0);

	return (
		statements('RESET ALL; DISCARD TEMP;', $case->{large} ? rebuild(50) : (), first_of($case, $side)),
		(map { statements(@$_) } map { after_turn($case, $side, $_) } 1 .. $before_that),
		@$before, "SELECT 'turn' AS turn;\n", mark("$case->{name} $side warm"), mark("$case->{name} $side none"),
		@$run, mark("$case->{name} $side once"), @$after);
}

# The first call of a backend.
sub turn_first
{
	my ($case, $side) = @_;

	return (
		statements($case->{first}{$side} // ''), "SELECT 'turn' AS turn;\n",
		mark("$case->{name} $side warm"), mark("$case->{name} $side none"),
		statements($case->{sides}{$side}), mark("$case->{name} $side once"));
}

# All turns: [case, side, database, whether it takes a process of its own, statements].
sub turns
{
	my ($size, @cases) = @_;
	my @turns;

	foreach my $case (@cases)
	{
		my $first = 1;

		foreach my $side (sort keys %{ $case->{sides} })
		{
			my $database = $case->{kind} eq 'ddl' ? "bench_ddl_$side" : $case->{database} ? $case->{database}{$side} : 'bench';
			my @statements = $case->{kind} eq 'after' ? turn_alone($case, $side, $size)
			  : $case->{kind} eq 'first_call' ? turn_first($case, $side) : turn_of_calls($case, $side, $size, $first);

			push @turns, { case => $case, side => $side, database => $database, alone => $case->{kind} eq 'first_call' || $case->{kind} eq 'ddl', served => $database =~ /^bench_ddl_/ ? 1 : 0, statements => \@statements };
			$first = 0;
		}
	}
	return @turns;
}

# Runs the turns of one process on the cluster; calls back with each as
# soon as its counts are known.
sub run_process
{
	my ($where, $turns, $done) = @_;
	my $input = "$where->{tmp}/statements";
	my $dumps = "$where->{tmp}/dumps";

	-d $dumps or mkdir $dumps or die "$dumps: $!";
	open my $out, '>', $input or die "$input: $!";
	print $out map { @{ $_->{statements} }, "SELECT 'done' AS done;\n" } @$turns;
	close $out or die "$input: $!";
	# valgrind counts each byte of one instruction that writes many
	local $ENV{GLIBC_TUNABLES} = 'glibc.cpu.x86_rep_stosb_threshold=1000000000:glibc.cpu.x86_rep_movsb_threshold=1000000000';
	my $valgrind = "exec valgrind -q --tool=callgrind --instr-atstart=no --callgrind-out-file='$dumps/dump";
	my $server = $turns->[0]{served} ? start_server($where, "$valgrind.%p' --trace-children=yes '$where->{postgres}' -D '$where->{data}'") : undef;
	my $backend = $server ? "exec psql -XqAtx -d $turns->[0]{database}" : "$valgrind' '$where->{postgres}' --single -D '$where->{data}' $turns->[0]{database}";
	open my $said, '-|', "$backend <'$input' 2>&1" or die "$backend: $!";
	my ($turn, @left) = @$turns;
	my ($results, $errors, $all) = (undef, '', '');

	while (my $line = <$said>)
	{
		$all .= $line if !@left;
		$errors .= $line if $line =~ /(?:ERROR|FATAL|PANIC): /;
		next if $line !~ ($server ? qr/^(\w+|\?column\?)\|(.*)$/ : qr/^(?:backend> )?\t? *\d+: (\w+|\?column\?) = "(.*)"\t\(typeid/);
		my ($column, $value) = ($1, $2);

		$results = '' if $column eq 'turn';
		$results .= "$value\n" if defined $results && $column !~ /^(?:turn|mark|done)$/;
		next if $column ne 'done';
		$done->($turn, read_counts($dumps), $results, $errors);
		($results, $errors) = (undef, '');
		$turn = shift @left;
	}
	close $said;
	stop_server($where, $server) if $server;
	die "the backend ended early:\n$errors$all" if defined $turn;
	return;
}

# Starts a server under valgrind, and waits until it takes connections.
sub start_server
{
	my ($where, $command) = @_;
	my $server = fork // die "fork: $!";

	if ($server == 0)
	{
		open STDOUT, '>', "$where->{tmp}/server" or die "$where->{tmp}/server: $!";
		open STDERR, '>&', \*STDOUT or die "server: $!";
		exec $command;
	}
	foreach (1 .. 600)
	{
		return $server if system("psql -XqAt -d postgres -c 'SELECT 1' >/dev/null 2>&1") == 0;
		die "the server ended early:\n" . slurp("$where->{tmp}/server") if waitpid($server, WNOHANG) != 0;
		sleep 1;
	}
	die "the server does not start:\n" . slurp("$where->{tmp}/server");
}

# Stops that server.
sub stop_server
{
	my ($where, $server) = @_;

	kill INT => $server;
	waitpid $server, 0;
	return;
}

# Takes what callgrind has written: counts by the names of marks.
sub read_counts
{
	my ($dumps) = @_;
	my %counts;

	foreach my $file (glob "$dumps/dump.*")
	{
		my $text = slurp($file);
		my ($name) = $text =~ /^desc: Trigger: Client Request: \S+ \S+ (\w+)$/m;
		my ($count) = $text =~ /^(?:summary|totals): (\d+)/m;

		$counts{$name} = $count if defined $name;
		unlink $file;
	}
	return \%counts;
}

# What a side takes per call.
sub per_call
{
	my ($case, $size, $counts) = @_;

	die "nothing was counted\n" if grep { !defined } @$counts{ 'once', $case->{kind} =~ /^(?:after|first_call)$/ ? 'none' : 'twice' };
	return ($counts->{once} - $counts->{none}) / ($case->{kind} eq 'after' ? $case->{calls} : 1) if defined $counts->{none};
	my ($calls) = parts_of($case, $size);
	return ($counts->{twice} - $counts->{once}) / $calls;
}

# Counts the cases. Calls back with each: its lines, and what was different or failed.
sub count_cases
{
	my ($where, $size, $report, @cases) = @_;
	my (%processes, %found);
	my $number = 0;

	foreach my $turn (turns($size, @cases))
	{
		push @{ $processes{ $turn->{alone} ? sprintf 'single %06d', ++$number : $turn->{database} } }, $turn;
	}
	my $done = sub {
		my ($turn, $counts, $results, $errors) = @_;
		my ($case, $side) = @$turn{qw(case side)};
		my $found = $found{ $case->{name} } //= {};

		if ($errors ne '')
		{
			$found->{difference} //= "$side: $errors";
		}
		else
		{
			my $others = $found->{did} //= $results;

			$found->{values}{$side} = [ per_call($case, $size, $counts) ];
			$found->{difference} //= "$side:\n$results\nothers:\n$others" if $others ne $results && !$case->{quiet} && $case->{kind} ne 'first_call';
		}
		return if ++$found->{turns} < keys %{ $case->{sides} };
		my @lines = grep { defined $_->[3] && !grep { !$found->{values}{$_} } map { split / - / } @$_[ 2, 3 ] } @{ $case->{compare} };
		$report->(case_lines({ %$case, counted => 1, compare => \@lines }, $found), $found->{difference}, $case);
	};
	run_process($where, $processes{$_}, $done) foreach sort keys %processes;
	return;
}

1;
