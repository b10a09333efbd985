/*
 * name_table.c
 *		Finds things by their names, however many there are.
 */
#include "postgres.h"

#include "base/name_table.h"

#define NAMES_AT_FIRST	32		/* that a table has room for */

typedef struct NameEntry
{
	char		name[NAMEDATALEN];
	void	   *thing;
} NameEntry;

NameTable *
name_table_make(const char *called, MemoryContext mcxt)
{
	HASHCTL		control = {.keysize = NAMEDATALEN, .entrysize = sizeof(NameEntry), .hcxt = mcxt};

	return hash_create(called, NAMES_AT_FIRST, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

void *
name_table_find(NameTable *table, const char *name)
{
	const NameEntry *entry = hash_search(table, name, HASH_FIND, NULL);

	return entry != NULL ? entry->thing : NULL;
}

void *
name_table_add(NameTable *table, const char *name, void *thing)
{
	bool		found;
	NameEntry  *entry = hash_search(table, name, HASH_ENTER, &found);

	if (found)
		return entry->thing;
	entry->thing = thing;
	return NULL;
}

void
name_table_remove(NameTable *table, const char *name)
{
	(void) hash_search(table, name, HASH_REMOVE, NULL);
}

void
name_table_free(NameTable *table)
{
	if (table != NULL)
		hash_destroy(table);
}
