/*
 * action_call.c
 *		Finds the functions of actions and calls them.
 *
 * A handle keeps what calling a function needs (a FmgrInfo, which never
 * rechecks anything) and is good until its pg_proc row changes. Invalidation
 * callbacks only set flags; handles are freed by the next call, those in use
 * when the last call through them ends.
 *
 * A function that runs as its caller, under settings that are all in effect
 * already, is entered directly; the privilege check stays. PostgreSQL puts
 * fmgr_security_definer() before a function that has SET, SECURITY DEFINER or a
 * hook that asks for it. That takes time, and where all settings are equal already
 * it would only set them to what they are. So the direct FmgrInfo has the handler of
 * our language in its place, with the same function.
 * It is right only while nothing is left out that would have had an effect: no
 * change of user (prosecdef), no hook (FmgrHookIsNeeded), each setting compared at
 * each call (function_settings_hold), and what the action itself has set put back
 * afterwards, as leaving fmgr_security_definer() does. An error is left to the
 * (sub)transaction that it ends. A setting of another sort that fmgr learns to
 * apply is to be added to handle_load_direct().
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/counted_call.h"
#include "base/error.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "lookup/action_access.h"
#include "lookup/action_lookup.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "run/action_call.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* How often a handle is loaded while invalidations come in between */
#define LOAD_TRIES			3

/* Handles that are found without the hash table */
#define RECENT_HANDLES		16

/* Names and functions that there is room for at first */
#define CACHE_ENTRIES		64

/* Longest name that is kept with its function: schema, dot, name */
#define NAME_KEY_LENGTH		(2 * NAMEDATALEN + 2)

typedef struct HandleEntry
{
	Oid			function;		/* hash key */
	Handle	   *handle;
} HandleEntry;

typedef struct NameEntry
{
	char		name[NAME_KEY_LENGTH];	/* hash key: as callers write it */
	Oid			function;
} NameEntry;

static HTAB *handles = NULL;	/* of HandleEntry */
static Handle *recent_handles[RECENT_HANDLES] = {0};	/* by the last bits of the function */
static HTAB *names = NULL;		/* of NameEntry; qualified names only */
static bool handles_stale = false;	/* some handle is no longer valid */
static PGFunction call_handler = NULL;	/* of our language */
static bool names_stale = false;	/* names may mean something else */

/* Marks the handle of a changed function. */
static void
handle_function_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS status;
	HandleEntry *entry;

	hash_seq_init(&status, handles);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (entry->handle != NULL &&
			(hashvalue == 0 || entry->handle->hash == hashvalue))
		{
			entry->handle->valid = false;
			handles_stale = true;
			names_stale = true;
		}
	}
}

/* Forgets what names mean once a schema has changed. */
static void
handle_schema_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	names_stale = true;
}

/* Creates the caches on first use. */
static void
handles_init(void)
{
	HASHCTL		by_name = {.keysize = NAME_KEY_LENGTH, .entrysize = sizeof(NameEntry)};
	HASHCTL		by_function = {.keysize = sizeof(Oid), .entrysize = sizeof(HandleEntry)};

	names = hash_create("custom action names", CACHE_ENTRIES, &by_name, HASH_ELEM | HASH_STRINGS);
	handles = hash_create("custom action handles", CACHE_ENTRIES, &by_function, HASH_ELEM | HASH_BLOBS);

	CacheRegisterSyscacheCallback(PROCOID, handle_function_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, handle_schema_changed, (Datum) 0);
}

/* Drops all names. */
static void
names_forget(void)
{
	HASH_SEQ_STATUS status;
	NameEntry  *entry;

	names_stale = false;
	hash_seq_init(&status, names);
	while ((entry = hash_seq_search(&status)) != NULL)
		hash_search(names, entry->name, HASH_REMOVE, NULL);
}

/* Drops all handles that are stale; those in use are left to their calls. */
static void
handles_forget(void)
{
	HASH_SEQ_STATUS status;
	HandleEntry *entry;

	handles_stale = false;
	memset(recent_handles, 0, sizeof(recent_handles));
	hash_seq_init(&status, handles);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		Handle	   *handle = entry->handle;

		if (handle != NULL && handle->valid)
			continue;
		hash_search(handles, &entry->function, HASH_REMOVE, NULL);
		if (handle != NULL && handle->use_count == 0)
			MemoryContextDelete(handle->mcxt);
	}
}

/* Prepares for entering an action without a change of user or settings. */
static void
handle_load_direct(Handle *handle, HeapTuple tuple)
{
	const Form_pg_proc procedure = (Form_pg_proc) GETSTRUCT(tuple);
	MemoryContext old;

	if (procedure->prosecdef || procedure->prolang != action_language() ||
		FmgrHookIsNeeded(handle->function))
		return;
	handle->direct = handle->flinfo;
	handle->direct.fn_addr = call_handler;
	handle->direct.fn_stats = TRACK_FUNC_PL;
	old = MemoryContextSwitchTo(handle->mcxt);
	handle->settings = function_settings_read(tuple);
	MemoryContextSwitchTo(old);
}

/* Does its definition speak of something sensitive? What it says in full is for its program. */
static bool
source_is_sensitive(HeapTuple tuple)
{
	bool		isnull;
	Datum		source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);

	return !isnull && strstr(TextDatumGetCString(source), "\"sensitive\"") != NULL;
}

/* Reads what calling a function needs into a new handle. */
static void
handle_load(Handle *handle)
{
	HeapTuple	tuple;
	Form_pg_proc procedure;

	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(handle->function));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("an action that is to be performed was dropped"),
				 errhint("Activate the action that performs it again.")));
	procedure = (Form_pg_proc) GETSTRUCT(tuple);
	handle->schema = procedure->pronamespace;
	handle->nargs = procedure->pronargs;
	fmgr_info_cxt(handle->function, &handle->flinfo, handle->mcxt);
	handle->sensitive = source_is_sensitive(tuple);
	handle_load_direct(handle, tuple);
	ReleaseSysCache(tuple);
}

/* Loads a new handle; what changes meanwhile marks it, because it is entered already. */
static void
entry_load(HandleEntry *entry)
{
	MemoryContext mcxt = AllocSetContextCreate(CacheMemoryContext, "custom action handle",
											   ALLOCSET_SMALL_SIZES);
	Handle	   *handle = MemoryContextAllocZero(mcxt, sizeof(Handle));

	handle->mcxt = mcxt;
	handle->function = entry->function;
	handle->hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(entry->function));
	handle->valid = true;
	entry->handle = handle;
	PG_TRY();
	{
		handle_load(handle);
	}
	PG_CATCH();
	{
		handle->valid = false;
		handles_stale = true;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * Returns a function's handle. It is loaded again when something changed while
 * it was, but not for ever: after that the next call loads it.
 */
Handle *
handle_get(Oid function)
{
	Handle	  **place = &recent_handles[function % RECENT_HANDLES];

	if (!handles_stale && *place != NULL && (*place)->function == function)
		return *place;
	if (handles == NULL)
		handles_init();
	for (int tries = 0;; tries++)
	{
		HandleEntry *entry;
		bool		found;

		if (handles_stale && tries < LOAD_TRIES)
			handles_forget();
		entry = hash_search(handles, &function, HASH_ENTER, &found);
		if (!found)
			entry->handle = NULL;
		if (entry->handle != NULL)
			return *place = entry->handle;
		entry_load(entry);
	}
}

/* Can this name be kept? Its meaning must not depend on the search_path. */
static bool
name_is_kept(const char *name)
{
	return strlen(name) < NAME_KEY_LENGTH &&
		strchr(name, '.') != NULL && strchr(name, '"') == NULL;
}

Handle *
handle_of_name(const char *name)
{
	NameEntry  *entry;
	Handle	   *handle;
	Oid			function;

	if (handles == NULL)
		handles_init();
	AcceptInvalidationMessages();
	if (names_stale)
		names_forget();
	if (!name_is_kept(name))
		return handle_get(action_named(name));

	entry = hash_search(names, name, HASH_FIND, NULL);
	if (entry != NULL)
		return handle_get(entry->function);

	function = action_named(name);
	handle = handle_get(function);
	entry = hash_search(names, name, HASH_ENTER, NULL);
	entry->function = function;
	return handle;
}

void
handle_require_caller(const Handle *handle)
{
	require_invoker(handle->function, handle->schema);
}

/* Calls the function; all its arguments are in the request. */
static void
call_action(Handle *handle, InvokeRequest *request)
{
	bool		direct = handle->settings != NULL && function_settings_hold(handle->settings);

	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);

	request->node.type = T_ExtensibleNode;
	request->node.extnodename = CA_INVOKE_REQUEST;
	InitFunctionCallInfoData(*fcinfo, direct ? &handle->direct : &handle->flinfo, handle->nargs,
							 InvalidOid, (Node *) request, NULL);
	for (int i = 0; i < handle->nargs; i++)
	{
		fcinfo->args[i].value = (Datum) 0;
		fcinfo->args[i].isnull = true;
	}
	(void) counted_call(fcinfo);
	if (direct)
		function_settings_restore(handle->settings);
}

/* Ends a call; the last one frees a handle that has become stale. */
static void
handle_release(Handle *handle)
{
	HandleEntry *entry;

	if (--handle->use_count > 0 || handle->valid)
		return;
	memset(recent_handles, 0, sizeof(recent_handles));
	entry = hash_search(handles, &handle->function, HASH_FIND, NULL);
	if (entry != NULL && entry->handle == handle)
		hash_search(handles, &handle->function, HASH_REMOVE, NULL);
	MemoryContextDelete(handle->mcxt);
}

/* Calls the function with a request, for who may do so or only wants to look. */
static inline void
enter_action(Handle *handle, InvokeRequest *request, bool check)
{
	ErrorContextCallback callback = {error_context_stack, error_hide_statement, NULL};

	if (handle->sensitive)
		error_context_stack = &callback;
	if (check)
		handle_require_caller(handle);
	request->invoker = GetUserId();
	handle->use_count++;
	PG_TRY();
	{
		call_action(handle, request);
	}
	PG_FINALLY();
	{
		handle_release(handle);
	}
	PG_END_TRY();
	error_context_stack = callback.previous;
}

void
handle_call(Handle *handle, InvokeRequest *request)
{
	enter_action(handle, request, true);
}

void
handle_look(Handle *handle, InvokeRequest *request)
{
	Assert(request->look != NULL);
	enter_action(handle, request, false);
}

void
handle_set_call_handler(PGFunction handler)
{
	call_handler = handler;
}
