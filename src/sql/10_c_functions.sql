-- Everything that is written in C, but for what people call (90_api.sql).  Nothing
-- here needs a table, so that tables and all other parts can use it; only
-- write_plugins (30_rows.sql), ddl_end (80_rename.sql) and quietly, which calls what
-- its trigger names, come to functions of later parts.
--
-- The row form of a definition is what the tables hold:
--   {"action": {column: value, ...}, "parameters": [{column: value, ...}, ...],
--    "steps": [{"kind", "subject", "name", "arguments", "enabled",
--               "description", "branches": [{"branch", "steps": [...]}]}],
--    "plugins": [{key: value, ...}, ...]}
-- where "plugins" is there only if the document has it.  "step_list" in place of
-- "steps" has all steps in one list, with "id", "parent" and "branch".
--
-- By subject: names, the tables of facts that C has, definitions, plug-ins, checking
-- and publishing, privileges, row triggers, statistics, the language, event triggers,
-- the log, which actions are available.

CREATE FUNCTION custom_actions.qualified_name(schema_name text, name text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_qualified_name';

COMMENT ON FUNCTION custom_actions.qualified_name(text, text) IS
	'a qualified name as it is stored, of its parts: quoted by one rule for all settings and releases';

CREATE FUNCTION custom_actions.canonical_spelling(name text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_canonical_spelling';

COMMENT ON FUNCTION custom_actions.canonical_spelling(text) IS
	'a qualified name as it would be stored today, whatever quoted it';

CREATE FUNCTION custom_actions.canonical_name(name text)
RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED	-- not STRICT: it refuses NULL
AS 'MODULE_PATHNAME', 'custom_action_canonical_name';

COMMENT ON FUNCTION custom_actions.canonical_name(text) IS
	'name of an action as "schema.name": the action it means under the search_path, else the one it would create; refuses NULL';

CREATE FUNCTION custom_actions.canonical_path(what text, name text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_canonical_path';

COMMENT ON FUNCTION custom_actions.canonical_path(text, text) IS
	'a qualified name, folded and quoted the one way it is stored';

CREATE FUNCTION custom_actions.table_named(name text)
RETURNS oid
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_table_named';

COMMENT ON FUNCTION custom_actions.table_named(text) IS
	'table or view of a qualified name; NULL if there is none';

CREATE FUNCTION custom_actions.table_words(target regclass)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_table_words';

COMMENT ON FUNCTION custom_actions.table_words(regclass) IS
	'qualified name of a table, as messages and views have it';

CREATE FUNCTION custom_actions.require_name(what text, name text)
RETURNS void
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_require_name';

COMMENT ON FUNCTION custom_actions.require_name(text, text) IS
	'refuses what cannot be the name of an action, input, output or step, and proposes one';

CREATE FUNCTION custom_actions.unknown_action_hint(action_name text, otherwise text)
RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_unknown_action_hint';

COMMENT ON FUNCTION custom_actions.unknown_action_hint(text, text) IS
	'hint for the name of an action that does not exist: the one that may have been meant, else what is given';

CREATE FUNCTION custom_actions.capture_search_path()
RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_capture_search_path';

COMMENT ON FUNCTION custom_actions.capture_search_path() IS
	'the search_path in force, as existing schemas with pg_temp last';

CREATE FUNCTION custom_actions.definition_keys()
RETURNS TABLE (
	part text, key text, shape text, required boolean, choices text[],
	column_name text, implied text)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 50
AS 'MODULE_PATHNAME', 'custom_action_definition_keys';

COMMENT ON FUNCTION custom_actions.definition_keys() IS
	'keys of the parts of a definition, in canonical order: what they may hold, the column that does in a draft, and what leaving them out means';

CREATE FUNCTION custom_actions.choice_is_known(part text, key text, value text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_choice_is_known';

COMMENT ON FUNCTION custom_actions.choice_is_known(text, text, text) IS
	'whether a key of a part of a definition can have a value';

CREATE FUNCTION custom_actions.branch_is_known(branch text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_branch_is_known';

COMMENT ON FUNCTION custom_actions.branch_is_known(text) IS
	'whether there are steps that have such a list of steps or cases below them';

CREATE FUNCTION custom_actions.step_kinds()
RETURNS TABLE (kind text, arguments text[])
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 20
AS 'MODULE_PATHNAME', 'custom_action_step_kinds';

COMMENT ON FUNCTION custom_actions.step_kinds() IS
	'kinds of step with the keys of their own, and of the objects in these';

CREATE FUNCTION custom_actions.step_lists(kind text)
RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_step_lists';

COMMENT ON FUNCTION custom_actions.step_lists(text) IS
	'lists of steps or cases that a step of a kind, or a case, has below it, its own first';

CREATE FUNCTION custom_actions.stages()
RETURNS TABLE (
	stage text, number integer, takes_input boolean, takes_output boolean,
	post_image boolean, around boolean)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'custom_action_stages';

COMMENT ON FUNCTION custom_actions.stages() IS
	'stages of plug-ins in the order in which they run: number in the C interface, what plug-ins may do there, whether plugin_policy pre_and_post leaves it to others';

CREATE FUNCTION custom_actions.stage_number(stage text)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_stage_number';

COMMENT ON FUNCTION custom_actions.stage_number(text) IS
	'place of a stage among the stages; NULL if there is no such stage';

CREATE FUNCTION custom_actions.sqlstates()
RETURNS TABLE (sqlstate text, meaning text)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'custom_action_sqlstates';

COMMENT ON FUNCTION custom_actions.sqlstates() IS
	'SQLSTATEs of actions alone';

CREATE FUNCTION custom_actions.is_error_sqlstate(code text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_is_error_sqlstate';

COMMENT ON FUNCTION custom_actions.is_error_sqlstate(text) IS
	'whether a text is an SQLSTATE that errors can have';

CREATE FUNCTION custom_actions.context_fields()
RETURNS TABLE (field text, type text)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'custom_action_context_fields';

COMMENT ON FUNCTION custom_actions.context_fields() IS
	'fields of context that formulas and plug-ins read, with their types';

CREATE FUNCTION custom_actions.error_fields()
RETURNS TABLE (field text, meaning text)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'custom_action_error_fields';

COMMENT ON FUNCTION custom_actions.error_fields() IS
	'fields of error in handlers, which are the keys of "error" of try_invoke_action, too';

CREATE FUNCTION custom_actions.plugin_context_keys()
RETURNS TABLE (key text, meaning text)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'custom_action_plugin_context_keys';

COMMENT ON FUNCTION custom_actions.plugin_context_keys() IS
	'keys of the object that plug-ins are called with';

CREATE FUNCTION custom_actions.volatile_functions()
RETURNS TABLE (function text, reads text)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'custom_action_volatile_functions';

COMMENT ON FUNCTION custom_actions.volatile_functions() IS
	'volatile functions of pg_catalog that formulas may call, and what they read';

CREATE FUNCTION custom_actions.read_definition(action_name text, document text)
RETURNS json
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_read_definition';

COMMENT ON FUNCTION custom_actions.read_definition(text, text) IS
	'the text of a definition as json; refused with line, column and cause if it is none';

CREATE FUNCTION custom_actions.definition_rows(definition json)
RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_definition_rows';

COMMENT ON FUNCTION custom_actions.definition_rows(json) IS
	'row form of a definition; refuses unknown and duplicate keys';

CREATE FUNCTION custom_actions.definition_text(rows jsonb)
RETURNS json
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_definition_text';

COMMENT ON FUNCTION custom_actions.definition_text(jsonb) IS
	'definition in canonical form, made from its row form';

CREATE FUNCTION custom_actions.step_list(steps jsonb)
RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_step_list';

COMMENT ON FUNCTION custom_actions.step_list(jsonb) IS
	'steps in row form as one list: "parent" is the place of the step that one is below';

CREATE FUNCTION custom_actions.with_plugins(definition json, plugins json)
RETURNS json
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_with_plugins';

COMMENT ON FUNCTION custom_actions.with_plugins(json, json) IS
	'definition in canonical form with the plug-ins of a list, which loses their ids';

CREATE FUNCTION custom_actions.read_export(document json)
RETURNS json
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_read_export';

COMMENT ON FUNCTION custom_actions.read_export(json) IS
	'a document of actions, or an array of them, in one form: canonical names, definitions as "text", plug-ins apart; refused with all that is wrong with it';

CREATE FUNCTION custom_actions.pretty_document(document json)
RETURNS json
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_pretty_document';

COMMENT ON FUNCTION custom_actions.pretty_document(json) IS
	'a document of actions spread over lines as definitions are';

CREATE FUNCTION custom_actions.renamed_definition(
	definition json, old_name text, new_name text)
RETURNS json
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_renamed_definition';

COMMENT ON FUNCTION custom_actions.renamed_definition(json, text, text) IS
	'definition of an action that was renamed, in canonical form';

CREATE FUNCTION custom_actions.split_path(
	given text, OUT part text, OUT path text, OUT field text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_split_path';

COMMENT ON FUNCTION custom_actions.split_path(text) IS
	'takes the path of a value apart: that of a step, an input or output, or none for the action itself, and the field';

CREATE FUNCTION custom_actions.step_links(path text)
RETURNS TABLE (list text, number integer, upto text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 3
AS 'MODULE_PATHNAME', 'custom_action_step_links';

COMMENT ON FUNCTION custom_actions.step_links(text) IS
	'the words of the path of a step: list and number in it, and the path as far as each';

CREATE FUNCTION custom_actions.edit_field(
	action_name text, part text, path text, old_row json, field text, value text, filled json,
	OUT new_row json, OUT column_name text, OUT settled text,
	OUT old_value text, OUT new_value text)
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_edit_field';

COMMENT ON FUNCTION custom_actions.edit_field(text, text, text, json, text, text, json) IS
	'a row of a draft, by column, with another value of a field, given as text; NULL takes it away';

CREATE FUNCTION custom_actions.row_fields(part text, draft_row json)
RETURNS TABLE (field text, value text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 8
AS 'MODULE_PATHNAME', 'custom_action_row_fields';

COMMENT ON FUNCTION custom_actions.row_fields(text, json) IS
	'every field of a row of a draft that holds something, with its value as edit_field takes it';

CREATE FUNCTION custom_actions.proposal(given text, known text[])
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_proposal';

COMMENT ON FUNCTION custom_actions.proposal(text, text[]) IS
	'hint for a name that does not exist: what may have been meant, and what there is';

CREATE FUNCTION custom_actions.tell_problem(
	action_name text, location text, message text, detail text, hint text)
RETURNS void
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_tell_problem';

COMMENT ON FUNCTION custom_actions.tell_problem(text, text, text, text, text) IS
	'tells a problem of a draft as a warning';

CREATE FUNCTION custom_actions.mark_edit(action_name text, mark text, what text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_mark_edit';

COMMENT ON FUNCTION custom_actions.mark_edit(text, text, text) IS
	'says where an edit of a draft begins and ends, for who may edit it; the marks are those of write_edit';

CREATE FUNCTION custom_actions.describe_definition(
	definition json, state text, callers text, facts text)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_describe_definition';

COMMENT ON FUNCTION custom_actions.describe_definition(json, text, text, text) IS
	'outline of a definition in words, with its state, who may call it and what else is known of the action';

CREATE FUNCTION custom_actions.definition_outline(definition json)
RETURNS TABLE (path text, row_path text, depth integer, kind text, text text, enabled boolean)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 100
AS 'MODULE_PATHNAME', 'custom_action_definition_outline';

COMMENT ON FUNCTION custom_actions.definition_outline(json) IS
	'lines of the outline of a definition, with the path of the step, or case, that each is about';

CREATE FUNCTION custom_actions.transitions_of(relation regclass, status_column text)
RETURNS TABLE (from_state text, to_state text, action text, path text, creates boolean, formula text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_state_transitions';

COMMENT ON FUNCTION custom_actions.transitions_of(regclass, text) IS
	'does the work of state_transitions';

CREATE FUNCTION custom_actions.draw_states(relation regclass, status_column text)
RETURNS text
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_state_diagram';

COMMENT ON FUNCTION custom_actions.draw_states(regclass, text) IS
	'does the work of state_diagram';

CREATE FUNCTION custom_actions.draw_definition(
	definition json, format text, invocation json)
RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_draw_definition';

COMMENT ON FUNCTION custom_actions.draw_definition(json, text, json) IS
	'picture of a definition in a format, and what became of its steps in an invocation';

CREATE FUNCTION custom_actions.definition_changes(old_definition json, new_definition json)
RETURNS TABLE (path text, change text, before text, after text)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 20
AS 'MODULE_PATHNAME', 'custom_action_definition_changes';

COMMENT ON FUNCTION custom_actions.definition_changes(json, json) IS
	'what differs between two definitions: a row for each field, step, input and output that was added, removed, changed or moved';

CREATE FUNCTION custom_actions.told_changes(old_definition json, new_definition json)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_told_changes';

COMMENT ON FUNCTION custom_actions.told_changes(json, json) IS
	'the same in sentences, a line for each key, input, output and step that differs; NULL if there are none';

CREATE FUNCTION custom_actions.plugin_function(name text)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_plugin_function';

COMMENT ON FUNCTION custom_actions.plugin_function(text) IS
	'signature of the function that a name or signature means under the search_path; refuses what is no plug-in and what the current user may not execute';

CREATE FUNCTION custom_actions.plugins_of_rows(rows jsonb)
RETURNS json
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_plugins_of_rows';

COMMENT ON FUNCTION custom_actions.plugins_of_rows(jsonb) IS
	'list of plug-ins, as the published function has it, of an array of rows of plugin_step';

CREATE FUNCTION custom_actions.require_plugin(action_name text, plugin jsonb)
RETURNS void
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_require_plugin';

COMMENT ON FUNCTION custom_actions.require_plugin(text, jsonb) IS
	'refuses a registration with unknown, missing or wrong members';

CREATE FUNCTION custom_actions.write_plugins(action_name text, plugins jsonb)
RETURNS void
LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'custom_action_write_plugins';

COMMENT ON FUNCTION custom_actions.write_plugins(text, jsonb) IS
	'makes a list the plug-ins of an action, as its document has them, whose author needs no leave of plugin_policy';

CREATE FUNCTION custom_actions.importing()
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_importing';

COMMENT ON FUNCTION custom_actions.importing() IS
	'whether plug-ins are written from a document, in which the author of the action names them himself';

CREATE FUNCTION custom_actions.check_definition(
	action_name text, definition json, owner oid)
RETURNS TABLE (severity text, location text, message text, detail text, hint text)
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_check_definition';

COMMENT ON FUNCTION custom_actions.check_definition(text, json, oid) IS
	'every problem of a definition, as the owner would meet it';

CREATE FUNCTION custom_actions.definition_schema()
RETURNS json
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_definition_schema';

COMMENT ON FUNCTION custom_actions.definition_schema() IS
	'JSON Schema of the definition document, made of the tables that check it';

CREATE FUNCTION custom_actions.scope_names(
	action_name text, definition json, owner oid, at text)
RETURNS TABLE (name text, type text, source text, description text)
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_scope_names';

COMMENT ON FUNCTION custom_actions.scope_names(text, json, oid, text) IS
	'names that a formula at a place of a definition may use';

CREATE FUNCTION custom_actions.try_formula(
	action_name text, definition json, owner oid, at text, formula text)
RETURNS TABLE (
	ok boolean, type text, wanted text, "position" integer, message text, hint text,
	proposals text[])
LANGUAGE c STABLE STRICT PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'custom_action_try_formula';

COMMENT ON FUNCTION custom_actions.try_formula(text, json, oid, text, text) IS
	'what a formula would be at a place of a definition, or what is wrong with it';

CREATE FUNCTION custom_actions.require_sound(
	action_name text, definition json, owner oid)
RETURNS void
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_require_sound';

COMMENT ON FUNCTION custom_actions.require_sound(text, json, oid) IS
	'checks a definition: warnings as such, all problems in one error';

CREATE FUNCTION custom_actions.check_publishing(action_name text, definition json)
RETURNS TABLE (severity text, location text, message text, detail text, hint text)
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_check_publishing';

COMMENT ON FUNCTION custom_actions.check_publishing(text, json) IS
	'what would keep the current user from publishing an action, but for problems of its definition';

CREATE FUNCTION custom_actions.freeze_definition(
	action_name text, definition json, owner oid)
RETURNS json
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_freeze_definition';

COMMENT ON FUNCTION custom_actions.freeze_definition(text, json, oid) IS
	'definition with everything that is looked up in the catalogs written in';

CREATE FUNCTION custom_actions.definition_uses(
	action_name text, definition json, owner oid)
RETURNS TABLE (
	path text, schema text, table_name text, column_name text, function text,
	performs text, reads boolean, writes boolean)
LANGUAGE c STABLE PARALLEL UNSAFE ROWS 20
AS 'MODULE_PATHNAME', 'custom_action_definition_uses';

COMMENT ON FUNCTION custom_actions.definition_uses(text, json, oid) IS
	'what a definition uses, and where; what does not compile uses nothing';

CREATE FUNCTION custom_actions.definition_errors(
	action_name text, definition json, owner oid)
RETURNS TABLE (sqlstate text, message text, step text, "when" text)
LANGUAGE c STABLE PARALLEL UNSAFE ROWS 20
AS 'MODULE_PATHNAME', 'custom_action_definition_errors';

COMMENT ON FUNCTION custom_actions.definition_errors(text, json, oid) IS
	'every way in which an action of a definition can fail, as far as that and the catalogs say';

CREATE FUNCTION custom_actions.published_errors(action_name text)
RETURNS TABLE (sqlstate text, message text, step text, "when" text)
LANGUAGE c STABLE PARALLEL UNSAFE ROWS 20
AS 'MODULE_PATHNAME', 'custom_action_published_errors';

COMMENT ON FUNCTION custom_actions.published_errors(text) IS
	'the same of what is published, from the facts that are kept with it; no rows: nothing is';

CREATE FUNCTION custom_actions.effects_of(
	action_name text, definition json, owner oid,
	OUT read_only boolean, OUT destructive boolean, OUT idempotent boolean,
	OUT open_world boolean, OUT tables text[])
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_effects';

COMMENT ON FUNCTION custom_actions.effects_of(text, json, oid) IS
	'what an action of a definition does to tables and the world, with all that it performs; definition NULL: what is published, from the facts that are kept with it';

CREATE FUNCTION custom_actions.action_written(function oid)
RETURNS TABLE (
	table_name text, inserts boolean, updates boolean, deletes boolean, columns text[],
	overwritten text[], function text, performs text, unknown boolean)
LANGUAGE c STABLE STRICT PARALLEL UNSAFE ROWS 5
AS 'MODULE_PATHNAME', 'custom_action_written';

COMMENT ON FUNCTION custom_actions.action_written(oid) IS
	'what an action does itself: a row for each table that it writes, each function that it calls, each action that it performs; unknown: it does not compile';

CREATE FUNCTION custom_actions.view_columns(view oid)
RETURNS TABLE (column_name text, base oid, base_column text)
LANGUAGE c STABLE STRICT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'custom_action_view_columns';

COMMENT ON FUNCTION custom_actions.view_columns(oid) IS
	'which columns of which table PostgreSQL writes through a view; a row without column for the table';

CREATE FUNCTION custom_actions.rule_writes(relation oid)
RETURNS TABLE (rule oid, event text, target oid, change text, column_name text)
LANGUAGE c STABLE STRICT PARALLEL SAFE ROWS 5
AS 'MODULE_PATHNAME', 'custom_action_rule_writes';

COMMENT ON FUNCTION custom_actions.rule_writes(oid) IS
	'what the rules of a table or view write, without column: whole rows';

CREATE FUNCTION custom_actions.missing_privileges(
	action_name text, definition json, owner oid, role oid)
RETURNS TABLE (path text, privilege text, object text, grant_statement text)
LANGUAGE c STABLE PARALLEL UNSAFE ROWS 5
AS 'MODULE_PATHNAME', 'custom_action_missing_privileges';

COMMENT ON FUNCTION custom_actions.missing_privileges(text, json, oid, oid) IS
	'what a role lacks to call an action of this definition, or the owner to run it, each with the GRANT that gives it';

CREATE FUNCTION custom_actions.claim_name(action_name text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_claim_name';

COMMENT ON FUNCTION custom_actions.claim_name(text) IS
	'checks who may publish an action, and keeps others from it until the transaction ends';

CREATE FUNCTION custom_actions.publish(
	action_name text, definition json, version integer, active boolean, plugins json,
	change_signature boolean DEFAULT false)
RETURNS regprocedure
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_publish';

COMMENT ON FUNCTION custom_actions.publish(text, json, integer, boolean, json, boolean) IS
	'creates or replaces the function of an action, never an overload';

CREATE FUNCTION custom_actions.published(action_name text)
RETURNS TABLE (
	function oid, version integer, active boolean, definition json, plugins json)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 1
AS 'MODULE_PATHNAME', 'custom_action_published';

COMMENT ON FUNCTION custom_actions.published(text) IS
	'published function of an action; no row if there is none';

CREATE FUNCTION custom_actions.action_function(action_name text)
RETURNS oid
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_function';

COMMENT ON FUNCTION custom_actions.action_function(text) IS
	'published function of an action by its qualified name; NULL if there is none';

CREATE FUNCTION custom_actions.refresh_dependencies()
RETURNS integer
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_refresh_dependencies';

COMMENT ON FUNCTION custom_actions.refresh_dependencies() IS
	'records anew what every active action depends on';

CREATE FUNCTION custom_actions.release_performers(function regprocedure)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_release_performers';

COMMENT ON FUNCTION custom_actions.release_performers(regprocedure) IS
	'lets a function be dropped in spite of the actions that perform it; for its owner';

CREATE FUNCTION custom_actions.is_member(role text)
RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_is_member';

COMMENT ON FUNCTION custom_actions.is_member(text) IS
	'whether the current user has the privileges of a role';

CREATE FUNCTION custom_actions.belongs_to(role text)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_belongs_to';

COMMENT ON FUNCTION custom_actions.belongs_to(text) IS
	'whether the current user is a member of a role; what a superuser may do without being one does not count';

CREATE FUNCTION custom_actions.owner_role(action_name text, owner_name text)
RETURNS oid
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_owner_role';

COMMENT ON FUNCTION custom_actions.owner_role(text, text) IS
	'role that owns an action; an error if it does not exist';

CREATE FUNCTION custom_actions.require_owner(action_name text, owner_name text)
RETURNS void
LANGUAGE c STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_require_owner';

COMMENT ON FUNCTION custom_actions.require_owner(text, text) IS
	'refuses a user who does not have the privileges of the owner of an action';

CREATE FUNCTION custom_actions.require_create(action_name text)
RETURNS void
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_require_create';

COMMENT ON FUNCTION custom_actions.require_create(text) IS
	'refuses a user who may not create an action of this name';

CREATE FUNCTION custom_actions.extension_script()
RETURNS text
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_extension_script';

COMMENT ON FUNCTION custom_actions.extension_script() IS
	'extension that is being created or updated by its script; NULL if none is';

CREATE FUNCTION custom_actions.restoring()
RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_restoring';

COMMENT ON FUNCTION custom_actions.restoring() IS
	'whether the owner of the catalog is restoring a dump; a designer who sets check_function_bodies himself is not';

CREATE FUNCTION custom_actions.keeps_whole(action_name text)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_keeps_whole';

COMMENT ON FUNCTION custom_actions.keeps_whole(text) IS
	'whether an edit of a draft is being made for which all its rows are kept, so that changes of single ones need not be';

CREATE FUNCTION custom_actions.quietly()
RETURNS trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_quiet_trigger';

COMMENT ON FUNCTION custom_actions.quietly() IS
	'trigger that calls the trigger function its argument names, and keeps it out of the context of errors';

CREATE FUNCTION custom_actions.quietly_capture()
RETURNS trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_capture';

COMMENT ON FUNCTION custom_actions.quietly_capture() IS
	'the same, for statement triggers that keep rows: not of drafts all of whose rows are kept already';

-- Whoever owns the draft then, it is no obstacle: it goes along as it is.
CREATE FUNCTION custom_actions.renaming_user()
RETURNS text
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_renaming_user';

COMMENT ON FUNCTION custom_actions.renaming_user() IS
	'who renames the function that a draft follows; NULL if none is being renamed';

CREATE FUNCTION custom_actions.words(VARIADIC texts text[])
RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_words';

COMMENT ON FUNCTION custom_actions.words(text[]) IS
	'words of texts, folded, by which names in them are found';

CREATE FUNCTION custom_actions.words_of_name(name text)
RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_words_of_name';

COMMENT ON FUNCTION custom_actions.words_of_name(text) IS
	'words of which any text that has a name in it has one; NULL: there are none';

CREATE FUNCTION custom_actions.is_own_change(row_xmin xid)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_is_own_change';

COMMENT ON FUNCTION custom_actions.is_own_change(xid) IS
	'whether the current transaction wrote the row that has this xmin';

CREATE FUNCTION custom_actions.counted_statistics()
RETURNS TABLE (
	action text, plugin text, step text, calls bigint, failures bigint, canceled bigint,
	total_time double precision, min_time double precision, max_time double precision,
	mean_time double precision, stddev_time double precision, rows_written bigint,
	last_call timestamptz, last_error_at timestamptz, last_sqlstate text, last_error text,
	stats_since timestamptz)
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_statistics';

COMMENT ON FUNCTION custom_actions.counted_statistics() IS
	'statistics of this database that the caller may see';

CREATE FUNCTION custom_actions.statistics_state()
RETURNS TABLE (
	preloaded boolean, entries integer, max_entries integer, evicted bigint,
	stats_since timestamptz)
LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1
AS 'MODULE_PATHNAME', 'custom_action_statistics_state';

COMMENT ON FUNCTION custom_actions.statistics_state() IS
	'whether there are statistics, and whether they find room';

CREATE FUNCTION custom_actions.forget_statistics(function oid)
RETURNS integer
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_forget_statistics';

COMMENT ON FUNCTION custom_actions.forget_statistics(oid) IS
	'forgets the statistics of an action that the caller owns';

CREATE FUNCTION custom_actions.forget_all_statistics()
RETURNS integer
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_forget_all_statistics';

COMMENT ON FUNCTION custom_actions.forget_all_statistics() IS
	'forgets all statistics of this database; for those it is granted to';

CREATE FUNCTION custom_actions.call_handler()
RETURNS language_handler
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_call_handler';

COMMENT ON FUNCTION custom_actions.call_handler() IS 'runs a published action';

CREATE FUNCTION custom_actions.validator(oid)
RETURNS void
LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'custom_action_validator';

COMMENT ON FUNCTION custom_actions.validator(oid) IS
	'checks a published action and records what it depends on';

CREATE FUNCTION custom_actions.inline_handler(internal)
RETURNS void
LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'custom_action_inline_handler';

COMMENT ON FUNCTION custom_actions.inline_handler(internal) IS 'runs the definition of a DO statement';

CREATE FUNCTION custom_actions.ddl_end()
RETURNS event_trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_ddl_end';

COMMENT ON FUNCTION custom_actions.ddl_end() IS
	'checks the actions that depend on what a command altered';

CREATE FUNCTION custom_actions.ddl_drop()
RETURNS event_trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_ddl_drop';

COMMENT ON FUNCTION custom_actions.ddl_drop() IS
	'checks the actions that depend on what a command dropped parts of';

CREATE FUNCTION custom_actions.ddl_new()
RETURNS event_trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_ddl_new';

COMMENT ON FUNCTION custom_actions.ddl_new() IS
	'takes actions that nobody activated from PUBLIC, and warns of objects that formulas would use';

CREATE FUNCTION custom_actions.row_hash(table_name text, key jsonb)
RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_row_hash';

COMMENT ON FUNCTION custom_actions.row_hash(text, jsonb) IS
	'number of a row, as in log.touched_rows: of the table''s qualified name and the key, an object of columns';

CREATE FUNCTION custom_actions.log_ring(
	OUT mode text, OUT reason text,
	OUT ring_size bigint, OUT ring_used bigint,
	OUT waiting bigint, OUT recorded bigint, OUT dropped bigint, OUT skipped bigint,
	OUT server_waiting bigint, OUT server_recorded bigint,
	OUT server_dropped bigint, OUT server_skipped bigint,
	OUT since timestamptz)
LANGUAGE c VOLATILE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_log_ring';

COMMENT ON FUNCTION custom_actions.log_ring() IS
	'where failures are recorded, and how the shared memory for them is doing';

CREATE FUNCTION custom_actions.outside_actions()
RETURNS boolean
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_outside_actions';

COMMENT ON FUNCTION custom_actions.outside_actions() IS
	'whether no action is running; what triggers of protected tables ask';

CREATE FUNCTION custom_actions.outside_actions(VARIADIC actions regprocedure[])
RETURNS boolean
LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'custom_action_outside_these_actions';

COMMENT ON FUNCTION custom_actions.outside_actions(regprocedure[]) IS
	'whether none of these actions is running, nor anything that one of them led to';

CREATE FUNCTION custom_actions.protect_row()
RETURNS trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_protect_row';

COMMENT ON FUNCTION custom_actions.protect_row() IS
	'refuses what was written outside of actions, for a protected table';

CREATE FUNCTION custom_actions.protect_statement()
RETURNS trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_protect_statement';

COMMENT ON FUNCTION custom_actions.protect_statement() IS
	'refuses TRUNCATE outside of actions, for a protected table; in its UPDATE OF stand the protected columns';

CREATE FUNCTION custom_actions.available_support(internal)
RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_available_support';

COMMENT ON FUNCTION custom_actions.available_support(internal) IS
	'planner''s support function of action_available()';

CREATE FUNCTION custom_actions.may_begin(action regprocedure)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_may_begin';

COMMENT ON FUNCTION custom_actions.may_begin(regprocedure) IS
	'may the current role invoke the action of a function? stands in plans in the place of action_available()';

CREATE FUNCTION custom_actions.mcp_tool(name text, whole boolean)
RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_mcp_tool';

COMMENT ON FUNCTION custom_actions.mcp_tool(text, boolean) IS
	'of an action that is listed as a tool of the current role: name, bound_to, destructive, sensitive, expect (the property that confirms), and if wanted whole the tool; NULL of any other';

CREATE FUNCTION custom_actions.actor_now()
RETURNS text
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_actor_now';

COMMENT ON FUNCTION custom_actions.actor_now() IS
	'who the settings say is behind the calls of the session, as the record has it';

CREATE FUNCTION custom_actions.form_state(name text, target text)
RETURNS jsonb
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_form_state';

COMMENT ON FUNCTION custom_actions.form_state(text, text) IS
	'whether the current role could begin an action for this row now, the defaults of its inputs, and their options that are computed';

CREATE FUNCTION custom_actions.form_state(name text, target anyelement)
RETURNS jsonb
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_form_state';

COMMENT ON FUNCTION custom_actions.form_state(text, anyelement) IS
	'the same for a key of any type';

CREATE FUNCTION custom_actions.form_document(name text, state jsonb, numbers text)
RETURNS json
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_form_document';

COMMENT ON FUNCTION custom_actions.form_document(text, jsonb, text) IS
	'the form of an action with what was found out of the row';
