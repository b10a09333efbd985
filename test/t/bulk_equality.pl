# Actions and batches made at random: a bulk call gives what the calls one by one, in
# their order, give: the rows of all tables, outputs, errors, the log.
#
# Both run in one session on the same tables, and are undone. Generated keys are
# compared as they are where nothing has failed, else by their order: what was undone
# has drawn from the sequence. So rows that a constraint refuses are shown without them,
# the first column and the last. BULK_SEED and BULK_COUNT repeat or extend it.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Random qw(chance one_of);
use Test::More;

my $seed = $ENV{BULK_SEED} // 873848;
my $count = $ENV{BULK_COUNT} // 500;
my $json = JSON::PP->new->canonical->allow_nonref;
my $node = new_server('main', "autovacuum = off\njit = off\nstatement_timeout = '120s'\n");

diag("BULK_SEED=$seed");
srand($seed);
create_database($node, 'main');
$node->safe_psql('main', q{
	CREATE SCHEMA eq;
	CREATE TABLE eq.customer (id integer PRIMARY KEY, credit integer NOT NULL CHECK (credit > -50), visits integer NOT NULL DEFAULT 0, tier text NOT NULL);
	CREATE TABLE eq.case (
		id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES eq.customer, parent integer REFERENCES eq.case,
		status text NOT NULL DEFAULT 'open', priority integer NOT NULL CHECK (priority < 60), code text UNIQUE, note text);
	CREATE TABLE eq.task (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES eq.case, title text NOT NULL CHECK (title <> 'bad'),
		hours numeric(6, 2), parent bigint REFERENCES eq.task);
	CREATE TABLE eq.line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, task_id bigint REFERENCES eq.task ON DELETE CASCADE, n integer);
	CREATE TABLE eq.note (id serial PRIMARY KEY, case_id integer, body text);
	CREATE TABLE eq.seen (case_id integer PRIMARY KEY, times integer NOT NULL);
	CREATE TABLE eq.audited (id integer PRIMARY KEY, n integer NOT NULL);
	CREATE TABLE eq.audit (id serial PRIMARY KEY, what text);
	CREATE FUNCTION eq.audit() RETURNS trigger LANGUAGE plpgsql AS
		$$BEGIN INSERT INTO eq.audit (what) VALUES (NEW.id || ' ' || (SELECT count(*) FROM eq.task)); RETURN NEW; END$$;
	CREATE TRIGGER audit BEFORE UPDATE ON eq.audited FOR EACH ROW EXECUTE FUNCTION eq.audit();
	CREATE FUNCTION eq.tasks(integer) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM eq.task WHERE case_id = $1';
	CREATE FUNCTION eq.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';

	-- What looks around: a domain, a parent of a table that is written, statement triggers, policies.
	CREATE DOMAIN eq.free AS integer CHECK (eq.tasks(VALUE) < 2);
	CREATE TYPE eq.box AS (free eq.free, word text);
	CREATE TABLE eq.sheet (id serial PRIMARY KEY, body text);
	CREATE TABLE eq.form (case_id integer) INHERITS (eq.sheet);
	CREATE TABLE eq.part (case_id integer, n integer, box eq.box) PARTITION BY LIST (n);
	CREATE TABLE eq.part_other PARTITION OF eq.part DEFAULT;
	CREATE TABLE eq.later (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, case_id integer REFERENCES eq.case DEFERRABLE INITIALLY DEFERRED);
	CREATE TABLE eq.pair (a integer, b text, n integer NOT NULL DEFAULT 0, s text, PRIMARY KEY (a, b));
	CREATE TABLE eq.few (id serial PRIMARY KEY, case_id integer);
	CREATE FUNCTION eq.not_many() RETURNS trigger LANGUAGE plpgsql AS
		$$BEGIN IF (SELECT count(*) FROM eq.few) > 25 THEN RAISE 'too many'; END IF; RETURN NULL; END$$;
	CREATE TRIGGER not_many AFTER INSERT ON eq.few FOR EACH STATEMENT EXECUTE FUNCTION eq.not_many();
	CREATE FUNCTION eq.plug(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
	BEGIN
		IF (context #>> '{input,n}')::integer = 7 THEN
			RAISE 'plug-in at % refuses', context ->> 'stage';
		END IF;
		INSERT INTO eq.note (case_id, body) VALUES ((context ->> 'target')::integer, concat(context ->> 'stage', ' ', context -> 'images'));
		RETURN NULL;
	END $$;
	CREATE ROLE eq_user;
	ALTER TABLE eq.customer ENABLE ROW LEVEL SECURITY;
	CREATE POLICY seen ON eq.customer USING (credit < 85) WITH CHECK (visits < 9);
	ALTER TABLE eq.case ENABLE ROW LEVEL SECURITY;
	CREATE POLICY seen ON eq.case USING (status <> 'secret' AND EXISTS (SELECT FROM eq.customer AS c WHERE c.id = customer_id));
	ALTER TABLE eq.task ENABLE ROW LEVEL SECURITY;
	CREATE POLICY seen ON eq.task USING (true) WITH CHECK (title <> 'Case 5: red');

	INSERT INTO eq.pair SELECT i % 7, 'b' || i FROM generate_series(1, 60) AS i;
	INSERT INTO eq.customer SELECT i, i * 7 % 90, 0, CASE i % 3 WHEN 0 THEN 'gold' ELSE 'plain' END FROM generate_series(1, 40) AS i;
	INSERT INTO eq.case (id, customer_id, status, priority, code, note)
		SELECT i, i * 3 % 40 + 1, CASE WHEN i % 11 = 0 THEN 'closed' ELSE 'open' END, i * 5 % 50, 'c' || i, 'note ' || i FROM generate_series(1, 60) AS i;
	UPDATE eq.case SET parent = id + 1 WHERE id % 5 = 0 AND id < 60;
	INSERT INTO eq.audited SELECT i, i FROM generate_series(1, 60) AS i;
	SELECT create_action('eq.visit', '{"table": "eq.customer", "input": [{"name": "n", "type": "integer"}], "output": [{"name": "visits", "type": "integer", "default": "=target.visits"}],
		"steps": [{"require": "target.credit > 0", "message": "customer {{target.id}} has no credit"}, {"update": "target", "set": {"visits": "=visits + input.n"}}]}');
	SELECT create_action('eq.jot', '{"input": [{"name": "case_id", "type": "integer"}, {"name": "body", "type": "text"}], "output": [{"name": "note_id", "type": "integer", "default": "=note.id"}],
		"steps": [{"create": "eq.note", "as": "note", "set": {"case_id": "=input.case_id", "body": "=input.body"}}]}');
	SELECT activate_action('eq.visit'), activate_action('eq.jot');
	SELECT protect_table('eq.few'), protect_table('eq.customer', columns => '{visits}');

	-- Everything there is, and what was recorded; keys that are drawn by their order, if so wanted.
	CREATE FUNCTION eq.state(by_order boolean) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
		SELECT concat_ws(E'\n',
			(SELECT jsonb_agg(to_jsonb(c) ORDER BY id) FROM eq.customer AS c),
			(SELECT jsonb_agg(to_jsonb(c) ORDER BY id) FROM eq.case AS c),
			(SELECT jsonb_agg(to_jsonb(t) - CASE WHEN by_order THEN '{id,parent}'::text[] ELSE '{}' END
				|| jsonb_build_object('up', (SELECT count(*) FROM eq.task AS p WHERE p.id <= t.parent)) ORDER BY id) FROM eq.task AS t),
			(SELECT jsonb_agg(to_jsonb(l) - CASE WHEN by_order THEN '{id,task_id}'::text[] ELSE '{}' END
				|| jsonb_build_object('up', (SELECT count(*) FROM eq.task AS p WHERE p.id <= l.task_id)) ORDER BY id) FROM eq.line AS l),
			(SELECT jsonb_agg(to_jsonb(n) - CASE WHEN by_order THEN 'id' ELSE '' END ORDER BY id) FROM eq.note AS n),
			(SELECT jsonb_agg(to_jsonb(s) ORDER BY case_id) FROM eq.seen AS s),
			(SELECT jsonb_agg(to_jsonb(f) - CASE WHEN by_order THEN 'id' ELSE '' END ORDER BY id) FROM eq.form AS f),
			(SELECT jsonb_agg(to_jsonb(p) ORDER BY p) FROM eq.part AS p),
			(SELECT jsonb_agg(to_jsonb(l) ORDER BY id) FROM eq.later AS l),
			(SELECT jsonb_agg(to_jsonb(p) ORDER BY a, b) FROM eq.pair AS p),
			(SELECT jsonb_agg(to_jsonb(f) - CASE WHEN by_order THEN 'id' ELSE '' END ORDER BY id) FROM eq.few AS f),
			(SELECT jsonb_agg(to_jsonb(a) ORDER BY id) FROM eq.audited AS a),
			(SELECT jsonb_agg(to_jsonb(a) - CASE WHEN by_order THEN 'id' ELSE '' END ORDER BY id) FROM eq.audit AS a),
			(SELECT string_agg(line::text, E'\n' ORDER BY line::text) FROM (
				SELECT to_jsonb(l) - '{id,parent,correlation,started_at,duration,touched_rows,touched}'::text[]
					|| CASE WHEN by_order THEN '{"output": null}' ELSE jsonb_build_object('touched', touched) END
					|| jsonb_build_object('inside', (SELECT p.action FROM custom_actions.log AS p WHERE p.id = l.parent),
						'first', l.id = l.correlation, 'steps', (SELECT count(*) FROM custom_actions.log_step AS s WHERE s.invocation = l.id)) AS line
				FROM custom_actions.log AS l) AS lines))
	$$;
	CREATE FUNCTION eq.begin() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
		SELECT setval(pg_get_serial_sequence(t, 'id'), 1, false) FROM unnest('{eq.task,eq.line,eq.note,eq.audit,eq.sheet,eq.few}'::text[]) AS t
	$$;

	-- What is checked at COMMIT: which of several violations comes first is nobody's promise.
	CREATE FUNCTION eq.require_constraints() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		SET CONSTRAINTS ALL IMMEDIATE;
	EXCEPTION WHEN integrity_constraint_violation THEN
		RAISE SQLSTATE 'ZZ001' USING MESSAGE = 'at COMMIT ' || SQLSTATE;
	END $$;

	-- One by one.
	CREATE FUNCTION eq.single(action text, inputs jsonb, per_item boolean) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		input jsonb;
		answer jsonb;
		results jsonb := '[]';
		failed boolean := false;
		message text; state text; detail text; hint text; number integer := 0;
	BEGIN
		PERFORM eq.begin();
		FOR input IN SELECT x FROM jsonb_array_elements(inputs) AS x LOOP
			number := number + 1;
			IF per_item THEN
				answer := try_invoke_action(action, input);
				failed := failed OR NOT (answer ->> 'ok')::boolean;
				results := results || (answer - 'invocation' - 'ok');
			ELSE
				results := results || jsonb_build_object('output', invoke_action(action, input));
			END IF;
		END LOOP;
		PERFORM eq.require_constraints();
		RAISE SQLSTATE 'ZZ001' USING MESSAGE = failed::text || E'\n' || results::text || E'\n' || eq.state(failed);
	EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		detail := concat_ws(' ', nullif(detail, ''), format('It was item %s of invoke_action_bulk.', number));
		RETURN concat_ws(E'\n', 'error', state, message, detail, hint);
	END $$;

	-- At once.
	CREATE FUNCTION eq.bulk(action text, inputs jsonb, per_item boolean) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		results jsonb;
		failed boolean;
		message text; state text; detail text; hint text;
	BEGIN
		PERFORM eq.begin();
		SELECT coalesce(jsonb_agg(CASE WHEN error IS NULL THEN jsonb_build_object('output', output) ELSE jsonb_build_object('error', error) END ORDER BY item), '[]'),
			bool_or(error IS NOT NULL) INTO results, failed
		FROM invoke_action_bulk(action, inputs, mode => CASE WHEN per_item THEN 'per_item' ELSE 'all_or_nothing' END);
		PERFORM eq.require_constraints();
		RAISE SQLSTATE 'ZZ001' USING MESSAGE = failed::text || E'\n' || results::text || E'\n' || eq.state(failed);
	EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		RETURN concat_ws(E'\n', 'error', state, message, detail, hint);
	END $$;
	GRANT USAGE ON SCHEMA eq TO eq_user;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA eq TO eq_user;
	GRANT ALL ON ALL TABLES IN SCHEMA eq TO eq_user;
	GRANT ALL ON ALL SEQUENCES IN SCHEMA eq TO eq_user;
});

my ($names, $self, %known);

# A name for a step.
sub name { return 's' . ++$names }

# A condition over what is known.
sub condition
{
	return one_of(
		"target.status <> 'closed'", 'target.priority < 45', 'context.depth < 2', 'input.n > 2', 'target.id % 3 <> 1', "target.code <> 'c13'",
		'input.n % 2 = 0', 'eq.twice(input.n) < 100',
		chance(0.15) ? '(SELECT count(*) FROM eq.task WHERE case_id = target.id) < 2' : 'target.note is not null',
		chance(0.1) ? 'eq.tasks(target.id) < 3' : 'input.word is not null',
		chance(0.1) ? '(SELECT count(*) FROM eq.sheet) < 9' : 'input.n <> 4',
		(map { "$_.credit > 10" } @{ $known{customers} }), (map { "let.$_ > 3" } @{ $known{lets} }));
}

# A step of a kind that is rare, or into a table about which something is special.
sub odd_step
{
	my ($depth) = @_;
	my %set = (case_id => one_of('=target.id', '=input.other'));
	my $kind = int(rand(11));

	return (create => 'eq.form', set => { %set, body => '=input.word' }) if $kind == 0;
	return (create => 'eq.part', set => { %set, n => '=input.n', chance(0.5) ? (box => q{=('(' || input.other || ',x)')::text::eq.box}) : () }) if $kind == 1;
	return (create => 'eq.later', set => { %set, id => one_of('=target.id', '=target.id', '=input.other') }) if $kind == 2;
	return (create => 'eq.few', set => \%set) if $kind == 3;
	return (update => 'eq.pair', id => { a => '=target.id % 7', b => 'b{{target.id}}' }, set => { n => '=n + input.n', s => '=s' }) if $kind == 4;
	return (set_status => 'target', column => 'note', from => one_of([ undef, 'note 8' ], [ map { "note $_" } 1 .. 50 ], [ 'open', undef ]), to => '=input.word') if $kind == 5;
	return (set_status => 'target', column => 'status', from => one_of([ 'open', 'escalated' ], 'open'), to => one_of('escalated', 'closed'), chance(0.3) ? (set => { note => '=input.word' }) : ()) if $kind == 6;
	return (update => 'eq.task', where => 'case_id = target.id', set => { hours => '=hours + 1' }, expect => one_of(0, { at_most => 1 })) if $kind == 7;
	return (for_each => '=ARRAY[input.n, 3]', as => name(), do => [ { set_status => 'target', column => 'status', from => [ 'open', 'open', 'waiting' ], to => one_of('open', 'waiting') }, $depth > 0 ? steps($depth - 1, 1) : () ]) if $kind == 8;
	return (if => 'input.n > 5 AND context.depth < 4', then => [ { perform => $self, with => { target => '=target.id', n => '=input.n - 3', word => '=input.word' } } ]) if $kind == 9;
	return (update => 'eq.customer', id => '=input.other', set => { visits => '=visits + 1' }, expect => 1);
}

# A step, at most so deep.
sub step
{
	my ($depth) = @_;
	my $kind = rand();
	my %step;

	if ($kind < 0.2)
	{
		my $as = name();
		my %set = (case_id => one_of('=target.id', '=target.id', '=target.id', '=input.other'), title => one_of('Case {{target.id}}: {{input.word}}', '=input.word', 'same'));
		$set{hours} = one_of('=input.n / 3.0', '=input.n::numeric / (input.n - 7)', 1.255) if chance(0.4);
		$set{parent} = one_of((map { "=$_.id" } @{ $known{tasks} }), '=null::bigint') if chance(0.2);
		%step = (create => 'eq.task', as => $as, set => \%set);
		push @{ $known{tasks} }, $as if $depth == 2;
	}
	elsif ($kind < 0.42)
	{
		my %set = (priority => one_of('=priority + input.n', '=input.n', '=target.priority + 1', '=priority + 9'));
		$set{status} = one_of('escalated', 'closed', '=input.word') if chance(0.5);
		$set{note} = one_of('{{target.status}} {{input.word}}', '=note || input.n') if chance(0.4);
		$set{code} = one_of('=code', 'x{{input.n}}') if chance(0.06);
		$set{parent} = one_of('=input.other', '=null::integer') if chance(0.15);
		$set{customer_id} = '=input.other' if chance(0.1);
		%step = (update => 'target', set => \%set);
		$step{where} = 'priority > 5' if chance(0.1);
		$step{required} = JSON::PP::false if chance(0.15);
	}
	elsif ($kind < 0.52)
	{
		my $as = name();
		%step = (get => 'eq.customer', as => $as, id => one_of('=target.customer_id', '=target.customer_id', '=input.other'));
		$step{required} = JSON::PP::false if chance(0.3);
		push @{ $known{customers} }, $as if $depth == 2;
	}
	elsif ($kind < 0.56)
	{
		%step = (update => 'eq.customer', id => one_of('=target.customer_id', '=input.other', '=input.alone'), set => { visits => '=visits + input.n' });
	}
	elsif ($kind < 0.575) { %step = odd_step($depth) }
	elsif ($kind < 0.62)
	{
		my $let = name();
		%step = (let => { $let => one_of('=input.n * 2', '=target.priority + input.n', '=length(input.word)') });
		push @{ $known{lets} }, $let if $depth == 2;
	}
	elsif ($kind < 0.68) { %step = (require => condition(), message => 'No: {{target.id}}') }
	elsif ($kind < 0.72) { %step = (output => { said => one_of('{{target.status}} {{target.priority}}', '=input.word') }) }
	elsif ($kind < 0.82 && $depth > 0)
	{
		%step = (if => condition(), then => [ steps($depth - 1, 2) ]);
		$step{else} = [ steps($depth - 1, 2) ] if chance(0.5);
	}
	elsif ($kind < 0.85 && $depth > 0)
	{
		%step = (choose => undef, cases => [ map { { when => condition(), do => [ steps($depth - 1, 2) ] } } 1 .. 2 ], else => [ steps($depth - 1, 1) ]);
	}
	elsif ($kind < 0.88) { %step = (create => 'eq.note', set => { case_id => '=target.id', body => '=input.word' }) }
	elsif ($kind < 0.90) { %step = (create => 'eq.seen', set => { case_id => one_of('=target.id', '=input.other'), times => 1 }, chance(0.5) ? (on_conflict => { columns => ['case_id'], set => { times => '=this.times + 1' } }) : ()) }
	elsif ($kind < 0.92) { %step = (stop => one_of('succeeded', 'succeeded', 'canceled', 'failed'), when => condition()) }
	elsif ($kind < 0.95) { %step = chance(0.5) ? (perform => 'eq.visit', with => { target => one_of('=target.customer_id', '=input.alone'), n => '=input.n' }) : (perform => 'eq.jot', with => { case_id => '=target.id', body => '=input.word' }) }
	elsif ($kind < 0.96) { %step = (delete => 'target') }
	elsif ($kind < 0.97) { %step = (update => 'eq.audited', id => '=target.id', set => { n => '=n + 1' }) }
	elsif (@{ $known{tasks} } && $kind < 0.99) { %step = (create => 'eq.line', set => { task_id => '=' . one_of(@{ $known{tasks} }) . '.id', n => '=input.n' }) }
	elsif (@{ $known{tasks} }) { %step = (update => one_of(@{ $known{tasks} }), set => { hours => '=hours + 1' }) }
	else { %step = (assign => 'target', to => '=input.n', column => 'priority') }
	$step{when} = condition() if !$step{when} && chance(0.12);
	$step{on_error} = [] if chance(0.02);
	return \%step;
}

# A few steps.
sub steps
{
	my ($depth, $most) = @_;

	return map { step($depth) } 1 .. 1 + int(rand($most));
}

# An action.
sub action
{
	my ($number) = @_;

	$self = "eq.made$number";
	($names, %known) = (0, tasks => [], customers => [], lets => []);
	my @steps = steps(2, 6);
	my %action = (
		table => 'eq.case',
		input => [ map { { name => $_->[0], type => $_->[1], required => $_->[2] } } [ n => 'integer', JSON::PP::true ], [ word => 'text', JSON::PP::false ], [ other => 'integer', JSON::PP::false ], [ alone => 'integer', JSON::PP::false ] ],
		output => [ { name => 'said', type => 'text', default => one_of('{{target.priority}} {{target.status}}', 'nothing') } ],
		steps => \@steps);

	$action{log} = one_of(qw(off failures basic full full trace)) if chance(0.4);
	$action{timeout} = '60s' if chance(0.1);
	$action{max_rows} = one_of(1, 3, 50) if chance(0.03);
	$action{run_as} = 'owner' if chance(0.1);
	$action{input}[3]{type} = 'eq.free' if chance(0.1);
	$action{plugins} = [ map { { stage => $_, function => 'eq.plug' } } grep { chance(0.6) } qw(pre_validation pre_operation post_operation) ] if chance(0.03);
	push @{ $action{output} }, { name => 'row', type => 'eq.case', default => '=target' } if chance(0.1);
	$action{summary} = 'Case {{target.id}} is {{target.status}}' if chance(0.3);
	push @{ $action{output} }, { name => 'task_title', type => 'text', default => '=' . one_of(@{ $known{tasks} }) . '.title' } if @{ $known{tasks} } && chance(0.5);
	return \%action;
}

# Inputs of so many items; some of them fail.
sub inputs
{
	my $number = one_of(4, 20, 30, 40, 60, chance(0.2) ? 200 : 30);
	my @targets = map { $_ % 60 + 1 } sort { ($a * 7919 + $names) % 101 <=> ($b * 7919 + $names) % 101 } 0 .. 59;
	my $wrong = one_of(0, 0, 0, 0, 0.03, 0.1, chance(0.2) ? 0.7 : 0);
	my $again = one_of(0, 0, 0, 0, 0.02, 0.2);
	my @inputs;

	foreach my $i (0 .. $number - 1)
	{
		my %input = (target => $targets[ $i % 60 ], n => 1 + int(rand(9)), word => one_of(qw(red green blue)), other => 1 + int(rand(40)), alone => $i % 40 + 1);

		$input{target} = one_of(@targets[ 0 .. 9 ]) if chance($again);
		$input{target} = 1000 + $i if chance($wrong / 4);
		$input{n} = one_of(7, 70) if chance($wrong);
		$input{word} = one_of('bad', undef) if chance($wrong);
		$input{n} = 'many' if chance($wrong / 6);
		delete $input{n} if chance($wrong / 6);
		push @inputs, \%input;
	}
	return \@inputs;
}

# The statements that try a case: whether its action can be activated, whether both give the same, and what differs.
sub case_script
{
	my ($number, $definition, $items, $per_item) = @_;
	my $role = chance(0.15) ? 'eq_user' : 'NONE';

	return qq{
		SELECT create_action('eq.made$number', \$d\$$definition\$d\$::json) \\g /dev/null
		SELECT activate_action('eq.made$number') \\g /dev/null
		GRANT EXECUTE ON FUNCTION eq.made$number TO eq_user;
		BEGIN;
		SET LOCAL ROLE $role;
		SELECT eq.bulk('eq.made$number', \$i\$$items\$i\$, $per_item) AS bulk \\gset
		ROLLBACK;
		BEGIN;
		SET LOCAL ROLE $role;
		SELECT eq.single('eq.made$number', \$i\$$items\$i\$, $per_item) AS single \\gset
		ROLLBACK;
		SELECT regexp_replace(:'bulk', 'Failing row contains .[0-9]+((, [^,"]*)*?)(, [0-9]+)?\\)', 'Failing row\\1', 'g') AS bulk,
			regexp_replace(:'single', 'Failing row contains .[0-9]+((, [^,"]*)*?)(, [0-9]+)?\\)', 'Failing row\\1', 'g') AS single \\gset
		SELECT :'bulk' = :'single' AS same, :'bulk' <> :'single' AS differ \\gset
		SELECT 'case $number', state = 'active', :'same'::boolean FROM custom_actions.actions WHERE name = 'eq.made$number';
		\\if :differ
		WITH bulk AS (SELECT line FROM regexp_split_to_table(:'bulk', E'\\n|, (?=\\\\x7b)') AS line),
			single AS (SELECT line FROM regexp_split_to_table(:'single', E'\\n|, (?=\\\\x7b)') AS line)
		(SELECT 'bulk', line FROM bulk EXCEPT ALL SELECT 'bulk', line FROM single LIMIT 5) UNION ALL
		(SELECT 'one by one', line FROM single EXCEPT ALL SELECT 'one by one', line FROM bulk LIMIT 5);
		\\endif
	};
}

my ($ran, $sets, $next, @different) = (0, 0, 1);

# Several in one session: a connection takes longer than a case.
while ($next <= $count && @different < 4)
{
	# custom plans fold what generic ones raise after a key was drawn
	my ($script, %cases) = "SET client_min_messages = debug1;\nSET plan_cache_mode = force_generic_plan;\n";
	my ($out, $err);

	foreach my $number ($next .. ($next + 49 < $count ? $next + 49 : $count))
	{
		my ($action, $inputs) = (action($number), inputs());
		my $per_item = chance(0.5) ? 'true' : 'false';
		my ($definition, $items) = map { $json->encode($_) } $action, $inputs;

		$cases{$number} = { many => @$inputs >= 16, what => "$number ($per_item):\n$definition\n$items\n" };
		$script .= case_script($number, $definition, $items, $per_item);
	}
	$next += 50;
	(undef, $out, $err) = $node->psql('main', $script, on_error_stop => 0);
	while ($out =~ /^case (\d+)\|t\|([tf])\n((?:(?!case ).*\n?)*)/mg)
	{
		my ($number, $same, $differs) = ($1, $2, $3);

		$ran++;
		$sets++ if $cases{$number}{many} && $err !~ /"eq\.made$number" runs for one item after the other/;
		push @different, $cases{$number}{what} . $differs if $same eq 'f';
	}
}
diag("$ran of $count could be activated, $sets ran as sets alone");
is(join("\n", @different), '', "bulk calls do what calls one by one do (BULK_SEED=$seed)");
cmp_ok($ran, '>', $count / 3, 'many of the actions can be activated');
cmp_ok($sets, '>', $ran / 10, 'many of them ran as sets');
done_testing();
