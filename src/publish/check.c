/*
 * check.c
 *		Runs the compiler for its findings only.
 *
 * Everything here runs as the owner of the action, under the action's own
 * settings and in a restricted security context. User and settings are
 * restored on success; after an error, the end of the (sub)transaction does
 * it, which is why errors are caught by caught_error() only.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/text_list.h"
#include "catalog/pg_proc.h"
#include "definition/envelope.h"
#include "definition/parse_plugins.h"
#include "definition/print.h"
#include "definition/settled_path.h"
#include "engine/compile.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/function_settings.h"
#include "lookup/own_table.h"
#include "lookup/path_check.h"
#include "miscadmin.h"
#include "publish/check.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/resowner.h"

/* Who and what to return to. */
typedef struct CheckSession
{
	Oid			user;
	int			security;
	int			guc_level;
} CheckSession;

/* A setting of a definition on trial. */
typedef struct SettingTrial
{
	const char *name;
	const char *value;
} SettingTrial;

PG_FUNCTION_INFO_V1(custom_action_check_definition);
PG_FUNCTION_INFO_V1(custom_action_freeze_definition);
PG_FUNCTION_INFO_V1(custom_action_require_sound);

/* Becomes the owner of an action, with nothing but a safe search_path set. */
static void
session_enter(CheckSession *session, Oid owner)
{
	GetUserIdAndSecContext(&session->user, &session->security);
	SetUserIdAndSecContext(owner, session->security |
						   SECURITY_RESTRICTED_OPERATION |
						   SECURITY_LOCAL_USERID_CHANGE);
	session->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", FALLBACK_SEARCH_PATH, PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Becomes oneself again. */
static void
session_leave(const CheckSession *session)
{
	AtEOXact_GUC(false, session->guc_level);
	SetUserIdAndSecContext(session->user, session->security);
}

/* Returns a setting's value as SET takes it; an array is a list of names. */
static char *
setting_text(const Json *value)
{
	StringInfoData out;

	if (value->kind != JSON_IS_ARRAY)
		return value->text;

	initStringInfo(&out);
	for (int i = 0; i < value->count; i++)
	{
		if (value->items[i]->text == NULL)
			return NULL;
		append_element(&out, i == 0, name_canonical(value->items[i]->text));
	}
	return out.data;
}

/* Tries a setting without setting it. */
static void
setting_try(void *arg)
{
	SettingTrial *trial = arg;

	(void) set_config_option(trial->name, trial->value, setting_context(),
							 PGC_S_SESSION, GUC_ACTION_SAVE, false, ERROR,
							 false);
}

/* Applies one setting of a definition; a bad one is a problem. */
static void
setting_apply(const char *name, const Json *value, ProblemSink *sink)
{
	SettingTrial trial = {name, setting_text(value)};
	char	   *location = psprintf("settings.%s", name);
	ErrorData  *error;

	if (trial.value == NULL)
	{
		problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
					   "a setting must be a string, a number, a boolean or an array of names",
					   NULL, NULL);
		return;
	}
	error = caught_error(setting_try, &trial);
	if (error != NULL)
	{
		problem_report(sink, error->sqlerrcode, location, error->message,
					   error->detail, error->hint);
		return;
	}
	(void) set_config_option(name, trial.value, setting_context(),
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Applies the settings of a definition. */
static void
settings_apply(const Json *settings, ProblemSink *sink)
{
	if (settings == NULL || settings->kind != JSON_IS_OBJECT)
		return;
	for (int i = 0; i < settings->count; i++)
		setting_apply(settings->keys[i], settings->items[i], sink);
}

/* Is the search_path the one of the session that made the draft, chosen by nobody? */
static bool
path_is_captured(const char *action, const Json *document)
{
	const char *path = json_get_text(json_get(document, "settings"), "search_path");
	char	   *captured = own_table_text("action", action, "captured_path");

	return path != NULL && captured != NULL && strcmp(path, captured) == 0;
}

Program *
check_document_and(Json *document, Oid owner, const CompileOptions *options,
				   void (*look) (Program *program, void *arg), void *arg)
{
	ProblemSink *sink = options->sink;
	Definition *definition;
	CheckSession session;
	Program    *program;
	bool		captured;

	captured = path_is_captured(options->action, document);
	definition_settle_path(document);
	definition = definition_parse(document, sink);

	session_enter(&session, owner);
	settings_apply(definition->settings, sink);
	if (!options->freeze && options->trial == NULL)
		path_check(owner, captured && definition->as_owner, sink);
	program = compile_definition(definition, options, CurrentMemoryContext);
	if (program != NULL && look != NULL)
		look(program, arg);
	session_leave(&session);
	return program;
}

Program *
check_document(Json *document, Oid owner, const CompileOptions *options)
{
	return check_document_and(document, owner, options, NULL, NULL);
}

void
require_single(Oid function)
{
	if (action_is_overloaded(function))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_FUNCTION),
				 errmsg("action \"%s\" exists already with other arguments",
						function_name_canonical(function)),
				 errhint("An action has one signature. Give the other action another name.")));
}

void
require_identity(const PublishedFunction *function)
{
	if (function->kind != PROKIND_FUNCTION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("action \"%s\" must be an ordinary function", function->name)));
	require_single(function->oid);
}

/* Tries the settings of a function without setting them. */
static void
settings_try(void *arg)
{
	ProcessGUCArray(arg, setting_context(), PGC_S_SESSION, GUC_ACTION_SAVE);
}

/* Applies the settings of a function; a bad one is a problem. */
static bool
settings_apply_published(ArrayType *settings, ProblemSink *sink)
{
	ErrorData  *error;

	if (settings == NULL)
		return true;
	error = caught_trial(settings_try, settings);
	if (error != NULL)
	{
		problem_report(sink, error->sqlerrcode, LOCATION_SETTINGS, error->message,
					   error->detail, error->hint);
		return false;
	}
	settings_try(settings);
	return true;
}

/*
 * Waits no longer for a lock than PostgreSQL can tell. Nobody is to wait for us
 * while we wait for a stranger, whatever the settings of an action say.
 */
static void
never_wait(void)
{
	(void) set_config_option("lock_timeout", "1", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/* Compiles a published definition as its function would run. */
static Program *
compile_published(const PublishedFunction *function, Definition *definition,
				  int version, bool wait, ProblemSink *sink, MemoryContext mcxt)
{
	CheckSession session;
	CompileOptions options = {0};
	Program    *program = NULL;
	bool		sound;

	options.action = function->name;
	options.version = version;
	options.function = function->oid;
	options.sink = sink;
	options.note_uses = options.note_failures = options.note_deeds = true;

	session_enter(&session, function->owner);
	sound = settings_apply_published(published_settings(function, definition->settings), sink);
	if (!wait)
		never_wait();
	if (sound)
		program = compile_definition(definition, &options, mcxt);
	session_leave(&session);
	return program;
}

void
check_as_published(Oid oid, void (*look) (void *arg), void *arg)
{
	PublishedFunction *function = published_function(oid);
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = function->name};
	ArrayType  *settings = published_settings(function, json_get(action_envelope(oid)->definition, "settings"));
	CheckSession session;

	session_enter(&session, function->owner);
	(void) settings_apply_published(settings, &sink);
	look(arg);
	session_leave(&session);
}

Program *
check_published(Oid oid, bool wait, bool *active, ProblemSink *sink, MemoryContext mcxt)
{
	PublishedFunction *function = published_function(oid);
	Envelope   *envelope;
	Definition *definition;
	Program    *program;

	require_identity(function);
	envelope = action_envelope(oid);
	*active = envelope->active;
	sink->action = function->name;
	definition = envelope_definition(envelope, sink);
	require_attributes(function, definition);
	if (!envelope->active)
		return NULL;

	program = compile_published(function, definition, envelope->version, wait, sink,
								mcxt);
	if (program != NULL)
		signature_require(program->signature, oid);
	return program;
}

/* Reads the definition of a text with its plug-ins. */
static Definition *
text_definition(const TextCheck *check)
{
	Definition *definition = definition_parse(check->document, check->sink);

	if (check->plugins != NULL)
		definition_set_plugins(definition, check->plugins, check->sink);
	return definition;
}

/* Applies the settings under which a text is to be compiled. */
static bool
text_settings_apply(const TextCheck *check, const Definition *definition)
{
	if (check->settings != NULL)
		return settings_apply_published(check->settings, check->sink);
	settings_apply(definition->settings, check->sink);
	return true;
}

void
check_text(TextCheck *check)
{
	CheckSession session;
	CompileOptions options = {0};
	Definition *definition;
	Program    *program = NULL;

	if (check->settings == NULL)
		definition_settle_path(check->document);
	definition = text_definition(check);
	options.action = check->action;
	options.function = check->function;
	options.sink = check->sink;
	options.resolved = check->resolved;

	session_enter(&session, check->owner);
	if (text_settings_apply(check, definition))
	{
		never_wait();
		program = compile_definition(definition, &options, CurrentMemoryContext);
	}
	check->look(check, program, definition, check->arg);
	session_leave(&session);
}

Oid
check_role(Oid owner)
{
	return has_privs_of_role(GetUserId(), owner) ? owner : GetUserId();
}

void
check_on_trial(const char *action, Json *document, Oid owner, FormulaTrial *trial, ProblemSink *sink)
{
	CompileOptions options = {.action = action, .sink = sink, .trial = trial};

	(void) check_document(document, check_role(owner), &options);
}

/* Checks the document of an SQL function's arguments: action, definition, owner. */
static Program *
check_arguments(FunctionCallInfo fcinfo, ProblemSink *sink, bool freeze)
{
	CompileOptions options = {.sink = sink, .freeze = freeze};

	sink->action = options.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	return check_document(json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1))),
						  check_role(PG_GETARG_OID(2)), &options);
}

/* check_definition(action, definition, owner): every problem as a row */
Datum
custom_action_check_definition(PG_FUNCTION_ARGS)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .remarks = true};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;

	(void) check_arguments(fcinfo, &sink, false);
	problems_put((ReturnSetInfo *) fcinfo->resultinfo, &sink);
	return (Datum) 0;
}

/* require_sound(action, definition, owner): tells remarks, raises what is worse */
Datum
custom_action_require_sound(PG_FUNCTION_ARGS)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .remarks = true};

	(void) check_arguments(fcinfo, &sink, false);
	problems_tell_remarks(sink.action, &sink);
	problems_raise(sink.action, &sink, psprintf("SELECT * FROM check_action(%s) gives them as rows.",
												quote_literal_cstr(sink.action)));
	PG_RETURN_VOID();
}

/* freeze_definition(action, definition, owner): with all look-ups written in */
Datum
custom_action_freeze_definition(PG_FUNCTION_ARGS)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	Program    *program;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();

	program = check_arguments(fcinfo, &sink, true);
	problems_raise(sink.action, &sink, NULL);
	if (program == NULL)
		elog(ERROR, "action \"%s\" gave neither program nor problem", sink.action);
	json_remove(program->definition->json, "plugins");
	PG_RETURN_TEXT_P(cstring_to_text(definition_print(program->definition->json)));
}
