# Memory stays flat, however many turns, calls, nested actions and caught errors
# there are: within one invocation, within a transaction, within a session.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main', "max_locks_per_transaction = 256\n");

# Growth of hash tables, and what PostgreSQL keeps of its own: bytes per work of
# thousands of turns.
my $slack = 150 * 1024;

create_database($node, 'main');
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE SCHEMA support;
	CREATE TABLE support.case (id integer PRIMARY KEY, title text DEFAULT repeat('x', 100), CHECK (id <> 13));
	INSERT INTO support.case (id) SELECT g + 100 FROM generate_series(1, 300000) AS g;
	CREATE TABLE support.sample (turn bigint, bytes bigint);

	CREATE FUNCTION public.used() RETURNS bigint LANGUAGE sql VOLATILE AS $$SELECT sum(used_bytes) FROM pg_backend_memory_contexts$$;
	-- notes how much memory is in use, at some turns
	CREATE FUNCTION support.take(turn bigint) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO support.sample VALUES (turn, public.used());
	END $$;
	CREATE FUNCTION support.boom(i bigint) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		RAISE 'boom % %', i, repeat('x', 200) USING DETAIL = 'detail', HINT = 'hint';
	END $$;
	CREATE FUNCTION support.echo(value text) RETURNS text LANGUAGE sql AS $$SELECT value$$;
	CREATE FUNCTION public.action(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM create_action('support.' || name, definition, or_replace => true);
		PERFORM activate_action('support.' || name);
	END $$;
});

sub action
{
	my ($name, $definition) = @_;

	$node->safe_psql('main', "SET client_min_messages = warning; SELECT public.action('$name', \$json\$$definition\$json\$)");
	return;
}

# Runs an action that samples its memory at an early and at a late turn.
sub is_flat_inside
{
	my ($sql, $what) = @_;
	my $grown = $node->safe_psql('main', "TRUNCATE support.sample; \\o /dev/null\n$sql;\n\\o\nSELECT max(bytes) - min(bytes) FROM support.sample HAVING count(*) >= 2");

	cmp_ok($grown, '<', $slack, $what);
	note("$what: $grown");
	return;
}

# Runs a statement in rounds, in one transaction and in many.
sub is_flat
{
	my ($rounds, $statement, $what) = @_;
	my $grown = $node->safe_psql('main', qq{
		BEGIN; DO \$do\$ BEGIN FOR i IN 1 .. 1000 LOOP PERFORM $statement; END LOOP; END \$do\$;
		SELECT used() AS before \\gset
		DO \$do\$ BEGIN FOR i IN 1 .. $rounds LOOP PERFORM $statement; END LOOP; END \$do\$;
		SELECT used() - :before; COMMIT});

	cmp_ok($grown, '<', $slack, "$what, in one transaction");
	note("$what: $grown");
	$grown = $node->safe_psql('main', "\\o /dev/null\n" . "SELECT $statement;\n" x 100 . "SELECT used() AS before \\gset\n"
		. "SELECT $statement;\n" x 1000 . "\\o\nSELECT used() - :before");
	cmp_ok($grown, '<', $slack, "$what, in many transactions");
	note("$what: $grown");
	return;
}

### Within one invocation

action('array_loop', q({"input": [{"name": "turns", "type": "integer"}], "output": [{"name": "total", "type": "numeric"}, {"name": "last", "type": "text"}], "steps": [
	{"let": {"total": "=0::numeric", "text": ""}},
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"let": {"total": "=let.total + item.value", "text": "Turn {{item.index}}, {{repeat('x', 100)}}"}},
		{"output": {"last": "=let.text"}},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (1000, 2000, input.turns / 2, input.turns)"}]},
	{"output": {"total": "=let.total"}}]}));
is_flat_inside('SELECT support.array_loop(1000000)', 'a million elements of an array');
is($node->safe_psql('main', 'SELECT * FROM support.array_loop(1000)') =~ s/x+$//r, '500500|Turn 1000, ', 'and they are right');

action('table_loop', q({"output": [{"name": "rows", "type": "bigint"}], "steps": [
	{"let": {"rows": "=0::bigint"}},
	{"for_each": "support.case", "as": "one", "where": "id > 0", "do": [
		{"let": {"rows": "=let.rows + 1", "whole": "=one", "text": "{{one.title}}"}},
		{"call": "support.take", "with": {"turn": "=one.index"}, "when": "one.index in (1000, 100000, 290000)"}]},
	{"output": {"rows": "=let.rows"}}]}));
is_flat_inside('SELECT support.table_loop()', 'hundreds of thousands of rows');
is($node->safe_psql('main', 'SELECT support.table_loop()'), '300000', 'each of them');

action('jsonb_loop', q({"input": [{"name": "turns", "type": "integer"}], "steps": [
	{"for_each": "=(select jsonb_agg(jsonb_build_object('a', g, 'b', 'text')) from generate_series(1, input.turns) as g)", "as": "item", "columns": {"a": "bigint", "b": "text"}, "do": [
		{"for_each": "=array[1, 2]", "as": "number", "do": [{"let": {"x": "{{item.b}} {{item.a + number.value}}"}}]},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (1000, 20000)"}]}]}));
is_flat_inside('SELECT support.jsonb_loop(20000)', 'nested loops over jsonb');

# What is secret is remembered up to a bound.
action('secretive', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "output": [{"name": "answer", "type": "text", "sensitive": true, "default": "Secret {{input.pin}}"}]}');
action('secrets_loop', q({"input": [{"name": "turns", "type": "integer"}], "steps": [
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"perform": "support.secretive", "with": {"pin": "pin {{item.value}}"}},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (5000, input.turns)"}]}]}));
is_flat_inside('SELECT support.secrets_loop(30000)', 'tens of thousands of sensitive values');

action('nothing', '{"input": [{"name": "text", "type": "text"}], "output": [{"name": "answer", "type": "text", "default": "=input.text"}]}');
action('work_loop', q({"input": [{"name": "turns", "type": "integer"}], "output": [{"name": "last", "type": "text"}], "steps": [
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"get": "support.case", "as": "row", "id": "=100 + item.value"},
		{"update": "row", "as": "changed", "set": {"title": "{{repeat('y', 50)}}{{item.index}}"}, "when": "item.value % 100 = 0"},
		{"perform": "support.nothing", "as": "same", "with": {"text": "=row.title"}},
		{"call": "support.echo", "as": "echo", "with": {"value": "=same.answer"}},
		{"choose": null, "cases": [{"when": "item.value % 2 = 0", "do": [{"output": {"last": "=echo.result"}}]}], "else": [{"let": {"x": "=echo.result"}}]},
		{"group": null, "on_error": [], "do": [{"let": {"y": "{{row.title}}"}}]},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (1000, input.turns)"}]}]}));
is_flat_inside('SELECT support.work_loop(20000)', 'get, update, perform, call, choose, group');

action('failing_loop', q({"input": [{"name": "turns", "type": "integer"}], "output": [{"name": "failures", "type": "integer"}, {"name": "said", "type": "text"}], "steps": [
	{"let": {"failures": 0, "text": ""}},
	{"output": {"said": "none"}},
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"group": null, "do": [
			{"let": {"text": "undone {{item.index}}"}},
			{"output": {"said": "undone"}},
			{"call": "support.boom", "with": {"i": "=item.value"}}],
		 "on_error": [
			{"output": {"said": "{{error.message}} {{error.detail}} {{error.hint}} {{error.step}}"}},
			{"let": {"failures": "=let.failures + 1"}}]},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (1000, input.turns)"}]},
	{"output": {"failures": "=let.failures"}}]}));
is_flat_inside('SELECT support.failing_loop(11000)', 'ten thousand failures that on_error handles');
is($node->safe_psql('main', 'SELECT failures, said FROM support.failing_loop(100)') =~ s/x+/x/r, '100|boom 100 x detail hint 3.do.1.do.3', 'each of them');

action('requiring_loop', q({"input": [{"name": "turns", "type": "integer"}], "steps": [
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"require": "item.value < 0", "on_error": []},
		{"require": "item.value < 0", "message": "{{repeat('m', 100)}}", "detail": "{{item.value}}", "on_error": []},
		{"let": {"x": "=1 / (item.value - item.index)"}, "on_error": []},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (1000, input.turns)"}]}]}));
is_flat_inside('SELECT support.requiring_loop(5000)', 'other failures that on_error handles');

action('broken_off', q({"input": [{"name": "turns", "type": "integer"}], "steps": [
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"group": null, "on_error": [], "do": [
			{"for_each": "=array(select generate_series(1, 10000))", "as": "number", "do": [{"stop": "canceled"}]}]},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (100, input.turns)"}]}]}));
is_flat_inside('SELECT support.broken_off(200)', 'loops over an array that errors end');

action('handler_fails', q({"input": [{"name": "turns", "type": "integer"}], "steps": [
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"group": null, "on_error": [], "do": [{"stop": "canceled", "on_error": [{"stop": "canceled"}]}]},
		{"group": null, "on_error": [], "do": [{"stop": "canceled", "on_error": [{"stop": "failed"}]}]},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (1000, input.turns)"}]}]}));
is_flat_inside('SELECT support.handler_fails(3000)', 'handlers that fail or throw on');

action('error_passes', q({"input": [{"name": "turns", "type": "integer"}], "steps": [
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"group": null, "on_error": [], "do": [{"stop": "canceled", "on_error_when": "false", "on_error": []}]},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (1000, input.turns)"}]}]}));
is_flat_inside('SELECT support.error_passes(4000)', 'errors that on_error_when lets pass');

action('limited_loop', q({"input": [{"name": "turns", "type": "integer"}], "steps": [
	{"for_each": "=array(select generate_series(1, input.turns))", "as": "item", "do": [
		{"call": "pg_sleep", "with": {"1": 5}, "timeout": "1 ms", "on_error": []},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (200, input.turns)"}]}]}));
is_flat_inside('SELECT support.limited_loop(2200)', 'two thousand time limits that on_error handles');

action('accumulating', q({"output": [{"name": "length", "type": "integer"}], "steps": [
	{"let": {"text": ""}},
	{"for_each": "=array(select generate_series(1, 5000))", "as": "item", "do": [
		{"let": {"text": "{{let.text}}0123456789"}},
		{"call": "support.take", "with": {"turn": "=item.index"}, "when": "item.index in (4000, 5000)"}]},
	{"output": {"length": "=length(let.text)"}}]}));
is_flat_inside('SELECT support.accumulating()', 'a text that grows keeps only its last value');
is($node->safe_psql('main', 'SELECT support.accumulating()'), '50000', 'all of it');

### Within a transaction and within a session

action('failing', q({"input": [{"name": "i", "type": "integer", "default": 1}], "steps": [{"let": {"x": "{{repeat('x', 1000)}}"}}, {"call": "support.boom", "with": {"i": "=input.i"}}]}));
action('handled', q({"input": [{"name": "text", "type": "text", "default": "x"}], "output": [{"name": "said", "type": "text"}], "steps": [
	{"perform": "support.failing", "on_error": [{"output": {"said": "=error.message"}}]}]}));
action('checked', q({"input": [{"name": "i", "type": "integer"}], "steps": [{"group": null, "do": [{"create": "support.case", "set": {"id": "=-input.i"}}, {"require": "input.i % 10 <> 3"}]}]}));
is_flat(30000, q{support.work_loop(1)}, 'a typed call');
is_flat(30000, q{invoke_action('support.nothing', '{"text": "some text"}')}, 'a call by name');
is_flat(30000, q{support.secretive('some text that is long enough')}, 'a call with a sensitive value');
is_flat(5000, q{support.work_loop(10)}, 'a loop');
is_flat(8000, q{try_invoke_action('support.failing')}, 'try_invoke_action of what fails');
is_flat(8000, q{support.handled()}, 'on_error');
is_flat(20000, q{try_invoke_action('support.nothing', '{"text": "some text"}')}, 'try_invoke_action of what succeeds');
is($node->safe_psql('main', q{
	CREATE TABLE public.answer AS SELECT NULL::jsonb AS answer LIMIT 0;
	DO $$
	BEGIN
		FOR i IN 1 .. 1000 LOOP
			INSERT INTO public.answer VALUES (try_invoke_action('support.checked', jsonb_build_object('i', i)));
		END LOOP;
	END $$;
	SELECT count(*), answer ->> 'ok', answer #>> '{error,step}', answer #>> '{error,sqlstate}' FROM public.answer GROUP BY 2, 3, 4 ORDER BY 1;
	SELECT count(*) FROM support.case WHERE id < 0}),
	"100|false|1.do.2|UA002\n900|true||\n900", 'a thousand inputs of which a hundred fail');
is($node->safe_psql('main', q{SELECT count(*) FROM (SELECT try_invoke_action('support.checked', '{"i": -13}') AS a) AS q WHERE a #>> '{error,constraint}' = 'case_check' OR a #>> '{error,constraint}' = 'case_id_check'}), '1', 'with the constraint');

log_is_clean($node, 'the log is clean');
done_testing();
