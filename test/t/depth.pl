# Depth: eight levels work, the ninth does not, whatever is between two levels; and
# the count is exact after every kind of caught error.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');

create_database($node, 'main');
$node->safe_psql('main', q{
	SET client_min_messages = warning;
	CREATE ROLE depth_role;
	CREATE SCHEMA support;
	GRANT USAGE ON SCHEMA support TO depth_role;
	CREATE TABLE support.case (id integer PRIMARY KEY, left_over integer);
	CREATE TABLE support.reached (depth integer);
	GRANT ALL ON support.case, support.reached TO depth_role;

	CREATE FUNCTION public.action(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM create_action('support.' || name, definition, or_replace => true);
		PERFORM activate_action('support.' || name);
	END $$;

	-- Each goes "levels" levels further down and returns the depth of the last.
	SELECT action('bottom', '{"output": [{"name": "depth", "type": "integer", "default": "=context.depth"}]}');
	SELECT action('performing', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}]}');
	SELECT action('performing', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}], "steps": [
		{"output": {"depth": "=context.depth"}},
		{"if": "input.levels > 1", "then": [
			{"perform": "support.performing", "as": "next", "with": {"levels": "=input.levels - 1"}},
			{"output": {"depth": "=next.depth"}}]}]}');

	-- by name, by the typed function, in a plain SQL function
	CREATE FUNCTION support.by_name(levels integer) RETURNS integer LANGUAGE plpgsql AS $$
	BEGIN
		RETURN invoke_action('support.calling', jsonb_build_object('levels', levels)) ->> 'depth';
	END $$;
	SELECT action('calling', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}], "steps": [
		{"output": {"depth": "=context.depth"}},
		{"if": "input.levels > 1", "then": [
			{"call": "support.by_name", "as": "next", "with": {"levels": "=input.levels - 1"}},
			{"output": {"depth": "=next.result"}}]}]}');
	CREATE FUNCTION support.by_type(levels integer) RETURNS integer LANGUAGE plpgsql AS $$
	BEGIN
		RETURN support.typed(levels);
	END $$;
	SELECT action('typed', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}], "steps": [
		{"output": {"depth": "=context.depth"}},
		{"if": "input.levels > 1", "then": [
			{"call": "support.by_type", "as": "next", "with": {"levels": "=input.levels - 1"}},
			{"output": {"depth": "=next.result"}}]}]}');
	CREATE FUNCTION support.in_sql(levels integer) RETURNS integer LANGUAGE sql AS $$
		SELECT (invoke_action('support.sql_action', jsonb_build_object('levels', levels)) ->> 'depth')::integer $$;
	SELECT action('sql_action', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}], "steps": [
		{"output": {"depth": "=context.depth"}},
		{"if": "input.levels > 1", "then": [
			{"call": "support.in_sql", "as": "next", "with": {"levels": "=input.levels - 1"}},
			{"output": {"depth": "=next.result"}}]}]}');

	-- in a trigger
	CREATE FUNCTION support.invoke_again() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.left_over > 1 THEN
			PERFORM support.triggering(NEW.left_over - 1);
		END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER again BEFORE INSERT ON support.case FOR EACH ROW EXECUTE FUNCTION support.invoke_again();
	SELECT action('triggering', '{"input": [{"name": "levels", "type": "integer"}], "steps": [
		{"create": "support.reached", "set": {"depth": "=context.depth"}},
		{"create": "support.case", "set": {"id": "=input.levels", "left_over": "=input.levels"}}]}');

	-- in a formula: a STABLE function invokes a read-only action
	SELECT action('looking', '{"read_only": true, "input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}]}');
	CREATE FUNCTION support.look(levels integer) RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN support.looking(levels); END $$;
	SELECT action('looking', '{"read_only": true, "input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}], "steps": [
		{"output": {"depth": "=CASE WHEN input.levels > 1 THEN support.look(input.levels - 1) ELSE context.depth END"}}]}');

	-- all of them in turn
	CREATE FUNCTION support.mix(levels integer) RETURNS integer LANGUAGE plpgsql AS $$
	BEGIN
		RETURN try_invoke_action('support.mixed', jsonb_build_object('levels', levels)) #>> '{output,depth}';
	END $$;
	SELECT action('mixed', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}]}');
	SELECT action('mixed', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "depth", "type": "integer"}], "steps": [
		{"output": {"depth": "=context.depth"}},
		{"choose": null, "cases": [
			{"when": "input.levels > 1 and input.levels % 2 = 0", "do": [
				{"call": "support.mix", "as": "called", "with": {"levels": "=input.levels - 1"}},
				{"output": {"depth": "=called.result"}}]},
			{"when": "input.levels > 1", "do": [
				{"perform": "support.mixed", "as": "next", "with": {"levels": "=input.levels - 1"}, "on_error": [{"stop": "failed"}]},
				{"output": {"depth": "=next.depth"}}]}]}]}');

	-- a circle
	SELECT action('ping', '{}');
	SELECT action('pong', '{"steps": [{"perform": "support.ping"}]}');
	SELECT action('ping', '{"steps": [{"perform": "support.pong"}]}');

	-- failing at a level, caught in many ways
	CREATE FUNCTION support.boom() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'boom'; END $$;
	SELECT action('failing', '{"input": [{"name": "levels", "type": "integer"}]}');
	SELECT action('failing', '{"input": [{"name": "levels", "type": "integer"}], "steps": [
		{"if": "input.levels > 1", "then": [{"perform": "support.failing", "with": {"levels": "=input.levels - 1"}}],
			"else": [{"call": "support.boom"}]}]}');
	SELECT action('handling', '{"input": [{"name": "levels", "type": "integer"}], "output": [{"name": "said", "type": "text"}, {"name": "depth", "type": "integer"}], "steps": [
		{"perform": "support.failing", "with": {"levels": "=input.levels"}, "on_error": [
			{"output": {"said": "=error.message"}},
			{"perform": "support.performing", "as": "inside", "with": {"levels": 7}},
			{"output": {"depth": "=inside.depth"}}]},
		{"perform": "support.performing", "with": {"levels": 7}}]}');
	CREATE FUNCTION support.catch(levels integer) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM support.failing(levels);
		RETURN 'fine';
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLERRM;
	END $$;
	SELECT action('catching', '{"output": [{"name": "depth", "type": "integer"}], "steps": [
		{"call": "support.catch", "with": {"levels": 5}},
		{"call": "support.catch", "with": {"levels": 50}},
		{"perform": "support.performing", "as": "next", "with": {"levels": 7}},
		{"output": {"depth": "=next.depth"}}]}');

	CREATE FUNCTION public.caught_failures(rounds integer) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		answer text;
	BEGIN
		FOR i IN 1 .. rounds LOOP
			BEGIN
				PERFORM support.failing(1 + i % 10);
				RAISE 'nothing failed';
			EXCEPTION WHEN OTHERS THEN
				IF SQLERRM !~ '^boom|only 8 levels' THEN
					RAISE;
				END IF;
			END;
			IF try_invoke_action('support.failing', jsonb_build_object('levels', 1 + i % 10)) ->> 'ok' <> 'false' THEN
				RAISE 'nothing failed';
			END IF;
			answer := support.handling(1 + i % 10);
			IF answer !~ '^\("?(boom|action .+support.failing.+ would run at level 9).*,8\)$' THEN
				RAISE 'other answer: %', answer;
			END IF;
			IF support.catching() <> 8 THEN
				RAISE 'other depth';
			END IF;
		END LOOP;
		RETURN 'done';
	END $$;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA support, public TO depth_role;
});

sub run_sql
{
	my ($sql) = @_;
	my ($out, $err) = ('', '');

	$node->psql('main', "\\set VERBOSITY verbose\n$sql", stdout => \$out, stderr => \$err, on_error_stop => 0);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	$err =~ s/^(?:CONTEXT|LOCATION):.*?(?=^[A-Z]+:|\z)//msg;
	return ($out, $err);
}

sub gives
{
	my ($sql, $expected, $what) = @_;
	my ($out, $err) = run_sql($sql);

	is("$out$err", $expected, $what);
	return;
}

### Eight levels, and nine

my %ways = (
	performing => 'SELECT support.performing(%d)',
	calling => 'SELECT support.calling(%d)',
	typed => 'SELECT support.typed(%d)',
	sql_action => 'SELECT support.sql_action(%d)',
	looking => 'SELECT support.looking(%d)',
	triggering => 'BEGIN; SELECT support.triggering(%d); SELECT max(depth) FROM support.reached; ROLLBACK');

for my $way (sort keys %ways)
{
	my $chain = join ' > ', ("support.$way") x 9;
	my ($out, $err) = run_sql(sprintf $ways{$way}, 8);

	is("$out$err" =~ s/\A\n//r, '8', "$way: eight levels");
	($out, $err) = run_sql(sprintf $ways{$way}, 9);
	like($err, qr/\A(ERROR:  UA003: action "support.$way" would run at level 9, but only 8 levels are allowed
DETAIL:  The chain of invocations is: $chain.
HINT:  Is there a circle\? The limit is custom_actions.max_depth.
)/, "$way: nine");
}
gives('SELECT support.mixed(8)', '8', 'several ways in one chain');
gives(q{SELECT invoke_action('support.mixed', '{"levels": 8}')}, '{"depth": 8}', 'by name');
gives(q{SELECT support.ping()}, <<'END' =~ s/\n\z//r . "\n", 'a circle');
ERROR:  UA003: action "support.ping" would run at level 9, but only 8 levels are allowed
DETAIL:  The chain of invocations is: support.ping > support.pong > support.ping > support.pong > support.ping > support.pong > support.ping > support.pong > support.ping.
HINT:  Is there a circle? The limit is custom_actions.max_depth.
END
gives(q{DO LANGUAGE custom_action '{"steps": [{"perform": "support.performing", "with": {"levels": 7}}]}'}, '', 'DO is a level, too');
like((run_sql(q{DO LANGUAGE custom_action '{"steps": [{"perform": "support.performing", "with": {"levels": 8}}]}'}))[1], qr/UA003.*\n.*is: inline > support.performing > /, 'and not more than that');

### After caught errors

gives('SELECT support.handling(7)', '(boom,8)', 'on_error');
gives('SELECT support.handling(8)', '("action ""support.failing"" would run at level 9, but only 8 levels are allowed",8)', 'on_error, of the ninth level itself');
gives('SELECT support.catching()', '8', 'EXCEPTION');
gives(q{BEGIN; SAVEPOINT s; SELECT support.failing(8); ROLLBACK TO s; SELECT support.performing(8); SELECT support.failing(9); ROLLBACK TO s; SELECT support.performing(8)},
	"8\n8ERROR:  P0001: boom\nERROR:  UA003: action \"support.failing\" would run at level 9, but only 8 levels are allowed\n"
	. 'DETAIL:  The chain of invocations is: ' . join(' > ', ('support.failing') x 9) . ".\nHINT:  Is there a circle? The limit is custom_actions.max_depth.\n", 'savepoints');
gives(q{SELECT try_invoke_action('support.failing', '{"levels": 8}') #>> '{error,message}', try_invoke_action('support.failing', '{"levels": 9}') #>> '{error,sqlstate}',
	support.performing(8)}, 'boom|UA003|8', 'try_invoke_action');
gives('SELECT public.caught_failures(250); SELECT support.performing(8); SELECT support.calling(8)', "done\n8\n8", 'thousands of caught failures in one transaction');
{
	my ($out, $err) = run_sql(join("\n", map { 'SELECT support.failing(' . (1 + $_ % 10) . ');' } 1 .. 1000) . "\nSELECT support.performing(8);\nSELECT support.ping();");

	is($out, '8', 'a thousand failures at the top');
	is(scalar(() = $err =~ /^ERROR/mg), 1001, 'each an error');
}

# a portal that is left half way
gives(q{BEGIN; DECLARE c CURSOR FOR SELECT support.performing(8) FROM generate_series(1, 10); FETCH 1 FROM c; SELECT support.performing(8); FETCH 1 FROM c; CLOSE c; SELECT support.performing(8); COMMIT},
	"8\n8\n8\n8", 'cursors');

### The setting

gives('SET custom_actions.max_depth = 3; SELECT support.performing(3)', '3', 'three levels');
like((run_sql('SET custom_actions.max_depth = 3; SELECT support.performing(4)'))[1], qr/would run at level 4, but only 3 levels are allowed/, 'not four');
gives('SET custom_actions.max_depth = 200; SELECT support.performing(200)', '200', 'two hundred levels');
like((run_sql('SET custom_actions.max_depth = 1; SELECT support.bottom(); SELECT support.ping()'))[1], qr/level 2, but only 1 levels are allowed/, 'one level');
like((run_sql(q{SET max_stack_depth = '100kB'; SET custom_actions.max_depth = 1000; SELECT support.calling(1000)}))[1], qr/54001: stack depth limit exceeded/, 'the stack has its own limit');
gives(q{SET max_stack_depth = '100kB'; SET custom_actions.max_depth = 1000; SELECT try_invoke_action('support.calling', '{"levels": 1000}') #>> '{error,sqlstate}'; SET max_stack_depth = '2MB'; SELECT support.calling(20)},
	"54001\n20", 'which can be caught');
like((run_sql('SET ROLE depth_role; SELECT support.bottom(); SET custom_actions.max_depth = 100'))[1], qr/42501: permission denied to set parameter "custom_actions.max_depth"/, 'only superusers set it');
like((run_sql('SET ROLE depth_role; SELECT support.performing(9)'))[1], qr/UA003/, 'others have what it is');
gives('SELECT support.bottom(); SHOW custom_actions.max_depth', "1\n8", 'the default');
gives('ALTER ROLE depth_role SET custom_actions.max_depth = 2; SELECT 1', '1', 'an administrator may set it for a role');
like((run_sql('SET custom_actions.max_depth = 0; SELECT support.bottom()'))[1], qr/42602|22023/, 'nought is refused');

is($node->safe_psql('main', 'SELECT support.performing(8)'), '8', 'all goes on working');
log_is_clean($node, 'the log is clean');
done_testing();
