/*
 * verbs.h
 *		The published actions of this database, by the table that they are bound to.
 */
#ifndef CA_VERBS_H
#define CA_VERBS_H

#include "postgres.h"

#include "nodes/pg_list.h"

typedef struct Verb
{
	Oid			function;
	const char *name;			/* canonical */
	const char *table;			/* canonical name of the bound table, or NULL */
	bool		collection;		/* bound to the table as a whole */
	const char *title;			/* what people call it */
	List	   *required;		/* of char *: inputs that have no default */
} Verb;

/* Those bound to one of these tables, or to a row of it, sorted by name; for the current statement. */
extern List *verbs_of_tables(const List *tables, bool collection);

#endif
