# What available_actions() and action_available() say, and what invoking then does: for
# random rows, roles and actions, never "available" where what comes first refuses, never
# "not available" where the call succeeds, and the reason is the error that the call
# raises. Another run with AVAILABLE_SEED, AVAILABLE_CASES. And what a list of rows costs.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use List::Util qw(shuffle min);
use PostgreSQL::Test::Utils;
use Random qw(one_of);
use Test::More;

my $seed = $ENV{AVAILABLE_SEED} // 1795739810;
my $cases = $ENV{AVAILABLE_CASES} // 1000;
my $node = new_server('main');
my $json = JSON::PP->new->canonical;

diag("AVAILABLE_SEED=$seed");
srand($seed);
create_database($node, 'main');

my @roles = map { "available_$_" } qw(one two three four);
my @owners = qw(available_owner postgres);

# A condition on the target, the caller, other rows; some of them fail for some rows.
sub leaf
{
	my $n = int(rand 6);

	return one_of("target.status = 'open'", "target.status <> 'closed'", "target.priority > $n", "target.amount / target.priority > $n",
		"target.owner = current_user", "target.owner = context.caller", "context.depth = 1", "target.flag", "target.flag IS NOT TRUE",
		"EXISTS (SELECT FROM desk.part AS p WHERE p.item = target.id AND p.n > $n)", "desk.helper(target.priority)",
		"(SELECT count(*) FROM desk.item AS i WHERE i.status = target.status) > $n", "target.due < now() - interval '$n days'",
		"length(target.title) > $n", "target.tags \@> ARRAY['a$n']", "target.data ->> 'k' = 'v$n'", "(target.data ->> 'n')::integer > $n",
		"target.priority + 2147483640 > $n", "target.status IN ('open', 'waiting')", "target.id % 5 <> $n");
}

sub condition
{
	my $kind = int(rand 6);

	return $kind == 0 ? leaf() . ' AND ' . leaf() : $kind == 1 ? leaf() . ' OR ' . leaf() : $kind == 2 ? 'NOT (' . leaf() . ')' : leaf();
}

my $number = 0;

# The step of an action that asks after another one has done something, if there is one
my %late_step;

sub requirement
{
	my %step = (require => condition());

	$number++;
	$step{message} = "no $number: {{target.title}} of {{context.caller}}" if rand() < 0.6;
	$step{hint} = "hint $number {{target.status}}" if rand() < 0.3;
	$step{when} = condition() if rand() < 0.2;
	return \%step;
}

# Steps that do nothing but ask
sub asking
{
	my ($depth) = @_;
	my $kind = $depth > 2 ? 9 : int(rand 10);

	return { group => 'g', do => [ map { asking($depth + 1) } 1 .. 2 ] } if $kind == 0;
	return { if => condition(), then => [ asking($depth + 1) ], else => [ asking($depth + 1) ] } if $kind == 1;
	return { choose => undef, cases => [ map { { when => condition(), do => [ asking($depth + 1) ] } } 1 .. 2 ] } if $kind == 2;
	return { let => { "l$depth" => "=coalesce(target.priority, 0) + " . int(rand 3) } } if $kind == 3;
	return { require => "input.n > " . int(rand 4), sqlstate => 'UXINP' } if $kind == 4;
	return { if => condition(), then => [ { stop => 'canceled', message => 'stopped {{target.id}}' } ] } if $kind == 5;
	return requirement();
}

# Does a step do nothing but ask?
sub asks_only
{
	return !grep { exists $_[0]{$_} } qw(set_status update create delete);
}

sub action
{
	my ($name) = @_;
	my $read_only = rand() < 0.15;
	my @steps = map { asking(0) } 1 .. 1 + rand 3;

	push @steps, { set_status => 'target', column => 'status', from => one_of('open', [ 'open', 'waiting' ], [ 'closed', undef ]), to => 'closed' } if !$read_only && rand() < 0.3;
	push @steps, one_of({ update => 'target', set => { note => 'x' } }, { create => 'desk.part', set => { item => '=target.id', n => 9 } }, { delete => 'target' }) if !$read_only && rand() < 0.9;
	push @steps, { require => condition(), sqlstate => 'UXLAT' } if !$read_only && rand() < 0.4;
	$late_step{$name} = @steps if ($steps[-1]{sqlstate} // '') eq 'UXLAT' && grep { !asks_only($_) } @steps;
	return { action => $name, table => 'desk.item', run_as => one_of(qw(caller caller owner)), read_only => $read_only ? JSON::PP::true : JSON::PP::false,
		input => [ { name => 'n', type => 'integer', default => 2 } ], steps => \@steps, (rand() < 0.2 && !$read_only ? (lock => one_of(JSON::PP::true, JSON::PP::false)) : ()) };
}

$node->safe_psql('main', q{
	CREATE SCHEMA desk;
	CREATE TABLE desk.item (id integer PRIMARY KEY, status text, priority integer, amount integer, owner text, flag boolean, due timestamptz,
		title text, tags text[], data jsonb, note text);
	CREATE TABLE desk.part (id bigint GENERATED ALWAYS AS IDENTITY, item integer, n integer);
	CREATE FUNCTION desk.helper(n integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
		BEGIN
			IF n = 3 THEN RAISE 'helper does not like %', n USING HINT = 'Take another one.', ERRCODE = 'UXHLP'; END IF;
			RETURN n > 1;
		END $$;
	CREATE ROLE available_owner;
	CREATE ROLE available_one;
	CREATE ROLE available_two;
	CREATE ROLE available_three;
	CREATE ROLE available_four;
	GRANT USAGE ON LANGUAGE custom_action TO available_owner;
	GRANT USAGE, CREATE ON SCHEMA desk TO available_owner;
	GRANT ALL ON ALL TABLES IN SCHEMA desk TO available_owner;
	SELECT setseed(} . ($seed % 1000) / 1000 . q{);
	INSERT INTO desk.item SELECT i, (ARRAY['open', 'waiting', 'closed', NULL])[1 + random() * 3.4], random() * 5, random() * 20,
		(ARRAY['available_one', 'available_two', 'available_owner', NULL])[1 + random() * 3.4], (ARRAY[true, false, NULL])[1 + random() * 2.4], now() - random() * 8 * interval '1 day',
		repeat('t', (random() * 6)::integer), ARRAY['a' || (random() * 5)::integer], (ARRAY['{"k": "v1", "n": 3}', '{"n": "x"}', '{}', NULL])[1 + random() * 3.4]::jsonb
		FROM generate_series(1, 60) AS i;
	INSERT INTO desk.part (item, n) SELECT random() * 60, random() * 6 FROM generate_series(1, 60);
	ALTER TABLE desk.item ENABLE ROW LEVEL SECURITY;
	CREATE POLICY whole ON desk.item TO available_owner, available_one USING (true);
	CREATE POLICY part ON desk.item FOR SELECT TO available_two, available_three, available_four USING (id % 4 > 0);
	CREATE POLICY fewer ON desk.item FOR UPDATE TO available_two, available_four USING (id % 3 > 0);
	CREATE POLICY least ON desk.item FOR DELETE TO available_two USING (id % 2 > 0);
});

# Who may do what
my @sql;
foreach my $role (@roles)
{
	push @sql, "GRANT USAGE ON SCHEMA desk TO $role", "GRANT SELECT ON desk.item TO $role";
	push @sql, "GRANT SELECT, INSERT ON desk.part TO $role" if $role ne 'available_four';
	push @sql, "GRANT UPDATE, DELETE ON desk.item TO $role" if $role =~ /one|two/;
	push @sql, "GRANT UPDATE (note) ON desk.item TO $role" if $role =~ /four/;
}
my @actions = map { "desk.verb_$_" } 1 .. 40;
foreach my $name (@actions)
{
	my $owner = one_of(@owners);
	my $document = $json->encode(action($name));

	push @sql, "SET ROLE $owner", "SELECT create_action('$name', \$doc\$$document\$doc\$::json)", "SELECT activate_action('$name')";
	push @sql, map { "GRANT EXECUTE ON FUNCTION $name TO $_" } grep { rand() < 0.8 } @roles;
	push @sql, "SELECT deactivate_action('$name')" if rand() < 0.05;
	push @sql, 'RESET ROLE';
}
$node->safe_psql('main', "SET client_min_messages = error; SELECT grant_action_design('available_owner');\n" . join(";\n", @sql) . ";\n");

# What is said of one case and what happens then, all of it undone
$node->safe_psql('main', q{
	CREATE FUNCTION look(role text, verb text, key integer) RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		said jsonb;
		row_said jsonb;
		problems jsonb;
		happened jsonb;
	BEGIN
		EXECUTE format('SET LOCAL ROLE %I', role);
		BEGIN
			SELECT to_jsonb(a) INTO said FROM available_actions('desk.item', key) AS a WHERE a.action = verb;
			SELECT coalesce(jsonb_agg(v), '[]') INTO problems FROM validate_action(verb, jsonb_build_object('target', key)) AS v;
			EXECUTE format('SELECT jsonb_agg(jsonb_build_array(action_available(%L, i), action_available($2, i))) FROM desk.item AS i WHERE id = $1', verb)
				INTO row_said USING key, verb;
			happened := try_invoke_action(verb, jsonb_build_object('target', key));
			RAISE SQLSTATE 'UXUND';
		EXCEPTION WHEN SQLSTATE 'UXUND' THEN
			NULL;
		END;
		RESET ROLE;
		RETURN jsonb_build_object('role', role, 'verb', verb, 'key', key, 'said', said, 'row', row_said, 'problems', problems, 'happened', happened);
	END $$;
});

my $calls = join(' UNION ALL ', map { sprintf("SELECT look('%s', '%s', %d)", one_of(@roles), one_of(@actions), 1 + int(rand 62)) } 1 .. $cases);
my @results = map { $json->decode($_) } split /\n/, $node->safe_psql('main', "SET client_min_messages = error; $calls");
my (%count, @wrong);

foreach my $case (@results)
{
	my ($said, $error, $ok) = ($case->{said}, $case->{happened}{error}, $case->{happened}{ok});
	my $state = $error ? $error->{sqlstate} : '';
	# What comes later, or depends on input: validate_action knows the input
	my $in_step = !$ok && defined $error->{step} && ($state =~ /^(42501|P0002)$/ || $error->{step} eq ($late_step{ $case->{verb} } // ''));
	my $later = $in_step || $state eq 'UXINP';
	my @row = $case->{row} ? @{ $case->{row}[0] } : ();

	$count{ $said->{available} ? ($ok ? 'begins' : 'fails later') : 'refused' }++;
	push @wrong, [ 'available, but refused', $case ] if $said->{available} && !$ok && !$later;
	push @wrong, [ 'not available, but succeeds', $case ] if !$said->{available} && $ok;
	push @wrong, [ 'refused for another reason', $case ] if !$said->{available} && !$ok && $state ne 'UXINP' && !($state eq '42501' && $in_step) &&
		($said->{sqlstate} ne $state || $said->{reason} ne $error->{message} || ($said->{hint} // '') ne ($error->{hint} // ''));
	push @wrong, [ 'two answers about the row', $case ] if @row && $row[0] ne $row[1];
	push @wrong, [ 'another answer about the row', $case ] if @row && ($said->{available} ? !$row[0] : $row[0] && $said->{sqlstate} !~ /^(P0002|42501)$/);
	push @wrong, [ 'valid, but refused', $case ] if !@{ $case->{problems} } && !$ok && !$in_step;
	push @wrong, [ 'not valid, but succeeds', $case ] if @{ $case->{problems} } && $ok;
}
diag(join ', ', map { "$_: $count{$_}" } sort keys %count);
is(scalar @results, $cases, 'all cases were looked at');
is(scalar @wrong, 0, 'what is said is what happens') or diag(join "\n", map { "$_->[0]: " . $json->encode($_->[1]) } @wrong[ 0 .. min(4, $#wrong) ]);
cmp_ok(min(map { $count{$_} // 0 } 'begins', 'refused'), '>', $cases / 20, 'both answers are there');

# A list of rows: 1,000 rows and 10 actions beside their conditions written out. The
# shortest time of many, one side after the other.
my @conditions = ("t.status <> 'closed'", "t.status IN ('open', 'waiting')", 't.priority > 1', "t.tier = 'gold' AND t.priority < 4", 't.owner IS NOT NULL',
	't.amount < 5', "t.opened_at > now() - interval '20 days'", 't.closed_at IS NULL', "t.status = 'open' OR t.priority = 1", 't.customer = 1 AND t.amount > 2');
my $document = sub { $json->encode({ table => 'desk.ticket', steps => [ { require => $_[0] =~ s/\bt\./target./gr } ] }) };

$node->safe_psql('main', q{
	CREATE TABLE desk.ticket AS SELECT i AS id, i % 10 AS customer, (ARRAY['open', 'waiting', 'escalated', 'closed'])[1 + i % 4] AS status, i % 5 AS priority,
		(ARRAY['gold', 'standard'])[1 + i % 2] AS tier, (ARRAY['ada', NULL])[1 + i % 2] AS owner, (i % 7)::numeric AS amount,
		now() - i * interval '1 hour' AS opened_at, NULL::timestamptz AS closed_at FROM generate_series(1, 1000) AS i;
	ALTER TABLE desk.ticket ADD PRIMARY KEY (id);
	ANALYZE desk.ticket;
} . join '', map { "SELECT create_action('desk.can_$_', '" . ($document->($conditions[ $_ - 1 ]) =~ s/'/''/gr) . "'::json); SELECT activate_action('desk.can_$_');" } 1 .. 10);
my %query = (
	verbs => join(', ', map { "count(*) FILTER (WHERE action_available('desk.can_$_', t))" } 1 .. 10),
	bare => join(', ', map { "count(*) FILTER (WHERE $_)" } @conditions));
is($node->safe_psql('main', "SELECT $query{verbs} FROM desk.ticket AS t"), $node->safe_psql('main', "SELECT $query{bare} FROM desk.ticket AS t"), 'a list says what the conditions say');
my $script = join '', map { "PREPARE $_ AS SELECT $query{$_} FROM desk.ticket AS t;\n" } sort keys %query;
$script .= join '', map { "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) EXECUTE $_;\nSELECT '$_';\n" } (sort keys %query) x 60;
my (%time, $last);
foreach my $line (split /\n/, $node->safe_psql('main', $script))
{
	$last = $1 if $line =~ /Execution Time: ([\d.]+)/;
	$time{$line} = $last if $line =~ /^(verbs|bare)$/ && (!defined $time{$line} || $last < $time{$line});
}
diag(sprintf('1,000 rows and 10 actions: %.3f ms, the bare conditions %.3f ms, %.2f times', $time{verbs}, $time{bare}, $time{verbs} / $time{bare}));
cmp_ok($time{verbs} / $time{bare}, '<=', 1.5, 'at most one and a half times the bare conditions');
log_is_clean($node, 'the log is clean');
done_testing();
