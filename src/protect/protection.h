/*
 * protection.h
 *		What the triggers that protect a table say.
 *
 * A protected table has two: AFTER ... FOR EACH ROW, whose WHEN clause has the
 * actions that may write it, and BEFORE TRUNCATE ... FOR EACH STATEMENT. Where columns
 * are protected the second is also for UPDATE OF these: PostgreSQL keeps them as its
 * own, through renames and dumps. Partitions have copies of the first, and a second
 * without columns.
 */
#ifndef CA_PROTECTION_H
#define CA_PROTECTION_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

#define PROTECTING_STATEMENT	"custom_actions_protect_statement"	/* the second, by its name */
#define PROTECTING_FUNCTION		"protect_statement" /* and its function */

typedef struct Protection
{
	Oid			table;			/* that is protected; of a partition, the one above */
	int			ncolumns;		/* 0: whole rows, with INSERT and DELETE */
	AttrNumber *columns;		/* of the table that is written; InvalidAttrNumber: not found */
	struct CascadeKeys *keys;	/* what cascade.c keeps of the table that is written, or NULL ... */
	MemoryContext mcxt;			/* ... where all of this lives */
} Protection;

/* Our trigger functions */
extern Oid	protecting_row_function(void);
extern Oid	protecting_statement_function(void);

/* The trigger of a table that calls a function, or NULL. */
extern const Trigger *protecting_trigger(Relation table, Oid function);

/* What the row trigger of a table that is written protects. */
extern Protection *protection_read(Relation table, const Trigger *trigger);

#endif
