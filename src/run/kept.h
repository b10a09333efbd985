/*
 * kept.h
 *		What is kept of the catalogs' objects while the catalogs are as they are, by OID,
 *		and lent to statements.
 */
#ifndef CA_KEPT_H
#define CA_KEPT_H

#include "postgres.h"

#include "utils/hsearch.h"

typedef struct Kept
{
	const char *name;			/* of its memory */
	Size		entry_size;		/* of an entry, which begins with the OID */
	MemoryContext mcxt;			/* with the entries and all they point at; NULL: nothing is kept */
	HTAB	   *entries;
	uint64		as_of;			/* this count of catalog_changes */
} Kept;

/*
 * Begins anew if anything in the catalogs has changed; false: they change too often.
 * What was kept before lives on till the transaction ends, for those who have borrowed it.
 */
extern bool kept_is_current(Kept *kept);

/* The entry of an object, zeroed but for its OID if it is new; NULL: there are too many. */
extern void *kept_entry(Kept *kept, Oid object, bool *found);

/* Sees the end of transactions. */
extern void kept_init(void);

#endif
