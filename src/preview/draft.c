/*
 * draft.c
 *		Runs what is not published: the draft of an action, or one of its versions.
 *
 * Nobody gains a right by that. Who reads drafts is a designer; who may not invoke
 * the published action may not try another form of it; and what is to run as the
 * owner runs for those alone who have the owner's privileges anyway. User and
 * settings are put back by the end of the subtransaction.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "definition/envelope.h"
#include "definition/settled_path.h"
#include "engine/invocation.h"
#include "engine/program_cache.h"
#include "executor/spi.h"
#include "lookup/action_lookup.h"
#include "lookup/denied.h"
#include "lookup/function_lookup.h"
#include "lookup/function_settings.h"
#include "lookup/quiet.h"
#include "miscadmin.h"
#include "preview/draft.h"
#include "run/action_call.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

struct DraftSource
{
	const char *action;			/* canonical name */
	int			version;		/* 0: the draft */
	const char *definition;
	const char *plugins;
	Oid			owner;
	bool		compiled;
};

#define SOURCE_QUERY \
	"SELECT n.name, s.version, s.definition::pg_catalog.text, s.plugins::pg_catalog.text, s.owner" \
	" FROM custom_actions.canonical_name($1) AS n (name)" \
	" CROSS JOIN LATERAL custom_actions.preview_source(n.name, $2) AS s"

bool
draft_is_readable(void)
{
	Oid			types[] = {TEXTOID, INT4OID};
	Oid			function = own_function("preview_source", buildoidvector(types, lengthof(types)));

	return object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
}

/* Refuses who may not read drafts. */
static void
require_reader(const char *action)
{
	if (!draft_is_readable())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for drafts and versions of action \"%s\"", action),
				 errdetail("They are for designers of actions."),
				 errhint("Leave \"version\" out for what is published, or SELECT grant_action_design(%s).",
						 quote_literal_cstr(denied_user()))));
}

/* A column of the only row that SPI has found, in the current context. */
static const char *
found_text(MemoryContext mcxt, int column)
{
	char	   *text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);

	return text != NULL ? MemoryContextStrdup(mcxt, text) : NULL;
}

/* What is asked for, and found. */
typedef struct SourceSearch
{
	const char *action;
	const int  *version;
	DraftSource *found;			/* NULL: what is published */
} SourceSearch;

/* Asks for what a version means. */
static void
find_source(void *arg)
{
	SourceSearch *search = arg;
	Oid			types[] = {TEXTOID, INT4OID};
	Datum		values[] = {CStringGetTextDatum(search->action), Int32GetDatum(search->version != NULL ? *search->version : 0)};
	MemoryContext mcxt = CurrentMemoryContext;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args(SOURCE_QUERY, lengthof(types), types, values, search->version != NULL ? "  " : " n",
							  true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the draft of action \"%s\"", search->action);
	if (SPI_processed > 0)
	{
		search->found = MemoryContextAllocZero(mcxt, sizeof(DraftSource));
		search->found->action = found_text(mcxt, 1);
		search->found->version = atoi(found_text(mcxt, 2));
		search->found->definition = found_text(mcxt, 3);
		search->found->plugins = found_text(mcxt, 4);
		search->found->owner = atooid(found_text(mcxt, 5));
	}
	SPI_finish();
	MemoryContextSwitchTo(mcxt);
}

DraftSource *
draft_source(const char *action, const int *version)
{
	SourceSearch search = {action, version, NULL};
	Oid			function = action_find(action);

	if (version == NULL && (OidIsValid(function) || !draft_is_readable()))
		return NULL;
	require_reader(action);
	if (OidIsValid(function))
		handle_require_caller(handle_get(function));
	quiet_run(find_source, &search);
	return search.found;
}

/* Becomes the owner, where the definition says so. */
static void
become_owner(const DraftSource *source, const Json *document)
{
	const char *run_as = json_get_text(document, "run_as");
	Oid			user;
	int			security;

	if (run_as == NULL || strcmp(run_as, "owner") != 0)
		return;
	GetUserIdAndSecContext(&user, &security);
	if (!has_privs_of_role(user, source->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to run action \"%s\" as its owner before that is published", source->action),
				 errdetail("It says \"run_as\": \"owner\", and \"%s\" is not a member of role \"%s\".",
						   GetUserNameFromId(user, false), GetUserNameFromId(source->owner, false)),
				 errhint("Ask a member of that role, or try what is published.")));
	SetUserIdAndSecContext(source->owner, security | SECURITY_LOCAL_USERID_CHANGE);
}

/* Applies the settings of a definition, as its function would. */
static void
apply_settings(const Json *document)
{
	const Json *settings = json_get(document, "settings");

	for (int i = 0; settings != NULL && settings->kind == JSON_IS_OBJECT && i < settings->count; i++)
		if (settings->items[i]->kind == JSON_IS_STRING)
			(void) set_config_option(settings->keys[i], settings->items[i]->text, setting_context(),
									 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Reads the source; all of it goes to the current context. */
static Envelope *
source_envelope(const DraftSource *source)
{
	Envelope   *envelope = palloc0(sizeof(Envelope));

	envelope->version = source->version;
	envelope->active = true;
	envelope->definition = json_parse(source->definition);
	envelope->plugins = source->plugins != NULL ? json_parse(source->plugins) : NULL;
	definition_settle_path(envelope->definition);
	return envelope;
}

/* Compiles it and runs the program. */
static void
compile_and_invoke(DraftSource *source, Envelope *envelope, MemoryContext home, InvokeRequest *request)
{
	Program    *program = program_of_envelope(source->action, envelope, home);

	source->compiled = true;
	PG_TRY();
	{
		(void) program_invoke(program, NULL, request);
	}
	PG_FINALLY();
	{
		program_release(program);
	}
	PG_END_TRY();
}

void
draft_run(DraftSource *source, InvokeRequest *request)
{
	MemoryContext home = AllocSetContextCreate(CurrentMemoryContext, "custom action home", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(home);
	Envelope   *envelope = source_envelope(source);
	Oid			user;
	int			security;
	int			level;

	MemoryContextSwitchTo(old);
	GetUserIdAndSecContext(&user, &security);
	request->node.type = T_ExtensibleNode;
	request->node.extnodename = CA_INVOKE_REQUEST;
	request->invoker = user;
	become_owner(source, envelope->definition);
	level = NewGUCNestLevel();
	apply_settings(envelope->definition);
	compile_and_invoke(source, envelope, home, request);
	AtEOXact_GUC(true, level);
	SetUserIdAndSecContext(user, security);
}

const char *
draft_hint(const DraftSource *source)
{
	if (source->compiled || source->version > 0)
		return NULL;
	return psprintf("SELECT * FROM check_action(%s) tells what is wrong with the draft.",
					quote_literal_cstr(source->action));
}
