# However often actions do their work in another way than step by step (custom_actions.plain_path):
# the memory of the backend stays flat.
#
# MEMORY_CALLS says how often each kind is called, MEMORY_KIND (a regular expression) which kinds
# are: a million calls of all of them take longer than a test may.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Memory;
use Test::More;

my $calls = $ENV{MEMORY_CALLS} // 2000;
my $kinds = $ENV{MEMORY_KIND} // '.';
my $node = new_server('main', "fsync = off\n");

watch_memory($node);
$node->safe_psql('main', q{
	CREATE ROLE memory_one;
	CREATE ROLE memory_two;
	CREATE TABLE kept (id integer PRIMARY KEY, a integer CHECK (a >= 0), b text CHECK (length(b) < 100), c integer, d text);
	CREATE UNLOGGED TABLE added (id bigint GENERATED ALWAYS AS IDENTITY, n integer, note text);
	CREATE UNLOGGED TABLE referring (kept integer REFERENCES kept (id));
	INSERT INTO kept SELECT i, i, 'b' || i, 0, 'd' FROM generate_series(1, 100) AS i;
	CREATE FUNCTION by_c(n integer) RETURNS integer LANGUAGE internal VOLATILE AS 'int4abs';
	CREATE FUNCTION by_sql(n integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT repeat(''x'', n)';
	CREATE FUNCTION by_plpgsql(n integer) RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN repeat('y', n); END$$;
	SELECT create_action('public.merged', '{"table": "kept", "input": [{"name": "n", "type": "integer"}],
		"steps": [{"update": "target", "set": {"a": "=input.n"}}, {"update": "target", "set": {"b": "text that is long enough"}},
			{"assign": "target", "column": "c", "to": "=input.n"}, {"update": "target", "set": {"d": "e"}}]}');
	SELECT create_action('public.delivered', '{"table": "kept", "input": [{"name": "n", "type": "integer"}],
		"output": [{"name": "said", "type": "text", "default": "{{target.b}} {{target.a}}"}], "steps": [{"update": "target", "set": {"a": "=input.n"}}]}');
	SELECT create_action('public.created', '{"input": [{"name": "n", "type": "integer"}], "steps": [
		{"create": "added", "set": {"n": "=input.n", "note": "one"}}, {"create": "added", "set": {"n": "=input.n + 1", "note": "{{input.n}}"}},
		{"create": "added", "set": {"n": 3}}]}');
	SELECT create_action('public.referred', '{"input": [{"name": "n", "type": "integer"}], "steps": [{"create": "referring", "set": {"kept": "=input.n"}}]}');
	SELECT create_action('public.looped', '{"input": [{"name": "n", "type": "integer"}], "steps": [
		{"for_each": "=array[1, 2, 3, input.n]", "as": "i", "do": [{"create": "added", "set": {"n": "=i.value", "note": "{{i.index}}"}}]},
		{"for_each": "=array[4, 5, 6]", "as": "j", "do": [{"update": "kept", "id": "=j.value", "set": {"a": "=input.n", "b": "b {{j.value}}"}}]},
		{"for_each": {"from": 1, "to": "=input.n % 5"}, "as": "k", "do": [{"create": "added", "set": {"n": "=k.value"}}]}]}');
	SELECT create_action('public.called', '{"input": [{"name": "n", "type": "integer"}], "output": [{"name": "said", "type": "text", "default": "{{one.result}}{{two.result}}{{three.result}}"}],
		"steps": [{"call": "by_sql", "with": {"n": "=input.n % 50"}, "as": "one"}, {"call": "by_plpgsql", "with": {"n": "=input.n % 50"}, "as": "two"},
			{"call": "by_c", "with": {"n": "=input.n"}, "as": "three"}]}');
	SELECT create_action('public.computed', '{"table": "kept", "input": [{"name": "n", "type": "integer"}], "output": [{"name": "said", "type": "text", "default": "{{let.x}} {{let.y}}"}],
		"steps": [{"let": {"x": "{{target.b}} is {{input.n}}", "y": "=repeat(target.d, input.n % 30)"}},
			{"if": "exists(select from kept where id = input.n)", "then": [{"let": {"x": "=(select max(b) from kept)"}}]}]}');
	SELECT activate_action(name) FROM custom_actions.action;
	GRANT ALL ON kept, added, referring TO PUBLIC;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;
});

my @kinds = (
	[ 'merged updates', 'SELECT merged(%1$s %% 100 + 1, %1$s)' ],
	[ 'merged updates that a role may not do at once', q{SELECT set_config('role', CASE %2$s WHEN 0 THEN 'memory_one' ELSE 'memory_two' END, false), merged(%1$s %% 100 + 1, %1$s)} ],
	[ 'a target that a write delivers', 'SELECT delivered(%1$s %% 100 + 1, %1$s)' ],
	[ 'adjacent creates', 'SELECT created(%1$s)' ],
	[ 'foreign keys', 'SELECT referred(%1$s %% 100 + 1)' ],
	[ 'loops that write', 'SELECT looped(%1$s)' ],
	[ 'calls', 'SELECT called(%1$s)' ],
	[ 'kept frames', 'SELECT computed(%1$s %% 100 + 1, %1$s)' ],
	[ 'kept frames of roles that take turns', q{SELECT set_config('role', CASE %2$s WHEN 0 THEN 'memory_one' ELSE 'memory_two' END, false), computed(%1$s %% 100 + 1, %1$s)} ],
	[ 'kept frames and failures', q{SELECT try_invoke_action('public.computed', '{"target": 101, "n": 1}'), computed(%1$s %% 100 + 1, %1$s)} ],
	[ 'no path', 'SELECT set_config(\'search_path\', \'public, pg_temp\', %2$s = 0), computed(%1$s %% 100 + 1, %1$s)' ],
	[ 'many at once', q{SELECT count(*) FROM invoke_action_bulk('public.merged', (SELECT jsonb_agg(jsonb_build_object('target', i, 'n', %1$s)) FROM generate_series(1, 5) AS i))} ],
	[ 'changes that matter to no action', q{ANALYZE kept; SELECT merged(%1$s %% 100 + 1, %1$s), computed(%1$s %% 100 + 1, %1$s), delivered(1, 2)}, 10 ],
	[ 'tables that come and go', q{CREATE TEMP TABLE passing (a integer); SELECT merged(%1$s %% 100 + 1, %1$s), computed(%1$s %% 100 + 1, %1$s); DROP TABLE passing}, 10 ]);

foreach my $kind (@kinds)
{
	my ($what, $statement, $share) = @$kind;

	next if $what !~ /$kinds/;
	is_flat("$what, each a transaction", int($calls / ($share // 1)), $statement);
	# PostgreSQL itself keeps more and more of rows that one transaction changes again and again
	is_flat("$what, in one transaction", 200, $statement, transaction => 1) if $what !~ /changes|come|many/;
	$node->safe_psql('main', 'TRUNCATE added, referring; VACUUM kept');
}

log_is_clean($node, 'the log is clean');
done_testing();
