# However often actions are invoked, fail, change or come and go: the memory of
# the backend stays flat.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use Memory;
use PostgreSQL::Test::Utils;
use Test::More;

# what autovacuum changes has plans and programs made anew at any moment
my $node = new_server('main', "autovacuum = off\n");

my $slack = watch_memory($node);

$node->safe_psql('main', q{
	CREATE ROLE memory_one;
	CREATE ROLE memory_two;
	CREATE SCHEMA support;
	CREATE TABLE support.case (id bigint PRIMARY KEY, title text, status text DEFAULT 'open', priority integer DEFAULT 1,
		notes jsonb DEFAULT '{}');
	CREATE TABLE support.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint REFERENCES support.case,
		title text, tags text[]);
	INSERT INTO support.case (id, title) SELECT i, 'Case ' || i FROM generate_series(1, 100000) AS i;
	CREATE FUNCTION support.helper(value text) RETURNS text LANGUAGE sql STABLE AS 'SELECT upper(value)';
	SELECT create_action('support.work', '{
		"table": "support.case",
		"input": [{"name": "reason", "type": "text"}, {"name": "tags", "type": "text[]", "default": ["a", "b"]},
			{"name": "more", "type": "jsonb", "required": false}],
		"output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}, {"name": "said", "type": "text"},
			{"name": "row", "type": "support.case", "default": "=target"}],
		"steps": [
			{"let": {"big": "=repeat(input.reason, 100)", "many": "=(SELECT array_agg(i) FROM generate_series(1, 50) AS i)"}},
			{"create": "support.task", "as": "task",
				"set": {"case_id": "=target.id", "title": "{{input.reason}} {{support.helper(target.title)}}", "tags": "=input.tags"}},
			{"require": "input.reason <> ''fail''", "message": "Case {{target.id}} fails because of {{input.reason}}"},
			{"update": "target", "set": {"status": "escalated", "priority": "=priority + 1",
				"notes": {"reason": "=input.reason", "deep": [1, "=let.many[3]", {"x": "=input.more"}]}}},
			{"get": "support.case", "as": "other", "id": "=target.id"},
			{"group": "say", "do": [{"output": {"said": "{{other.title}} {{length(let.big)}} {{context.invocation}}"}}]}]}');
	SELECT create_action('support.light', '{"input": [{"name": "x", "type": "integer"}],
		"output": [{"name": "y", "type": "text", "default": "{{input.x + 1}}"}]}');
	SELECT create_action('support.look', '{"run_as": "owner", "table": "support.case",
		"output": [{"name": "title", "type": "text", "default": "=support.helper(target.title)"}]}');
	CREATE DOMAIN support.positive AS integer CHECK (VALUE > 0);
	SELECT create_action('support.checked', '{"input": [
		{"name": "target", "references": "support.case"},
		{"name": "others", "type": "bigint[]", "references": "support.case", "default": [1, 2]},
		{"name": "state", "type": "text", "options": ["open", "closed"], "default": "open"},
		{"name": "priority", "type": "integer", "options": "=array(SELECT generate_series(1, 20) + input.target * 0)", "default": 3},
		{"name": "number", "type": "support.positive", "default": 1}],
		"output": [{"name": "y", "type": "text", "default": "{{input.state}}"}]}');
	SELECT activate_action(name) FROM custom_actions.action;
	GRANT USAGE ON SCHEMA support TO PUBLIC;
	GRANT ALL ON ALL TABLES IN SCHEMA support TO PUBLIC;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA support TO PUBLIC;
});

is_flat('several calls in one', 1500, q{SELECT count(*) FROM invoke_actions('[{"action": "support.light", "input": {"x": 1}, "as": "a"},
	{"action": "support.work", "input": {"target": %s, "reason": "VIP"}}, {"action": "support.work", "input": {"target": -1, "reason": "VIP"}},
	{"action": "support.light", "input": {"x": 2}}]', 'continue')}, transaction => 1);
$node->safe_psql('main', q{
	SELECT create_action('support.add', '{"input": [{"name": "case_id", "type": "bigint"}, {"name": "n", "type": "integer"}],
		"output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}],
		"steps": [{"require": "input.n % 100 <> 7"}, {"create": "support.task", "as": "task", "set": {"case_id": "=input.case_id", "title": "Task {{input.n}}"}}]}');
	SELECT activate_action('support.add');
	CREATE TABLE given AS SELECT jsonb_agg(jsonb_build_object('case_id', CASE WHEN i % 100 = 50 THEN 200000 ELSE 0 END + i, 'n', i)) AS inputs
		FROM generate_series(1, 10000) AS i;
});
is_flat('many at once, of which some fail', 8, q{SELECT count(*) FROM invoke_action_bulk('support.add', (SELECT inputs FROM given), mode => 'per_item') -- %s});
is_flat('explained', 400, q{SELECT count(*) FROM explain_action('support.work', '{"target": %s, "reason": "VIP"}')}, transaction => 1);
is_flat('explained and run', 400, q{SELECT count(*) FROM explain_action('support.work', '{"target": %s, "reason": "VIP"}', true)}, transaction => 1);

# In one transaction, by one query.
foreach my $call (
	q{invoke_action('support.work', jsonb_build_object('target', i, 'reason', 'VIP', 'more', jsonb_build_array(i)))},
	q{support.work(i, 'VIP')},
	q{support.checked(i)},
	q{invoke_action('support.checked', jsonb_build_object('target', i, 'priority', 4, 'number', i))})
{
	my @used = split /\n/, $node->safe_psql('main', qq{
		BEGIN;
		SELECT used
		FROM (
			SELECT i, $call, CASE WHEN i % 10000 = 0 THEN used() END AS used
			FROM generate_series(1, 50000) AS i
			OFFSET 0) AS calls
		WHERE used IS NOT NULL
		ORDER BY i;
		ROLLBACK;});

	is(scalar @used, 5, "50,000 invocations in one query: $call");
	cmp_ok($used[4] - $used[0], '<=', $slack, 'memory is flat') or diag("@used");
}

is_flat('a transaction each, by name', 10000, q{SELECT invoke_action('support.light', '{"x": %s}')});
is_flat('a transaction each, typed', 10000, q{SELECT * FROM support.light(%s)});
is_flat('a transaction each, with work', 3000, q{SELECT invoke_action('support.work', '{"target": %s, "reason": "VIP", "more": {"a": [1]}}')});
is_flat('a transaction each, with work, typed', 3000, q{SELECT * FROM support.work(%s, 'VIP')});
is_flat('one transaction', 5000, q{SELECT invoke_action('support.light', '{"x": %s}')}, transaction => 1);
is_flat('one transaction, with work', 3000, q{SELECT * FROM support.work(%s, 'VIP')}, transaction => 1);

# Limits and versions
$node->safe_psql('main', q{
	CREATE FUNCTION support.try_it() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM support.light(1);
		RAISE EXCEPTION 'no';
	EXCEPTION WHEN raise_exception THEN
		NULL;
	END $$;
	SELECT create_action('support.limited', '{"max_rows": 2, "table": "support.case", "steps": [
		{"call": "support.try_it"},
		{"update": "target", "set": {"priority": "=priority + 1"}, "on_error": []}]}');
	SELECT activate_action('support.limited');
	SELECT create_action('support.too_many', '{"max_rows": 2, "steps": [
		{"create": "support.task", "from": "=ARRAY[1, 2, 3]", "set": {"title": "one"}}]}');
	SELECT activate_action('support.too_many');
});
my $matching = q{SELECT invoke_action('support.limited', '{"target": %1$s}', if_match => (SELECT action_etag(c) FROM support.case AS c WHERE id = %1$s))};
is_flat('a limit and a version, a transaction each', 3000, $matching);
is_flat('a limit and a version, one transaction', 3000, $matching, transaction => 1);
is_flat('too many rows', 2000, q{DO $do$ BEGIN PERFORM invoke_action('support.too_many'); EXCEPTION WHEN SQLSTATE 'UA009' THEN NULL; END $do$ -- %s});
is_flat('another version', 2000, q{SELECT try_invoke_action('support.limited', '{"target": %s}', if_match => 'x')}, transaction => 1);
is_flat('a role with budgets', 3000, q{SELECT * FROM support.work(%s, 'VIP')}, transaction => 1, before => 'SET custom_actions.max_rows = 100; SET custom_actions.max_statements = 100;');

# Failures, caught one by one
foreach my $failure (
	[ 'a step that fails', q{SELECT support.work(%s, 'fail')} ],
	[ 'a step that fails, by name', q{SELECT invoke_action('support.work', '{"target": %s, "reason": "fail"}')} ],
	[ 'a row that is missing', q{SELECT support.work(-%s, 'VIP')} ],
	[ 'a row that is not there', q{SELECT support.checked(-%s)} ],
	[ 'a value that is no option', q{SELECT invoke_action('support.checked', '{"target": 1, "state": "x%s"}')} ],
	[ 'a value that a domain refuses', q{SELECT invoke_action('support.checked', '{"target": 1, "number": -%s}')} ],
	[ 'a value that is bad', q{SELECT invoke_action('support.work', '{"target": "x%s", "reason": "VIP"}')} ],
	[ 'an action that is missing', q{SELECT invoke_action('support.nothing', '{"target": %s}')} ])
{
	my ($what, $statement) = @$failure;
	my $caught = "DO \$do\$ BEGIN EXECUTE \$call\$$statement\$call\$; RAISE WARNING 'did not fail'; EXCEPTION WHEN others THEN NULL; END \$do\$";

	is_flat("$what, each a transaction", 2000, $caught);
	is_flat("$what, in one transaction", 2000, $caught, transaction => 1);
}

# Plug-ins in PL/pgSQL and SQL: that run, that fail, that change
$node->safe_psql('main', q{
	CREATE FUNCTION support.change(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
	BEGIN
		IF context #>> '{input,reason}' = 'fail' THEN
			RAISE EXCEPTION 'refused';
		END IF;
		RETURN jsonb_build_object('input', jsonb_build_object('reason', repeat(context #>> '{input,reason}', 100)),
			'shared', context -> 'shared' || jsonb_build_object(context ->> 'stage', context -> 'pre_image'));
	END $$;
	CREATE FUNCTION support.tell(context jsonb) RETURNS jsonb LANGUAGE sql STABLE
		AS $$SELECT jsonb_build_object('output', jsonb_build_object('said', concat(context -> 'shared', context -> 'post_image')))$$;
	SELECT create_action('support.extended', '{"table": "support.case", "input": [{"name": "reason", "type": "text"}],
		"output": [{"name": "said", "type": "text"}], "steps": [{"update": "target", "set": {"title": "=left(input.reason, 10)"}}]}');
	SELECT activate_action('support.extended');
	SELECT register_plugin('support.extended', 'pre_validation', 'support.change', images => '{"pre": true}'),
		register_plugin('support.extended', 'pre_operation', 'support.change', images => '{"pre": ["title"]}'),
		register_plugin('support.extended', 'post_operation', 'support.tell', images => '{"post": true}');
	GRANT EXECUTE ON FUNCTION support.extended, support.change, support.tell TO PUBLIC;
});
is_flat('plug-ins, each a transaction', 3000, q{SELECT support.extended(%s, 'VIP')});
is_flat('plug-ins, in one transaction', 3000, q{SELECT invoke_action('support.extended', '{"target": %s, "reason": "VIP"}')}, transaction => 1);
is_flat('a plug-in that fails, each a transaction', 2000,
	q{DO $do$ BEGIN PERFORM support.extended(%s, 'fail'); EXCEPTION WHEN raise_exception THEN NULL; END $do$});
is_flat('a plug-in that fails, in one transaction', 2000,
	q{DO $do$ BEGIN PERFORM support.extended(%s, 'fail'); EXCEPTION WHEN raise_exception THEN NULL; END $do$}, transaction => 1);
is_flat('a plug-in that is turned off and on', 200, q{
	UPDATE custom_actions.plugin_step SET enabled = false WHERE stage = 'pre_operation';
	SELECT support.extended(%s, 'VIP');
	UPDATE custom_actions.plugin_step SET enabled = true WHERE stage = 'pre_operation';
	SELECT support.extended(%s, 'VIP')} =~ s/%s/%1\$s/gr);
$node->safe_psql('main', q{DELETE FROM custom_actions.plugin_step; SELECT drop_action('support.extended')});

# Plans and programs that are made anew
is_flat('a function that is replaced', 300, q{
	CREATE OR REPLACE FUNCTION support.helper(value text) RETURNS text LANGUAGE sql STABLE AS $f$SELECT upper(value) || %s$f$;
	SELECT support.work(1, 'VIP'), support.look(1)});
is_flat('an action that is activated anew', 200, q{
	UPDATE custom_actions.step SET description = '%s' WHERE action = 'support.work';
	SELECT activate_action('support.work');
	SELECT support.work(1, 'VIP')});
is_flat('an action that is activated anew, in one transaction', 50, q{
	UPDATE custom_actions.parameter SET description = '%s' WHERE action = 'support.light' AND name = 'x';
	SELECT activate_action('support.light');
	SELECT invoke_action('support.light', '{"x": 1}'), support.light(1)}, transaction => 1);
is_flat('an action that is turned off and on', 200, q{
	SELECT deactivate_action('support.light');
	SELECT activate_action('support.light');
	SELECT invoke_action('support.light', '{"x": 1}')});
is_flat('actions that come and go', 200, q{
	SELECT create_action('support.brief', '{"output": [{"name": "y", "type": "text", "default": "%s"}]}');
	SELECT activate_action('support.brief');
	SELECT support.brief(), invoke_action('support.brief');
	SELECT drop_action('support.brief')});
is_flat('a table that changes', 200, q{
	ALTER TABLE support.case ALTER COLUMN title SET DEFAULT '%s';
	SELECT support.work(1, 'VIP'), support.look(1)});

is_flat('a table that stays as it is, whatever messages say', 400, q{
	ALTER TABLE support.case ALTER COLUMN title SET STATISTICS 10;
	SELECT support.work(1, 'VIP'), support.look(1)});

# Other users and other paths
my $as_another = q{SELECT set_config('role', CASE %2$s WHEN 0 THEN 'memory_one' ELSE 'memory_two' END, false); };
is_flat('roles that take turns', 1000, $as_another . q{SELECT support.work(%1$s, 'VIP'), support.look(1)});
is_flat('roles that take turns in one transaction', 1000,
	$as_another . q{SELECT invoke_action('support.work', '{"target": %1$s, "reason": "VIP"}'), support.look(1)}, transaction => 1);
is_flat('search_paths that take turns', 1000, q{
	SELECT set_config('search_path', CASE %2$s WHEN 0 THEN 'support, public' ELSE 'public' END, false);
	SELECT support.light(%1$s), invoke_action('support.light', '{"x": 1}')});

# Design
is_flat('looking and checking', 300, q{
	SELECT check_action('support.work'), describe_action('support.work'), action_definition('support.work'), action_hash('support.work')});
is_flat('refreshing dependencies', 100, q{SELECT refresh_action_dependencies()});
is_flat('DDL that is refused', 100, q{
	DO $do$ BEGIN ALTER TABLE support.case DROP COLUMN title; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $do$});

log_is_clean($node, 'the log is clean');
done_testing();
