/*
 * publish.c
 *		Makes the function of an action, or gives it a new version.
 *
 * CREATE [OR REPLACE] FUNCTION is built as a parse tree: no text of a user's
 * is pasted into SQL, and privileges, event triggers and the validator work
 * as for a statement that was typed in. Types and defaults are resolved under
 * the search_path of the action, which the function sets only if it runs as its
 * owner (run/frame_path.c). What a DBA set on the function stays. The
 * plug-ins are the envelope's, beside the definition: registering one gives
 * the function a new source and the action no new version.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "base/compat.h"
#include "base/parser_settings.h"
#include "base/sandbox.h"
#include "base/sqlstate.h"
#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "commands/event_trigger.h"
#include "definition/definition.h"
#include "definition/envelope.h"
#include "definition/signature.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/denied.h"
#include "lookup/function_lookup.h"
#include "lookup/function_settings.h"
#include "lookup/membership.h"
#include "lookup/own_table.h"
#include "lookup/proc_row.h"
#include "lookup/quiet.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "program/input_default.h"
#include "publish/publish.h"
#include "publish/reshape.h"
#include "storage/lmgr.h"
#include "tcop/dest.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

static bool running = false;	/* a function is being published */

bool
publish_is_running(void)
{
	return running;
}

typedef struct Publishing
{
	char	   *action;			/* canonical name */
	char	   *schema;
	char	   *name;
	Definition *definition;
	Signature  *signature;
	Envelope	envelope;
	Oid			existing;		/* function to replace, or InvalidOid */
	Envelope   *before;			/* its envelope, or NULL */
} Publishing;

/* The key of the definition that stands for the function */
#define OBSTACLE_LOCATION	"action"

PG_FUNCTION_INFO_V1(custom_action_check_publishing);
PG_FUNCTION_INFO_V1(custom_action_claim_name);
PG_FUNCTION_INFO_V1(custom_action_publish);

/* Splits the canonical name. */
static void
split_name(Publishing *publishing)
{
	List	   *names = stringToQualifiedNameList(publishing->action, NULL);

	DeconstructQualifiedName(names, &publishing->schema, &publishing->name);
	if (publishing->schema == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("name of action \"%s\" has no schema", publishing->action)));
}

/* Finds the function to replace. */
static void
find_existing(Publishing *publishing)
{
	Oid			schema;

	require_schema_usage(publishing->schema);
	schema = LookupExplicitNamespace(publishing->schema, true);
	if (!OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema \"%s\" does not exist", publishing->schema),
				 errhint("Create it with CREATE SCHEMA %s, or create the action in another one.",
						 quote_identifier(publishing->schema))));
	publishing->existing = action_find_in_schema(schema, publishing->name, true);
}

/* Refuses who does not own the draft of an action that is not published. */
static void
require_draft_owner(const Publishing *publishing)
{
	char	   *owner = draft_owner(publishing->action);

	if (owner != NULL)
		require_owner(publishing->action, owner);
}

/* Refuses who may not make functions of our language: activating is a right of its own. */
static void
require_language(void)
{
	if (object_aclcheck(LanguageRelationId, action_language(), GetUserId(), ACL_USAGE) == ACLCHECK_OK)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for language %s", CA_LANGUAGE),
			 errdetail("Activating an action takes USAGE on the language."),
			 errhint("GRANT USAGE ON LANGUAGE %s TO %s", CA_LANGUAGE, denied_user())));
}

/* Refuses who may not replace the function, or publish a draft that has none. */
static void
require_publishing_owner(const Publishing *publishing)
{
	if (!OidIsValid(publishing->existing))
		require_draft_owner(publishing);
	else if (!object_ownercheck(ProcedureRelationId, publishing->existing, GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of action \"%s\"", publishing->action),
				 errhint("Members of its owner, role \"%s\", can do it.",
						 GetUserNameFromId(function_owner(publishing->existing), false))));
}

/* Refuses who may not publish; CREATE FUNCTION asks again, but after the lock. */
static void
require_publisher(const Publishing *publishing)
{
	require_language();
	require_schema_create(publishing->schema, NULL);
	require_publishing_owner(publishing);
}

/* Refuses a function that is not ours. */
static void
require_replaceable(const Publishing *publishing)
{
	if (OidIsValid(publishing->existing) && !function_is_action(publishing->existing))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_FUNCTION),
				 errmsg("function %s already exists and is not an action",
						format_procedure(publishing->existing)),
				 errhint("Give the action another name, or drop or rename the function.")));
}

/* Locks the name for the current user, and finds the function to replace. */
static void
claim_name(Publishing *publishing)
{
	split_name(publishing);
	find_existing(publishing);
	require_replaceable(publishing);
	require_publisher(publishing);
	action_lock_name(qualified_name_canonical(publishing->schema, publishing->name));
	if (OidIsValid(publishing->existing))
		LockDatabaseObject(ProcedureRelationId, publishing->existing, 0, AccessShareLock);

	/* what others did while we waited */
	find_existing(publishing);
	require_replaceable(publishing);
	require_publisher(publishing);
}

/* How a new version's signature differs where it must not, or NULL. */
static char *
changed_signature(const Publishing *publishing)
{
	if (!OidIsValid(publishing->existing))
		return NULL;
	return signature_difference(publishing->signature, publishing->existing, true);
}

/* Refuses a new version with another signature. */
static void
require_same_signature(const Publishing *publishing)
{
	char	   *difference = changed_signature(publishing);
	char	   *name;

	if (difference == NULL)
		return;
	name = quote_literal_cstr(publishing->action);
	ereport(ERROR,
			(errcode(ERRCODE_CA_SIGNATURE),
			 errmsg("signature of action \"%s\" would change", publishing->action),
			 errdetail_internal("%s", difference),
			 errhint("Callers rely on it. A new input that is optional and the last one changes nothing for them. For anything else, use activate_action(%s, change_signature => true), which keeps grants and plug-ins, or leave the action as it is and change a copy, copy_action(%s, 'new_name').",
					 name, name)));
}

/* Gives the function that is to be replaced the arguments of the new version. */
static void
settle_signature(const Publishing *publishing, bool may_change)
{
	char	   *difference;

	if (!may_change)
		require_same_signature(publishing);
	if (!OidIsValid(publishing->existing))
		return;
	difference = changed_signature(publishing);
	if (difference == NULL)
	{
		function_widen(publishing->existing, publishing->signature, publishing->action);
		return;
	}
	function_reshape(publishing->existing, publishing->signature, publishing->action);
	ereport(NOTICE,
			(errmsg("signature of action \"%s\" changed", publishing->action),
			 errdetail_internal("%s", difference),
			 errhint("Programs that call it have to follow.")));
}

/* Makes the SQL default of an optional input. */
static Node *
default_tree(const Argument *argument)
{
	A_Const    *null;

	if (argument->parameter != NULL && argument->parameter->initial != NULL)
		return input_default_tree(argument->parameter->initial, argument->type,
								  argument->typmod, argument->parameter->location);
	null = makeNode(A_Const);
	null->isnull = true;
	null->location = -1;
	return (Node *) null;
}

/* Makes an argument or result column of the function. */
static FunctionParameter *
function_parameter(const Argument *argument, FunctionParameterMode mode)
{
	FunctionParameter *parameter = makeNode(FunctionParameter);

	parameter->name = argument->name;
	parameter->argType = makeTypeNameFromOid(argument->type, argument->typmod);
	parameter->mode = mode;
	if (mode == FUNC_PARAM_IN && !argument->required)
		parameter->defexpr = default_tree(argument);
	return parameter;
}

/* Makes a constant of a SET clause. */
static Node *
string_constant(const char *text)
{
	A_Const    *constant = makeNode(A_Const);

	constant->val.sval.type = T_String;
	constant->val.sval.sval = pstrdup(text);
	constant->location = -1;
	return (Node *) constant;
}

/* Makes the values of a SET clause: one, or each of a list of names. */
static List *
setting_values(const char *name, const char *value)
{
	List	   *parts;
	List	   *result = NIL;
	ListCell   *cell;

	if ((GetConfigOptionFlags(name, true) & GUC_LIST_QUOTE) == 0)
		return list_make1(string_constant(value));
	if (!SplitIdentifierString(pstrdup(value), ',', &parts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("setting \"%s\" must be a list of names: \"%s\"", name, value)));
	foreach(cell, parts)
		result = lappend(result, string_constant(lfirst(cell)));
	return result == NIL ? list_make1(string_constant("")) : result;
}

/* Makes a SET clause. */
static DefElem *
setting_clause(const char *name, const char *value)
{
	VariableSetStmt *set = makeNode(VariableSetStmt);

	set->kind = VAR_SET_VALUE;
	set->name = pstrdup(name);
	set->args = setting_values(name, value);
	return makeDefElem("set", (Node *) set, -1);
}

/* Does an object have this setting? Names of settings know no case. */
static bool
has_setting(const Json *settings, const char *name)
{
	for (int i = 0; settings != NULL && i < settings->count; i++)
		if (pg_strcasecmp(settings->keys[i], name) == 0)
			return true;
	return false;
}

/* Do two search_paths list the same schemas? */
static bool
paths_are_same(const char *one, const char *other)
{
	List	   *names;
	List	   *others;

	return one != NULL && other != NULL && SplitIdentifierString(pstrdup(one), ',', &names) &&
		SplitIdentifierString(pstrdup(other), ',', &others) && text_list_same(names, others);
}

/*
 * Did somebody set the search_path on a function that runs as its caller? Activation
 * does not, or has set that of the definition, when it still did.
 */
static bool
is_set_path(const Publishing *publishing, const FunctionSetting *setting)
{
	return strcmp(setting->name, "search_path") == 0 && !publishing->definition->as_owner &&
		!paths_are_same(setting->value,
						json_get_text(json_get(publishing->before->definition, "settings"), "search_path"));
}

/* Makes SET clauses of what was set on the function and came from no definition. */
static List *
kept_settings(const Publishing *publishing, HeapTuple tuple)
{
	const FunctionSettings *settings = function_settings_read(tuple);
	List	   *result = NIL;

	for (int i = 0; i < settings->count; i++)
	{
		const FunctionSetting *setting = &settings->items[i];

		if (is_set_path(publishing, setting) ||
			(!has_setting(publishing->definition->settings, setting->name) &&
			 !has_setting(json_get(publishing->before->definition, "settings"), setting->name)))
			result = lappend(result, setting_clause(setting->name, setting->value));
	}
	return result;
}

/* Makes the clauses that keep what a DBA set on the function. */
static List *
kept_options(const Publishing *publishing)
{
	HeapTuple	tuple = proc_row(publishing->existing);
	Form_pg_proc proc = proc_form(tuple);
	List	   *result;
	const char *parallel;

	parallel = proc->proparallel == PROPARALLEL_SAFE ? "safe" :
		proc->proparallel == PROPARALLEL_RESTRICTED ? "restricted" : "unsafe";
	result = kept_settings(publishing, tuple);
	result = lappend(result, makeDefElem("cost", (Node *)
										 makeFloat(psprintf("%g", proc->procost)), -1));
	result = lappend(result, makeDefElem("parallel", (Node *) makeString(pstrdup(parallel)), -1));
	if (proc->proleakproof && superuser())
		result = lappend(result, makeDefElem("leakproof", (Node *) makeBoolean(true), -1));
	ReleaseSysCache(tuple);
	return result;
}

/* Makes the clauses of the function. */
static List *
function_options(const Publishing *publishing)
{
	const Definition *definition = publishing->definition;
	const Json *settings = definition->settings;
	List	   *source = list_make1(makeString(envelope_print(&publishing->envelope)));
	List	   *result = list_make1(makeDefElem("as", (Node *) source, -1));

	result = lappend(result, makeDefElem("language", (Node *) makeString(CA_LANGUAGE), -1));
	result = lappend(result, makeDefElem("volatility", (Node *)
										 makeString(definition->read_only ? "stable" : "volatile"), -1));
	result = lappend(result, makeDefElem("security", (Node *)
										 makeBoolean(definition->as_owner), -1));
	for (int i = 0; settings != NULL && i < settings->count; i++)
		if (definition->as_owner || strcmp(settings->keys[i], "search_path") != 0)
			result = lappend(result, setting_clause(settings->keys[i], settings->items[i]->text));
	if (OidIsValid(publishing->existing))
		result = list_concat(result, kept_options(publishing));
	return result;
}

/* Makes the statement. */
static CreateFunctionStmt *
create_statement(const Publishing *publishing)
{
	const Signature *signature = publishing->signature;
	CreateFunctionStmt *statement = makeNode(CreateFunctionStmt);

	statement->replace = OidIsValid(publishing->existing);
	statement->funcname = list_make2(makeString(publishing->schema),
									 makeString(publishing->name));
	for (int i = 0; i < signature->ninputs; i++)
		statement->parameters = lappend(statement->parameters,
										function_parameter(&signature->inputs[i], FUNC_PARAM_IN));
	for (int i = 0; i < signature->noutputs; i++)
		statement->parameters = lappend(statement->parameters,
										function_parameter(&signature->outputs[i], FUNC_PARAM_OUT));
	if (signature->noutputs == 0)
		statement->returnType = makeTypeNameFromOid(VOIDOID, -1);
	statement->options = function_options(publishing);
	return statement;
}

/* A statement that is to be run. */
typedef struct Utility
{
	Node	   *statement;
	const char *text;
} Utility;

/* Runs a statement, event triggers aside. */
static void
run_subcommand(void *arg)
{
	const Utility *utility = arg;
	PlannedStmt *wrapper = makeNode(PlannedStmt);
	ParserSettings outer;

	wrapper->commandType = CMD_UTILITY;
	wrapper->utilityStmt = utility->statement;
	wrapper->stmt_location = -1;
	parser_settings_fix(&outer);	/* defaults of inputs are formulas */
	PG_TRY();
	{
		ProcessUtility(wrapper, utility->text, false, PROCESS_UTILITY_SUBCOMMAND, NULL, NULL,
					   None_Receiver, NULL);
	}
	PG_FINALLY();
	{
		parser_settings_restore(&outer);
	}
	PG_END_TRY();
}

/*
 * Runs CREATE FUNCTION as if it had been typed in. The literals of a default
 * are read by it once more, by now perhaps as a type that has got a CHECK since
 * the definition was checked: that happens in the sandbox. The event triggers
 * are no designer's, so they run outside, which is why they are fired here.
 */
static void
run_create_function(void *arg)
{
	Utility    *utility = arg;
	bool		event_triggers = EventTriggerBeginCompleteQuery();

	PG_TRY();
	{
		EventTriggerDDLCommandStart(utility->statement);
		sandbox_create_function(run_subcommand, utility);
		EventTriggerSQLDrop(utility->statement);
		EventTriggerDDLCommandEnd(utility->statement);
	}
	PG_FINALLY();
	{
		if (event_triggers)
			EventTriggerEndCompleteQuery();
	}
	PG_END_TRY();
	CommandCounterIncrement();
}

/* The same, for all to see that it is activation which makes the function. */
static void
publish_function(void *arg)
{
	bool		outer = running;

	running = true;
	PG_TRY();
	{
		run_create_function(arg);
	}
	PG_FINALLY();
	{
		running = outer;
	}
	PG_END_TRY();
}

/* Puts the description in the function's comment; a comment that is not ours stays if there is none. */
static void
comment_function(const Publishing *publishing, Oid function)
{
	const char *description = publishing->definition->description;
	const char *ours = publishing->before == NULL ? NULL :
		json_get_text(publishing->before->definition, "description");
	char	   *comment;

	if (description == NULL)
	{
		comment = ours == NULL ? NULL : GetComment(function, ProcedureRelationId, 0);
		if (comment == NULL || strcmp(comment, ours) != 0)
			return;
	}
	CreateComments(function, ProcedureRelationId, 0, description);
}

/* Applies the search_path of the action until the nest level ends. */
static void
apply_search_path(const Definition *definition)
{
	const char *path = json_get_text(definition->settings, "search_path");

	if (path != NULL)
		(void) set_config_option("search_path", path,
								 setting_context(),
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* What may be in the way of publishing, each to be tried by itself: */
static void
try_find_existing(void *arg)
{
	find_existing(arg);
}

static void
try_existing(void *arg)
{
	require_replaceable(arg);
}

static void
try_language(void *arg)
{
	require_language();
}

static void
try_schema(void *arg)
{
	const Publishing *publishing = arg;

	require_schema_create(publishing->schema, NULL);
}

static void
try_owner(void *arg)
{
	require_publishing_owner(arg);
}

static void
try_signature(void *arg)
{
	require_same_signature(arg);
}

/* Collects all that would keep the current user from publishing, but for problems of the definition. */
static void
collect_obstacles(Publishing *publishing, ProblemSink *sink)
{
	void		(*const tries[]) (void *arg) = {try_existing, try_schema, try_owner};
	ProblemSink definition_sink = {.action = publishing->action, .collect = true, .mcxt = CurrentMemoryContext};
	int			nest_level;

	(void) problem_guard(sink, OBSTACLE_LOCATION, try_language, publishing, NULL, NULL);
	split_name(publishing);
	if (!problem_guard(sink, OBSTACLE_LOCATION, try_find_existing, publishing, NULL, NULL))
		return;
	for (int i = 0; i < lengthof(tries); i++)
		(void) problem_guard(sink, OBSTACLE_LOCATION, tries[i], publishing, NULL, NULL);

	publishing->definition = definition_parse(publishing->envelope.definition, &definition_sink);
	nest_level = NewGUCNestLevel();
	apply_search_path(publishing->definition);
	publishing->signature = signature_resolve(publishing->definition, &definition_sink);
	if (!problem_any_error(&definition_sink) && OidIsValid(publishing->existing) &&
		function_is_action(publishing->existing))
		(void) problem_guard(sink, OBSTACLE_LOCATION, try_signature, publishing, NULL, NULL);
	AtEOXact_GUC(true, nest_level);
}

/* SQL: what would keep the current user from publishing an action, as rows of check_definition. */
Datum
custom_action_check_publishing(PG_FUNCTION_ARGS)
{
	Publishing	publishing = {0};
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};

	InitMaterializedSRF(fcinfo, 0);
	publishing.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	publishing.envelope.definition = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	collect_obstacles(&publishing, &sink);
	problems_put((ReturnSetInfo *) fcinfo->resultinfo, &sink);
	PG_RETURN_NULL();
}

/* SQL: checks who may publish an action, and locks its name. */
Datum
custom_action_claim_name(PG_FUNCTION_ARGS)
{
	Publishing	publishing = {0};

	publishing.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	claim_name(&publishing);
	PG_RETURN_VOID();
}

/* SQL: creates or replaces the function of an action. */
Datum
custom_action_publish(PG_FUNCTION_ARGS)
{
	Publishing	publishing = {0};
	ProblemSink sink = {0};
	Utility		utility;
	int			nest_level;
	Oid			function;

	publishing.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	publishing.envelope.definition = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	publishing.envelope.version = PG_GETARG_INT32(2);
	publishing.envelope.active = PG_GETARG_BOOL(3);
	publishing.envelope.plugins = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(4)));
	json_remove(publishing.envelope.definition, "plugins");
	sink.action = publishing.action;

	claim_name(&publishing);
	if (OidIsValid(publishing.existing))
		publishing.before = action_envelope(publishing.existing);
	publishing.definition = definition_parse(publishing.envelope.definition, &sink);

	nest_level = NewGUCNestLevel();
	apply_search_path(publishing.definition);
	publishing.signature = signature_resolve(publishing.definition, &sink);
	settle_signature(&publishing, PG_GETARG_BOOL(5));
	utility.statement = (Node *) create_statement(&publishing);
	utility.text = psprintf("publish action %s", publishing.action);
	quiet_run_outside(publish_function, &utility);
	AtEOXact_GUC(true, nest_level);

	function = action_find(publishing.action);
	if (!OidIsValid(function))
		elog(ERROR, "function of action \"%s\" was not created", publishing.action);
	if (publishing.before == NULL || publishing.before->version != publishing.envelope.version)
		comment_function(&publishing, function);
	PG_RETURN_OID(function);
}
