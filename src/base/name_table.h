/*
 * name_table.h
 *		Finds things by their names.
 */
#ifndef CA_NAME_TABLE_H
#define CA_NAME_TABLE_H

#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/palloc.h"

typedef HTAB NameTable;

/* Names are as long as those of PostgreSQL. The table lives in a context of its own below this one. */
extern NameTable *name_table_make(const char *called, MemoryContext mcxt);

/* NULL: there is nothing of that name */
extern void *name_table_find(NameTable *table, const char *name);

/* Returns what has the name already, which stays; NULL if nothing did. */
extern void *name_table_add(NameTable *table, const char *name, void *thing);
extern void name_table_remove(NameTable *table, const char *name);

/* Gives its memory back; NULL: there is none. */
extern void name_table_free(NameTable *table);

#endif
