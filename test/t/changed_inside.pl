# What an action runs on is changed from within one of its own steps: it goes on as
# it was, or says clearly what is missing; it never crashes or mixes versions.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');

create_database($node, 'main');
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE SCHEMA support;
	CREATE TABLE support.case (id integer PRIMARY KEY, priority integer DEFAULT 1, title text DEFAULT 'a title', spare integer DEFAULT 7);
	INSERT INTO support.case (id) VALUES (41), (42);
	CREATE TABLE support.other (id integer PRIMARY KEY, priority integer DEFAULT 1);
	INSERT INTO support.other VALUES (1, 1);
	CREATE FUNCTION support.run(statement text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE statement; END $$;
	CREATE FUNCTION public.action(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM create_action('support.' || name, definition, or_replace => true);
		PERFORM activate_action('support.' || name);
	END $$;
	SELECT action('inside', '{"output": [{"name": "said", "type": "text", "default": "inner one"}]}');
	SELECT action('touch', '{"input": [{"name": "id", "type": "integer"}], "output": [{"name": "priority", "type": "integer", "default": "=one.priority"}],
		"steps": [{"update": "support.other", "as": "one", "id": "=input.id", "set": {"priority": "=priority + 1"}}]}');

	-- each runs a statement in the middle
	SELECT action('saying', '{"input": [{"name": "statement", "type": "text"}], "output": [{"name": "said", "type": "text"}], "steps": [
		{"let": {"text": "one"}},
		{"call": "support.run", "with": {"statement": "=input.statement"}},
		{"for_each": "=array[1, 2]", "as": "turn", "do": [
			{"perform": "support.inside", "as": "inner_one"},
			{"let": {"text": "{{let.text}} {{turn.value}}: {{inner_one.said}};"}}]},
		{"output": {"said": "{{let.text}} end of one"}}]}');
	SELECT action('touching', '{"input": [{"name": "statement", "type": "text"}], "output": [{"name": "was", "type": "integer"}, {"name": "priority", "type": "integer"}], "steps": [
		{"perform": "support.touch", "as": "before", "with": {"id": 1}},
		{"call": "support.run", "with": {"statement": "=input.statement"}},
		{"perform": "support.touch", "as": "after", "with": {"id": 1}},
		{"output": {"was": "=before.priority", "priority": "=after.priority"}}]}');
	SELECT action('updating', '{"table": "support.case", "input": [{"name": "statement", "type": "text"}], "output": [{"name": "said", "type": "text"}], "steps": [
		{"update": "target", "set": {"priority": "=priority + 1"}},
		{"call": "support.run", "with": {"statement": "=input.statement"}},
		{"update": "target", "set": {"priority": "=target.priority + 1", "title": "{{target.title}}, again"}},
		{"get": "support.case", "as": "other", "id": 41},
		{"output": {"said": "{{target.priority}} {{target.title}} {{other.priority}} {{other.title}}"}}]}');
	SELECT action('holding', '{"table": "support.case", "input": [{"name": "statement", "type": "text"}], "output": [{"name": "said", "type": "text"}], "steps": [
		{"get": "support.case", "as": "other", "id": 41},
		{"let": {"one": "=other", "pair": "=array[target, other]"}},
		{"call": "support.run", "with": {"statement": "=input.statement"}},
		{"output": {"said": "{{let.one::text}} {{(let.one).title}} {{(let.pair)[1].title}} {{target.title}}"}}]}');
	SELECT action('looping', '{"input": [{"name": "statement", "type": "text"}], "output": [{"name": "said", "type": "text"}], "steps": [
		{"let": {"text": ""}},
		{"for_each": "support.case", "as": "one", "order_by": "id", "do": [
			{"call": "support.run", "with": {"statement": "=input.statement"}, "when": "one.index = 1"},
			{"let": {"text": "{{let.text}} {{one.id}} {{one.title}}"}}]},
		{"output": {"said": "=let.text"}}]}');
	SELECT action('plugged', '{"table": "support.case", "input": [{"name": "statement", "type": "text"}], "output": [{"name": "said", "type": "text"}],
		"steps": [{"update": "target", "set": {"priority": "=priority + 1"}}, {"output": {"said": "{{context.shared ->> ''said''}} {{target.title}}"}}]}');
	CREATE FUNCTION support.change(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE context #>> '{input,statement}'; END $$;
	CREATE FUNCTION support.say(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
	BEGIN
		RETURN jsonb_build_object('shared', jsonb_build_object('said', concat_ws(' ', context #>> '{shared,said}', 'said', context #>> '{pre_image,title}')));
	END $$;
	SELECT register_plugin('support.plugged', 'pre_operation', 'support.change');
	SELECT register_plugin('support.plugged', 'pre_operation', 'support.say', 2, images => '{"pre": ["title"]}');
});

# Runs an action around a statement and rolls back: its output or its error.
sub result
{
	my ($action, $statement, @then) = @_;
	my $target = $action =~ /updating|holding|plugged/ ? 'target => 42, ' : '';
	my ($out, $err) = ('', '');

	$statement =~ s/'/''/g;
	$node->psql('main', "\\set VERBOSITY verbose\nSET client_min_messages = error; BEGIN; SELECT support.$action(${target}statement => '$statement');\n"
		. join('', map { "$_;\n" } @then) . 'ROLLBACK', stdout => \$out, stderr => \$err, on_error_stop => 0);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	$err =~ s/^(?:CONTEXT|LOCATION|HINT|DETAIL):.*?(?=^[A-Z]+:|\z)//msg;
	return $out . $err;
}

### The definition

my $one = 'one 1: inner one; 2: inner one; end of one';
my $again = q{SELECT support.saying('SELECT 1')};
my $replace = q{SELECT action('saying', '{"input": [{"name": "statement", "type": "text"}], "output": [{"name": "said", "type": "text"}], "steps": [{"output": {"said": "two"}}]}')};

is(result('saying', 'SELECT 1', $again), "$one\n$one", 'nothing is changed');
is(result('saying', $replace, $again), "$one\ntwo", 'replaced');
is(result('saying', q{SELECT deactivate_action('support.saying')}, $again) =~ s/: action.*\n//r, "${one}ERROR:  UA001", 'deactivated');
is(result('saying', q{SELECT deactivate_action('support.saying'); SELECT activate_action('support.saying')}, $again), "$one\n$one", 'deactivated and activated');
is(result('saying', 'DROP FUNCTION support.saying', $again) =~ s/: function.*\n.*?\z//sr, "${one}ERROR:  42883", 'dropped');
is(result('saying', q{SELECT drop_action('support.saying')}, $again) =~ s/: function.*\n.*?\z//sr, "${one}ERROR:  42883", 'dropped with its draft');
is(result('saying', q{ALTER FUNCTION support.saying SET work_mem = '1MB'}, $again), "$one\n$one", 'altered');
is(result('saying', 'DISCARD PLANS', $again), "$one\n$one", 'all plans are discarded');
is(result('saying', "$replace; SELECT support.saying('SELECT 1'); DISCARD PLANS; $replace", $again), "$one\ntwo", 'replaced twice and run in between');
is(result('saying', q{SELECT action('inside', '{"output": [{"name": "said", "type": "text", "default": "inner two"}]}')}, $again),
	join("\n", (($one =~ s/inner one/inner two/gr)) x 2), 'a performed action is replaced: the next invocation of it is the new one');
like(result('saying', q{SELECT deactivate_action('support.inside')}), qr/\AERROR:  (?:UA001: action "support.inside" is not active|2BP01)/, 'a performed action is deactivated');
like(result('saying', 'DROP FUNCTION support.inside'), qr/\AERROR:  2BP01/, 'a performed action cannot be dropped');
like(result('saying', 'DROP FUNCTION support.inside CASCADE'), qr/\AERROR:  42883: an action that is to be performed was dropped/, 'but with CASCADE');

### The table of a performed action

is(result('touching', 'SELECT 1'), '(2,3)', 'a performed action');
like(result('touching', 'DROP TABLE support.other'), qr/\AERROR:  2BP01: cannot drop table support.other because other objects depend on it/, 'its table cannot be dropped');
like(result('touching', 'DROP TABLE support.other CASCADE'), qr/\AERROR:  42883: an action that is to be performed was dropped/, 'but with CASCADE');
like(result('touching', 'ALTER TABLE support.other DROP COLUMN priority'), qr/\AERROR:  2BP01/, 'nor its column');
is(result('touching', 'ALTER TABLE support.other ADD COLUMN more text'), '(2,3)', 'a column is added');
is(result('touching', 'TRUNCATE support.other; INSERT INTO support.other VALUES (1, 10)'), '(2,11)', 'new rows');
like(result('touching', 'ALTER TABLE support.other ALTER COLUMN priority TYPE bigint'), qr/\A(?:\(2,3\)|ERROR:  (?:55000|2BP01))/, 'another type');
like(result('touching', 'SET custom_actions.ddl_check = off; ALTER TABLE support.other DROP COLUMN priority'), qr/\AERROR:  42703/, 'a column is gone, unchecked');
is(result('touching', 'SELECT 1', 'DROP TABLE support.other CASCADE', q{SELECT support.touching('SELECT 1')}) =~ s/: function.*//sr, '(2,3)ERROR:  42883', 'dropped between two invocations');

### Its own tables

my %changes = (
	'ALTER TABLE support.case ADD COLUMN more text DEFAULT $$z$$' => qr/\A(?!ERROR)/,
	'ALTER TABLE support.case DROP COLUMN spare' => qr/\A(?!ERROR)/,
	'ALTER TABLE support.case RENAME COLUMN title TO name' => qr/\AERROR:  (?:42703|55000|2BP01)|\A(?!ERROR)/,
	'ALTER TABLE support.case DROP COLUMN title' => qr/\AERROR:  (?:42703|55000|2BP01)|\A(?!ERROR)/,
	'ALTER TABLE support.case ALTER COLUMN priority TYPE bigint' => qr/\AERROR:  (?:55000|2BP01|22P07|42804)/,
	'ALTER TABLE support.case ALTER COLUMN priority TYPE text' => qr/\AERROR:  (?:55000|2BP01|22P07|42804|42883)/,
	'ALTER TABLE support.case ALTER COLUMN id TYPE bigint' => qr/\AERROR:  (?:55000|2BP01|22P07|42804)|\A(?!ERROR)/);

for my $how ('error', 'off')
{
	for my $change (sort keys %changes)
	{
		like(result($_, "SET custom_actions.ddl_check = $how; $change"), $changes{$change}, "$_: $change ($how)") foreach qw(updating holding);
		like(result('looping', "SET custom_actions.ddl_check = $how; $change"), qr/\AERROR:  (?:55006|2BP01)|\A 41/, "looping: $change ($how)");
	}
}
is(result('updating', 'ALTER TABLE support.case ADD COLUMN more text; ALTER TABLE support.case DROP COLUMN spare'), '3 a title, again 1 a title', 'and the results are right');
is(result('holding', 'ALTER TABLE support.case DROP COLUMN spare'), '(41,1,"a title") a title a title a title', 'also of whole rows');
is(result('updating', 'UPDATE support.case SET priority = 10, title = $$changed$$'), '3 a title, again 10 changed', 'rows that a step changed are as last read or written');
like(result('updating', 'DELETE FROM support.case WHERE id = 42'), qr/\AERROR:  P0002/, 'a row is gone');

### Its plug-ins, changed by one of them

my $said = 'said a title a title';
my $plugged = q{SELECT support.plugged(target => 42, statement => 'SELECT 1')};

is(result('plugged', 'SELECT 1', $plugged), "$said\n$said", 'nothing is changed');
is(result('plugged', q{UPDATE custom_actions.plugin_step SET enabled = false WHERE rank = 2}, $plugged), "$said\n a title", 'a later plug-in is disabled');
is(result('plugged', q{DELETE FROM custom_actions.plugin_step}, $plugged), "$said\n a title", 'all are unregistered');
is(result('plugged', q{SELECT register_plugin('support.plugged', 'pre_operation', 'support.say', 3)}, $plugged), "$said\nsaid a title said a title", 'another is registered');
is(result('plugged', q{UPDATE custom_actions.plugin_step SET stage = 'pre_validation', images = NULL WHERE rank = 2}, $plugged), "$said\nsaid a title", 'a later one is moved');
is(result('plugged', q{CREATE OR REPLACE FUNCTION support.say(context jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'}, $plugged), ' a title' . "\n a title", 'a later one is replaced');
is(result('plugged', q{CREATE OR REPLACE FUNCTION support.change(context jsonb) RETURNS void LANGUAGE sql AS 'SELECT 1 / 0'}, $plugged) =~ s/: division.*//sr, "${said}ERROR:  22012", 'itself is replaced');
like(result('plugged', 'DROP FUNCTION support.say'), qr/\AERROR:  2BP01/, 'a later one cannot be dropped');
like(result('plugged', 'DROP FUNCTION support.say CASCADE'), qr/\AERROR:  42883: plug-in support\.say\(jsonb\) of action "support\.plugged" was dropped while the action was running/, 'but with CASCADE');
is(result('plugged', 'DROP FUNCTION support.change CASCADE', $plugged) =~ s/: function.*//sr, "${said}ERROR:  42883", 'itself is dropped');
is(result('plugged', q{SELECT deactivate_action('support.plugged')}, $plugged) =~ s/: action.*//sr, "${said}ERROR:  UA001", 'the action is deactivated');
is(result('plugged', q{UPDATE custom_actions.action SET description = 'x' WHERE name = 'support.plugged'; SELECT activate_action('support.plugged')}, $plugged), "$said\n$said", 'the action is activated anew');
like(result('plugged', 'DELETE FROM support.case WHERE id = 42'), qr/\AERROR:  P0002/, 'the row is gone');
like(result('plugged', 'SET custom_actions.ddl_check = off; ALTER TABLE support.case DROP COLUMN title'), qr/\AERROR:  (?:42703|55000)/, 'a column of the image is gone');
like(result('plugged', 'ALTER TABLE support.case ALTER COLUMN title TYPE varchar(20)'), qr/\AERROR:  55000|\Asaid/, 'or is of another type');
is(result('plugged', 'DISCARD PLANS', $plugged), "$said\n$said", 'all plans are discarded');
is(result('plugged', "SELECT support.plugged(target => 42, statement => 'DELETE FROM custom_actions.plugin_step')", $plugged), "$said\n a title", 'one below unregisters all');

is($node->safe_psql('main', q{SELECT support.updating(42, 'SELECT 1')}), '3 a title, again 1 a title', 'all goes on working');
log_is_clean($node, 'the log is clean');
done_testing();
