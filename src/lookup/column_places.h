/*
 * column_places.h
 *		All relations through which a column of a table's rows is written.
 */
#ifndef CA_COLUMN_PLACES_H
#define CA_COLUMN_PLACES_H

#include "postgres.h"

#include "nodes/pg_list.h"

typedef struct ColumnPlace
{
	Oid			relation;
	const char *table;			/* its canonical name */
	const char *column;			/* what the column is called there */
} ColumnPlace;

/*
 * The table itself first; of a view, what is below it; what that is a part of, and its
 * own parts; views that show the column as it is. No relation is locked: one that goes meanwhile is left out.
 */
extern List *column_places(Oid relation, const char *column);

/* The column that is a view's column as it is; false: there is none, or it is no view. */
extern bool column_below(Oid view, const char *column, Oid *relation, char **name);

#endif
