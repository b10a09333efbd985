/*
 * bundle.h
 *		Bundles: rows of the record in one flat piece of memory, for those that
 *		cannot be inserted where they are made.
 *
 * A bundle holds no pointers, and is read by code that knows the same tables as
 * the code that made it.
 */
#ifndef CA_BUNDLE_H
#define CA_BUNDLE_H

#include "postgres.h"

#include "lookup/own_row.h"
#include "nodes/pg_list.h"

/* Makes one of rows, a List of OwnRow *; takes memory and nothing else. */
extern char *bundle_make(const List *rows, Size *size);

/* The rows of a bundle, a List of OwnRow *, whose values stay in it; aligned as palloc has it. */
extern List *bundle_rows(char *bundle, Size size);

/* The same as where a bundle was made: it can be read. */
extern uint32 bundle_format(void);

/* Are the tables there, with the columns that we know? */
extern bool bundle_tables_are_ours(void);

/*
 * Inserts the rows in the current transaction; raises when that fails. The
 * memory must be aligned as palloc's is. False: a table is not there, or not
 * ours.
 */
extern bool bundle_store(char *bundle, Size size);

#endif
