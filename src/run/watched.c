/*
 * watched.c
 *		What compiled programs depend on, and whether it is still as it was.
 *
 * A message of PostgreSQL's says that a relation, or a function, may have changed. It
 * finds the one entry that all programs with this relation share, and notes its own
 * number there; what nobody depends on has no entry. A program that is asked for
 * later finds by the numbers what came since. Of a relation a fingerprint is taken,
 * once for all its programs, and compared with that of the program; so what a
 * transaction did and took back is nothing, and what it has not done yet is not seen.
 * A function is always taken as changed.
 *
 * Entries live as long as a program holds them, and programs let them go when their
 * memory ends. Messages come at any time: they allocate nothing, and free nothing.
 */
#include "postgres.h"

#include "base/plain_path.h"
#include "lookup/fingerprint.h"
#include "run/watched.h"
#include "storage/lmgr.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#define WATCHED_AT_FIRST	64	/* that the hash has room for */

typedef enum WatchedKind
{
	WATCHED_RELATION,
	WATCHED_FUNCTION,			/* by its hash in the syscache */
	WATCHED_KINDS
} WatchedKind;

typedef struct WatchedKey
{
	WatchedKind kind;
	uint32		value;
} WatchedKey;

struct Watched
{
	WatchedKey	key;			/* hash key */
	int			holders;		/* programs */
	uint64		changed;		/* the number of its last message */
	bool		looked;			/* it was looked at ... */
	uint64		seen;			/* ... when this was the number of its last message, ... */
	bool		known;			/* ... it was there, ... */
	uint64		fingerprint;	/* ... and was this */
};

uint64		watched_changes = 0;

static HTAB *watched_entries = NULL;

/* Per kind: the number of the last message that was about all of them */
static uint64 all_changed[WATCHED_KINDS];

/* Makes the hash. */
static void
make_entries(void)
{
	static MemoryContext mcxt = NULL;
	HASHCTL		control = {.keysize = sizeof(WatchedKey), .entrysize = sizeof(Watched)};

	if (watched_entries != NULL)
		return;
	if (mcxt == NULL)
		mcxt = AllocSetContextCreate(TopMemoryContext, "custom action watched", ALLOCSET_SMALL_SIZES);
	control.hcxt = mcxt;
	watched_entries = hash_create("custom action watched", WATCHED_AT_FIRST, &control,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Notes a message. */
static bool
note_message(WatchedKind kind, uint32 value)
{
	WatchedKey	key = {kind, value};
	Watched    *watched;

	if (watched_entries == NULL || hash_get_num_entries(watched_entries) == 0)
		return false;
	if (value == 0)
	{
		all_changed[kind] = ++watched_changes;
		return true;
	}
	watched = hash_search(watched_entries, &key, HASH_FIND, NULL);
	if (watched != NULL)
		watched->changed = ++watched_changes;
	return watched != NULL;
}

void
watched_relation_changed(Oid relation)
{
	(void) note_message(WATCHED_RELATION, relation);
}

bool
watched_function_changed(uint32 hash)
{
	return note_message(WATCHED_FUNCTION, hash);
}

/* The number of the last message that was about it. */
static uint64
last_message(const Watched *watched)
{
	return Max(watched->changed, all_changed[watched->key.kind]);
}

/* Looks at a relation, unless nothing has come since it was looked at. */
static void
look_again(Watched *watched)
{
	/* what comes while it is looked at counts as later */
	uint64		last = last_message(watched);

	if (watched->looked && watched->seen == last)
		return;
	watched->looked = false;
	watched->known = relation_fingerprint(watched->key.value, &watched->fingerprint);
	watched->seen = last;
	watched->looked = watched->known;
}

/* Lets go of what a program depends on; it is being freed. */
static void
watches_end(void *arg)
{
	Watches    *watches = arg;

	while (watches->count > 0)
	{
		Watched    *watched = watches->list[--watches->count].watched;

		if (--watched->holders == 0)
			(void) hash_search(watched_entries, &watched->key, HASH_REMOVE, NULL);
	}
}

/* Adds something that a program depends on. */
static Watch *
watches_add(Watches *watches, WatchedKind kind, uint32 value)
{
	WatchedKey	key = {kind, value};
	bool		found;
	Watched    *watched = hash_search(watched_entries, &key, HASH_ENTER, &found);
	Watch	   *watch = &watches->list[watches->count];

	if (!found)
	{
		watched->holders = 0;
		watched->changed = watched->seen = 0;
		watched->looked = watched->known = false;
	}
	watched->holders++;
	watch->watched = watched;
	watches->count++;
	return watch;
}

/* Adds a relation as it is. */
static void
add_relation(Watches *watches, Oid relation)
{
	Watch	   *watch = watches_add(watches, WATCHED_RELATION, relation);

	look_again(watch->watched);
	watch->known = watch->watched->known;
	watch->fingerprint = watch->watched->fingerprint;
}

void
watches_begin(Program *program, uint32 hash)
{
	int			count = 1 + list_length(program->called) + list_length(program->relations);
	Watches    *watches = MemoryContextAllocZero(program->mcxt, offsetof(Watches, list) + count * sizeof(Watch));
	MemoryContextCallback *callback = MemoryContextAllocZero(program->mcxt, sizeof(MemoryContextCallback));
	ListCell   *cell;

	make_entries();
	callback->func = watches_end;
	callback->arg = watches;
	MemoryContextRegisterResetCallback(program->mcxt, callback);
	watches->seen = watched_changes;
	(void) watches_add(watches, WATCHED_FUNCTION, hash);
	foreach(cell, program->called)
		(void) watches_add(watches, WATCHED_FUNCTION, (uint32) lfirst_int(cell));
	foreach(cell, program->relations)
		add_relation(watches, lfirst_oid(cell));
	program->watches = watches;
}

bool
watched_functions_changed(const Program *program)
{
	const Watches *watches = program->watches;

	for (int i = 0; watches != NULL && i < watches->count; i++)
		if (watches->list[i].watched->key.kind == WATCHED_FUNCTION &&
			last_message(watches->list[i].watched) > watches->seen)
			return true;
	return false;
}

/* Is it as it was? */
static bool
watch_holds(const Watch *watch, uint64 seen)
{
	Watched    *watched = watch->watched;

	if (last_message(watched) <= seen)
		return true;
	if (watched->key.kind == WATCHED_FUNCTION || !watch->known || plain_path_has(PLAIN_FINGERPRINTS))
		return false;
	look_again(watched);
	return watched->known && watched->fingerprint == watch->fingerprint;
}

bool
watches_compare(Watches *watches)
{
	uint64		seen = watched_changes;

	for (int i = 0; i < watches->count; i++)
		if (!watch_holds(&watches->list[i], watches->seen))
			return false;
	watches->seen = seen;
	return true;
}

bool
program_holds_under_lock(const Program *program, Oid relation, LOCKMODE lock)
{
	LockRelationOid(relation, lock);
	return !program->stale && !program->detached && program_still_holds(program);
}
