# The cases of the benchmark: what each side runs, and what is compared with what.
#
# A case has a name (BENCH_CASES selects by it), a kind that says how it is measured
# (Bench.pm; Count.pm), its sides, and what is compared: [what, against what, side, side
# it is divided by, the most that the ratio may be]. Without the last, for information.
# Every side of a case must do the same work: the rows and results are compared.
#
# "run" has for each side a function that gives the statements for the numbers from a
# first to a last one, "calls" is how many of them are timed; "first" what each side
# needs before. "sides", instead, are fixed statements, which are timed only.
package Cases;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

use Calls;
use StepCases;
use UpkeepCases;

our @EXPORT = qw(cases selected_cases);

# Escalating a case by the typed call, and with JSON in and out.
sub escalate_cases
{
	my ($size) = @_;
	my $typed = '%s.escalate(i, \'VIP\', owner => 7)';
	my $merged = '%s.escalate_merged(i, \'VIP\', owner => 7)';
	my $what = 'escalate (create, update, assign), typed call';
	my $json = '(%s jsonb_build_object(\'target\', i, \'reason\', \'VIP\', \'owner\', 7)) ->> \'task_id\')::bigint';

	return (
		{
			name => 'escalate',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			run => {
				each_row(
					in_schemas($typed, 'ours'),
					two => sprintf($typed, 'rival'),
					bare_two => sprintf($typed, 'bare'),
					rival => sprintf($merged, 'rival'),
					bare => sprintf($merged, 'bare'),
					floor => sprintf($merged, 'floor'))
			},
			compare => [
				[ $what, 'PL/pgSQL, one UPDATE, without SET', 'ours', 'bare', 0.90 ],
				[ $what, 'PL/pgSQL, one UPDATE, the same SET', 'ours', 'rival', 0.90 ],
				[ $what, 'PL/pgSQL, two UPDATEs, without SET', 'ours', 'bare_two' ],
				[ $what, 'PL/pgSQL, two UPDATEs, the same SET', 'ours', 'two' ],
				[ $what, 'kept plans in C, one UPDATE', 'ours', 'floor', 1.10 ]
			]
		},
		{
			name => 'invoke',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			run => { each_row(ours => sprintf($json, 'invoke_action(\'ours.escalate\','), map { $_ => sprintf($json, "$_.escalate_json(") } qw(rival bare)) },
			compare => [
				[ 'escalate by invoke_action(name, jsonb)', 'PL/pgSQL jsonb to jsonb, the same SET', 'ours', 'rival', 0.95 ],
				[ 'escalate by invoke_action(name, jsonb)', 'PL/pgSQL jsonb to jsonb, without SET', 'ours', 'bare', 1.00 ]
			]
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

	# no side meets the rows of another, or their pages that are to be split; a range of
	# an index that is made anew is summarized, which those of a log are not (25_record.sql)
	my $empty = join ' ', map { "TRUNCATE $_.log; SELECT brin_desummarize_range('$_.log_started_at" . ($_ eq 'rival' ? '_idx' : '') . '\', 0) AS x;' } qw(custom_actions rival);

	return {
		name => 'log',
		kind => 'server',
		writes => 1,
		calls => $size->{rows},
		first => {
			map {
				$_ => "$empty SET custom_actions.log_level = $level{$_}[0]; SET custom_actions.log_touched_limit = $level{$_}[1]; "
				  . per_row(sprintf($call, $function{$_}), 1, 1)
			} keys %function
		},
		run => { each_row(map { $_ => sprintf($call, $function{$_}) } keys %function) },
		compare => [
			[ "$what, without summary and touched", 'not recorded', 'basic', 'off', 1.08 ],
			[ "$what, with both", 'not recorded', 'told', 'off', 1.15 ],
			[ "$what, with both", 'PL/pgSQL, two UPDATEs in one, that inserts such a row', 'told', 'rival', 0.90 ]
		]
	};
}

# Ten rows that are one statement, whoever is told of them: recorded, and not.
sub log_creates_cases
{
	my ($size) = @_;
	my $call = '%s(i)';
	my %function = (off => 'ours.ten_creates', basic => 'ours.ten_creates', bare => 'bare.ten_creates', rival => 'rival.ten_creates_logged');
	my $what = 'ten creates in one table, recorded at level basic';

	return {
		name => 'ten_creates_log',
		kind => 'server',
		calls => int($size->{rows} * 0.05) || 1,
		first => {
			map { $_ => 'SET custom_actions.log_level = ' . ($_ eq 'basic' ? 'basic' : 'off') . '; TRUNCATE desk.line RESTART IDENTITY;' } keys %function
		},
		run => { each_row(map { $_ => sprintf($call, $function{$_}) } keys %function) },
		digest => 'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM desk.line AS t;',
		compare => [
			[ $what, 'not recorded', 'basic', 'off' ],
			[ $what, 'PL/pgSQL, without SET, that is not recorded', 'basic', 'bare' ],
			[ $what, 'PL/pgSQL that inserts such a row', 'basic', 'rival', 0.60 ]
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
		counted_share => 0.2,
		first => { map { $_ => "SELECT count(*) FROM preview_action('ours.escalate', '{\"target\": 1, \"reason\": \"VIP\"}');" } qw(preview run) },
		run => {
			each_row(
				run => "(invoke_action('ours.escalate', $input) IS NOT NULL)::integer",
				preview => "(SELECT count(*) > 0 FROM preview_action('ours.escalate', $input))::integer")
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
		my ($reason, $before, $owner) = @_;

		$owner //= 7;
		return sub {
			my $ranges = join ', ', map { "($_->[0], $_->[1])" } @_;
			return ($before // '') . 'SET client_min_messages = warning; CREATE TEMP TABLE IF NOT EXISTS given AS SELECT part.first, '
			  . "jsonb_agg(jsonb_build_object('target', i, 'reason', $reason, 'owner', $owner)) AS inputs FROM (VALUES $ranges) AS part (first, last), "
			  . 'generate_series(part.first, part.last) AS i GROUP BY part.first; RESET client_min_messages;';
		};
	};
	my $from_given = sub {
		my ($statement) = @_;
		return sub { my ($first) = @_; return $statement =~ s/:first/$first/gr };
	};
	my $inputs = '(SELECT inputs FROM given WHERE first = :first)';
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
	my $last = $size->{counted} ? 20 + 3 * ($count < 5 ? 5 : $count) : $count;    # a count is of more calls than one run
	my $fails = 'UPDATE desk.case SET status = \'closed\' WHERE id % 100 = 0; VACUUM desk.case; ';
	my $loose = 'ALTER TABLE loose.task DROP CONSTRAINT IF EXISTS no_bad; TRUNCATE loose.task, loose.case RESTART IDENTITY; '
	  . "INSERT INTO loose.case (id, title, owner_id) SELECT i, 'Case ' || i, i % 10 + 1 FROM generate_series(1, greatest($last, 600)) AS i; VACUUM (FREEZE, ANALYZE) loose.case; CHECKPOINT; ";
	my $set = 'WITH item AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(' . $inputs . ') AS given (target bigint, reason text, owner integer)), '
	  . "changed AS (UPDATE desk.case AS c SET status = 'escalated', priority = c.priority + 1, owner_id = coalesce(item.owner, c.owner_id) FROM item WHERE c.id = item.target AND c.status <> 'closed' RETURNING c.id), "
	  . "created AS (INSERT INTO desk.task (case_id, title, due) SELECT target, 'Escalated: ' || reason, now() + interval '4 hours' FROM item RETURNING id) SELECT count(*), sum(id) FROM created;";
	my $what = sprintf('escalate for %s items at once', thousands($count));

	return (
		{
			name => 'bulk',
			kind => 'server',
			warm_calls => 20,
			writes => 1,
			large => $count / $size->{rows},
			calls => $count,
			first => { map { $_ => $given->("'VIP'") } qw(bulk single typed set) },
			run => {
				each_row(typed => 'ours.escalate(i, \'VIP\', owner => 7)'),
				bulk => $from_given->($bulk->('ours.escalate', 'all_or_nothing')),
				single => $from_given->($single->('invoke_action', 'ours.escalate')),
				set => $from_given->($set)
			},
			compare => [
				[ "$what, foreign keys and CHECK", 'invoke_action, one by one', 'bulk', 'single', 0.50 ],
				[ "$what, foreign keys and CHECK", 'typed call, one by one', 'bulk', 'typed' ],
				[ "$what, foreign keys and CHECK", 'two set-based statements', 'bulk', 'set' ]
			]
		},
		{
			name => 'bulk_loose',
			kind => 'server',
			warm_calls => 20,
			calls => $count,
			first => { map { $_ => $given->("'VIP'", $loose) } qw(bulk single) },
			run => {
				bulk => $from_given->($bulk->('ours.escalate_loose', 'all_or_nothing')),
				single => $from_given->($single->('invoke_action', 'ours.escalate_loose'))
			},
			compare => [ [ "$what, without foreign keys", 'invoke_action, one by one', 'bulk', 'single', 0.35 ] ]
		},
		{
			name => 'bulk_per_item',
			kind => 'server',
			warm_calls => 20,
			writes => 1,
			large => $count / $size->{rows},
			calls => $count,
			first => { map { $_ => $given->("'VIP'", $fails) } qw(bulk single) },
			run => {
				bulk => $from_given->($per_item->("SELECT output FROM invoke_action_bulk('ours.escalate', $inputs, mode => 'per_item')")),
				single => $from_given->($per_item->("SELECT try_invoke_action('ours.escalate', input) -> 'output' AS output FROM jsonb_array_elements($inputs) AS input OFFSET 0"))
			},
			compare => [ [ "$what, per item, of which 1 % fail", 'try_invoke_action, one by one', 'bulk', 'single', 0.65 ] ]
		},
		{
			name => 'bulk_per_item_key',
			kind => 'server',
			warm_calls => 20,
			writes => 1,
			large => $count / $size->{rows},
			calls => $count,
			first => { map { $_ => $given->("'VIP'", undef, 'CASE WHEN i % 100 = 50 THEN 99 ELSE 7 END') } qw(bulk single) },
			run => {
				bulk => $from_given->($per_item->("SELECT output FROM invoke_action_bulk('ours.escalate', $inputs, mode => 'per_item')")),
				single => $from_given->($per_item->("SELECT try_invoke_action('ours.escalate', input) -> 'output' AS output FROM jsonb_array_elements($inputs) AS input OFFSET 0"))
			},
			compare => [ [ "$what, per item, of which the foreign key of the second write refuses 1 %", 'try_invoke_action, one by one', 'bulk', 'single', 0.65 ] ]
		},
		{
			name => 'bulk_per_item_check',
			kind => 'server',
			warm_calls => 20,
			calls => $count,
			first => {
				map { $_ => $given->("CASE WHEN i % 100 = 50 THEN 'bad' ELSE 'VIP' END", $loose . q{ALTER TABLE loose.task ADD CONSTRAINT no_bad CHECK (title <> 'Escalated: bad'); }) }
				  qw(bulk single)
			},
			run => {
				bulk => $from_given->($per_item->("SELECT output FROM invoke_action_bulk('ours.escalate_loose', $inputs, mode => 'per_item')")),
				single => $from_given->($per_item->("SELECT try_invoke_action('ours.escalate_loose', input) -> 'output' AS output FROM jsonb_array_elements($inputs) AS input OFFSET 0"))
			},
			compare => [ [ "$what, without foreign keys, per item, of which a CHECK refuses 1 %", 'try_invoke_action, one by one', 'bulk', 'single', 0.65 ] ]
		});
}

# Many rows in one call.
sub many_row_cases
{
	my ($size) = @_;
	my $chunks = $size->{rows} < 1000 ? 1 : int($size->{rows} / 1000);
	my $chunked = sub {
		my ($function, $first, $last) = @_;
		return "SELECT count($function(ids)) FROM (SELECT array_agg(i ORDER BY i) AS ids"
		  . " FROM generate_series($first\::bigint, $last) AS i GROUP BY i % $chunks) AS chunks;";
	};
	my $what = sprintf('for_each over %s elements, an update each', thousands($size->{rows} / $chunks));

	return (
		{
			name => 'for_each',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			run => {
				map {
					my $function = $_ eq 'set' ? 'rival.raise_set' : "$_.raise_each";
					($_ => sub { return $chunked->($function, @_) })
				} qw(ours rival bare set)
			},
			compare => [
				[ $what, 'PL/pgSQL, the same SET', 'ours', 'rival', 1.05 ],
				[ $what, 'PL/pgSQL, without SET', 'ours', 'bare', 1.00 ],
				[ $what, 'UPDATE ... FROM unnest', 'ours', 'set', 1.10 ]
			]
		},
		{
			name => 'set_update',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			first => { ours => 'SELECT ours.raise_all(0, 0);', rival => 'UPDATE desk.case SET priority = priority + 1 WHERE id BETWEEN 0 AND 0;' },
			run => {
				ours => sub { return per_part('DO $$ BEGIN PERFORM ours.raise_all(:first, :last); END $$;', @_) },
				rival => sub { return per_part('UPDATE desk.case SET priority = priority + 1 WHERE id BETWEEN :first AND :last;', @_) }
			},
			compare => [ [ 'set-based update, per row', 'the bare statement', 'ours', 'rival', 1.05 ] ]
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
			run => { each_row(map { $_ => "ours.set_$table{$_}(i % 1000 + 1)" } keys %table) },
			compare => [
				[ 'an update in an action, of protected columns', 'of a table that is not protected', 'columns', 'none' ],
				[ 'an update in an action, of a table that is protected as a whole', 'of one that is not', 'whole', 'none' ]
			]
		},
		{
			name => 'protect_outside',
			kind => 'server',
			calls => $size->{rows},
			run => { each_row(map { $_ => "rival.note_$table{$_}(i % 1000 + 1)" } qw(none columns)) },
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
	my $over = 'SELECT count(*), sum(b) FROM (SELECT %s FROM generate_series(%s::bigint, %s) AS i OFFSET 0) AS calls;';

	return (
		{
			name => 'plugins',
			kind => 'server',
			writes => 1,
			calls => $size->{rows},
			run => { each_row(in_schemas('%s.checked(i, \'VIP\', owner => 7)', qw(ours rival bare))) },
			compare => [
				[ 'escalate, a plug-in in C and one in PL/pgSQL per stage', 'PL/pgSQL calling them, the same SET', 'ours', 'rival', 1.05 ],
				[ 'escalate, a plug-in in C and one in PL/pgSQL per stage', 'PL/pgSQL calling them, without SET', 'ours', 'bare', 1.05 ]
			]
		},
		{
			name => 'plugins_alone',
			kind => 'server',
			calls => $size->{rows},
			run => { each_row(in_schemas('%s.checks(i, \'VIP\')', qw(ours rival bare))) },
			compare => [
				[ 'the same eight plug-ins, no other work', 'PL/pgSQL calling them, the same SET', 'ours', 'rival', 1.05 ],
				[ 'the same eight plug-ins, no other work', 'PL/pgSQL calling them, without SET', 'ours', 'bare', 1.05 ]
			]
		},
		{
			name => 'plugin_overhead',
			kind => 'server',
			calls => $many,
			run => {
				map {
					my $columns = $_;
					($columns->[0] => sub { return sprintf($over, $columns->[1], @_) })
				} [ none => 'ours.plain(i) AS b' ], [ c => 'ours.plain_c(i) AS b' ], [ plpgsql => 'ours.plain_plpgsql(i) AS b' ], [ direct => $direct ]
			},
			each => 10,
			compare => [
				[ 'an empty plug-in in C', 'its time in microseconds', 'c - none', undef, 0.3, 'microseconds' ],
				[ 'an empty plug-in in PL/pgSQL', 'its function with a ready jsonb', 'plpgsql - none', 'direct - none', 1.5 ]
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
		$sides{"typed_$i"} = per_row($typed, 1, $rows);
		$sides{"json_$i"} = per_row($json, 1, $rows);
		$database{"${_}_$i"} = "bench_many_$i" foreach qw(typed json);
	}
	return (
		{
			name => 'many_actions',
			kind => 'server',
			calls => 10 * $rows,
			sides => \%sides,
			database => \%database,
			first => { map { $_ => per_row($_ =~ /typed/ ? $typed : $json, 1, 10) } keys %sides },
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
			sides => { ours => per_row('ours.five_steps_1(i, \'VIP\', 7)', 1, $size->{rows}) },
			compare => [ [ sprintf('memory after %s calls', thousands($size->{flat})), sprintf('after %s calls', thousands($size->{rows})), 'after', 'before', 1.01 ] ]
		});
}

# DDL that concerns no action, beside the same without the extension.
sub ddl_cases
{
	my ($size) = @_;
	my $each = sub {
		my ($first, $last, @commands) = @_;
		my $loop = join ' ', map { "EXECUTE format('$_', i);" } @commands;
		return 'DO $$ BEGIN FOR i IN ' . "$first .. $last LOOP $loop COMMIT; END LOOP; END " . '$$;';
	};
	my $case = sub {
		my ($name, $what, @commands) = @_;
		return {
			name => $name,
			kind => 'ddl',
			counted_share => 0.2,
			calls => $size->{ddl},
			parts => $size->{ddl_parts} || 1,
			run => {
				map {
					$_ => sub { return $each->(@_, @commands) }
				} 'absent', 'floor', @{ $size->{ddl_actions} }
			},
			compare => [
				[ "$what, no extension but an event trigger for other commands", 'without it', 'floor', 'absent' ],
				map { [ sprintf('%s, %s', $what, $_ ? thousands($_) . ' actions of others' : 'no actions'), 'without the extension', $_, 'absent', 1.05 ] }
				  @{ $size->{ddl_actions} }
			]
		};
	};

	return (
		$case->('ddl_temp', 'CREATE TEMP TABLE', 'CREATE TEMP TABLE scratch_%s (id bigint PRIMARY KEY, label text) ON COMMIT DROP'),
		$case->('ddl_migration', 'table made, column added, indexed, renamed, table dropped', 'CREATE TABLE part_%s (id bigint PRIMARY KEY, label text)',
			'ALTER TABLE part_%s ADD COLUMN due date',
			'CREATE INDEX ON part_%s (due)', 'ALTER TABLE part_%s RENAME COLUMN label TO title', 'DROP TABLE part_%s'));
}

# All cases, at the given size.
sub cases
{
	my ($size) = @_;

	my @cases = (
		escalate_cases($size), step_cases($size), plan_cases($size), value_cases($size), call_cases($size), many_row_cases($size), loop_cases($size), do_cases($size), plugin_cases($size), context_cases($size),
		log_cases($size), log_creates_cases($size), bulk_cases($size), bulk_set_cases($size), preview_cases($size), protect_cases($size), first_call_cases($size), upkeep_cases($size),
		many_actions_cases($size), memory_cases($size), wire_cases($size), ddl_cases($size));

	foreach my $case (grep { $_->{run} } @cases)
	{
		$case->{sides} //= { map { $_ => join "\n", $case->{run}{$_}->(1, $case->{calls}) } keys %{ $case->{run} } };
	}
	return @cases;
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
