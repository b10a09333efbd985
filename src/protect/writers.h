/*
 * writers.h
 *		Which actions write a table.
 */
#ifndef CA_WRITERS_H
#define CA_WRITERS_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"

/* What is to be done to a table. */
typedef struct Writing
{
	CmdType		command;		/* CMD_DELETE also for TRUNCATE */
	List	   *columns;		/* of char *: what an UPDATE would change */
} Writing;

/*
 * Names of active actions whose steps do that to one of these tables (OIDs), a few:
 * those that the current user may invoke, or if he may invoke none, others. Nobody's
 * right to see definitions is asked for: it is told that they write, no more.
 */
extern List *writers_of(const List *tables, const Writing *writing, bool *invocable);

/* The same of actions that are known (OIDs). */
extern List *writers_among(const List *actions, bool *invocable);

#endif
