/*
 * lack.h
 *		What roles lack to run an action, as it is found and as it is told.
 */
#ifndef CA_LACK_H
#define CA_LACK_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/execnodes.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

/* A function that is called, whose needs are the caller's, too */
typedef struct Called
{
	const char *path;			/* as it is shown */
	Oid			function;
	Oid			role;			/* whom it runs as */
} Called;

/* What is found, and where the search has come to */
typedef struct Lacks
{
	Oid			role;			/* who runs what is being looked at */
	const char *prefix;			/* of paths: "3: support.page_on_call "; or "" */
	const char *path;
	List	   *list;			/* of Lack: each is listed once, where it is needed first */
	List	   *called;			/* of Called: functions, each once for a role */
} Lacks;

/* A call at the place where the search is, by its role. */
extern Called *called_new(const Lacks *lacks, Oid function);

/* Is the function among the first so many of some calls, as the same role's? */
extern bool called_is_known(const List *calls, int count, const Called *wanted);

/* Is the grantee known to lack this on the whole object, or on some of its columns? */
extern bool lack_is_noted(const Lacks *lacks, Oid class, Oid object, AclMode mode, Oid grantee);

/* Notes that a privilege is missing. */
extern void lack_add(Lacks *lacks, Oid class, Oid object, AclMode mode, Oid grantee);

/* Notes which of some columns, by FirstLowInvalidHeapAttributeNumber, may not be used. */
extern void lack_add_columns(Lacks *lacks, Oid relation, AclMode mode, Oid grantee, Bitmapset *columns);

/* Notes that no policy of a table lets rows through to the role. */
extern void lack_add_policy(Lacks *lacks, Oid table, const char *command, Oid role);

/* Adds a row for each: path, privilege, object, the GRANT that gives it. */
extern void lacks_put(const Lacks *lacks, ReturnSetInfo *result);

#endif
