/*
 * program_cache.c
 *		Keeps one compiled program per action and backend.
 *
 * A program is compiled again if its pg_proc row or a function that is called
 * has changed, or what it was compiled for in a table whose columns have slots
 * (VACUUM and the like change nothing of that: run/watched.c), or the setting
 * custom_actions.plain_path. A program in use stays until its last user releases
 * it. Programs are also bound to the schemas of the search_path they were compiled
 * under, which is the action's own, be it set by its function or not, and plans to
 * the user they were made for.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/plain_path.h"
#include "base/settings.h"
#include "base/sqlstate.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "definition/envelope.h"
#include "engine/compile.h"
#include "engine/program_cache.h"
#include "engine/published_function.h"
#include "lookup/function_settings.h"
#include "miscadmin.h"
#include "program/path_sight.h"
#include "run/catalog_changes.h"
#include "run/code_changes.h"
#include "run/frame.h"
#include "run/frame_path.h"
#include "run/observer.h"
#include "run/statement_expression.h"
#include "run/statement_run.h"
#include "run/watched.h"
#include "steps/if_match.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

/*
 * A search_path that is known to stand for an entry's schemas. Comparing these
 * spares looking up every schema in each call.
 */
typedef struct KnownPath
{
	char	   *text;			/* the setting, or NULL: none known */
	Oid			user;			/* "$user", USAGE on the schemas */
	Oid			temporary;		/* pg_temp */
	uint64		schemas;		/* changes of schemas and roles so far */
} KnownPath;

typedef struct CacheEntry
{
	Oid			function;		/* hash key */
	Program    *program;		/* NULL: none yet */
	SearchPathMatcher *path;	/* in effect when compiled */
	KnownPath	known;
} CacheEntry;

#define CACHE_ENTRIES	64		/* that there is room for at first */
#define RECENT_ENTRIES	16		/* that are found without the hash table */
#define COMPILE_TRIES	3		/* while the catalogs change in between; then the next call
								 * compiles again */

static HTAB *programs = NULL;
static CacheEntry *recent_entries[RECENT_ENTRIES] = {0};	/* by the last bits of the function */
static uint64 schema_changes = 0;	/* of schemas, and of roles: "$user" */
static bool any_stale = false;	/* some program may be stale */

/* Notes a change of the function with this hash; 0: of any. */
static void
program_function_changed(Datum arg, int cacheid, uint32 hash)
{
	catalog_changes++;
	rights_changes++;
	code_changes++;
	any_stale |= watched_function_changed(hash);
}

/* Notes a change of a type, or of a constraint, which may be a check of a domain. */
static void
program_type_changed(Datum arg, int cacheid, uint32 hash)
{
	code_changes++;
}

/* Notes a change of a relation; InvalidOid: of any. */
static void
relation_changed(Datum arg, Oid relation)
{
	catalog_changes++;
	watched_relation_changed(relation);
}

/* Marks all programs: what they leave out is another. */
static void
programs_plain_path_changed(void)
{
	catalog_changes++;
	any_stale |= watched_function_changed(0);
}

/* Notes that a search_path may stand for other schemas than before, and roles for other rights. */
static void
program_schema_changed(Datum arg, int cacheid, uint32 hash)
{
	schema_changes++;
	catalog_changes++;
	rights_changes++;
}

void
cache_init(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(CacheEntry);
	programs = hash_create("custom action programs", CACHE_ENTRIES, &control, HASH_ELEM | HASH_BLOBS);
	CacheRegisterSyscacheCallback(PROCOID, program_function_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, program_type_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(CONSTROID, program_type_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, program_schema_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, program_schema_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMMEMROLE, program_schema_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(DATABASEOID, program_schema_changed, (Datum) 0);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	plain_path_tell(programs_plain_path_changed);
}

/* Forgets what was replaced while the program was in use, which it is no longer. */
static void
program_forget_retired(Program *program)
{
	ListCell   *cell;

	foreach(cell, program->retired)
		FreeCachedExpression(lfirst(cell));
	list_free(program->retired);
	program->retired = NIL;
}

/* Forgets the plans of a program that is not in use. */
static void
program_forget_plans(Program *program)
{
	ListCell   *cell;

	frame_forget_idle(program);
	foreach(cell, program->statements)
	{
		statement_free_expression(lfirst(cell));
		statement_free_plan(lfirst(cell));
	}
	if_match_forget_plans(program);
	foreach(cell, program->expressions)
	{
		Expression *expression = lfirst(cell);

		if (expression->cached != NULL)
			FreeCachedExpression(expression->cached);
		expression->cached = NULL;
	}
	program_forget_retired(program);
}

/* Frees a program with its plans, and with the definition that it was made from. */
static void
program_free(Program *program)
{
	program_forget_plans(program);
	MemoryContextDelete(program->home);
}

void
program_release(Program *program)
{
	if (--program->use_count > 0)
		return;
	if (program->detached)
		program_free(program);
	else if (unlikely(program->retired != NIL))
		program_forget_retired(program);
}

/* Takes a stale program out of the cache. */
static void
entry_detach(CacheEntry *entry)
{
	Program    *program = entry->program;

	entry->program = NULL;
	program->detached = true;
	if (program->use_count == 0)
		program_free(program);
}

/* The temporary schema of this session, if it has one by now. */
static Oid
temporary_schema(void)
{
	Oid			temporary;
	Oid			toast;

	GetTempNamespaceState(&temporary, &toast);
	return temporary;
}

/* Is the path the one that is known? Own: it is no other setting's. */
static inline bool
path_is_known(const KnownPath *known, bool own)
{
	return known->text != NULL && known->schemas == schema_changes &&
		known->user == GetUserId() && known->temporary == temporary_schema() &&
		(own || strcmp(known->text, namespace_search_path) == 0);
}

/* Remembers the search_path in effect. */
static void
path_note_known(KnownPath *known)
{
	char	   *text = MemoryContextStrdup(CacheMemoryContext, namespace_search_path);

	if (known->text != NULL)
		pfree(known->text);
	known->text = text;
	known->user = GetUserId();
	known->temporary = temporary_schema();
	known->schemas = schema_changes;
}

/* Do names mean what they meant when the entry's program was compiled? */
static bool
entry_path_matches(CacheEntry *entry)
{
	const char *own = entry->program->path;
	int			level;
	bool		matches;

	if (path_is_known(&entry->known, own != NULL))
		return true;
	level = own != NULL ? path_enter(own) : 0;
	matches = SearchPathMatchesCurrentEnvironment(entry->path);
	if (matches)
		path_note_known(&entry->known);
	path_leave(level);
	return matches;
}

/* Frees what an entry remembers of the search_path. */
static void
entry_forget_path(CacheEntry *entry)
{
	if (entry->known.text != NULL)
		pfree(entry->known.text);
	entry->known.text = NULL;
	if (entry->path == NULL)
		return;
	list_free(entry->path->schemas);
	pfree(entry->path);
	entry->path = NULL;
}

/* Removes the entries of stale programs: their actions may be gone for good. */
static void
entries_forget(void)
{
	HASH_SEQ_STATUS scan;
	CacheEntry *entry;

	any_stale = false;
	memset(recent_entries, 0, sizeof(recent_entries));
	hash_seq_init(&scan, programs);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (entry->program != NULL && !entry->program->stale && !watched_functions_changed(entry->program))
			continue;
		if (entry->program != NULL)
			entry_detach(entry);
		entry_forget_path(entry);
		hash_search(programs, &entry->function, HASH_REMOVE, NULL);
	}
}

/* Refuses a header that only makes sense for an action with callers. */
static void
require_no_signature(const Definition *definition)
{
	if (definition->table == NULL && definition->inputs == NIL && definition->outputs == NIL &&
		!definition->as_owner && definition->settings == NULL && definition->plugins == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
			 errmsg("DO can only run an action without \"table\", \"input\", \"output\", \"run_as\", \"settings\" and \"plugins\""),
			 errhint("Create the action with create_action() to give it those.")));
}

typedef struct CompileWork
{
	Envelope   *envelope;
	const PublishedFunction *function;	/* NULL: none that it would have to agree with */
	bool		inline_code;	/* of DO, without callers */
	const CompileOptions *options;
	MemoryContext home;
	Program    *program;
} CompileWork;

static void
compile_work(void *arg)
{
	CompileWork *work = arg;
	Definition *definition;

	if (work->inline_code)		/* plug-ins would be the document's own */
	{
		definition = definition_parse(work->envelope->definition, work->options->sink);
		require_no_signature(definition);
	}
	else
		definition = envelope_definition(work->envelope, work->options->sink);
	if (work->function != NULL)
		require_attributes(work->function, definition);
	work->program = compile_definition(definition, work->options, work->home);
}

/* The time limit that a document gives, or else the session. What is wrong with it is found when it is read. */
static int64
document_limit(const Json *document)
{
	const char *timeout = json_get_text(document, "timeout");
	int64		limit;

	return timeout != NULL && deadline_parse(timeout, &limit) ? limit : setting_action_timeout;
}

/* Compiles within the action's time limit: a definition may be long, and analysis wait for locks. */
static Program *
compile_limited(CompileWork *work)
{
	deadline_call(document_limit(work->envelope->definition), psprintf("action \"%s\"", work->options->action),
				  false, NULL, NULL, compile_work, work);
	work->program->home = work->home;
	return work->program;
}

/* Is one of these inputs or outputs sensitive? */
static bool
names_sensitive(const Json *parameters)
{
	for (int i = 0; parameters != NULL && parameters->kind == JSON_IS_ARRAY && i < parameters->count; i++)
		if (json_get_boolean(parameters->items[i], "sensitive", false))
			return true;
	return false;
}

/* The search_path that the function does not set, though its definition does; else NULL. */
static const char *
path_unset(Oid function, const Envelope *envelope)
{
	return function_sets(function, "search_path") ? NULL :
		json_get_text(json_get(envelope->definition, "settings"), "search_path");
}

/* Compiles what the function's source says; all of it goes to the given context, the program's home. */
static Program *
compile_function(Oid function, MemoryContext home)
{
	MemoryContext old = MemoryContextSwitchTo(home);
	ProblemSink sink = {0};
	CompileOptions options = {0};
	CompileWork work = {0};
	const PublishedFunction *published = published_function(function);
	Envelope   *envelope = action_envelope(function);
	const char *path = path_unset(function, envelope);
	int			level;
	ErrorContextCallback callback = {error_context_stack, error_hide_statement, NULL};
	Program    *program;

	if (names_sensitive(json_get(envelope->definition, "input")))
		error_context_stack = &callback;
	options.action = published->name;
	if (!envelope->active)
		ereport(ERROR,
				(errcode(ERRCODE_CA_NOT_ACTIVE),
				 errmsg("action \"%s\" is not active", options.action),
				 errhint("Activate it with activate_action('%s').", options.action)));
	sink.action = options.action;
	sink.mcxt = home;
	options.version = envelope->version;
	options.function = function;
	options.sink = &sink;
	work.envelope = envelope;
	work.function = published;
	work.options = &options;
	work.home = home;
	level = path != NULL ? path_enter(path) : 0;
	program = compile_limited(&work);
	path_leave(level);
	program->path = path;
	program->sees_path = plain_path_has(PLAIN_PATH) || program_sees_path(program);
	program->written_by = published->written_by;
	program->sets_call_timeout = function_sets(function, "custom_actions.call_timeout");
	signature_require(program->signature, function);
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(old);
	return program;
}

/* Notes the functions that a program calls, by name or as an operator. */
static void
note_called(Program *program)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	ListCell   *cell;

	foreach(cell, program->dependencies)
	{
		const ObjectAddress *address = lfirst(cell);
		Oid			function = address->classId == ProcedureRelationId ? address->objectId :
			address->classId == OperatorRelationId ? get_opcode(address->objectId) : InvalidOid;

		if (OidIsValid(function))
			program->called = lappend_int(program->called, (int)
										  GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(function)));
	}
	MemoryContextSwitchTo(old);
}

/*
 * Compiles a function. Reading literals may run code of users', even actions:
 * no entry of the cache may be held meanwhile.
 */
static Program *
compile_fresh(Oid function)
{
	MemoryContext home = AllocSetContextCreate(CurrentMemoryContext, "custom action home",
											   ALLOCSET_SMALL_SIZES);
	uint64		before;
	Program    *program;
	int			tries = 0;

	do
	{
		MemoryContextReset(home);
		before = catalog_changes;
		program = compile_function(function, home);
		note_called(program);
		watches_begin(program, GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(function)));
	} while (before != catalog_changes && ++tries < COMPILE_TRIES);
	program->stale = before != catalog_changes;
	any_stale |= program->stale;
	program->user = GetUserId();
	MemoryContextSetParent(home, CacheMemoryContext);
	return program;
}

/* The entry of a function, made when new. */
static CacheEntry *
entry_find(Oid function)
{
	CacheEntry **place = &recent_entries[function % RECENT_ENTRIES];
	bool		found;
	CacheEntry *entry;

	if (*place != NULL && (*place)->function == function)
		return *place;
	entry = hash_search(programs, &function, HASH_ENTER, &found);
	if (!found)
	{
		entry->program = NULL;
		entry->path = NULL;
		entry->known.text = NULL;
	}
	*place = entry;
	return entry;
}

/* Remembers the search_path that names were resolved under. */
static void
entry_note_path(CacheEntry *entry, const Program *program)
{
	int			level = program->path != NULL ? path_enter(program->path) : 0;

	entry_forget_path(entry);
	entry->path = GetSearchPathMatcher(CacheMemoryContext);
	path_leave(level);
}

/*
 * Plans hold what planning computed or inlined after checking the privileges
 * of the user it planned for; where functions of users' are called, another
 * user gets his own.
 */
static void
entry_note_user(CacheEntry *entry)
{
	Oid			user = GetUserId();

	if (entry->program == NULL || entry->program->user == user)
		return;
	if (entry->program->called == NIL)
		entry->program->user = user;
	else if (entry->program->use_count > 0)
		entry_detach(entry);
	else
	{
		program_forget_plans(entry->program);
		entry->program->user = user;
	}
}

/* Do observers want keys that its statements do not return? */
static inline bool
lacks_keys(const Program *program)
{
	return program->statements != NIL && !program->tells_keys && observers_want_keys(program->definition);
}

Program *
program_get(Oid function)
{
	CacheEntry *entry;

	AcceptInvalidationMessages();
	if (any_stale)
		entries_forget();
	entry = entry_find(function);
	if (entry->program != NULL &&
		(entry->program->stale || !program_still_holds(entry->program) || !entry_path_matches(entry) ||
		 lacks_keys(entry->program)))
		entry_detach(entry);
	entry_note_user(entry);
	if (entry->program == NULL)
	{
		Program    *program = compile_fresh(function);

		entry = entry_find(function);
		if (entry->program != NULL)
			entry_detach(entry);

		/*
		 * first: without memory for the path, the entry must not have a
		 * program either
		 */
		entry_note_path(entry, program);
		entry->program = program;
	}
	entry->program->use_count++;
	return entry->program;
}

/* Compiles for one use; the program's home is given. */
static Program *
compile_once(CompileWork *work)
{
	Program    *program = compile_limited(work);

	program->user = GetUserId();
	program->use_count = 1;
	program->detached = true;
	program->stale = true;
	return program;
}

Program *
program_of_text(const char *text)
{
	MemoryContext home = AllocSetContextCreate(CurrentMemoryContext, "custom action home",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(home);
	ProblemSink sink = {0};
	CompileOptions options = {0};
	CompileWork work = {.inline_code = true};
	Envelope	envelope = {0};
	Program    *program;

	sink.action = options.action = INLINE_ACTION;
	sink.mcxt = home;
	options.sink = &sink;
	envelope.definition = json_parse(text);
	work.envelope = &envelope;
	work.options = &options;
	work.home = home;
	program = compile_once(&work);
	MemoryContextSwitchTo(old);
	return program;
}

Program *
program_of_envelope(const char *action, Envelope *envelope, MemoryContext home)
{
	MemoryContext old = MemoryContextSwitchTo(home);
	ProblemSink sink = {0};
	CompileOptions options = {0};
	CompileWork work = {0};
	Program    *program;

	sink.action = options.action = action;
	sink.mcxt = home;
	options.version = envelope->version;
	options.sink = &sink;
	work.envelope = envelope;
	work.options = &options;
	work.home = home;
	program = compile_once(&work);
	program->draft = envelope->version == 0;
	MemoryContextSwitchTo(old);
	return program;
}
