/*
 * kept.c
 *		What is kept of the catalogs' objects while the catalogs are as they are, by OID,
 *		and lent to statements.
 *
 * When anything in the catalogs has changed, all of it is made anew. Statements that
 * have not ended, such as one whose trigger changes a table, may have borrowed what was
 * kept before; that goes when the transaction ends.
 */
#include "postgres.h"

#include "access/xact.h"
#include "run/catalog_changes.h"
#include "run/kept.h"
#include "utils/memutils.h"

#define ENTRIES_AT_FIRST 16		/* that the hash has room for; then it grows */
#define ENTRIES_AT_MOST	256		/* that are kept of a kind; no more until the catalogs change */
#define RETIRED_AT_MOST 16		/* that a transaction puts aside; then nothing is kept any more */

/* What was kept before, as long as statements may have borrowed it */
static List *retired = NIL;

/* Begins to keep, of the catalogs as they are. */
static void
begin_keeping(Kept *kept)
{
	HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = kept->entry_size};
	uint64		changes = catalog_changes;
	MemoryContext mcxt = AllocSetContextCreate(CacheMemoryContext, "custom action lent", ALLOCSET_SMALL_SIZES);

	MemoryContextSetIdentifier(mcxt, kept->name);
	control.hcxt = mcxt;
	kept->entries = hash_create(kept->name, ENTRIES_AT_FIRST, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	kept->mcxt = mcxt;
	kept->as_of = changes;
}

/* Puts what is kept aside, for those who have borrowed it. */
static void
retire(Kept *kept)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	retired = lappend(retired, kept->mcxt);
	MemoryContextSwitchTo(old);
	kept->mcxt = NULL;
}

bool
kept_is_current(Kept *kept)
{
	if (kept->mcxt != NULL && kept->as_of != catalog_changes)
		retire(kept);
	if (kept->mcxt == NULL && list_length(retired) < RETIRED_AT_MOST)
		begin_keeping(kept);
	return kept->mcxt != NULL;
}

void *
kept_entry(Kept *kept, Oid object, bool *found)
{
	void	   *entry = hash_search(kept->entries, &object, HASH_FIND, found);

	if (entry != NULL || hash_get_num_entries(kept->entries) >= ENTRIES_AT_MOST)
		return entry;
	entry = hash_search(kept->entries, &object, HASH_ENTER, NULL);
	memset((char *) entry + sizeof(Oid), 0, kept->entry_size - sizeof(Oid));
	return entry;
}

/* Nobody who has borrowed anything is left. */
static void
forget_retired(XactEvent event, void *arg)
{
	ListCell   *cell;

	if (retired == NIL || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE))
		return;
	foreach(cell, retired)
		MemoryContextDelete(lfirst(cell));
	list_free(retired);
	retired = NIL;
}

void
kept_init(void)
{
	RegisterXactCallback(forget_retired, NULL);
}
