/*
 * row_reader.h
 *		Reads versions of a table's rows as a SELECT of the current user would: the
 *		columns that he may read, of the rows that he may see.
 */
#ifndef CA_ROW_READER_H
#define CA_ROW_READER_H

#include "postgres.h"

#include "fmgr.h"
#include "nodes/pg_list.h"
#include "preview/versions.h"

typedef struct ReaderColumn
{
	const char *name;
	AttrNumber	number;			/* of the table that was named, not of its partition */
	Oid			type;
	int16		length;
	bool		byval;
	bool		key;
	FmgrInfo	output;
} ReaderColumn;

typedef struct RowReader
{
	Relation	relation;		/* the table; of a partition, the one that it is of in the end */
	int			ncolumns;
	ReaderColumn *columns;		/* that may be read, those of the key first */
	int			nkeys;			/* how many of these are the key's; 0: there is none that may be
								 * read */
	List	   *closed;			/* names of columns that may not be read */
	bool		whole;			/* the user may read all of it, also what is no column */
	bool		by_sql;			/* policies say which rows, or columns are computed */
	uint64		hidden;			/* rows that were read and not seen */
} RowReader;

/* Finds out what may be read; lives in the current context. */
extern RowReader *row_reader_make(Relation relation);

/* Reads what was and what is of a table, or of a partition of it. */
extern void row_reader_read(RowReader *reader, Versions *versions);

/* The text of a value, as SELECT shows it; NULL for null. */
extern char *row_reader_text(RowReader *reader, const RowVersion *version, int column);

/* Is a column the same in both? */
extern bool row_reader_same(const RowReader *reader, const RowVersion *a, const RowVersion *b, int column);

#endif
