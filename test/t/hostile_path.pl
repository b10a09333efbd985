# A search_path whose first schema has functions, operators, types and tables called as
# those of PostgreSQL and of custom_actions: no function that people call, and no view,
# comes to one of them. Nor does any need a search_path at all.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');

create_database($node, 'desk');
$node->safe_psql('desk', q{
	CREATE SCHEMA desk;
	CREATE TABLE desk.note (id integer PRIMARY KEY, word text);
	CREATE TABLE desk.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note_id integer REFERENCES desk.note ON DELETE CASCADE, word text);
	INSERT INTO desk.note VALUES (1, 'one');
	CREATE FUNCTION desk.look(context jsonb) RETURNS void LANGUAGE sql AS '';
	CREATE ROLE desk_agent;
	SET search_path = pg_catalog, public;
	SELECT create_action('desk.work', '{"table": "desk.note", "input": [{"name": "word", "type": "text", "default": "x"}],
		"output": [{"name": "known", "type": "text", "default": "=target.word"}], "steps": [
		{"require": "input.word is not null", "message": "Say what"},
		{"create": "desk.task", "as": "task", "set": {"note_id": "=target.id", "word": "{{input.word}}: {{target.word}}"}},
		{"if": "input.word > ''w''", "then": [{"update": "target", "set": {"word": "=word || input.word"}}]},
		{"for_each": "desk.task", "as": "each", "where": "note_id = target.id", "do": [{"delete": "each"}]}]}');
	SELECT activate_action('desk.work');
	SELECT create_action('desk.other', '{"steps": [{"perform": "desk.work", "with": {"target": 1}}]}');
	SELECT activate_action('desk.other');

	CREATE SCHEMA hostile;
	CREATE FUNCTION hostile.trap(what text) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog AS $$
		BEGIN RAISE EXCEPTION 'trapped: %', what; END $$;
	-- how what cannot be copied is left out
	CREATE FUNCTION public.attempt(command text) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog AS $$
		BEGIN EXECUTE command; RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 0; END $$;
	CREATE FUNCTION public.decoy(name text, function oid, what text) RETURNS integer LANGUAGE sql AS $$
		SELECT attempt(format('CREATE FUNCTION hostile.%I(%s) RETURNS %s%s LANGUAGE plpgsql AS %L',
			name, array_to_string(p.proargtypes::regtype[], ', '), CASE WHEN p.proretset THEN 'SETOF ' END, p.prorettype::regtype,
			format('BEGIN PERFORM hostile.trap(%L); END', what)))
		FROM pg_proc AS p WHERE p.oid = function $$;
});

# Functions that people call are not copied; the others are, of both schemas.
my $copied = $node->safe_psql('desk', q{
	SET search_path = pg_catalog, public;
	SET client_min_messages = error;
	SELECT sum(decoy(p.proname, p.oid, p.oid::regprocedure::text))
	FROM pg_proc AS p
	WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'custom_actions'::regnamespace) AND p.prokind = 'f' AND p.provariadic = 0
		AND NOT EXISTS (SELECT FROM pg_proc AS o JOIN pg_depend AS d ON d.objid = o.oid AND d.deptype = 'e'
			WHERE o.pronamespace = 'public'::regnamespace AND o.proname = p.proname);
	SELECT sum(decoy('operator' || o.oid, o.oprcode, o.oid::regoperator::text)
		+ attempt(format('CREATE OPERATOR hostile.%s (%s RIGHTARG = %s, FUNCTION = hostile.%I)', o.oprname,
			'LEFTARG = ' || nullif(o.oprleft, 0)::regtype || ',', o.oprright::regtype, 'operator' || o.oid)))
	FROM pg_operator AS o WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprcode <> 0;
	SELECT sum(attempt(format('CREATE VIEW hostile.%I AS SELECT hostile.trap(%L)', c.relname, c.relname)))
	FROM pg_class AS c
	WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'custom_actions'::regnamespace) AND c.relkind IN ('r', 'v');
	SELECT sum(attempt(format('CREATE DOMAIN hostile.%I AS %s CHECK (hostile.trap(%L) IS NULL)', t.typname, t.oid::regtype, t.typname)))
	FROM pg_type AS t WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype = 'b' AND t.typelem = 0;
	DROP FUNCTION decoy, attempt;
});
my ($functions, $operators, $relations, $types) = split /\n/, $copied;

ok($functions > 2000 && $operators > 1000 && $relations > 120 && $types > 40, 'everything has a double')
  or diag($copied);
isnt($node->psql('desk', q{SET search_path = hostile, public, pg_catalog; SELECT lower('A') OPERATOR(pg_catalog.||) now()}), 0, 'which traps');

# What people call, each at least once; CALL stands for the schema of the functions.
my @calls = split /\n/, <<'SQL';
SELECT CALLdescribe_action('desk.work')
SELECT * FROM CALLaction_outline('desk.work', 1)
SELECT CALLaction_diagram('desk.work')
SELECT CALLaction_diagram('desk.work', format => 'dot')
SELECT CALLaction_schema_of_definition()
SELECT CALLaction_schema('desk.work'), CALLaction_schema('desk.work', 'out'), CALLaction_schema('desk.work', 'error', 'string')
SELECT CALLaction_openapi(), CALLaction_openapi('plain', pattern => 'desk.%', numbers => 'string')
SELECT CALLaction_typescript(), CALLaction_typescript('desk.%', numbers => 'string')
SELECT CALLmcp_tools(), CALLmcp_tools('desk.%', false)
SELECT CALLmcp_call('{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "find_actions"}}', per_action => false)
SELECT CALLaction_csdl(), CALLaction_csdl('json', 'Contoso'), CALLaction_error_payload('UA002', 'no', 'detail', 'hint', 'desk.work', '1', 'x', '{}'), CALLaction_error_status('UA002')
SELECT CALLaction_form('desk.work'), CALLaction_form('desk.work', '1'), CALLaction_form('desk.work', 1)
SELECT CALLaction_definition('desk.work'), CALLaction_hash('desk.work')
SELECT * FROM CALLcheck_action('desk.work')
SELECT * FROM CALLcheck_action_privileges('desk.work', 'desk_agent')
SELECT CALLgrant_action('desk.work', 'desk_agent')
SELECT CALLrevoke_action('desk.work', 'desk_agent')
SELECT * FROM CALLgrant_agent('desk_agent', '{desk.work}')
SELECT * FROM CALLagent_report('desk_agent')
SELECT CALLgrant_action_design('desk_agent')
SELECT CALLrevoke_action_design('desk_agent')
SELECT * FROM CALLnames_in_scope('desk.work', '2.set.word')
SELECT * FROM CALLcheck_formula('desk.work', '2.set.word', 'target.word')
SELECT * FROM CALLpreview_action('desk.work', '{"target": 1, "word": "y"}')
SELECT CALLpreview_action_document('desk.work', '{"target": 1, "word": "y"}', 0)
SELECT step, plan, runs FROM CALLexplain_action('desk.work', '{"target": 1, "word": "y"}', true)
SELECT call, status FROM CALLinvoke_actions('[{"action": "desk.work", "input": {"target": 1, "word": "y"}, "as": "a"}, {"action": "desk.work", "input": {"target": 1, "word": "==y"}}]')
SELECT CALLset_action_value('desk.work', '1.message', 'What is it?')
SELECT * FROM CALLaction_history('desk.note', '1')
SELECT * FROM CALLaction_trace('desk.work', '{"target": 1}')
SELECT CALLset_action_value('desk.work', 'input.word.description', 'what to note')
UPDATE custom_actions.step_value SET value = 'Tell' WHERE field OPERATOR(pg_catalog.=) 'message'
SELECT CALLadd_step('desk.work', '{"require": "input.word <> ''''", "message": "Say more"}', before => '1')
SELECT CALLmove_step('desk.work', '1', after => '2')
SELECT CALLdisable_step('desk.work', '2')
SELECT CALLenable_step('desk.work', '2')
SELECT CALLwrap_steps('desk.work', '1', '2', 'target.id > 0')
SELECT * FROM CALLdiff_action('desk.work')
SELECT CALLremove_step('desk.work', '1')
SELECT CALLundo_action_edit('desk.work')
SELECT CALLactivate_action('desk.work', 'noted')
SELECT * FROM CALLdiff_action('desk.work', 1, 2)
SELECT CALLdeactivate_action('desk.other')
SELECT CALLactivate_actions(ARRAY['desk.other', 'desk.work'])
SELECT CALLcopy_action('desk.work', 'desk.copy')
SELECT CALLrename_action('desk.copy', 'desk.copied')
SELECT CALLactivate_action('desk.copied')
SELECT CALLregister_plugin('desk.copied', 'pre_operation', 'desk.look')
SELECT CALLunregister_plugin(id) FROM custom_actions.plugin_step
ALTER TABLE desk.note RENAME word TO words
ALTER TABLE desk.note RENAME words TO word
SELECT CALLexport_actions(drafts => true)
SELECT * FROM CALLexported_actions()
SELECT CALLexport_actions_script()
SELECT * FROM CALLimport_actions(CALLexport_actions(), dry_run => true)
SELECT CALLset_action_value('desk.copied', 'timeout', '2 min')
SELECT * FROM CALLimport_actions(CALLexport_actions(), activate => true, overwrite => true)
ALTER FUNCTION desk.copied RENAME TO last_one
SELECT CALLdrop_action('desk.last_one')
SELECT CALLrestore_action('desk.last_one')
SELECT CALLdrop_action('desk.last_one', purge => true)
SELECT CALLdrop_action('desk.last_one', purge => true)
SELECT CALLcreate_action('desk.fresh', '{"settings": {"search_path": "pg_catalog, pg_temp"}, "steps": []}')
SELECT CALLadd_action_parameter('desk.fresh', 'word', 'text')
SELECT CALLadd_action_step('desk.fresh', 'require', 'true', '{"message": "No"}')
SELECT CALLdrop_action('desk.fresh')
SELECT CALLinvoke_action('desk.other', '{}')
SELECT CALLtry_invoke_action('desk.work', '{"target": 1, "word": "z"}')
SELECT CALLinvoke_action('desk.work', '{"target": 1}', idempotency_key => 'key')
SELECT CALLinvoke_action('desk.work', '{"target": 1}', idempotency_key => 'key')
SELECT CALLrestore_action('desk.work', 1)
SELECT * FROM CALLinvoke_action_bulk('desk.work', '[{"target": 1}, {"target": 2}]', '{"word": "b"}', 'per_item')
SELECT * FROM CALLavailable_actions('desk.note', '1')
SELECT CALLaction_available('desk.work', n) FROM desk.note AS n
SELECT CALLinvoke_action('desk.work', '{"target": 1}', if_match => CALLaction_etag(n)) FROM desk.note AS n WHERE n.id OPERATOR(pg_catalog.=) 1
SELECT * FROM CALLvalidate_action('desk.work', '{"target": 1, "wrod": "b"}')
SELECT * FROM CALLaction_inputs('desk.work')
SELECT * FROM CALLaction_input_options('desk.work', 'word')
SELECT * FROM CALLaction_errors('desk.work')
SELECT * FROM CALLaction_effects('desk.work')
SELECT * FROM CALLstate_transitions('desk.note', 'word')
SELECT CALLstate_diagram('desk.note', 'word')
SELECT CALLprotect_table('desk.task')
SELECT CALLinvoke_action('desk.work', '{"target": 1}')
SELECT CALLunprotect_table('desk.task')
SELECT CALLrefresh_action_dependencies()
SELECT CALLpurge_action_log(INTERVAL '1 day', INTERVAL '1 day')
SELECT CALLreset_action_statistics()
SELECT CALLpurge_idempotency_keys(INTERVAL '1 day')
SQL

my %called = map { ($_ => 1) } map { /CALL(\w+)/g } @calls;
my @others = grep { !$called{$_} } split /\n/, $node->safe_psql('desk', q{SELECT DISTINCT p.proname FROM pg_proc AS p
	JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1});
is_deeply(\@others, [], 'all that people call is called');
push @calls, map { "SELECT * FROM custom_actions.$_" } split /\n/, $node->safe_psql('desk', q{SELECT relname FROM pg_class
	WHERE relnamespace = 'custom_actions'::regnamespace AND relkind = 'v' ORDER BY 1});

# Runs all in one session; what fails, and why
sub failures
{
	my ($path, $schema) = @_;
	my ($out, $err) = ('', '');
	my $script = "SET client_min_messages = error;\nSET search_path = $path;\n" . join('', map { s/CALL/$schema/gr . ";\n" } @calls);

	$node->psql('desk', $script, on_error_stop => 0, stdout => \$out, stderr => \$err);
	return $err;
}

is_text(failures('hostile, public, pg_catalog', ''), '', 'nobody comes to a double');
is_text(failures("''", 'public.'), '', 'nor is lost without a path');
log_is_clean($node, 'the log is clean');
done_testing();
