/*
 * cache.c
 *		Keeps one compiled program per action and backend.
 *
 * Invalidation callbacks only mark: the pg_proc row, or a table whose columns
 * have slots, changed. A program in use stays until its last user releases
 * it. Programs without a fixed search_path are also bound to the path they
 * were compiled under.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "cache.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "compat.h"
#include "execute.h"
#include "published.h"
#include "statement.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

typedef struct CacheEntry
{
	Oid			function;		/* hash key */
	uint32		hash;			/* of its PROCOID entry */
	Program    *program;		/* NULL: none yet */
	SearchPathMatcher *path;	/* in effect when compiled */
} CacheEntry;

static HTAB *programs = NULL;
static uint64 invalidations = 0;	/* told apart: before and during a compile */

/* Marks programs whose function changed. */
static void
function_changed(Datum arg, int cacheid, uint32 hash)
{
	HASH_SEQ_STATUS scan;
	CacheEntry *entry;

	invalidations++;
	hash_seq_init(&scan, programs);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (entry->program != NULL && (hash == 0 || hash == entry->hash))
			entry->program->stale = true;
}

/* Marks programs that hold columns of a changed table. */
static void
relation_changed(Datum arg, Oid relation)
{
	HASH_SEQ_STATUS scan;
	CacheEntry *entry;

	invalidations++;
	hash_seq_init(&scan, programs);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (entry->program != NULL &&
			(!OidIsValid(relation) || list_member_oid(entry->program->relations, relation)))
			entry->program->stale = true;
}

void
cache_init(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(CacheEntry);
	programs = hash_create("custom actions", 64, &control, HASH_ELEM | HASH_BLOBS);
	CacheRegisterSyscacheCallback(PROCOID, function_changed, (Datum) 0);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/* Frees a program with its plans. */
static void
program_free(Program *program)
{
	ListCell   *cell;

	execute_forget(program);
	foreach(cell, program->statements)
		statement_free_plan(lfirst(cell));
	foreach(cell, program->expressions)
	{
		Expression *expression = lfirst(cell);

		if (expression->cached != NULL)
			FreeCachedExpression(expression->cached);
	}
	MemoryContextDelete(MemoryContextGetParent(program->mcxt));
}

void
program_release(Program *program)
{
	if (--program->use_count == 0 && program->detached)
		program_free(program);
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

/* Refuses a function whose source does not agree with its pg_proc row. */
static void
check_agreement(const Program *program)
{
	char	   *difference = signature_difference(program->signature, program->function, false);

	if (difference != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("function of action \"%s\" does not agree with its definition", program->action),
				 errdetail("%s", difference),
				 errhint("Activate the action again.")));
}

/* Compiles what the function's source says, below the given context. */
static Program *
compile_function(Oid function, MemoryContext home)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	MemoryContext old = MemoryContextSwitchTo(home);
	ProblemSink sink = {0};
	CompileOptions options = {0};
	Envelope   *envelope;
	Program    *program;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	options.action = function_name_canonical(function);
	envelope = envelope_parse(TextDatumGetCString(SysCacheGetAttrNotNull(PROCOID, tuple,
																		 Anum_pg_proc_prosrc)));
	ReleaseSysCache(tuple);
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
	program = compile(definition_parse(envelope->definition, &sink), &options, home);
	check_agreement(program);
	MemoryContextSwitchTo(old);
	return program;
}

/* Compiles and puts the program into its entry. */
static void
entry_compile(CacheEntry *entry)
{
	MemoryContext home = AllocSetContextCreate(CurrentMemoryContext, "custom action home",
											   ALLOCSET_SMALL_SIZES);
	uint64		before;
	Program    *program;
	int			tries = 0;

	do
	{
		MemoryContextReset(home);
		before = invalidations;
		program = compile_function(entry->function, home);
	} while (before != invalidations && ++tries < 3);
	program->stale = before != invalidations;
	MemoryContextSetParent(home, CacheMemoryContext);
	entry->program = program;
}

/* The entry of a function, made when new. */
static CacheEntry *
entry_find(Oid function)
{
	bool		found;
	CacheEntry *entry = hash_search(programs, &function, HASH_ENTER, &found);

	if (!found)
	{
		entry->program = NULL;
		entry->path = NULL;
		entry->hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(function));
	}
	return entry;
}

/* Remembers the search_path that names were resolved under. */
static void
entry_note_path(CacheEntry *entry)
{
	if (entry->path != NULL)
	{
		list_free(entry->path->schemas);
		pfree(entry->path);
		entry->path = NULL;
	}
	entry->path = GetSearchPathMatcher(CacheMemoryContext);
}

Program *
program_get(Oid function)
{
	CacheEntry *entry;

	AcceptInvalidationMessages();
	entry = entry_find(function);
	if (entry->program != NULL &&
		(entry->program->stale || !SearchPathMatchesCurrentEnvironment(entry->path)))
		entry_detach(entry);
	if (entry->program == NULL)
	{
		entry_compile(entry);
		entry_note_path(entry);
	}
	entry->program->use_count++;
	return entry->program;
}
