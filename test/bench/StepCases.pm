# The cases of single kinds of step: each beside PL/pgSQL with the same SET clause,
# without one, and, where that makes sense, beside C with kept plans and nothing else.
package StepCases;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

use Calls;

our @EXPORT = qw(step_cases plan_cases value_cases call_cases loop_cases do_cases context_cases bulk_set_cases);

my %against = (
	rival => 'PL/pgSQL, the same SET',
	bare => 'PL/pgSQL, without SET',
	floor => 'kept plans in C',
	concat => 'PL/pgSQL by ||, without SET',
	merged => 'PL/pgSQL, one UPDATE, without SET');

# A case of calls of functions of one name: by default at par with PL/pgSQL.
sub calls_case
{
	my ($size, $name, $what, $call, %more) = @_;
	my @sides = ('ours', 'rival', 'bare', $more{floor} ? 'floor' : ());
	my %targets = (rival => 1.05, bare => 1.00, %{ $more{targets} // {} });
	my %named = (%against, %{ $more{named} // {} });
	my %calls = (in_schemas($call, @sides), %{ $more{others} // {} });
	my $small = $more{share} // ($more{writes} || $more{alone} || $more{first} ? 0.05 : 0.2);

	return {
		name => $name,
		kind => 'server',
		calls => int($size->{rows} * $small) || 1,
		large => $more{writes} ? $small : undef,
		# of short calls more, so that what happens once in a while counts little
		counted_share => $small < 0.05 ? 20 * $small : $small == 0.2 ? 4 : 1,
		run => { $more{alone} ? each_alone($size, %calls) : each_row(%calls) },
		compare => [ map { [ $what, $named{$_}, 'ours', $_, $targets{$_} ] } grep { $_ ne 'ours' } @sides, sort keys %{ $more{others} // {} } ],
		map { $_ => $more{$_} } grep { exists $more{$_} } qw(writes first digest warm_calls)
	};
}

# The same in one statement, and in statements and transactions of their own.
sub both_ways
{
	my ($size, $name, $what, $call, %more) = @_;
	my %alone = (rival => 0.60, bare => undef, %{ $more{alone_targets} // {} });

	return (
		calls_case($size, $name, "$what, in a loop", $call, %more),
		calls_case($size, "${name}_alone", "$what, a transaction each", $call, %more, alone => 1, targets => \%alone));
}

# One step each.
sub step_cases
{
	my ($size) = @_;
	my $scrap = sub {
		my $rows = $_[-1][1];
		return "TRUNCATE desk.scrap; INSERT INTO desk.scrap SELECT i, 'Scrap ' || i FROM generate_series(1, $rows) AS i; VACUUM (FREEZE, ANALYZE) desk.scrap;";
	};
	my $lines = 'TRUNCATE desk.line RESTART IDENTITY;';
	my @all = qw(ours rival bare floor);

	return (
		both_ways($size, 'require', 'require, nothing else', '%s.require_only(i)', floor => 1, targets => { bare => 0.85 }, alone_targets => { rival => 1.00 }),
		both_ways($size, 'get', 'get by key', '%s.get_one(i % 500 + 1)', floor => 1, alone_targets => { rival => 1.00 }),
		both_ways($size, 'create', 'create, with a foreign key', '%s.create_one(i)', floor => 1, writes => 1, alone_targets => { rival => 1.00 }),
		calls_case($size, 'delete', 'delete', '%s.delete_one(i)', floor => 1, first => { map { $_ => $scrap } @all }, digest => 'SELECT count(*) FROM desk.scrap;'),
		calls_case($size, 'wide_read', 'one of 100 columns read', '%s.wide_read(i % 1000 + 1)', floor => 1),
		calls_case($size, 'update', 'update', '%s.update_one(i)', floor => 1, writes => 1),
		calls_case($size, 'update_output', 'update, and the new value as output', '%s.update_output(i)', floor => 1, writes => 1),
		calls_case($size, 'update_other', 'update, and another column as output', '%s.update_other(i)', floor => 1, writes => 1),
		calls_case($size, 'ten_creates', 'ten creates in one table', '%s.ten_creates(i)', floor => 1, first => { map { $_ => $lines } @all },
			digest => 'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM desk.line AS t;', targets => { rival => 0.60, bare => 0.60 }),
		calls_case($size, 'escalate_alone', 'escalate, a transaction each', '%s.escalate(i, \'VIP\', owner => 7)', alone => 1, writes => 1,
			others => { merged => 'bare.escalate_merged(i, \'VIP\', owner => 7)' },
			targets => { merged => 0.90 }));
}

# Plans that depend on the value.
sub plan_cases
{
	my ($size) = @_;
	my %few = (share => 0.004);

	return (
		calls_case($size, 'partial_update', 'update of rows by a partial index', '%s.update_pending(left(\'pending\', 7 + (i * 0)::integer))', %few),
		calls_case($size, 'partial_count', 'sub-SELECT, a partial index', '%s.count_pending(left(\'pending\', 7 + (i * 0)::integer))', %few),
		calls_case($size, 'like_update', 'update of rows by LIKE', '%s.update_like(\'kind \' || i % 100 + 1000 || \'%\')', %few),
		calls_case($size, 'part_update', '1,000 partitions, update by key', '%s.update_part(i)', share => 0.02),
		calls_case($size, 'part_get', '1,000 partitions, get by key', '%s.get_part(i)', share => 0.02));
}

# What computes.
sub value_cases
{
	my ($size) = @_;

	return (
		both_ways($size, 'choose', 'choose of twenty', '%s.decide((i * 733 % 2100)::integer)', warm_calls => 60),
		both_ways($size, 'formulas', 'ten formulas and templates', 'hashtext(%s.quote(i, (i % 20)::integer, 19.99, \'Northwind\'))'),
		both_ways($size, 'templates', 'ten templates', 'hashtext(%s.ten_templates(i, \'Northwind\'))',
			others => { concat => 'hashtext(bare.ten_concatenations(i, \'Northwind\'))' }),
		both_ways($size, 'lets', 'twenty lets', '%s.twenty_lets(i::integer)'),
		calls_case($size, 'selects', 'five sub-SELECTs', '%s.five_selects(i % 5 + 1)'),
		calls_case($size, 'if_exists', 'if exists (select ...)', '%s.if_exists(i % 5 + 1)'),
		calls_case($size, 'on_error', 'five steps with on_error, none fails', '%s.caught_none(i)'),
		calls_case($size, 'on_error_all', 'five steps with on_error, all fail', '%s.caught_all(i)', share => 0.05));
}

# Actions and functions that an action calls.
sub call_cases
{
	my ($size) = @_;
	my %kinds = (c => 'in C', sql => 'in SQL', plpgsql => 'in PL/pgSQL', void => 'in PL/pgSQL that returns nothing');
	my %named = (named => { rival => 'PL/pgSQL, the same SET at every level', bare => 'PL/pgSQL, no SET at any level' });
	my $given = 'jsonb_build_object(\'a\', i)';
	my $escalate = 'jsonb_build_object(\'target\', i, \'reason\', \'VIP\', \'owner\', 7)';

	return (
		calls_case($size, 'perform', 'perform: ten nested calls', '%s.add_all(i)', targets => { rival => 1.00 }, %named),
		calls_case($size, 'perform_1', 'perform', '%s.deep_1(i)', %named),
		calls_case($size, 'perform_5', 'perform in perform, five times', '%s.deep_5(i)', %named),
		calls_case($size, 'perform_8', 'perform in perform, eight actions', '%s.deep_7(i)', %named),
		(map { calls_case($size, "call_$_", "call of five functions $kinds{$_}", "%s.call_$_(i)", targets => { rival => 1.00 }) } sort keys %kinds),
		calls_case($size, 'invoke_small', 'invoke_action of a small action', '(%s.deep_json(' . $given . ') ->> \'b\')::bigint',
			others => { ours => '(invoke_action(\'ours.deep_0\', ' . $given . ') ->> \'b\')::bigint' }),
		calls_case($size, 'try_invoke', 'try_invoke_action, escalate', '(%s.try_escalate_json(' . $escalate . ') #>> \'{output,task_id}\')::bigint', writes => 1,
			others => { ours => '(try_invoke_action(\'ours.escalate\', ' . $escalate . ') #>> \'{output,task_id}\')::bigint' }),
		calls_case($size, 'try_invoke_failing', 'try_invoke_action, of a missing row', '(%s.try_escalate_json(' . $escalate =~ s/i,/-i,/r . ') ->> \'ok\')::boolean::integer', writes => 1,
			others => { ours => '(try_invoke_action(\'ours.escalate\', ' . $escalate =~ s/i,/-i,/r . ') ->> \'ok\')::boolean::integer' }));
}

# Loops, and those that one statement can do.
sub loop_cases
{
	my ($size) = @_;
	my $count = int($size->{rows} * 0.1) || 1;
	my $lines = 'TRUNCATE desk.line RESTART IDENTITY;';
	my $what = 'for_each with one create';

	return (
		calls_case($size, 'nested_array', 'for_each in for_each, arrays of twenty', '%s.nested_array(\'{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20}\')', share => 0.01,
			targets => { rival => 1.00 }),
		calls_case($size, 'nested_integers', 'for_each in for_each, one to twenty', '%s.nested_integers(20)', share => 0.01, targets => { rival => 1.00 }),
		{
			name => 'create_each',
			kind => 'server',
			calls => $count,
			first => { map { $_ => $lines } qw(ours rival bare set) },
			run => {
				map {
					my $function = $_ eq 'set' ? 'rival.create_set' : "$_.create_each";
					($_ => sub { my ($first, $last) = @_; return "SELECT count($function(ARRAY(SELECT generate_series($first\::bigint, $last))));" })
				} qw(ours rival bare set)
			},
			digest => 'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM desk.line AS t;',
			compare => [
				[ $what, $against{rival}, 'ours', 'rival', 1.05 ],
				[ $what, $against{bare}, 'ours', 'bare', 1.00 ],
				[ $what, 'INSERT ... SELECT', 'ours', 'set', 1.10 ]
			]
		});
}

# DO, which compiles each time.
sub do_cases
{
	my ($size) = @_;
	my $times = int($size->{rows} * 0.01) || 1;
	my $case = sub {
		my ($name, $what, $ours, $rival) = @_;
		return {
			name => $name,
			kind => 'server',
			calls => $times,
			counted_share => 0.2,
			first => { map { $_ => 'TRUNCATE desk.line RESTART IDENTITY;' } qw(ours rival) },
			run => {
				ours => sub { my ($first, $last) = @_; return map { "DO LANGUAGE custom_action '{\"steps\": [$ours]}';" } $first .. $last },
				rival => sub { my ($first, $last) = @_; return map { "DO \$\$ $rival \$\$;" } $first .. $last }
			},
			digest => 'SELECT count(*) FROM desk.line;',
			compare => [ [ $what, 'DO LANGUAGE plpgsql', 'ours', 'rival', 1.00 ] ]
		};
	};

	return (
		$case->('do_create', 'DO, one create', '{"create": "desk.line", "set": {"case_id": 1, "title": "Line"}}', 'BEGIN INSERT INTO desk.line (case_id, title) VALUES (1, \'Line\'); END'),
		$case->('do_let', 'DO, one let', '{"let": {"a": "=1 + 1"}}', 'DECLARE a integer; BEGIN a := 1 + 1; END'));
}

# Plug-ins that read what they are given.
sub context_cases
{
	my ($size) = @_;
	my %targets = (targets => { rival => 1.05, bare => 1.05 });

	return (
		calls_case($size, 'context_sql', 'a plug-in in SQL that reads an input', '%s.look_sql(i)', %targets),
		calls_case($size, 'context_plpgsql', 'a plug-in in PL/pgSQL that reads an input', '%s.look_plpgsql(i)', %targets),
		calls_case($size, 'context_main', 'a plug-in that sets an output, main_operation', '%s.output_main(i)', %targets),
		calls_case($size, 'context_post', 'a plug-in that sets an output, post_operation', '%s.output_post(i)', %targets));
}

# One action for many rows, beside the statement that somebody would write for them all.
sub bulk_set_cases
{
	my ($size) = @_;
	my $count = $size->{rows} < 10000 ? $size->{rows} : 10000;
	my $bulk = sub {
		my ($action, $key) = @_;
		return sub {
			my ($first, $last) = @_;
			return "SELECT count(output), sum((output ->> 'b')::bigint) FROM invoke_action_bulk('$action', "
			  . "(SELECT jsonb_agg(jsonb_build_object('$key', i)) FROM generate_series($first, $last) AS i), mode => 'all_or_nothing');";
		};
	};
	my $set = sub {
		my ($statement) = @_;
		return sub { my ($first, $last) = @_; return $statement =~ s/:items/(SELECT jsonb_agg(jsonb_build_object('a', i)) FROM generate_series($first, $last) AS i)/r };
	};

	return (
		{
			name => 'bulk_update',
			kind => 'server',
			warm_calls => 20,
			writes => 1,
			calls => $count,
			large => $count / $size->{rows},
			run => {
				ours => $bulk->('ours.update_one', 'target'),
				set => $set->("WITH item AS (SELECT (i ->> 'a')::bigint AS a FROM jsonb_array_elements(:items) AS i), changed AS "
					  . "(UPDATE desk.case AS c SET status = 'waiting', priority = priority + 1 FROM item WHERE c.id = item.a RETURNING 1 AS b) SELECT count(b), sum(b) FROM changed;")
			},
			compare => [ [ 'bulk, an update per item', 'one UPDATE', 'ours', 'set' ] ]
		},
		{
			name => 'bulk_create',
			kind => 'server',
			warm_calls => 20,
			writes => 1,
			calls => $count,
			large => $count / $size->{rows},
			run => {
				ours => $bulk->('ours.create_one', 'a'),
				set => $set->("WITH item AS (SELECT (i ->> 'a')::bigint AS a FROM jsonb_array_elements(:items) AS i), created AS "
					  . "(INSERT INTO desk.task (case_id, title) SELECT a, 'New' FROM item RETURNING id AS b) SELECT count(b), sum(b) FROM created;")
			},
			compare => [ [ 'bulk, a create per item', 'one INSERT ... SELECT', 'ours', 'set' ] ]
		});
}

1;
