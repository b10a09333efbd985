# Definitions and requests made at random: whatever they are, they are refused
# or run, and the server stays up. FUZZ_SEED and FUZZ_COUNT repeat or extend it.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Random qw(one_of);
use Test::More;

my $seed = $ENV{FUZZ_SEED} // 20;
my $count = $ENV{FUZZ_COUNT} // 600;
my $node = new_server('main', "statement_timeout = '20s'\n");

create_database($node, 'main');
load_help_desk($node, 'main');
$node->safe_psql('main', q{
	CREATE TABLE support.pair (a integer, b text, c numeric(6, 2)[], d jsonb, PRIMARY KEY (a, b));
	INSERT INTO support.pair VALUES (1, 'x', '{1.5}', '{"y": 1}');
	CREATE VIEW support.open_case AS SELECT * FROM support.case WHERE status = 'open';
	CREATE TYPE support.mood AS ENUM ('calm', 'angry');
	CREATE DOMAIN support.score AS integer CHECK (VALUE < 10);
	SELECT create_action('support.types', '{"table": "support.pair",
		"input": [{"name": "i", "type": "integer", "required": false}, {"name": "n", "type": "numeric(6,2)", "required": false},
			{"name": "t", "type": "varchar(5)", "required": false}, {"name": "m", "type": "support.mood", "required": false},
			{"name": "s", "type": "support.score", "required": false}, {"name": "a", "type": "integer[]", "required": false},
			{"name": "p", "type": "support.pair", "required": false}, {"name": "pp", "type": "support.pair[]", "required": false},
			{"name": "r", "type": "int4range", "required": false}, {"name": "j", "type": "jsonb", "required": false},
			{"name": "d", "type": "timestamptz", "required": false}, {"name": "u", "type": "uuid", "required": false},
			{"name": "y", "type": "bytea", "required": false}, {"name": "b", "type": "boolean", "required": false},
			{"name": "iv", "type": "interval", "required": false}, {"name": "x", "type": "xml", "required": false}],
		"output": [{"name": "all_of_it", "type": "jsonb", "default": "=jsonb_build_array(input.i, input.n, input.t, input.m, input.s, input.a, input.p, input.pp, input.r, input.j, input.d, input.u, input.y, input.b, input.iv)"},
			{"name": "row", "type": "support.pair", "default": "=target"}, {"name": "rows", "type": "support.pair[]", "default": "=input.pp"}],
		"steps": [{"update": "target", "set": {"d": {"i": "=input.i", "p": "=input.p", "list": ["=input.a", "=input.r"]}, "c": ["=input.n", 2]}}]}');
	SELECT activate_action('support.types');

	-- A plug-in that returns what it is configured with
	CREATE FUNCTION support.give(context jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT context -> 'configuration'$$;

	CREATE TABLE public.reached (statement text);

	-- Brings back what an action may have deleted.
	CREATE PROCEDURE public.bring_back() LANGUAGE sql AS $$
		INSERT INTO support.case (id, customer_id, title) SELECT 42, min(id), 'x' FROM support.customer ON CONFLICT DO NOTHING;
	$$;

	-- Does everything with a definition that can be done; returns the internal errors.
	CREATE FUNCTION public.attempt(definition text, request text) RETURNS SETOF text LANGUAGE plpgsql AS $$
	DECLARE
		statement text;
	BEGIN
		CALL public.bring_back();
		FOREACH statement IN ARRAY ARRAY[
			'SELECT create_action(''support.fuzz'', $1::json)',
			'SELECT count(*) FROM check_action(''support.fuzz'')',
			'SELECT describe_action(''support.fuzz'')',
			'SELECT create_action(''support.fuzz'', action_definition(''support.fuzz''), or_replace => true)',
			'SELECT activate_action(''support.fuzz'')',
			'SELECT invoke_action(''support.fuzz'', $2::jsonb)',
			'SELECT describe_action(''support.fuzz''), count(*) FROM custom_actions.actions',
			'UPDATE custom_actions.plugin_step SET enabled = NOT enabled, rank = -rank',
			'SELECT try_invoke_action(''support.fuzz'', $2::jsonb)',
			'SELECT deactivate_action(''support.fuzz'')',
			'DELETE FROM custom_actions.plugin_step',
			'SELECT drop_action(''support.fuzz'')']
		LOOP
			BEGIN
				EXECUTE statement USING definition, request;
				INSERT INTO public.reached VALUES (statement);
			EXCEPTION
				WHEN internal_error OR data_corrupted OR query_canceled THEN
					RETURN NEXT format('%s: %s: %s, %s', statement, SQLERRM, definition, request);
				WHEN others THEN NULL;
			END;
		END LOOP;
		DELETE FROM custom_actions.action WHERE name = 'support.fuzz';
	END
	$$;

	-- Makes a function with a source, checked or not, and uses it; returns the internal errors.
	CREATE FUNCTION public.attempt_source(source text) RETURNS SETOF text LANGUAGE plpgsql AS $$
	DECLARE
		statement text;
		checked boolean;
	BEGIN
		FOREACH checked IN ARRAY '{true,false}'::boolean[] LOOP
			PERFORM set_config('check_function_bodies', checked::text, true);
			CALL public.bring_back();
			FOREACH statement IN ARRAY ARRAY[
				format('CREATE FUNCTION support.hand(target bigint, reason text) RETURNS void LANGUAGE custom_action AS %L', source),
				'SELECT custom_actions.published(''support.hand'')',
				'SELECT support.hand(42, ''VIP'')',
				'SELECT describe_action(''support.hand''), action_definition(''support.hand'')',
				'SELECT check_action(''support.hand'')',
				'ALTER TABLE support.case ADD added integer',
				'DROP FUNCTION support.hand']
			LOOP
				BEGIN
					EXECUTE statement;
					INSERT INTO public.reached VALUES (left(statement, 30));
				EXCEPTION
					WHEN internal_error OR data_corrupted OR query_canceled THEN
						RETURN NEXT format('%s: %s: %s', statement, SQLERRM, source);
					WHEN others THEN NULL;
				END;
			END LOOP;
			ALTER TABLE support.case DROP IF EXISTS added;
		END LOOP;
		RESET check_function_bodies;
	END
	$$;
});

srand($seed);
sub chance { return rand(100) < $_[0]; }

# A tame definition holds few mistakes, so that some get through to the end.
my $tame;
sub wild { return chance($tame ? $_[0] / 20 : $_[0]); }

# JSON text of a string
sub quoted
{
	my ($text) = @_;

	$text =~ s/(["\\])/\\$1/g;
	$text =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge;
	return qq("$text");
}

my @tables = qw(support.case support.task support.pair support.open_case support.agent support.none pg_class target task made nothing);
my @columns = qw(id title status priority a b c d case_id due done owner_id tags ctid tableoid xmin none count "odd");
my @types = ('text', 'integer', 'bigint', 'numeric(6,2)', 'support.case', 'support.pair[]', 'support.mood', 'support.score', 'void', 'record',
	'anyelement', 'none', 'int[', 'varchar(3)', 'timestamptz', 'jsonb', 'json', 'internal', '_int4', 'trigger', 'cstring', 'xml', 'oid', '"char"', 'int4range');
my @words = ('', ' ', 'x', 'target', 'input', '=', '==', '==x', '{{', '{{}}', '{{ x }}', "it's", '$1', '$$', ');--', '/*', '☃', "a\tb", 'NULL', 'Infinity',
	'-0', '1e400', '99999999999999999999', "\x{5c}u0000", 'a' x 300, '{"a": 1}', '[1,2]', '{1,2}', '2026-11-21', 'null');

sub atom
{
	return one_of('input.reason', 'target.id', 'target.status', 'target.priority', 'target', '1', "'open'", 'NULL', 'now()', 'context.depth', 'let.x')
		if $tame && chance(98);
	return one_of(
		'input.reason', 'input.none', 'target.id', 'target.status', 'target', 'target.none', 'made.id', 'made', 'let.x', 'let', 'output.y', 'context.depth',
		'context.none', 'context', 'this.id', 'this', 'priority', 'id', 'status', 'error.message', 'excluded.id', '1', "'x'", 'NULL', 'true', '1.5',
		'ARRAY[1,2]', "'{}'::jsonb", 'now()', 'random()', 'nextval(1)', 'pg_sleep(0)', 'current_user', '$1', '*', 'target.*', 'count(*)', 'DEFAULT',
		'(SELECT 1)', '(SELECT id FROM support.case LIMIT 1)', '(SELECT target.id FROM support.task AS target)', '(VALUES (1))', 'ROW(1, 2)', 'ctid', 'x.y.z.w',
		'(target).id', 'input.reason.x', 'array[target]', 'generate_series(1,3)', 'pg_typeof(target)', 'row_to_json(target)', "'support.case'::regclass");
}

sub formula
{
	my ($depth) = @_;

	return atom() if $depth <= 0 || chance($tame ? 70 : 40);
	return one_of(
		sub { formula($depth - 1) . one_of(' + ', ' || ', ' = ', ' AND ', ' ; ', ', ', ' -- ', ' IS ', '::') . formula($depth - 1) },
		sub { one_of('coalesce', 'upper', 'length', 'array_agg', 'sum', 'lag', 'none', 'jsonb_build_object', 'nullif', 'xmlelement', 'unnest') . '(' . formula($depth - 1) . ')' },
		sub { '(SELECT ' . formula($depth - 1) . ' FROM ' . one_of(@tables) . ' AS q WHERE ' . formula($depth - 1) . ')' },
		sub { 'CASE WHEN ' . formula($depth - 1) . ' THEN ' . formula($depth - 1) . ' END' },
		sub { '(' . formula($depth - 1) . ')::' . one_of(@types) },
		sub { 'EXISTS (' . one_of('DELETE FROM support.task', 'SELECT FROM support.case FOR UPDATE', 'WITH q AS (SELECT 1) SELECT FROM q') . ')' },
		sub { formula($depth - 1) . one_of('[1]', '[1:2]', '.id', ' COLLATE "C"', ' OVER ()', ' FILTER (WHERE true)', ' IN (1, 2)', ' = ANY (ARRAY[1])') })->();
}

sub value
{
	my ($depth) = @_;

	return quoted(one_of('open', 'closed', 'x {{ input.reason }}', '=' . formula(1))) if $tame && chance(80);
	return one_of(
		sub { quoted('=' . formula(3)) }, sub { quoted('=' . formula(3)) }, sub { quoted('=' . formula(1)) },
		sub { quoted(one_of(@words)) }, sub { quoted('a {{ ' . formula(2) . ' }} b' . one_of(@words)) },
		sub { one_of('null', 'true', 'false', '0', '-1', '1.50', '1e5', '12345678901234567890', '1e-500') },
		sub { $depth > 0 ? '[' . join(', ', map { value($depth - 1) } 1 .. rand 4) . ']' : '[]' },
		sub { $depth > 0 ? '{' . join(', ', map { quoted(one_of(@columns, @words)) . ': ' . value($depth - 1) } 1 .. rand 4) . '}' : '{}' })->();
}

sub set
{
	return one_of('{"title": ' . value(0) . '}', '{"status": ' . value(0) . '}', '{"priority": 3}', '{"priority": "=priority + 1", "email": "x"}') if $tame;
	return '{' . join(', ', map { quoted(one_of(@columns)) . ': ' . value(2) } 1 .. 1 + rand 3) . '}';
}

sub steps
{
	my ($depth) = @_;

	return '[' . join(', ', map { step($depth) } 0 .. rand 4) . ']';
}

my @made = ('made', 'made', 'x', 'target', 'Odd', 'task');

sub step
{
	my ($depth) = @_;
	my %keys;
	my $table = $tame ? one_of('support.case', 'support.case', 'target') : one_of(@tables);
	my $kind = one_of(qw(create create update update delete assign set_status get get let output require group));

	$kind = one_of(qw(if call perform for_each choose stop none)) if wild(20);
	$keys{$kind} = quoted($table);
	$keys{$kind} = '"support.task"' if $kind eq 'create' && $tame;
	$keys{$kind} = quoted(formula(2)) if $kind eq 'require' || $kind eq 'if' || $kind eq 'for_each';
	$keys{$kind} = '{' . quoted($kind eq 'let' ? 'x' : 'y') . ': ' . value(2) . '}' if $kind eq 'let' || $kind eq 'output';
	$keys{$kind} = value(1) if wild(4);
	$keys{set} = $kind eq 'create' && $tame ? '{"case_id": 42, "title": ' . value(0) . '}' : set() if $kind eq 'create' || $kind eq 'update' || wild(4);
	$keys{to} = $tame ? quoted($kind eq 'assign' ? '=NULL' : 'open') : value(1) if $kind eq 'assign' || $kind eq 'set_status' || wild(3);
	$keys{column} = $tame ? ($kind eq 'assign' ? '"owner_id"' : '"status"') : quoted(one_of(@columns)) if ($kind eq 'assign' || $kind eq 'set_status') && ($tame || chance(70));
	if ($kind =~ /^(update|delete|assign|set_status|get)$/ && $table ne 'target')
	{
		$keys{id} = $tame ? one_of('42', '"=target.id"', '"=41"') : value(1) if chance(60);
		$keys{where} = quoted($tame ? one_of("status = 'open'", 'id = target.id', 'title = input.reason') : formula(2)) if !$keys{id} || wild(30);
	}
	$keys{where} = quoted(formula(2)) if $kind eq 'create' && wild(25);
	$keys{from} = one_of(quoted(one_of(@tables)), quoted('=' . formula(2))) if $kind eq 'create' && wild(30);
	$keys{on_conflict} = '{"columns": [' . quoted(one_of(@columns)) . '], "do": ' . one_of('"nothing"', '"update"', '1') . (chance(50) ? ', "set": ' . set() : '') . '}'
		if $kind eq 'create' && wild(30);
	$keys{order_by} = quoted(one_of('id', 'id DESC NULLS LAST', wild(60) ? formula(1) . ' USING >' : 'status, id')) if $kind eq 'get' && chance(40);
	$keys{lock} = one_of('"wait"', '"nowait"', '"skip"', wild(50) ? 'true' : '"wait"') if $kind eq 'get' && chance(20) || wild(4);
	$keys{as} = quoted(one_of(@made)) if wild(45) && $kind !~ /^(let|output|require|group)$/ || wild(5);
	$keys{when} = quoted($tame ? one_of('target.id > 1', 'input.reason IS NULL', "let.x = 'x'") : formula(2)) if chance(15);
	$keys{required} = one_of('true', 'false', wild(30) ? '1' : 'false') if $kind =~ /^(update|delete|get)$/ && chance(25) || wild(4);
	$keys{enabled} = one_of('true', 'false', wild(30) ? '"x"' : 'true') if chance(5);
	$keys{message} = value(1) if $kind eq 'require' && chance(40) || wild(4);
	$keys{sqlstate} = quoted(one_of('P0001', '00000', 'x', '42')) if wild(5);
	$keys{with} = set() if wild(3) || $kind eq 'call' || $kind eq 'perform';
	$keys{do} = steps($depth - 1) if ($kind eq 'group' || $kind eq 'for_each' || wild(3)) && $depth > 0;
	$keys{do} //= '[]' if $kind eq 'group';
	$keys{then} = steps($depth - 1) if $kind eq 'if' && $depth > 0;
	$keys{on_error} = steps($depth - 1) if wild(4) && $depth > 0;
	return '{' . join(', ', map { quoted($_) . ': ' . $keys{$_} } sort keys %keys) . '}';
}

sub parameter
{
	my ($name) = @_;

	return '{"name": ' . quoted(wild(10) ? one_of(@words) : $name) . ', "type": ' . quoted(wild(40) ? one_of(@types) : 'text')
		. (wild(30) ? ', "default": ' . value(2) : '') . (chance(20) ? ', "required": ' . one_of('true', 'false') : '') . '}';
}

sub plugin
{
	my %keys = (
		stage => quoted(one_of(qw(pre_validation pre_operation main_operation post_operation))),
		function => quoted(one_of('support.give', 'support.give(jsonb)')));

	return value(1) if wild(10);
	$keys{rank} = one_of('1', '-5', '999999999', wild(30) ? value(0) : '0') if chance(30);
	$keys{images} = one_of('{"pre": true}', '{"pre": ["status"]}', wild(60) ? '{' . quoted(one_of(qw(pre post x))) . ': ' . value(1) . '}' : '{"pre": ["id", "title"]}')
		if chance(30);
	$keys{configuration} = one_of('{"input": {"reason": ' . value(1) . '}}', '{"output": {"y": ' . value(1) . '}}', '{"shared": {"a": ' . value(2) . '}}', 'null', value(2))
		if chance(80);
	$keys{enabled} = one_of('true', 'false', wild(30) ? value(0) : 'true') if chance(20);
	$keys{id} = one_of('1', value(0)) if wild(20);
	$keys{one_of(qw(stage function description x))} = value(1) if wild(20);
	delete $keys{one_of(qw(stage function))} if wild(20);
	return '{' . join(', ', map { quoted($_) . ': ' . $keys{$_} } sort keys %keys) . '}';
}

sub plugins
{
	return '[' . join(', ', map { plugin() } 1 .. rand 4) . ']';
}

sub definition
{
	my %keys;

	$tame = chance(60);
	$keys{steps} = steps(3);
	$keys{table} = quoted($tame ? 'support.case' : one_of('support.case', 'support.case', @tables)) if !wild(20);
	$keys{input} = '[' . join(', ', parameter('reason'), map { parameter("more_$_") } 1 .. rand 2) . ']' if !wild(20);
	$keys{output} = '[' . join(', ', parameter('y'), map { parameter("other_$_") } 1 .. rand 2) . ']' if !wild(30);
	$keys{key} = one_of('["id"]', '["a", "b"]', '[]', '"id"', '["none"]') if wild(15);
	$keys{binding} = one_of('"collection"', '"row"', 'null') if wild(10);
	$keys{read_only} = one_of('true', 'false', '1') if wild(10);
	$keys{run_as} = one_of('"owner"', '"caller"', wild(30) ? '"x"' : '"owner"') if chance(10);
	$keys{lock} = one_of('true', 'false') if chance(10);
	$keys{timeout} = quoted(one_of('1 min', 'x', '-1')) if wild(5);
	$keys{settings} = '{' . quoted(one_of('search_path', 'work_mem', 'DateStyle', 'role', 'none', 'custom_actions.x')) . ': ' . value(1) . '}' if wild(15);
	$keys{plugins} = plugins() if chance(20);
	$keys{plugin_policy} = one_of('"none"', '"all"', value(0)) if wild(5);
	$keys{one_of(@words)} = value(2) if wild(3);

	my $text = '{' . join(', ', map { quoted($_) . ': ' . $keys{$_} } sort keys %keys) . '}';

	# now and then broken as a text, too
	substr($text, int rand length $text, 1 + rand 3) = one_of('', '}', ']', '"', '\\', ',', "\x{1}", '{{') if wild(5);
	return $text;
}

# The source of a published function, as nobody would write it
sub source
{
	my %keys = (format => 1, version => 1, active => 'true', plugins => plugins(),
		definition => '{"table": "support.case", "input": [{"name": "reason", "type": "text"}], "steps": [{"update": "target", "set": {"title": "=input.reason"}}]}');

	$keys{definition} = definition() if chance(20);
	$keys{one_of(keys %keys)} = value(1) if chance(10);
	return '{' . join(', ', map { quoted($_) . ': ' . $keys{$_} } sort keys %keys) . '}';
}

sub request
{
	return '{' . join(', ',
		'"target": ' . one_of('42', '42', '41', '"42"', 'null', '[]', '{"a": 1, "b": "x"}', '{"a": "x"}', '1e300', '-1'),
		(chance(80) ? '"reason": ' . (chance(60) ? '"VIP"' : value(2)) : ()), (chance(20) ? quoted(one_of(@words)) . ': ' . value(2) : ())) . '}';
}

sub literal
{
	my ($text) = @_;

	$text =~ s/'/''/g;
	return "'$text'";
}

# Runs statements in one session; returns what they return.
sub run_all
{
	my (@statements) = @_;
	my ($out, $err) = ('', '');

	$node->psql('main', "SET client_min_messages = fatal;\n" . join('', map { "$_;\n" } @statements),
		stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-q', '-v', 'VERBOSITY=verbose' ]);
	$err = join "\n", grep { /XX000|XX001|server closed|connection to server/ } split /\n/, $err;
	return $out . $err;
}

note("seed $seed, count $count");
is(run_all(map { 'SELECT public.attempt(' . literal(definition()) . ', ' . literal(request()) . ')' } 1 .. $count), '', "$count definitions");
is(run_all(map { $tame = chance(30); 'SELECT public.attempt_source(' . literal(source()) . ')' } 1 .. $count / 3), '', 'sources');
is( run_all(map { "DO \$do\$ BEGIN PERFORM invoke_action('support.types', " . literal('{"target": ' . one_of('{"a": 1, "b": "x"}', value(2)) . ', ' . quoted(one_of(qw(i n t m s a p pp r j d u y b iv x none))) . ': ' . value(3)
		. ', ' . quoted(one_of(qw(a p pp j))) . ': ' . value(3) . '}')
		. '); EXCEPTION WHEN internal_error THEN RAISE; WHEN others THEN NULL; END $do$' } 1 .. $count),
	'', "$count requests");
is( run_all(map { 'DO LANGUAGE plpgsql $do$ BEGIN PERFORM create_action(' . literal(one_of(@words, @tables, 'a.b.c', '"', '.', 'a.', '"a"."b"')) . ', ' . literal(definition())
		. '); PERFORM describe_action(name) FROM custom_actions.action; RAISE SQLSTATE \'P0001\'; EXCEPTION WHEN internal_error THEN RAISE; WHEN others THEN NULL; END $do$' } 1 .. 50),
	'', 'names');
is( run_all(map {
		my $depth = $_;
		map { "DO \$do\$ BEGIN PERFORM create_action('support.deep', $_); PERFORM check_action('support.deep'); PERFORM describe_action('support.deep'); PERFORM activate_action('support.deep');
			EXCEPTION WHEN internal_error THEN RAISE; WHEN others THEN NULL; END \$do\$; DELETE FROM custom_actions.action WHERE name = 'support.deep'" } (
			"concat('{\"steps\": [', repeat('{\"group\": null, \"do\": [', $depth), repeat(']}', $depth), ']}')::json",
			"concat('{\"steps\": [{\"let\": {\"x\": ', repeat('[', $depth), repeat(']', $depth), '}}]}')::json",
			"concat('{\"steps\": [{\"let\": {\"x\": \"=', repeat('(', $depth), '1', repeat(')', $depth), '\"}}]}')::json",
			"concat('{\"steps\": [{\"let\": {\"x\": \"=1', repeat(' + 1', $depth), '\"}}]}')::json",
			"concat('{\"steps\": [{\"let\": {\"x\": \"', repeat('{{1}}', $depth), '\"}}]}')::json") } 10, 300, 3000, 20000),
	'', 'depth');

note($node->safe_psql('main', q{SELECT count(*), statement FROM public.reached GROUP BY 2 ORDER BY 1}));
foreach my $run ('invoke_action', 'support.hand(42')
{
	cmp_ok($node->safe_psql('main', "SELECT count(*) FROM public.reached WHERE strpos(statement, '$run') > 0"), '>', 0, "some of them run: $run");
}
is($node->safe_psql('main', q{SELECT count(*) FROM custom_actions.actions WHERE name LIKE '%fuzz%'}), '0', 'nothing is left');
is($node->safe_psql('main', q{CALL public.bring_back(); SELECT support.escalate_case(42, 'VIP') > 0}), 't', 'and all goes on working');
log_is_clean($node, 'the log is clean');
done_testing();
