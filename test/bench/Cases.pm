# The cases of the benchmark: what each side runs, and what is compared with what.
#
# A case has a name (BENCH_CASES selects by it), a kind that says how it is measured
# (Bench.pm), its sides, and what is compared: [what, against what, side, side it is
# divided by, the most that the ratio may be]. Without the last, for information.
# Every side of a case must do the same work: the rows and results are compared.
package Cases;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT = qw(cases selected_cases);

# One call for every row of the bound table, added up.
sub per_row
{
	my ($call, $rows) = @_;

	return "SELECT count(*), sum(x) FROM (SELECT $call AS x FROM generate_series(1::bigint, $rows) AS i OFFSET 0) AS calls;";
}

# A number as people read it.
sub thousands
{
	my ($number) = @_;

	return scalar reverse(reverse(int($number)) =~ s/(\d{3})(?=\d)/$1,/gr);
}

# One call each for so many parts of the bound rows, as statements of their own.
sub per_part
{
	my ($call, $rows, $parts) = @_;
	my $size = int($rows / $parts);
	my @statements;

	foreach my $part (0 .. $parts - 1)
	{
		my %bound = (first => $part * $size + 1, last => ($part + 1) * $size);

		push @statements, $call =~ s/:(first|last)/$bound{$1}/gr;
	}
	return join "\n", @statements;
}

# Escalating a case by the typed call, and with JSON in and out.
sub escalate_cases
{
	my ($size) = @_;
	my $typed = '%s(i, \'VIP\', owner => 7)';
	my $what = 'escalate (create, update, assign), typed call';
	my $json = '(%s jsonb_build_object(\'target\', i, \'reason\', \'VIP\', \'owner\', 7)) ->> \'task_id\')::bigint';

	return (
		{
			name => 'escalate',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			sides => {
				ours => per_row(sprintf($typed, 'ours.escalate'), $size->{rows}),
				rival => per_row(sprintf($typed, 'rival.escalate'), $size->{rows}),
				merged => per_row(sprintf($typed, 'rival.escalate_merged'), $size->{rows}),
				floor => per_row(sprintf($typed, 'bare.escalate'), $size->{rows}),
				floor_merged => per_row(sprintf($typed, 'bare.escalate_merged'), $size->{rows})
			},
			compare => [
				[ $what, 'PL/pgSQL', 'ours', 'rival', 0.95 ],
				[ $what, 'PL/pgSQL, two UPDATEs in one', 'ours', 'merged' ],
				[ $what, 'the floor in C', 'ours', 'floor', 1.10 ],
				[ $what, 'the floor in C, two UPDATEs in one', 'ours', 'floor_merged', 1.10 ],
				[ 'the same in PL/pgSQL', 'the floor in C', 'rival', 'floor' ],
				[ 'the same in PL/pgSQL, two UPDATEs in one', 'the floor in C, two UPDATEs in one', 'merged', 'floor_merged' ]
			]
		},
		{
			name => 'invoke',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			sides => {
				ours => per_row(sprintf($json, 'invoke_action(\'ours.escalate\','), $size->{rows}),
				rival => per_row(sprintf($json, 'rival.escalate_json('), $size->{rows})
			},
			compare => [ [ 'escalate by invoke_action(name, jsonb)', 'PL/pgSQL jsonb to jsonb', 'ours', 'rival', 0.95 ] ]
		});
}

# What recording a call costs: against the same call that is not recorded, and
# against PL/pgSQL that inserts such a row. Each side is warmed up: another level
# has the action compiled anew.
sub log_cases
{
	my ($size) = @_;
	my $call = '%s(i, \'VIP\', owner => 7)';
	my %function = (off => 'ours.escalate', basic => 'ours.escalate', told => 'ours.escalate_told', rival => 'rival.escalate_logged');
	my %level = (off => [ 'off', 100 ], basic => [ 'basic', -1 ], told => [ 'basic', 100 ], rival => [ 'off', 100 ]);
	my $what = 'escalate, recorded at level basic';

	return {
		name => 'log',
		kind => 'server',
		writes => 1,
		calls => $size->{rows},
		first => {
			map {
				$_ => "SET custom_actions.log_level = $level{$_}[0]; SET custom_actions.log_touched_limit = $level{$_}[1]; "
				  . per_row(sprintf($call, $function{$_}), 1)
			} keys %function
		},
		sides => { map { $_ => per_row(sprintf($call, $function{$_}), $size->{rows}) } keys %function },
		compare => [
			[ "$what, without summary and touched", 'not recorded', 'basic', 'off', 1.08 ],
			[ "$what, with both", 'not recorded', 'told', 'off', 1.15 ],
			[ "$what, with both", 'PL/pgSQL, two UPDATEs in one, that inserts such a row', 'told', 'rival', 0.90 ]
		]
	};
}

# Trying an action beside carrying it out, on a large table of which it changes few rows.
sub preview_cases
{
	my ($size) = @_;
	my $large = 20;
	my $calls = int($size->{rows} / 50) || 1;
	my $input = "jsonb_build_object('target', i * " . $large . ", 'reason', 'VIP', 'owner', 7)";

	return {
		name => 'preview',
		kind => 'server',
		large => $large,
		calls => $calls,
		first => { map { $_ => "SELECT count(*) FROM preview_action('ours.escalate', '{\"target\": 1, \"reason\": \"VIP\"}');" } qw(preview run) },
		sides => {
			run => per_row("(invoke_action('ours.escalate', $input) IS NOT NULL)::integer", $calls),
			preview => per_row("(SELECT count(*) > 0 FROM preview_action('ours.escalate', $input))::integer", $calls)
		},
		compare => [ [ sprintf('preview of escalate, %s rows', thousands($large * $size->{rows})), 'the action itself', 'preview', 'run', 4 ] ]
	};
}

# Many items at once, beside the same calls one by one: in SQL, by name, and typed.
sub bulk_cases
{
	my ($size) = @_;
	my $count = $size->{rows} < 10000 ? $size->{rows} : 10000;

	# as they come from a client: making them is no part of any side
	my $given = sub {
		my ($reason, $owner) = (@_, 7);
		return 'SET client_min_messages = warning; CREATE TEMP TABLE IF NOT EXISTS given AS SELECT '
		  . "jsonb_agg(jsonb_build_object('target', i, 'reason', $reason, 'owner', $owner)) AS inputs FROM generate_series(1, $count) AS i; RESET client_min_messages;";
	};
	my $inputs = '(SELECT inputs FROM given)';
	my $task = '(%s ->> \'task_id\')::bigint';
	my $bulk = sub {
		my ($action, $mode) = @_;
		return "SELECT count(output), sum(" . sprintf($task, 'output') . ") FROM invoke_action_bulk('$action', $inputs, mode => '$mode');";
	};
	my $single = sub {
		my ($function, $action) = @_;
		return "SELECT count(output), sum(" . sprintf($task, 'output') . ") FROM (SELECT $function('$action', input) AS output FROM jsonb_array_elements($inputs) AS input OFFSET 0) AS calls;";
	};
	my $per_item = sub {
		my ($output) = @_;
		return "SELECT count(output) FROM ($output) AS calls;";
	};
	my $fails = 'UPDATE desk.case SET status = \'closed\' WHERE id % 100 = 0; VACUUM desk.case;';
	my $loose = 'ALTER TABLE loose.task DROP CONSTRAINT IF EXISTS no_bad; TRUNCATE loose.task, loose.case RESTART IDENTITY; '
	  . "INSERT INTO loose.case (id, title, owner_id) SELECT i, 'Case ' || i, i % 10 + 1 FROM generate_series(1, $count) AS i; VACUUM (FREEZE, ANALYZE) loose.case; CHECKPOINT;";
	my $what = sprintf('escalate for %s items at once', thousands($count));

	return (
		{
			name => 'bulk',
			kind => 'server',
			writes => 1,
			large => $count / $size->{rows},
			calls => $count,
			first => { map { $_ => $given->("'VIP'") } qw(bulk single typed) },
			sides => {
				bulk => $bulk->('ours.escalate', 'all_or_nothing'),
				single => $single->('invoke_action', 'ours.escalate'),
				typed => per_row('ours.escalate(i, \'VIP\', owner => 7)', $count)
			},
			compare => [
				[ "$what, foreign keys and CHECK", 'invoke_action, one by one', 'bulk', 'single', 0.50 ],
				[ "$what, foreign keys and CHECK", 'typed call, one by one', 'bulk', 'typed' ]
			]
		},
		{
			name => 'bulk_loose',
			kind => 'server',
			calls => $count,
			first => { map { $_ => $loose . $given->("'VIP'") } qw(bulk single) },
			sides => {
				bulk => $bulk->('ours.escalate_loose', 'all_or_nothing'),
				single => $single->('invoke_action', 'ours.escalate_loose')
			},
			compare => [ [ "$what, without foreign keys", 'invoke_action, one by one', 'bulk', 'single', 0.35 ] ]
		},
		{
			name => 'bulk_per_item',
			kind => 'server',
			writes => 1,
			large => $count / $size->{rows},
			calls => $count,
			first => { map { $_ => $fails . $given->("'VIP'") } qw(bulk single) },
			sides => {
				bulk => $per_item->("SELECT output FROM invoke_action_bulk('ours.escalate', $inputs, mode => 'per_item')"),
				single => $per_item->("SELECT try_invoke_action('ours.escalate', input) -> 'output' AS output FROM jsonb_array_elements($inputs) AS input OFFSET 0")
			},
			compare => [ [ "$what, per item, of which 1 % fail", 'try_invoke_action, one by one', 'bulk', 'single', 0.65 ] ]
		},
		{
			name => 'bulk_per_item_key',
			kind => 'server',
			writes => 1,
			large => $count / $size->{rows},
			calls => $count,
			first => { map { $_ => $given->("'VIP'", 'CASE WHEN i % 100 = 50 THEN 99 ELSE 7 END') } qw(bulk single) },
			sides => {
				bulk => $per_item->("SELECT output FROM invoke_action_bulk('ours.escalate', $inputs, mode => 'per_item')"),
				single => $per_item->("SELECT try_invoke_action('ours.escalate', input) -> 'output' AS output FROM jsonb_array_elements($inputs) AS input OFFSET 0")
			},
			compare => [ [ "$what, per item, of which the foreign key of the second write refuses 1 %", 'try_invoke_action, one by one', 'bulk', 'single', 0.65 ] ]
		},
		{
			name => 'bulk_per_item_check',
			kind => 'server',
			calls => $count,
			first => {
				map {
					$_ => $loose
					  . q{ALTER TABLE loose.task ADD CONSTRAINT no_bad CHECK (title <> 'Escalated: bad'); }
					  . $given->("CASE WHEN i % 100 = 50 THEN 'bad' ELSE 'VIP' END")
				} qw(bulk single)
			},
			sides => {
				bulk => $per_item->("SELECT output FROM invoke_action_bulk('ours.escalate_loose', $inputs, mode => 'per_item')"),
				single => $per_item->("SELECT try_invoke_action('ours.escalate_loose', input) -> 'output' AS output FROM jsonb_array_elements($inputs) AS input OFFSET 0")
			},
			compare => [ [ "$what, without foreign keys, per item, of which a CHECK refuses 1 %", 'try_invoke_action, one by one', 'bulk', 'single', 0.65 ] ]
		});
}

# What computes and writes nothing: the times are those of the languages.
sub computing_cases
{
	my ($size) = @_;
	my $many = 4 * $size->{rows};
	my $both = sub {
		my ($call, $times) = @_;
		return { map { $_ => per_row(sprintf($call, $_), $times) } qw(ours rival) };
	};

	return (
		{
			name => 'decision',
			kind => 'server',
			calls => $many,
			sides => $both->('%s.decide((i * 53 %% 2100)::integer)', $many),
			compare => [ [ 'twenty-branch decision, no writes', 'PL/pgSQL', 'ours', 'rival', 1.0 ] ]
		},
		{
			name => 'formulas',
			kind => 'server',
			calls => $many,
			sides => $both->('hashtext(%s.quote(i, (i %% 20)::integer, 19.99, \'Northwind\'))', $many),
			compare => [ [ 'ten formulas and templates, no writes', 'PL/pgSQL', 'ours', 'rival', 1.0 ] ]
		},
		{
			name => 'perform',
			kind => 'server',
			calls => $size->{rows},
			sides => $both->('%s.add_all(i)', $size->{rows}),
			compare => [ [ 'perform: ten nested calls', 'PL/pgSQL calling ten functions', 'ours', 'rival', 1.0 ] ]
		});
}

# Many rows in one call.
sub many_row_cases
{
	my ($size) = @_;
	my $chunks = $size->{rows} < 1000 ? 1 : int($size->{rows} / 1000);

	return (
		{
			name => 'for_each',
			kind => 'server',
			writes => 1,
			calls => $chunks,
			sides => {
				map {
					$_ => "SELECT count($_.raise_each(ids)) FROM (SELECT array_agg(i ORDER BY i) AS ids"
					  . " FROM generate_series(1::bigint, $size->{rows}) AS i GROUP BY i % $chunks) AS chunks;"
				} qw(ours rival)
			},
			compare => [ [ sprintf('for_each over %s elements, an update each', thousands($size->{rows} / $chunks)), 'PL/pgSQL', 'ours', 'rival', 1.0 ] ]
		},
		{
			name => 'set_update',
			kind => 'server',
			writes => 1,
			calls => 5,
			first => { ours => 'SELECT ours.raise_all(0, 0);', rival => 'UPDATE desk.case SET priority = priority + 1 WHERE id BETWEEN 0 AND 0;' },
			sides => {
				ours => per_part('SELECT ours.raise_all(:first, :last) \g /dev/null', $size->{rows}, 5),
				rival => per_part('UPDATE desk.case SET priority = priority + 1 WHERE id BETWEEN :first AND :last;', $size->{rows}, 5)
			},
			compare => [ [ sprintf('set-based update of %s rows', thousands($size->{rows} / 5)), 'the bare statement', 'ours', 'rival', 1.05 ] ]
		});
}

# One row updated by its key in a table that is protected, beside one that is not.
sub protect_cases
{
	my ($size) = @_;
	my %table = (none => 'free', columns => 'held', whole => 'sealed');

	return (
		{
			name => 'protect',
			kind => 'server',
			calls => $size->{rows},
			sides => { map { $_ => per_row("ours.set_$table{$_}(i % 1000 + 1)", $size->{rows}) } keys %table },
			compare => [
				[ 'an update in an action, of protected columns', 'of a table that is not protected', 'columns', 'none' ],
				[ 'an update in an action, of a table that is protected as a whole', 'of one that is not', 'whole', 'none' ]
			]
		},
		{
			name => 'protect_outside',
			kind => 'server',
			calls => $size->{rows},
			sides => { map { $_ => per_row("rival.note_$table{$_}(i % 1000 + 1)", $size->{rows}) } qw(none columns) },
			compare => [ [ 'an update outside of actions, of a column beside protected ones', 'of a table that is not protected', 'columns', 'none' ] ]
		});
}

# Plug-ins against the same functions called directly, and what one costs by itself.
sub plugin_cases
{
	my ($size) = @_;
	my $many = 4 * $size->{rows};
	my $ready = '\'{"stage": "pre_operation", "input": {"a": 1}}\'::jsonb';
	my $direct = join ', ', 'ours.plain(i) AS b', ("tools.nothing($ready)") x 10;
	my $over = 'SELECT count(*), sum(b) FROM (SELECT %s FROM generate_series(1::bigint, %s) AS i OFFSET 0) AS calls;';

	return (
		{
			name => 'plugins',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			sides => { map { $_ => per_row("$_.checked(i, 'VIP', owner => 7)", $size->{rows}) } qw(ours rival) },
			compare => [ [ 'escalate, a plug-in in C and one in PL/pgSQL per stage', 'PL/pgSQL calling them directly', 'ours', 'rival', 1.1 ] ]
		},
		{
			name => 'plugins_alone',
			kind => 'server',
			calls => $size->{rows},
			sides => { map { $_ => per_row("$_.checks(i, 'VIP')", $size->{rows}) } qw(ours rival) },
			compare => [ [ 'the same eight plug-ins, no other work', 'PL/pgSQL calling them directly', 'ours', 'rival' ] ]
		},
		{
			name => 'plugin_overhead',
			kind => 'server',
			calls => $many,
			sides => {
				none => sprintf($over, 'ours.plain(i) AS b', $many),
				c => sprintf($over, 'ours.plain_c(i) AS b', $many),
				plpgsql => sprintf($over, 'ours.plain_plpgsql(i) AS b', $many),
				direct => sprintf($over, $direct, $many)
			},
			each => 10,
			compare => [
				[ 'an empty plug-in in C', 'its time in microseconds', 'c - none', undef, 0.3, 'microseconds' ],
				[ 'an empty plug-in in PL/pgSQL', 'its function with a ready jsonb', 'plpgsql - none', 'direct - none', 1.5 ]
			]
		});
}

# What a connection waits for its first call, in which everything is compiled.
sub first_call_cases
{
	my ($size) = @_;
	my $call = 'SELECT %s(1, \'VIP\', owner => 7);';

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
				[ 'first call on a new connection', 'PL/pgSQL', 'ours', 'rival', 1.5 ],
				[ 'first call on a new connection, library loaded before', 'PL/pgSQL', 'ours_loaded', 'rival_loaded' ]
			]
		});
}

# Databases with so many active actions; ten of them are called, in turn.
sub many_actions_cases
{
	my ($size) = @_;
	my $rows = int($size->{rows} / 2);
	my @number = map { thousands($_) } @{ $size->{many} };
	my $typed = join ' + ', map { "ours.tiny_$_(i)" } 1 .. 10;
	my $json = join ' + ', map { "(invoke_action('ours.tiny_$_', jsonb_build_object('a', i)) ->> 'b')::bigint" } 1 .. 10;
	my %sides;
	my %database;

	foreach my $i (0 .. 2)
	{
		$sides{"typed_$i"} = per_row($typed, $rows);
		$sides{"json_$i"} = per_row($json, $rows);
		$database{"${_}_$i"} = "bench_many_$i" foreach qw(typed json);
	}
	return (
		{
			name => 'many_actions',
			kind => 'server',
			calls => 10 * $rows,
			sides => \%sides,
			database => \%database,
			first => { map { $_ => per_row($_ =~ /typed/ ? $typed : $json, 10) } keys %sides },
			compare => [
				map {
					my $i = $_;
					(
						[ "typed call, $number[$i] active actions", "$number[0] active actions", "typed_$i", 'typed_0', 1.05 ],
						[ "invoke_action, $number[$i] active actions", "$number[0] active actions", "json_$i", 'json_0', 1.05 ])
				} 1 .. 2
			]
		});
}

# Clients that each send one call after the other.
sub wire_cases
{
	my ($size) = @_;
	my $call = 'SELECT %s(:id, \'VIP\', owner => 7);';
	my $json = 'SELECT %s jsonb_build_object(\'target\', :id::bigint, \'reason\', \'VIP\', \'owner\', 7));';

	return (
		{
			name => 'wire',
			kind => 'wire',
			transactions => $size->{transactions},
			clients => [ 1, 2, 4, 8 ],
			sides => { ours => sprintf($call, 'ours.escalate'), rival => sprintf($call, 'rival.escalate') },
			title => [ 'escalate, typed call, pgbench, %s', 'PL/pgSQL' ],
			scaling => [ 'escalate, typed call, scaling from 1 to 8 clients', 'PL/pgSQL', 0.95 ]
		},
		{
			name => 'wire_invoke',
			kind => 'wire',
			transactions => $size->{transactions},
			clients => [ 1, 8 ],
			sides => { ours => sprintf($json, 'invoke_action(\'ours.escalate\','), rival => sprintf($json, 'rival.escalate_json(') },
			title => [ 'escalate by invoke_action, pgbench, %s', 'PL/pgSQL, jsonb to jsonb' ]
		});
}

# Memory of the first action of a session, of each further one, and in the long run.
sub memory_cases
{
	my ($size) = @_;
	my $call = sub { my ($side, $number) = @_; return "SELECT $side.five_steps_$number(:i, 'VIP', 7);" };
	my @statements = (
		'SELECT c.status FROM desk.case AS c WHERE c.id = 1 FOR NO KEY UPDATE;',
		'SELECT a.name FROM desk.agent AS a WHERE a.id = 7;',
		'INSERT INTO desk.task (case_id, title) VALUES (1, \'Agent 7: VIP\') RETURNING id;',
		'UPDATE desk.case SET status = \'escalated\', priority = priority + 1 WHERE id = 1;',
		'UPDATE desk.case SET owner_id = 7 WHERE id = 1;');

	return (
		{
			name => 'memory',
			kind => 'memory',
			calls => 1,
			first => { map { $_ => \@statements } qw(ours rival) },
			sides => { map { $_ => [ $call->($_, 1) ] } qw(ours rival) },
			compare => [ [ 'memory after the first action of five steps', 'PL/pgSQL', 'ours', 'rival', 1.2 ] ]
		},
		{
			name => 'memory_more',
			kind => 'memory',
			calls => 10,
			first => { map { $_ => [ @statements, $call->($_, 1) ] } qw(ours rival) },
			sides => { map { my $side = $_; $_ => [ map { $call->($side, $_) } 2 .. 11 ] } qw(ours rival) },
			compare => [ [ 'memory of each further action of five steps', 'PL/pgSQL', 'ours', 'rival', 1.2 ] ]
		},
		{
			name => 'memory_flat',
			kind => 'flat',
			calls => 1,
			times => $size->{flat},
			sides => { ours => per_row('ours.five_steps_1(i, \'VIP\', 7)', $size->{rows}) },
			compare => [ [ sprintf('memory after %s calls', thousands($size->{flat})), sprintf('after %s calls', thousands($size->{rows})), 'after', 'before', 1.01 ] ]
		});
}

# DDL that concerns no action, beside the same without the extension.
sub ddl_cases
{
	my ($size) = @_;
	my $each = sub {
		my ($count, @commands) = @_;
		my $loop = join ' ', map { "EXECUTE format('$_', i);" } @commands;
		return 'DO $$ BEGIN FOR i IN 1 .. ' . "$count LOOP $loop COMMIT; END LOOP; END " . '$$;';
	};
	my $case = sub {
		my ($name, $what, $calls, $statements) = @_;
		return {
			name => $name,
			kind => 'ddl',
			calls => $calls,
			parts => $size->{ddl_parts} || 1,
			sides => { map { $_ => $statements } 'absent', 'floor', @{ $size->{ddl_actions} } },
			compare => [
				[ "$what, no extension but an event trigger for other commands", 'without it', 'floor', 'absent' ],
				map { [ sprintf('%s, %s', $what, $_ ? thousands($_) . ' actions of others' : 'no actions'), 'without the extension', $_, 'absent', 1.05 ] }
				  @{ $size->{ddl_actions} }
			]
		};
	};

	return (
		$case->('ddl_temp', 'CREATE TEMP TABLE', $size->{ddl},
			$each->($size->{ddl}, 'CREATE TEMP TABLE scratch_%s (id bigint PRIMARY KEY, label text) ON COMMIT DROP')),
		$case->('ddl_migration', 'table made, column added, indexed, renamed, table dropped', $size->{ddl},
			$each->($size->{ddl}, 'CREATE TABLE part_%s (id bigint PRIMARY KEY, label text)', 'ALTER TABLE part_%s ADD COLUMN due date',
				'CREATE INDEX ON part_%s (due)', 'ALTER TABLE part_%s RENAME COLUMN label TO title', 'DROP TABLE part_%s')));
}

# All cases, at the given size.
sub cases
{
	my ($size) = @_;

	return (
		escalate_cases($size), log_cases($size), bulk_cases($size), preview_cases($size), computing_cases($size), many_row_cases($size), plugin_cases($size), protect_cases($size), first_call_cases($size),
		many_actions_cases($size), memory_cases($size), wire_cases($size), ddl_cases($size));
}

# Those that the patterns name; all without patterns.
sub selected_cases
{
	my ($size, $patterns) = @_;
	my @expressions = map { my $expression = quotemeta; $expression =~ s/\\\*/.*/g; $expression =~ s/\\\?/./g; $expression }
	  split ' ', $patterns // '';
	my @selected = grep {
		my $name = $_->{name};
		!@expressions || grep { $name =~ /^$_$/ } @expressions
	} cases($size);

	die "no case is named $patterns\n" if !@selected;
	return @selected;
}

1;
