/*
 * versions.h
 *		The versions of a table's rows that this transaction made or deleted since a
 *		command: what a snapshot sees as of then, and as of now.
 *
 * They are found by keys that are known, through the index, or by reading the
 * pages that have changed since. How many there must be is known, so a search by
 * keys that has missed some is seen to have.
 */
#ifndef CA_VERSIONS_H
#define CA_VERSIONS_H

#include "postgres.h"

#include "access/htup.h"
#include "access/xlogdefs.h"
#include "preview/watch.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

/* What to compare. */
typedef struct CommandSpan
{
	Snapshot	before;			/* one snapshot, as of the command at the begin, ... */
	Snapshot	after;			/* ... and as of now */
	CommandId	begin;			/* the first command that is of interest */
	XLogRecPtr	since;			/* pages that have not changed since do not hold any */
} CommandSpan;

typedef struct RowVersion
{
	ItemPointerData tid;		/* hash key */
	ItemPointerData next;		/* the version that replaced it; itself: none */
	bool		before;			/* the row as it was */
	bool		after;			/* the row as it is */
	bool		created;		/* made since, at the command ... */
	CommandId	cmin;
	bool		deleted;		/* replaced or deleted since, at the command ... */
	CommandId	cmax;
	bool		moved;			/* to another partition */
	struct RowVersion *previous;	/* that it replaced since, or NULL */
	HeapTuple	tuple;			/* a copy, of what was or is */
	Datum	   *values;			/* for who reads it; NULL: not read */
	bool	   *nulls;
	bool		matched;		/* the same */
} RowVersion;

/* The versions of one table with a file of its own. */
typedef struct Versions
{
	Relation	relation;
	const CommandSpan *interval;
	int64		expect_created;
	int64		expect_deleted;
	int64		created;
	int64		deleted;
	HTAB	   *by_tid;
	List	   *found;			/* of RowVersion, in the order in which they were found */
} Versions;

/* Starts with none; what is found lives in the current context. */
extern Versions *versions_make(Relation relation, const CommandSpan *interval, int64 created, int64 deleted);

/* Have all been found? */
extern bool versions_are_complete(const Versions *versions);

/* Looks for the rows with these keys of a table; of no use without an index on them. */
extern void versions_by_keys(Versions *versions, Oid told, const Watch *watch);

/* How many pages there are to read, and reads them. */
extern BlockNumber versions_pages(const Versions *versions);
extern void versions_by_pages(Versions *versions);

/* Links each version to the one that it replaced, when all have been found. */
extern void versions_link(Versions *versions);

/* The version that replaced this one, or NULL. */
extern RowVersion *version_next(const Versions *versions, const RowVersion *version);

#endif
