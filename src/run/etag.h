/*
 * etag.h
 *		The version of a row, as one who has read it can tell it again.
 *
 * It is the text of the column that table_setting names for it (version_column), or a
 * hash over the values of the row: by their names, so that neither the order of the
 * columns nor dropped ones count, and whatever the settings of the session are.
 */
#ifndef CA_ETAG_H
#define CA_ETAG_H

#include "postgres.h"

#include "access/htup.h"

/* The column that says the version of a table's rows; NULL: there is none. Partitions have that of what they are of. */
extern char *etag_column(Oid table);

/* The version of a row of which that column is known; NULL is a value, too. */
extern char *etag_of_value(Datum value, bool isnull, Oid type);

/* The hash over a row. */
extern char *etag_of_row(HeapTupleHeader row);

#endif
