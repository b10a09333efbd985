# The cases of what is done once and again: first calls, calls after tables were
# vacuumed or altered, activation, DDL on tables that actions use.
package UpkeepCases;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

use Calls;

our @EXPORT = qw(upkeep_cases first_call_cases);

# What a connection waits for its first call, in which everything is compiled.
sub first_call_cases
{
	my ($size) = @_;
	my $call = 'SELECT %s(1, \'VIP\', owner => 7);';
	my @cases;

	foreach my $steps (1, 10, 100)
	{
		my $what = sprintf 'first call on a new connection, %s', $steps == 1 ? 'one step' : "$steps steps";

		push @cases,
		  {
			name => "first_call_$steps",
			kind => 'first_call',
			writes => 1,
			connections => $size->{connections} > 5 ? 5 : $size->{connections},
			sides => { map { $_ => "SELECT $_.steps_$steps(1) AS b;" } qw(ours rival) },
			compare => [ [ $what, 'PL/pgSQL, the same SET', 'ours', 'rival', 1.20 ] ]
		  };
	}
	return (
		{
			name => 'first_call',
			kind => 'first_call',
			writes => 1,
			connections => $size->{connections},
			sides => {
				ours => sprintf($call, 'ours.escalate'),
				rival => sprintf($call, 'rival.escalate'),
				ours_loaded => sprintf($call, 'ours.escalate'),
				rival_loaded => sprintf($call, 'rival.escalate')
			},
			first => { ours_loaded => 'LOAD \'custom_actions\';', rival_loaded => 'LOAD \'plpgsql\';' },
			compare => [
				[ 'first call on a new connection, escalate', 'PL/pgSQL', 'ours', 'rival', 1.20 ],
				[ 'first call on a new connection, escalate, library loaded before', 'PL/pgSQL', 'ours_loaded', 'rival_loaded' ]
			]
		},
		@cases);
}

# Ten actions of five steps, called after something has happened to a table of theirs.
sub after_cases
{
	my %happens = (
		vacuum => [ 'VACUUM', 'UPDATE desk.case SET priority = 1 WHERE id % 2 = :parity;', 'VACUUM desk.case;' ],
		analyze => [ 'ANALYZE', 'INSERT INTO desk.task (case_id, title) SELECT 1, \'More\' FROM generate_series(1, 10);', 'ANALYZE desk.case;', 'ANALYZE desk.task;' ],
		alter => [ 'ALTER TABLE ... SET (fillfactor)', 'ALTER TABLE desk.task SET (fillfactor = 9:parity);' ]);
	my $call = sub {
		my ($schema) = @_;
		return 'SELECT ' . join(' + ', map { "$schema.five_steps_$_(1, 'VIP', 7)" } 1 .. 10) . ' > 0 AS x;';
	};

	return map {
		my ($command, @before) = @{ $happens{$_} };
		{
			name => "after_$_",
			kind => 'after',
			writes => 1,
			calls => 10,
			cycles => 7,
			large => 0.01,
			sides => {
				(map { $_ => { before => \@before, run => $call->($_) } } qw(ours rival)),
				quiet => { before => ['SELECT 1 AS x;'], run => $call->('ours') }
			},
			compare => [
				[ "first call after $command", 'the call before', 'ours', 'quiet', $command =~ /ALTER/ ? undef : 1.05 ],
				[ "first call after $command", 'PL/pgSQL after it', 'ours', 'rival' ]
			]
		}
	} sort keys %happens;
}

# Making a draft of so many steps, and activating it.
sub activation_cases
{
	my ($size) = @_;
	my @steps = @{ $size->{steps} || [ 1, 10, 100, 1000 ] };
	my ($some, $most) = @{ $size->{large_steps} || [ 1000, 20000 ] };
	my $create = sub { return "SELECT create_action('ours.long', (SELECT desk.steps FROM pg_temp.draft WHERE number = $_[0])) AS x;" };
	my $first = sub {
		return 'SET client_min_messages = error; CREATE TEMP TABLE IF NOT EXISTS draft AS SELECT number, desk.steps(number), desk.steps_rival(number) AS rival '
		  . "FROM (VALUES ($_[0])) AS n (number) WITH NO DATA; TRUNCATE pg_temp.draft; INSERT INTO pg_temp.draft SELECT $_[0], desk.steps($_[0]), desk.steps_rival($_[0]);";
	};
	my $made = sub { return { before => [ 'BEGIN;' ], run => $create->($_[0]) =~ s/desk\.steps/steps/r, after => ['ROLLBACK;'] } };
	my $activated = sub {
		return { before => [ 'BEGIN;', $create->($_[0]) =~ s/desk\.steps/steps/r ], run => 'SELECT activate_action(\'ours.long\') AS x;', after => ['ROLLBACK;'] };
	};
	my $checked = sub {
		return { before => [ 'BEGIN;', $create->($_[0]) =~ s/desk\.steps/steps/r ], run => 'SELECT count(*) >= 0 AS x FROM check_action(\'ours.long\');', after => ['ROLLBACK;'] };
	};
	my $case = sub {
		my ($name, $side, $numbers, $compare, %more) = @_;
		return {
			name => $name,
			kind => 'after',
			calls => 1,
			quiet => 1,
			times => 3,
			rounds => 3,
			first => { map { $_ => $first->($_) } @$numbers },
			sides => { map { $_ => $side->($_) } @$numbers },
			compare => $compare,
			%more
		};
	};
	my %large = (rounds => 1, warm => 0, times => 1);
	my $ratio = $most / $some * 1.25;

	return (
		$case->('activate', $activated, \@steps,
			[ map { [ sprintf('activation, %s steps', thousands($_)), thousands($steps[0]) . ' step', $_, $steps[0] ] } @steps[ 1 .. $#steps ] ]),
		$case->('check', $checked, \@steps,
			[ map { [ sprintf('check_action, %s steps', thousands($_)), thousands($steps[0]) . ' step', $_, $steps[0] ] } @steps[ 1 .. $#steps ] ]),
		$case->('activate_large', $activated, [ $some, $most ],
			[ [ sprintf('activation, %s steps', thousands($most)), sprintf('%s steps', thousands($some)), $most, $some, $ratio ] ], %large),
		$case->('create_large', $made, [ $some, $most ],
			[ [ sprintf('a draft of %s steps', thousands($most)), sprintf('%s steps', thousands($some)), $most, $some, $ratio ] ], %large));
}

# ALTER of a table that actions use, beside the same while ddl_check is off. For
# adding a column the target is a twentieth of what it took on 2026-11-27.
sub recheck_cases
{
	my ($size) = @_;
	my $actions = $size->{ddl_actions}[-1];
	my %commands = (
		set => [ 'SET (fillfactor)', 'SET (fillfactor = 90)', 1.5 ],
		owner => [ 'OWNER TO', 'OWNER TO pg_database_owner', 1.5 ],
		statistics => [ 'SET STATISTICS', 'ALTER COLUMN remark SET STATISTICS 50', 1.5 ],
		cluster => [ 'CLUSTER ON', 'CLUSTER ON other_pkey', 1.5 ],
		trigger => [ 'ENABLE TRIGGER', 'ENABLE TRIGGER nothing', 1.5 ],
		validate => [ 'VALIDATE CONSTRAINT', 'VALIDATE CONSTRAINT other_stage', 1.5 ],
		add => [ 'ADD COLUMN', 'ADD COLUMN more integer', $size->{add_column} ],
		drop => [ 'DROP COLUMN', 'DROP COLUMN unused' ],
		type => [ 'ALTER COLUMN TYPE', 'ALTER COLUMN remark TYPE varchar' ],
		rename => [ 'RENAME COLUMN', 'RENAME COLUMN unused TO idle' ]);

	return map {
		my ($what, $command, $target) = @{ $commands{$_} };
		my $side = { before => ['BEGIN;'], run => "ALTER TABLE ours.other $command;", after => ['ROLLBACK;'] };
		{
			name => "recheck_$_",
			kind => 'after',
			calls => 1,
			times => 3,
			rounds => 3,
			database => { on => "bench_ddl_$actions", off => "bench_ddl_$actions" },
			first => { on => 'SET custom_actions.ddl_check = error;', off => 'SET custom_actions.ddl_check = off;' },
			sides => { on => $side, off => $side },
			compare => [ [ sprintf('ALTER TABLE ... %s, %s actions use it', $what, thousands($actions)), 'ddl_check = off', 'on', 'off', $target ] ]
		}
	} sort keys %commands;
}

# A temporary table made and dropped, in a session that has compiled all actions.
sub compiled_case
{
	my ($size) = @_;
	my $most = $size->{ddl_actions}[-1];
	my $loop = sub {
		my ($first, $last) = @_;
		return 'DO $$ BEGIN FOR i IN ' . "$first .. $last" . q{ LOOP EXECUTE format('CREATE TEMP TABLE scratch_%s (id bigint PRIMARY KEY)', i); }
		  . q{EXECUTE format('DROP TABLE scratch_%s', i); COMMIT; END LOOP; END $$;};
	};

	return {
		name => 'temp_compiled',
		kind => 'ddl',
		counted_share => 0.2,
		calls => $size->{ddl},
		parts => $size->{ddl_parts} ? 2 : 1,
		first => { $most => "SELECT count(try_invoke_action('ours.verb_' || i, '{\"target\": 1, \"why\": \"so\"}')) AS x FROM generate_series(1, $most) AS i;" },
		run => { map { $_ => $loop } 'absent', $most },
		compare => [ [ sprintf('CREATE and DROP of a temporary table, %s programs compiled', thousands($most)), 'without the extension', $most, 'absent', 1.10 ] ]
	};
}

sub upkeep_cases
{
	my ($size) = @_;

	return (after_cases(), compiled_case($size), activation_cases($size), recheck_cases($size));
}

1;
