# Runs the cases of the benchmark (Cases.pm) on the server that PGHOST and PGPORT
# name, and turns times into ratios.
#
# All sides of a case take turns, in an order that is reversed every round, each
# with freshly built tables; one round before counts for nothing. A ratio is that
# of two sides within one round; the median of the rounds' ratios is the result.
# After its turn each side's rows and results are compared with those of the others.
package Bench;

use strict;
use warnings FATAL => 'all';
use utf8;

use Exporter 'import';
use Fcntl ':flock';
use File::Basename;
use File::Spec;
use POSIX ();

use Calls;

our @EXPORT = qw(settings build_module load_sides counted_on create_ddl_databases rebuild digest first_of after_turn case_lines run_case run_psql slurp);

my $directory = File::Spec->rel2abs(dirname(__FILE__));
my $work = $ENV{TMPDIR} || '/tmp';
my $ddl_databases = 0;

# What does not belong into the comparison is off or out of the way.
sub settings
{
	my ($shared_buffers, $wal) = @_;

	return <<"CONF";
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
min_wal_size = @{[ $wal // '1GB' ]}
max_wal_size = 4GB
checkpoint_timeout = 1d
bgwriter_lru_maxpages = 0
autovacuum = off
custom_actions.log_level = off
jit = off
shared_buffers = $shared_buffers
max_parallel_workers_per_gather = 0
CONF
}

# The text of a file.
sub slurp
{
	my ($file) = @_;

	open my $in, '<', $file or die "$file: $!";
	local $/;
	return scalar(<$in>) // '';
}

# Runs a program whose input, if any, is a text; returns its output or dies with it.
sub run_program
{
	my ($input, @command) = @_;
	my $base = "$work/bench.$$";

	open my $in, '>', "$base.in" or die "$base.in: $!";
	print $in $input;
	close $in or die "$base.in: $!";
	my $line = join ' ', map { "'" . s/'/'\\''/gr . "'" } @command;
	my $status = system "$line <'$base.in' >'$base.out' 2>'$base.err'";
	my ($out, $err) = map { slurp("$base.$_") } qw(out err);
	unlink map { "$base.$_" } qw(in out err);
	die "$command[0] failed:\n$out$err" if $status != 0;
	return $out;
}

# Runs a psql script in one session; returns its output.
sub run_psql
{
	my ($database, $script) = @_;

	return run_program("\\set ON_ERROR_STOP on\n$script", 'psql', '-XqAt', '-d', $database);
}

# Builds the C module and installs it below the given root.
sub build_module
{
	my ($root) = @_;
	open my $lock, '<', "$directory/Makefile" or die "$directory/Makefile: $!";
	flock $lock, LOCK_EX or die "$directory/Makefile: $!";    # two tests want it
	my @settings = ('PG_CONFIG=' . ($ENV{PG_CONFIG} || 'pg_config'), $ENV{CC} ? "CC=$ENV{CC}" : ());

	run_program('', 'make', '-s', '-C', $directory, @settings, 'all');
	run_program('', 'make', '-s', '-C', $directory, @settings, 'install', "DESTDIR=$root");
	return;
}

# Makes the database with all sides in it, or with those of some parts of the SQL.
sub load_sides
{
	my (@parts) = @_;
	my @files = sort glob "$directory/sql/" . (@parts ? '{' . join(',', @parts) . '}' : '') . '*.sql';

	run_psql('postgres', 'CREATE DATABASE bench TEMPLATE template0;');
	run_psql('bench', "SET client_min_messages = error;\n\\o /dev/null\n" . join('', map { slurp($_) } @files));
	return;
}

# For what instructions are counted: other releases and machines need others.
sub counted_on
{
	my ($major) = run_psql('postgres', 'SHOW server_version_num;') =~ /^(\d+)\d{4}$/m;

	return "PostgreSQL $major, " . (POSIX::uname())[4];
}

# Makes databases with so many active actions, each from the one before.
sub create_many_actions
{
	my (@numbers) = @_;
	my $before = 0;

	foreach my $i (0 .. $#numbers)
	{
		my $template = $i ? 'bench_many_' . ($i - 1) : 'template0';

		run_psql('postgres', "CREATE DATABASE bench_many_$i TEMPLATE $template;");
		run_psql("bench_many_$i", 'SET client_min_messages = warning; CREATE EXTENSION custom_actions; CREATE SCHEMA ours;') if !$i;
		run_psql("bench_many_$i", many_actions($before + 1, $numbers[$i]));
		$before = $numbers[$i];
	}
	return;
}

# Creates and activates small actions, a hundred per transaction.
sub many_actions
{
	my ($first, $last) = @_;
	my $script = "SET client_min_messages = warning;\n\\o /dev/null\n";

	for (my $i = $first; $i <= $last; $i += 100)
	{
		my $end = $i + 99 < $last ? $i + 99 : $last;

		$script .= <<"SQL";
SELECT create_action('ours.tiny_' || i, format('{
	"settings": {"search_path": "pg_catalog, pg_temp"},
	"input": [{"name": "a", "type": "bigint"}],
	"output": [{"name": "b", "type": "bigint", "default": "=input.a + %s"}]}', i % 10)::json)
FROM generate_series($i, $end) AS i;
SELECT activate_action('ours.tiny_' || i) FROM generate_series($i, $end) AS i;
SQL
	}
	return "$script\\o\nVACUUM ANALYZE;\n";
}

# Builds the tables that are written anew, so that no side sees what another left. There
# are never few, as on a page or two an update does other things.
sub rebuild
{
	my ($rows) = @_;

	$rows = 600 if $rows < 600;
	return <<"SQL";
TRUNCATE desk.task, desk.case RESTART IDENTITY;
SET session_replication_role = replica;
INSERT INTO desk.case (id, title, owner_id) SELECT i, 'Case ' || i, i % 10 + 1 FROM generate_series(1, $rows) AS i;
RESET session_replication_role;
VACUUM (FREEZE, ANALYZE) desk.case;
CHECKPOINT;
SQL
}

# One line that is the same if, and only if, the rows are.
sub digest
{
	my ($case) = @_;

	return '' if !$case->{writes} && !$case->{digest};
	return "$case->{digest}\n" if $case->{digest};
	return <<'SQL';
SELECT 'rows',
	(SELECT concat_ws(' ', count(*), sum(hashtextextended(concat_ws('|', id, title, status, priority, tier, owner_id), 0))) FROM desk.case),
	(SELECT concat_ws(' ', count(*), sum(hashtextextended(concat_ws('|', case_id, title, due - created_at), 0))) FROM desk.task);
SQL
}

# What a side needs before its turn, which works on the numbers in these ranges.
sub first_of
{
	my ($case, $side, @ranges) = @_;
	my $first = $case->{first}{$side} // '';

	return ref $first ? $first->(@ranges) : $first;
}

# The rounds of a case; the first does not count, unless it is the only one.
sub rounds_of
{
	my ($case, $size) = @_;
	my $most = $case->{rounds} // $size->{rounds};

	return ($case->{warm} // 1) ? (0 .. ($most < $size->{rounds} ? $most : $size->{rounds})) : 1;
}

# Statements between two readings of the server's clock.
sub timed
{
	my ($statements) = @_;

	return "SELECT extract(epoch FROM clock_timestamp()) AS began \\gset\n$statements\n"
	  . "SELECT 'time', greatest(extract(epoch FROM clock_timestamp()) - :began, 0.000001);\n";
}

# The sides of a case in the order of a round.
sub in_order
{
	my ($case, $round) = @_;
	my @sides = sort keys %{ $case->{sides} };

	return $round % 2 ? reverse @sides : @sides;
}

# Adds one measurement. What was done must be what the others of its group did.
sub record
{
	my ($found, $side, $round, $value, $did, $group) = @_;
	my $others = $found->{did}{ $group // '' } //= $did;

	push @{ $found->{values}{$side} }, $value if $round > 0;
	$found->{difference} //= "$side, round $round:\n$did\nothers:\n$others" if $did ne $others;
	return;
}

# Splits the output of a script into that of its turns, and records each.
sub record_turns
{
	my ($found, $output) = @_;

	foreach my $turn (split /^turn /m, $output)
	{
		my ($side, $round, $rest) = $turn =~ /^(\w+) (\d+)\n(.*)\z/s or next;
		my @times = $rest =~ /^time\|(.+)$/mg;

		$rest =~ s/^time\|.*\n//mg;
		record($found, $side, $round, median(@times), $rest);
	}
	return;
}

# Queries within the server, all turns in one session unless databases differ.
sub run_server
{
	my ($case, $size, $found) = @_;
	my $script = $case->{database} ? '' : rebuild(1);

	foreach my $round (0 .. $size->{rounds})
	{
		foreach my $side (in_order($case, $round))
		{
			# what leaves no rows, beside what does, is not compared by them
			$script .= rebuild($size->{rows} * ($case->{large} // 1)) if $case->{writes} || $case->{large};
			$script .= "\\connect $case->{database}{$side}\n" if $case->{database};
			$script .= "\\o /dev/null\n" . first_of($case, $side, [ 1, $case->{calls} ]) . "\n\\o\n" if $case->{first}{$side};
			$script .= "\\echo turn $side $round\n" . timed($case->{sides}{$side}) . digest($case);
		}
	}
	record_turns($found, run_psql('bench', $script));
	return;
}

# What is done after something else, several times in a turn, of which the median counts.
sub run_after
{
	my ($case, $size, $found) = @_;
	my $script = '';

	foreach my $round (rounds_of($case, $size))
	{
		foreach my $side (in_order($case, $round))
		{
			my $times = $case->{times} // 5;

			$script .= rebuild($size->{rows} * $case->{large}) if $case->{large};
			$script .= "\\connect $case->{database}{$side}\n" if $case->{database};
			$script .= "\\o /dev/null\n" . first_of($case, $side) . "\n" . join("\n", map { @$_ } ($case->{warm} // 1) ? after_turn($case, $side, 0) : ()) . "\n\\o\n";
			$script .= "\\echo turn $side $round\n";
			foreach my $time (1 .. $times)
			{
				my ($before, $run, $after) = map { join "\n", @$_ } after_turn($case, $side, $time);

				$run = "\\o /dev/null\n$run\n\\o" if $case->{quiet};
				$script .= "\\o /dev/null\n$before\n\\o\n" . timed($run) . "\\o /dev/null\n$after\n\\o\n";
			}
		}
	}
	record_turns($found, run_psql('bench', $script));
	return;
}

# The statements before, what is measured, and those after it, of a time.
sub after_turn
{
	my ($case, $side, $time) = @_;
	my $parts = $case->{sides}{$side};
	my $parity = $time % 2;

	return map { [ map { s/:parity/$parity/gr } @$_ ] } $parts->{before}, [ $parts->{run} ], $parts->{after} // [];
}

# The first call of many connections, one after the other; the median counts.
sub run_first_call
{
	my ($case, $size, $found) = @_;
	my $script = '';

	foreach my $round (0 .. $size->{rounds})
	{
		foreach my $side (in_order($case, $round))
		{
			$script .= rebuild(10) . "\\echo turn $side $round\n";
			foreach (1 .. $case->{connections})
			{
				$script .= "\\connect\n" . ($case->{first}{$side} // '') . "\n" . timed($case->{sides}{$side});
			}
			$script .= digest($case);
		}
	}
	record_turns($found, run_psql('bench', $script));
	return;
}

# Transactions of so many clients, over the wire.
sub run_wire
{
	my ($case, $size, $found) = @_;
	my @comparisons;

	foreach my $clients (@{ $case->{clients} })
	{
		my ($what, $against) = @{ $case->{title} };

		push @comparisons, [ sprintf($what, $clients == 1 ? '1 client' : "$clients clients"), $against, "ours_$clients", "rival_$clients" ];
	}
	foreach my $round (0 .. $size->{rounds})
	{
		foreach my $clients (@{ $case->{clients} })
		{
			foreach my $side (in_order($case, $round))
			{
				record($found, "${side}_$clients", $round, pgbench($case, $size, $side, $clients), $clients);
			}
		}
	}
	if ($case->{scaling})
	{
		$found->{values}{"scaling_$_"} = scaling($found, $_, $case->{clients}) foreach qw(ours rival);
		my ($what, $against, $target) = @{ $case->{scaling} };

		push @comparisons, [ $what, $against, 'scaling_ours', 'scaling_rival', $target, 'at least' ];
	}
	$case->{compare} = \@comparisons;
	return;
}

# How many times the work of one client most clients do, per round.
sub scaling
{
	my ($found, $side, $clients) = @_;
	my @one = @{ $found->{values}{"${side}_$clients->[0]"} };
	my @most = @{ $found->{values}{"${side}_$clients->[-1]"} };

	return [ map { $one[$_] / $most[$_] } 0 .. $#one ];
}

# Seconds per transaction, and what was done. The same seed draws the same rows.
sub pgbench
{
	my ($case, $size, $side, $clients) = @_;
	my $script = "$work/bench.$$.pgbench";

	run_psql('bench', rebuild($size->{rows}));
	open my $out, '>', $script or die "$script: $!";
	print $out "\\set id random(1, $size->{rows})\n$case->{sides}{$side}\n";
	close $out or die "$script: $!";
	my $output = run_program('', 'pgbench', '-n', '-M', 'prepared', '-f', $script, '-c', $clients, '-j', $clients < 2 ? 1 : 2,
		'-t', POSIX::ceil($case->{transactions} / $clients), '--random-seed=42', 'bench');
	unlink $script;
	my ($tps) = $output =~ /^tps = ([\d.]+)/m or die "pgbench printed no tps:\n$output";
	return (1 / $tps, run_psql('bench', digest({ writes => 1 })));
}

# Bytes that a session has more after what each side does. Every statement runs
# often enough for its plans to be the ones that are kept.
sub run_memory
{
	my ($case, $size, $found) = @_;
	my $often = sub { return map { my $sql = $_; map { "\\set i $_\n$sql\n" } 1 .. 10 } @_ };
	my $script = '';

	foreach my $round (0 .. $size->{rounds})
	{
		foreach my $side (in_order($case, $round))
		{
			$script .= join '', rebuild(10), "\\connect\n\\o /dev/null\n", $often->(@{ $case->{first}{$side} }),
			  memory('before', 'total_bytes'), memory('before', 'total_bytes'), $often->(@{ $case->{sides}{$side} }), memory('after', 'total_bytes'),
			  "\\o\n\\echo turn $side $round\nSELECT 'time', :after - :before;\n", digest({ writes => 1 });
		}
	}
	record_turns($found, run_psql('bench', $script));
	return;
}

# Bytes in use early and late in a session that does the same again and again.
sub run_flat
{
	my ($case, $size, $found) = @_;
	my $times = POSIX::ceil($case->{times} / $size->{rows});
	my $script = rebuild($size->{rows}) . "\\connect\n";

	foreach my $time (1 .. $times)
	{
		$script .= "\\o /dev/null\n$case->{sides}{ours}\n" . memory('bytes', 'used_bytes') . "\\o\n";
		$script .= "\\echo turn " . ($time == 1 ? 'before' : 'after') . " 1\nSELECT 'time', :bytes;\n" if $time == 1 || $time == $times;
	}
	record_turns($found, run_psql('bench', $script));
	return;
}

# Reads how much memory the session has.
sub memory
{
	my ($name, $column) = @_;

	return "SELECT sum($column) AS $name FROM pg_backend_memory_contexts \\gset\n";
}

# Databases of the same tables: one without the extension, one that has an event
# trigger for other commands instead, and one per number of actions, which use other tables.
sub create_ddl_databases
{
	my (@numbers) = @_;

	return if $ddl_databases++;
	run_psql('postgres', join '', map { "CREATE DATABASE bench_ddl_$_ TEMPLATE template0;\n" } 'absent', 'floor', @numbers);
	run_psql('bench_ddl_floor', "CREATE FUNCTION nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
		  . " CREATE EVENT TRIGGER other ON sql_drop WHEN TAG IN ('DROP CONVERSION') EXECUTE FUNCTION nothing();");
	foreach my $number (@numbers)
	{
		run_psql("bench_ddl_$number", 'SET client_min_messages = warning; CREATE EXTENSION custom_actions; CREATE SCHEMA ours;'
			  . ' CREATE TABLE ours.other (id bigint PRIMARY KEY, stage text, remark text, unused text);'
			  . " ALTER TABLE ours.other ADD CONSTRAINT other_stage CHECK (stage <> '') NOT VALID;"
			  . " CREATE FUNCTION ours.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
			  . ' CREATE TRIGGER nothing AFTER DELETE ON ours.other FOR EACH ROW EXECUTE FUNCTION ours.nothing();'
			  . " INSERT INTO ours.other VALUES (1, 'new');");
		run_psql("bench_ddl_$number", <<"SQL") if $number;
SET client_min_messages = warning;
\\o /dev/null
SELECT create_action('ours.verb_' || i, '{"table": "ours.other", "input": [{"name": "why", "type": "text"}], "steps": [
	{"require": "target.stage <> ''done''", "message": "it is done"},
	{"update": "target", "set": {"stage": "done", "remark": "=input.why"}}]}'::json)
FROM generate_series(1, $number) AS i;
SELECT activate_action('ours.verb_' || i) FROM generate_series(1, $number) AS i;
\\o
VACUUM ANALYZE;
SQL
	}
	return;
}

# DDL in databases that differ by the extension and its actions. What counts is the
# time that the backend had a processor. On a machine that is shared this, too, changes
# by half from one second to the next; so the sides take turns every few tables, and a
# round has the median of each side's turns.
sub run_ddl
{
	my ($case, $size, $found) = @_;
	my $spent = "split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e9";
	my $warm = join ' ', map { "EXECUTE '$_';" } 'CREATE TABLE warm (id integer, title text)', 'ALTER TABLE warm ADD COLUMN due date',
	  'CREATE INDEX ON warm (due)', 'ALTER TABLE warm RENAME COLUMN title TO name', 'DROP TABLE warm';

	foreach my $round (0 .. $size->{rounds})
	{
		my %parts;

		run_psql("bench_ddl_$_", "VACUUM;\nCHECKPOINT;\n") foreach in_order($case, $round);
		foreach my $part (1 .. $case->{parts})
		{
			my $script = join '', map { <<"SQL" } in_order($case, $round + $part);
\\connect bench_ddl_$_
DO \$\$ BEGIN FOR i IN 1 .. 3 LOOP $warm END LOOP; END \$\$;
\\o /dev/null
@{[ first_of($case, $_) ]}
\\o
SELECT $spent AS began \\gset
$case->{sides}{$_}
\\echo turn $_ $round
SELECT 'time', $spent - :began;
SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relnamespace = 'public'::regnamespace;
SQL

			foreach my $turn (split /^turn /m, run_psql('postgres', $script))
			{
				my ($side, $lines) = $turn =~ /^(\w+) \d+\n(.*)\z/s or next;

				push @{ $parts{$side} }, $lines;
			}
		}
		record_turns($found, join '', map { "turn $_ $round\n" . join('', @{ $parts{$_} }) } sort keys %parts);
	}
	return;
}

my %kinds = (after => \&run_after, ddl => \&run_ddl, server => \&run_server, first_call => \&run_first_call, wire => \&run_wire, memory => \&run_memory, flat => \&run_flat);

# Runs a case. Returns the lines of its table and, if its sides did not do the
# same work, what they did.
sub run_case
{
	my ($case, $size) = @_;
	my $found = {};

	create_many_actions(@{ $size->{many} }) if $case->{database} && $case->{kind} eq 'server';
	create_ddl_databases(@{ $size->{ddl_actions} }) if $case->{kind} eq 'ddl' || $case->{kind} eq 'after' && $case->{database};
	$kinds{ $case->{kind} }->($case, $size, $found);
	return (case_lines($case, $found), $found->{difference});
}

# The lines of the table, from what was measured.
sub case_lines
{
	my ($case, $found) = @_;

	return [ map { line($case, $found, @$_) } @{ $case->{compare} } ];
}

# What was measured of a side, or of one less another, round by round.
sub values_of
{
	my ($case, $found, $side) = @_;
	my ($whole, $part) = split / - /, $side;
	my @values = @{ $found->{values}{$whole} };

	return @values if !defined $part;
	my @parts = @{ $found->{values}{$part} };
	return map { ($values[$_] - $parts[$_]) / $case->{each} } 0 .. $#values;
}

# One line of the table. Usually a ratio is good if it is small; some must be "at
# least" so much. Without another side the line has not a ratio but "microseconds".
sub line
{
	my ($case, $found, $what, $against, $ours, $theirs, $target, $how) = @_;
	my $at_least = ($how // '') eq 'at least';
	my @ours = values_of($case, $found, $ours);
	my @theirs = defined $theirs ? values_of($case, $found, $theirs) : map { 1e-6 * $case->{calls} } @ours;
	my @ratios = sort { $a <=> $b } map { $ours[$_] / $theirs[$_] } 0 .. $#ours;
	my $median = median(@ratios);
	my $met = defined $target && ($at_least ? $median >= $target : $median <= $target);
	my $shown = sub { return $at_least ? sprintf('%.2f times', median(@_)) : unit(median(@_), $case) };

	return {
		case => $what,
		against => $against,
		ours => $shown->(@ours),
		rival => defined $theirs ? $shown->(@theirs) : '',
		ratio => sprintf('%.3f', $median),
		quartiles => sprintf('%.2f-%.2f', $ratios[ int($#ratios / 4) ], $ratios[ POSIX::ceil(3 * $#ratios / 4) ]),
		range => sprintf('%.2f-%.2f', $ratios[0], $ratios[-1]),
		target => defined $target ? sprintf('%s %.2f', $at_least ? '≥' : '≤', $target) : '',
		verdict => !defined $target ? '' : $met ? 'met' : 'MISSED'
	};
}

# The middle of some numbers.
sub median
{
	my @sorted = sort { $a <=> $b } @_;

	return ($sorted[ int($#sorted / 2) ] + $sorted[ POSIX::ceil($#sorted / 2) ]) / 2;
}

# A measurement as people read it.
sub unit
{
	my ($value, $case) = @_;

	return thousands($value) if $case->{counted};
	$value /= $case->{calls} // 1;
	return sprintf '%.1f kB', $value / 1024 if $case->{kind} =~ /^(?:memory|flat)$/;
	return $value < 0.001 ? sprintf('%.2f µs', 1e6 * $value) : sprintf('%.2f ms', 1e3 * $value);
}

1;
