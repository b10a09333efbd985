/*
 * own_row.h
 *		Writes rows into tables of the extension's own, on nobody's behalf: the
 *		user need not have privileges on them.
 *
 * Straight into the heap and its indexes. A table that somebody has partitioned,
 * or given triggers, rules or constraints, gets its rows by INSERT, as its owner.
 */
#ifndef CA_OWN_ROW_H
#define CA_OWN_ROW_H

#include "postgres.h"

typedef struct OwnColumn
{
	const char *name;
	Oid			type;
} OwnColumn;

struct OwnTablePlan;

/* A table as the code knows it; a static variable. */
typedef struct OwnTable
{
	const char *name;
	int			ncolumns;
	const OwnColumn *columns;	/* all of them, in order */
	struct OwnTablePlan *plan;	/* how rows get there, kept by own_row.c; starts as NULL */
} OwnTable;

/* A row of it, by column. */
typedef struct OwnRow
{
	OwnTable   *table;
	Datum	   *values;
	bool	   *nulls;
} OwnRow;

/* Is the table there, with the columns that we know? */
extern bool own_rows_have_table(OwnTable *table);

/*
 * Inserts a row in the current transaction, which must be one that may write;
 * false, and nothing is done, if the table is not there or not ours.
 */
extern bool own_row_insert(const OwnRow *row);

extern void own_rows_init(void);

#endif
