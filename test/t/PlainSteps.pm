# Actions of plain_path, and their steps of all kinds.
package PlainSteps;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP;
use PlainKeys;
use PlainValues;
use PlainWorld;
use Random;

our @EXPORT = qw(action draws);

my $bound;	# the table of the action that is drawn

# Writes to the target, one after the other, mostly of different columns
sub writes
{
	my @columns = sort { $a->[0] <=> $b->[0] } map { [ rand(), $_ ] } qw(status n m note ref touched);
	my @steps;

	for (1 .. 1 + number(3))
	{
		my %set = map { my $column = $_->[1]; $column => chance(0.8) ? quiet_value($column, 1) : value($column, 1) } splice(@columns, 0, one_of(1, 1, 2));
		my ($column) = sort keys %set;

		last if !%set;
		push @columns, [ 0, $column ] if chance(0.1);
		push @steps, keys %set > 1 || chance(0.5) ? { update => 'target', set => \%set }
			: chance(0.5) ? { assign => 'target', to => $set{$column}, column => $column } : { set_status => 'target', to => $set{$column}, column => $column };
	}
	return @steps;
}

# Steps by kind, each a list; what they may nest is counted
my $depth = 0;
my %makers = (
	writes => \&writes,
	create => sub {
		my $as = name();
		my %step = (create => relation(), as => $as, set => set(4));

		$step{set}{id} = '=input.n + ' . number(200) if chance(0.3);
		$step{on_conflict} = { columns => ['id'], one_of([ do => 'nothing' ], [ set => { n => '=this.n + 1' } ], [ do => 'update' ])->@* } if $step{set}{id} && chance(0.2);
		push @{ $known{rows} }, $as if $depth == 1 && !$step{on_conflict};
		return \%step;
	},
	# rows of one table, mostly such as may come of one statement
	creates => sub {
		my $table = chance(0.8) ? "$world." . one_of(@plain_tables) : table();
		my @rows = map { name() } 0 .. number(3);
		my @steps = map { { create => $table, as => $_, set => { harmless_set(3), chance(0.2) ? (id => '=input.n + ' . (10 + number(400))) : (), chance(0.15) ? %{ set(1) } : () } } } @rows;

		one_of(@steps)->{when} = condition() if chance(0.1);
		one_of(@steps)->{on_error} = [] if chance(0.1);
		$steps[-1]{set}{n} = "=$rows[0].m" if chance(0.1);
		return (@steps, chance(0.6) ? { output => { said => join(' ', map { "{{$_.n}} {{$_.note}}" } @rows) } } : ());
	},
	update => sub { my $on = relation(); return { update => $on, other_row($on), set => set(3, 1) } },
	delete => sub { return { delete => one_of('target', relation(), relation()), required => JSON::PP::false, where => one_of('id > 6', 'id = input.n', 'n < 2') } },
	delete_row => sub { return { delete => table(), id => number(20), required => JSON::PP::false } },
	get => sub {
		my $as = name();
		my $on = relation();
		my %step = (get => $on, as => $as, other_row($on));

		$step{order_by} = 'id' if $step{where};
		$step{lock} = 'wait' if chance(0.2);
		push @{ $known{rows} }, $as if $depth == 1;
		return (\%step, chance(0.3) ? { update => $as, set => set(2, 1) } : ());
	},
	again => sub { return { get => 'target' } },
	let => sub { my $as = name(); push @{ $known{lets} }, $as if $depth == 1; return { let => { $as => one_of('=input.n * 2', '=upper(input.s)', '=upper(input.s) in (' . join(', ', map { "'$_'" } 'A' .. 'K') . ')', '=round(input.n / 3.0, 1)::text::numeric', '=input.n::eq.small', '=target.n + input.n', '=length(input.s)', 5, '=(select max(n) from ' . table() . ')',
		'=(select n from ' . relation() . ' where id = input.n)', '=(select n from ' . relation() . ' where n > input.n)', '=(select n::integer from ' . relation() . ' where status = input.s order by id desc limit 1)',
		'=(select 10 / (n - 3) from ' . relation() . ' where id = target.id)', '=(select id from ' . table() . ' where id = input.n union select input.n)') } } },
	if => sub { return { if => condition(), then => [ steps(2) ], chance(0.5) ? (else => [ steps(2) ]) : () } },
	choose => sub { return { choose => undef, cases => [ map { { when => condition(), do => [ steps(2) ] } } 1 .. number(3) ], else => [ steps(1) ] } },
	# what a loop over a table creates there does not come up in the next one; where a row may be refused, it draws no number
	loop => sub {
		my $as = name();
		my ($over, $value) = @{ one_of([ '=array[1, 2, 3]', "$as.value" ], [ '=array[input.n, 3]', "$as.value" ], [ table(), "$as.id" ], [ "='[1, 2]'::jsonb", "$as.value" ], [ { from => one_of(1, '=input.n', '=input.n - 2'), to => one_of(3, '=input.n', '=target.n::integer % 4') }, "$as.value" ]) };
		my @body = chance(0.3) ? steps(2) : chance(0.4) ? { create => table(), set => { n => "=$as.index", note => "{{$value}} {{input.s}}", $with_keys || chance(0.2) ? (id => "=$as.index + " . (10 + number(300))) : () } }
			: chance(0.5) ? { update => table(), id => "=$as.index", required => JSON::PP::false, set => { %{ set(2, 1) }, note => "{{$value}}" } } : writes();

		return { for_each => $over, as => $as, do => \@body, !ref $over && $over =~ /^\w/ ? (where => one_of('n < 20 and id < 30', 'id < input.n', 'id < 30'), order_by => 'id') : () };
	},
	turns => sub {
		my $as = name();
		my $table = table();
		my ($over, $value) = @{ one_of([ '=array[3, 1, 2, 5, 4]', "$as.value" ], [ '=array[input.n, 3, 1, 2, 6]', "$as.value" ], [ '=array[5, 1, 2, null, 7, 60]', "$as.value" ], [ "='[5, 2, 3, 4, 1, 8]'::jsonb", "$as.value::integer" ], [ table(), "$as.id" ], [ $table, $as ]) };
		my %set = map { my $column = $_; $column => $column eq 'n' && chance(0.4) ? one_of("=$as.index", '=input.n - 2 + ' . "$as.index", "=6 / ($as.index - 4)", "=90 + $as.index") : quiet_value($column, 1) } some_of(number(3), qw(n m status note ref touched));
		my %step = $value eq $as ? chance(0.7) ? (update => $as, set => { %set, chance(0.5) ? (note => "{{$as.note}} {{$as.index}}") : () }) : (delete => $as)
			: chance(0.5) ? (create => $table, set => { %set, note => "{{$value}} {{$as.index}}", id => chance(0.8) ? "=$as.index + " . (10 + number(500)) : "=$as.index + 1000 + 10 * input.n" })
			: chance(0.8) ? (update => $table, id => "=$value", chance(0.3) ? (where => one_of('n < 6', "status <> 'closed'")) : (), chance(0.3) ? (required => JSON::PP::false) : (), set => { %set, note => "{{$value}} {{this.n}}" })
			: (delete => $table, id => "=$value", chance(0.6) ? (required => JSON::PP::false) : ());

		foreach my $own (sort keys %set) { $step{set}{$own} = number(9) if $step{create} && $own ne 'note' && !ref $step{set}{$own} && $step{set}{$own} =~ /this\.|^=n |note|status|coalesce|^=m$/ }
		return ({ for_each => $over, as => $as, do => [ \%step ], !ref $over && $over =~ /^\w/ ? (where => one_of('n < 20 and id < 30', 'id < 30', 'id < 30'), order_by => one_of('id', 'n desc, id')) : (), chance(0.2) ? (on_error => [ { output => { said => '{{error.sqlstate}} {{error.message}} {{error.step}}' } } ]) : () });
	},
	call => sub {
		my $as = name();

		return one_of({ call => 'eq.seen', with => { what => 'x{{input.n}}' }, as => $as }, { call => 'eq.write', with => { what => '{{input.s}}{{target.n}}' }, as => $as }, { call => 'eq.two', with => { a => '=input.n' }, as => $as },
			{ call => 'eq.nothing', with => { a => '=input.n' } }, { call => 'eq.twice', with => { n => '=target.n::integer' }, as => $as }, { call => 'eq.whoami', as => $as },
			{ call => 'eq.logged', as => $as }, { call => 'eq.logged', as => $as }, { call => 'eq.rows', with => { what => table() }, as => $as });
	},
	perform => sub { return @actions ? { perform => "$world." . one_of(@actions), with => { target => key(), n => one_of('=input.n', number(9)), s => 'inner' } } : steps(1) },
	require => sub { return { require => condition(), message => 'No: {{target.id}} {{input.s}}' } },
	stop => sub { return { stop => one_of('succeeded', 'succeeded', 'canceled', 'failed'), when => condition() } },
	calls => sub {
		my $as = name();

		return ({ call => 'eq.write', with => { what => '{{input.n}}' } }, one_of({ call => 'eq.logged', as => $as }, { call => 'eq.whoami', as => $as }), { output => { said => "{{$as.result}}" } });
	},
	# rows that refer to one of another item, and such as several items may mean
	of_others => sub {
		my ($referred, $referring) = some_of(2, @tables);

		return ({ create => "$world.$referred", set => { id => '=input.n + 300', n => '=input.n' } }, { create => "$world.$referring", set => { ref => '=input.n + ' . one_of(299, 300, 301), n => number(5) } }) if chance(0.4);
		return map { { update => "$world.$referred", id => one_of('=input.n', '=input.n % 2 + 1'), chance(0.3) ? (required => JSON::PP::false) : (), set => set(2, 1) } } 1 .. number(2);
	},
	# what many items may do at once, each to a row of its own, or to such as several may mean; what is wrong with some of them turns out early or late
	for_items => sub {
		my ($first, $second) = chance(0.9) ? map { "$world.$_->[1]" } sort { $a->[0] <=> $b->[0] } map { [ rand(), $_ ] } grep { $_ ne $bound } @plain_tables : map { table() } 1, 2;
		my $as = name();
		my $id = one_of('=-1000 * input.n - target.id', '=-1000 * target.id - input.n', '=input.n + 300', '=-2000 - target.id');	# no sequence has given them
		my @steps = (
			chance(0.25) ? one_of({ require => one_of('input.n < 30', "target.status <> 'closed'", '12 / (target.n - 3) < 9'), message => 'No: {{input.n}}' }, { stop => 'succeeded', when => 'input.n = 5' }, { let => { "l$as" => "=(select max(n) from $second where id < 4)" } }, { let => { "l$as" => '=input.n::eq.small' } }) : (),
			chance(0.7) ? one_of({ update => 'target', set => { quiet_set(2, 1) } }, { update => 'target', set => { quiet_set(2, 1), chance(0.3) ? %{ set(1, 1) } : () } }, { update => chance(0.8) ? $second : $first, id => one_of('=input.n', '=target.m', '=input.n % 4 + 1'), chance(0.1) ? (required => JSON::PP::false) : (), set => { quiet_set(2, 1) } }) : (),
			one_of({ create => $first, as => $as, set => { quiet_set(3, 0), id => $id, chance(0.6) ? (ref => one_of('=input.n', '=target.ref', '=target.m', 77)) : () } }, { create => $first, as => $as, set => { quiet_set(2, 0), chance(0.3) ? (n => '=(select count(*) from ' . one_of($first, $second) . ')') : () } }, { update => 'target', set => { quiet_set(2, 1) } },
				chance(0.5) ? { delete => 'target' } : { delete => $first, id => '=input.n' }, { get => $first, id => one_of('=input.n', '=target.m'), as => $as, required => JSON::PP::false }));

		push @steps, one_of({ create => chance(0.7) ? $first : $second, set => { quiet_set(1, 0), id => '=-5000 - target.id', ref => "=$as.id" } }, { update => $as, set => { quiet_set(1, 0), touched => "=$as.n" } }, { output => { said => "{{$as.id}} {{$as.n}} {{$as.note}}" } }) if chance(0.5) && ($steps[-1]{create} || $steps[-1]{get});
		push @steps, { perform => "$world." . one_of(@actions), with => { target => one_of('=target.id', '=input.n'), n => '=input.n', s => 'inner' } } if @actions && chance(0.1);
		return @steps;
	},
	output => sub { return { output => { said => one_of('=current_schema', "=eq.spied('')", '=eq.logged()::text', '{{upper(input.s)}} {{100 / (input.n - 4)}} {{current_user}} {{eq.twice(input.n)}}', '{{target.status}} {{target.n}} {{target.note}}', '=input.s', '{{target}}', '=whoami()', "=current_setting('search_path')", map { "{{$_}} {{$_.n}}" } @{ $known{rows} }) } } },
	group => sub { return { group => 'try', do => [ steps(3) ], on_error => [ chance(0.7) ? { output => { said => '{{error.sqlstate}} {{error.message}} {{error.step}}' } } : (), chance(0.3) ? steps(1) : () ] } });
my @kinds = (sort(keys %makers), ('writes') x 7, qw(turns turns create creates loop call update output));

# Some steps
sub steps
{
	my ($most) = @_;
	my @steps;

	$depth++;
	for (1 .. number($most))
	{
		my $kind = one_of($depth > 2 ? grep { !/if|choose|loop|group/ } @kinds : @kinds);

		push @steps, $makers{$kind}->();
	}
	$depth--;
	foreach my $step (@steps)
	{
		$step->{when} = condition() if !$step->{when} && chance(0.05);
		$step->{on_error} = [] if !$step->{on_error} && !$step->{require} && chance(0.04);
	}
	return @steps;
}

# Few steps, of which one may look at the path, and nothing else may
sub sighted_steps
{
	my $as = name();
	my $sight = one_of("=eq.spied('')", '=current_schema', "=(case when input.n % 2 = 0 then 't1' else '$world.t2' end)::regclass::text", "=current_setting('search_path')", '=eq.twice(input.n)::text', "=upper(input.s)");
	my @look = @{ one_of(
		[ { call => 'eq.write', with => { what => 'x{{input.n}}' } } ], [ { call => 'eq.two', with => { a => '=input.n' }, as => $as }, { output => { said => "{{$as.y}}" } } ], [ { output => { said => $sight } } ],
		[ { let => { $as => $sight } }, { output => { said => "{{let.$as}}" } } ], [ { update => 'target', set => { note => $sight } } ], [ { create => table(), set => { note => $sight, n => number(5) } } ],
		[ { require => "eq.spied('') like '%eq, public'" } ], [ { get => table(), where => "note <> eq.spied('')", order_by => 'id', as => $as }, { output => { said => "{{$as.id}}" } } ], [ { delete => 'target' } ], [ { update => 'target', set => set(2) } ]) };

	return (@look, chance(0.3) ? { update => 'target', set => { n => '=input.n', m => 10 + number(80) } } : ());
}

# Few steps with formulas that are a sub-SELECT, or nearly
sub selecting_steps
{
	my $as = name();
	my $from = relation();
	my $value = one_of("(select n from $from where id = input.n)", "(select n from $from where n > input.n)", "(select status from $from where id = input.n + 5)", "(select max(n) from $from where id > input.n)", "(select m from $from order by id limit 1 offset input.n)",
		"(select 10 / (n - 3) from $from where id = input.n)", "(select n from $from where id = input.n union all select m from $from where id = input.n)", "(values (input.n))", "(select distinct status from $from where id < 3)");
	my $exists = 'exists(' . one_of("select from $from where id = input.n", "select count(*) from $from where id > 100", "select max(n) from $from having count(*) > input.n", "select status from $from group by status having count(*) > input.n", "select n from $from offset 3 + input.n", "select from $from limit 0",
		"select distinct status from $from where id < 4 offset 1", "select 1 from $from where id = input.n order by 1 / (n - 3)", "select generate_series(1, input.n - 4)", "select from $from where id = input.n union select from $from where id = 2",
		"select 1 / (n - 3) from $from where id = input.n", "select row_number() over (order by 1 / (n - 4)) from $from where id = input.n", "with x as (select n from $from) select from x where n = input.n") . ')';
	my $condition = one_of($exists, "not $exists", "not $exists", "$value is null", "not ($exists and input.n > 2)");

	return @{ one_of(
		[ { require => $condition, message => 'No {{input.n}}' } ], [ { let => { $as => "=$value" } }, { output => { said => "{{let.$as}}" } } ], [ { let => { $as => "=$condition" } }, { output => { said => "{{let.$as}}" } } ], [ { output => { said => "=($condition)::text" } } ],
		[ { output => { said => "{{$value}} it is" } } ], [ { if => $condition, then => [ { output => { said => 'so' } } ], else => [ { update => 'target', set => { n => "=$value" } } ] } ], [ { update => 'target', set => { n => 7 }, when => $condition } ], [ { update => 'target', set => { n => "=$value", touched => 1 } } ]) };
}

# Few steps that call functions, which see what steps before them did, and each other
sub calling_steps
{
	my @names = map { name() } 1 .. 3;
	my @before = chance(0.5) ? one_of({ update => 'target', set => { n => 44 } }, { create => table(), set => { n => 33, id => '=input.n + 700' } }, { call => 'eq.write', with => { what => 'b{{input.n}}' } }) : ();
	my @calls = map { one_of({ call => 'eq.logged' }, { call => 'eq.write', with => { what => one_of('{{input.s}}', '=null', 'w') } }, { call => 'eq.rows', with => { what => table() } }, { call => 'eq.twice', with => { n => one_of('=input.n', '=null', 4, '=target.n::integer') } },
		{ call => 'eq.twice_slow', with => { n => '=input.n + 90' } }, { call => 'eq.whoami' }, { call => 'eq.seen', with => { what => '=input.s' } }, { call => 'eq.shown', with => { what => one_of('k', '=input.s') } }, { call => 'eq.take', with => { n => one_of('=input.n', 2) } }, { call => 'eq.pair', with => { a => '=input.n', b => '=target.n::integer' } }) } @names;
	my @show = chance(0.7) ? { output => { said => join(' ', map { "{{$_.result}}" } @names) } } : ();

	$calls[$_]{as} = $names[$_] foreach 0 .. $#calls;
	return (@before, @calls, @show);
}

# Steps that an action has alone, or almost
@makers{qw(selecting calling keys)} = (\&selecting_steps, \&calling_steps, \&key_steps);

# Few steps, of kinds that many items may do at once
sub short_steps
{
	my $kind = rand();

	$depth++;
	my @steps = chance(0.5) ? $makers{ one_of(qw(for_items for_items selecting calling)) }->() : $kind < 0.2 ? sighted_steps() : $kind < 0.33 ? writes() : $kind < 0.43 ? { update => 'target', set => set(3, 1) } : $kind < 0.55 ? $makers{creates}->() : $kind < 0.7 ? $makers{of_others}->() : $kind < 0.8 ? { delete => 'target' } : $kind < 0.9 ? $makers{loop}->() : $makers{update}->();
	push @steps, one_of($makers{create}, $makers{update}, $makers{calls}, sub { return { update => 'target', set => set(2, 1) } })->() if chance(0.4);
	$depth--;
	return @steps;
}

# What a value that always fails does so before depends on when its statement is planned: a row that is addressed may be
# missing, which is said where nothing has failed before, and a sequence may have been drawn from, or not. So such a
# value reads the row, or the time.
sub fail_when_run
{
	my ($steps, $reads) = @_;

	foreach my $part (ref $steps eq 'HASH' ? values %$steps : @$steps)
	{
		fail_when_run($part) if ref $part eq 'HASH' || ref $part eq 'ARRAY';
	}
	return if ref $steps ne 'HASH';

	my $late = $steps->{create} ? (exists $steps->{set}{id} ? '' : ' + extract(epoch from now() - now())::integer') : $reads || ($steps->{update} && $steps->{update} ne 'target') ? ' + (this.id - this.id)::integer' : '';
	my $values = $steps->{to} ? $steps : $steps->{set} // {};

	foreach my $column ($late ? grep { !ref $values->{$_} } sort keys %$values : ())
	{
		my $value = $values->{$column};

		$values->{$column} = $value if $value =~ s{(/ \((?:input|\w+\.index)[^()]*|5 - input\.n)\)}{$1$late)};
	}
	return;
}

# An action over a table or view, and whether it has few steps
sub action
{
	my ($on, $kind) = @_;
	my %action;

	$bound = $on;
	my $short = $kind || chance(0.5);
	my @simple = ('{{target.status}} {{target.n}} {{target.m}}', 'nothing', '{{target.note}} {{target.ref}} {{target.touched}}', '{{target.id}}');

	($names, %known) = (0, rows => [], lets => []);
	%action = (
		table => "$world.$on", key => ['id'],
		input => [ { name => 'n', type => 'integer' }, { name => 's', type => 'text', required => JSON::PP::false } ],
		steps => [ $kind ? $makers{$kind}->() : $short ? short_steps() : (chance(0.6) ? writes() : (), steps(4)) ]);
	fail_when_run($action{steps});
	fail_when_run($action{steps}[0], 1) if grep { $action{steps}[0]{$_} && $action{steps}[0]{$_} eq 'target' } qw(update assign set_status);
	$action{output} = [ { name => 'said', type => 'text', default => one_of(@simple, $short ? () : '{{target}}') },
		{ name => 'row', type => 'text', required => JSON::PP::false, @{ $known{rows} } && !$short ? (default => '{{' . one_of(@{ $known{rows} }) . '}}') : () } ];
	$action{run_as} = 'owner' if chance(0.2);
	$action{settings} = { search_path => 'eq, public' };
	$action{lock} = JSON::PP::false if chance(0.1);
	$action{log} = one_of(qw(off basic full), $kind ? () : 'trace') if chance(0.5);
	$action{summary} = '{{target.id}} is {{target.status}}' if chance(0.2);
	return (\%action, $short);
}

# Do some steps draw from a sequence? What is undone has drawn, too.
sub draws
{
	my ($steps) = @_;

	return 1 if ref $steps eq 'HASH' && ($steps->{perform} || ($steps->{create} && $steps->{create} !~ /\.k1$/ && !exists $steps->{set}{id}));
	foreach my $part (ref $steps eq 'HASH' ? values %$steps : ref $steps eq 'ARRAY' ? @$steps : ())
	{
		return 1 if draws($part);
	}
	return 0;
}

1;
