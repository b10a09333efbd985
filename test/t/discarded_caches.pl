# What is in caches is thrown away whenever it may be: actions find everything anew,
# and come to an end. Only servers with assertions can be told to do so.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');

if ($node->safe_psql('postgres', 'SHOW debug_assertions') ne 'on')
{
	plan skip_all => 'the server has no assertions';
}
create_database($node, 'main');
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE SCHEMA support;
	CREATE TABLE support.case (id integer PRIMARY KEY, n integer DEFAULT 0, title text);
	CREATE TABLE support.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer, title text);
	INSERT INTO support.case (id) VALUES (1), (2);
	CREATE FUNCTION public.action(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM create_action('support.' || name, definition);
		PERFORM activate_action('support.' || name);
	END $$;
	CREATE FUNCTION support.note(context jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
		SELECT jsonb_build_object('output', jsonb_build_object('said', context -> 'output' ->> 'said' || '!')) $$;
	SELECT action('nothing', '{}');
	SELECT action('add_some', '{"table": "support.case", "input": [{"name": "by", "type": "integer"}], "output": [{"name": "n", "type": "integer", "default": "=target.n"}],
		"steps": [{"update": "target", "set": {"n": "=n + input.by"}}, {"update": "target", "set": {"title": "{{target.n}}"}}]}');
	SELECT action('add_twice', '{"table": "support.case", "output": [{"name": "said", "type": "text", "default": "=let.said"}], "steps": [
		{"let": {"said": ""}},
		{"for_each": "=array[1, 2]", "as": "turn", "do": [
			{"perform": "support.add_some", "as": "inside", "with": {"target": "=target.id", "by": "=turn.value"}},
			{"let": {"said": "{{let.said}} {{inside.n}}"}}]},
		{"get": "target"},
		{"create": "support.task", "as": "task", "set": {"case_id": "=target.id", "title": "{{target.title}}"}},
		{"update": "task", "as": "same", "set": {"title": "=title || ''?''"}, "when": "true"},
		{"group": "fails", "do": [{"update": "same", "set": {"title": "gone"}}, {"stop": "failed"}], "on_error": [{"let": {"said": "{{let.said}} {{error.sqlstate}} {{same.title}}"}}]},
		{"let": {"said": "{{let.said}} {{(select count(*) from support.task where task.case_id = target.id)}}"}}]}');
	SELECT register_plugin('support.add_twice', 'post_operation', 'support.note');
});

# Runs a statement with caches thrown away; it must not take for ever.
sub gives
{
	my ($sql, $expected, $what) = @_;

	is($node->safe_psql('main', "SET debug_discard_caches = 1; SET statement_timeout = '180s'; $sql"), $expected, $what);
	return;
}

gives(q{SELECT invoke_action('support.nothing'), support.nothing()}, '{}|', 'an action that does nothing');
gives(q{SELECT invoke_action('support.add_some', '{"target": 2, "by": 5}')}, '{"n": 5}', 'updates');
gives(q{SELECT support.add_twice(1)}, ' 1 3 P0001 3? 1!', 'performed actions, other names of a row, errors, a plug-in');
gives(q{SELECT invoke_action('support.add_twice', '{"target": 1}')}, '{"said": " 4 6 P0001 6? 2!"}', 'again, by its name');
gives(q{SELECT try_invoke_action('support.add_some', '{"target": 9, "by": 1}') #>> '{error,sqlstate}'}, 'P0002', 'an error');
gives(q{DO LANGUAGE custom_action '{"steps": [{"perform": "support.nothing"}, {"perform": "support.nothing"}]}'}, '', 'an action without a name');
log_is_clean($node, 'the log is clean');

done_testing();
