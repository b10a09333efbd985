/*
 * row_match.h
 *		Tables that were written, and which version of a row was which before.
 */
#ifndef CA_ROW_MATCH_H
#define CA_ROW_MATCH_H

#include "postgres.h"

#include "pgstat.h"
#include "preview/row_reader.h"
#include "preview/versions.h"

/* A file of rows that was written: a table, or a partition of one. */
typedef struct TouchedFile
{
	Relation	relation;
	PgStat_Counter inserted;
	PgStat_Counter updated;
	PgStat_Counter deleted;
	Versions   *versions;
} TouchedFile;

/* A table that was written, with the partitions of it that were. */
typedef struct TouchedRoot
{
	Oid			relation;
	Relation	opened;
	const char *name;
	List	   *files;			/* of TouchedFile */
	PgStat_Counter updated;
	PgStat_Counter deleted;
	RowReader  *reader;
	List	   *gone;			/* of RowVersion: rows that have no other version any more */
	List	   *come;			/* of Arrival: rows that had none before */
} TouchedRoot;

/* A row that is there now. */
typedef struct Arrival
{
	RowVersion *version;
	RowVersion *was;			/* or NULL */
	Versions   *file;
	Versions   *was_in;
	const char *key;
} Arrival;

/* The version that a row had at first. */
extern RowVersion *first_version(RowVersion *version);

/* The key of a row as text: "42", "order_id=7, line=2"; NULL: it has none. */
extern char *version_key(RowReader *reader, const RowVersion *version);

/* Sorts the versions of a file, which have been read: rows that changed, came, went. */
extern void sort_versions(TouchedRoot *root, Versions *file);

/* Matches rows that went with rows that came, where they are one. */
extern void match_rows(TouchedRoot *root);

#endif
