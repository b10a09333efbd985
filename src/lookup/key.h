/*
 * key.h
 *		The columns by which one row of a table is found, each with the
 *		equality operator of its own index: never by name, since a citext key
 *		compared as text silently finds nothing.
 */
#ifndef CA_KEY_H
#define CA_KEY_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/relcache.h"

typedef struct KeyColumn
{
	char	   *name;
	Oid			type;
	int32		typmod;
	Oid			collation;
	int16		length;
	bool		byval;
	char	   *equals;			/* "OPERATOR(pg_catalog.=)" */
	bool		indexed;		/* of a unique index, not named by the author alone */
} KeyColumn;

/*
 * The primary key (columns NIL), or the unique index over exactly these
 * columns; any_columns takes the columns even without an index. NIL: there is
 * no such key. A list of KeyColumn, in index order.
 */
extern List *key_of_table(Oid table, const List *columns, bool any_columns);

/*
 * Does a descent in the index, with values for the columns that it is of, this many, find
 * one row or none, whoever asks and with whatever snapshot?
 */
extern bool index_finds_one(Relation index, int ncolumns);

/* "OPERATOR(pg_catalog.=)" for an operator. */
extern char *operator_text(Oid operator);

#endif
