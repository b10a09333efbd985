/*
 * bulk.h
 *		One action for many items.
 *
 * The folder bulk/ holds what runs an action many times in one call. It may include
 * base/, lookup/, definition/, program/, run/, steps/ and engine/.
 */
#ifndef CA_BULK_H
#define CA_BULK_H

#include "postgres.h"

#include "base/error.h"
#include "run/action_call.h"
#include "utils/jsonb.h"

/* How an item ended; the words are those of the log. */
typedef enum ItemEnd
{
	ITEM_PENDING,				/* it has not yet, or what it did is undone */
	ITEM_SUCCEEDED,
	ITEM_FAILED,
	ITEM_CANCELED
} ItemEnd;

typedef struct BulkItem
{
	ItemEnd		end;
	Jsonb	   *input;
	Jsonb	   *output;			/* of one that succeeded */
	Jsonb	   *error;			/* of one that did not */
	pg_uuid_t	invocation;		/* likewise, to be told of when all have ended; see Bulk.answers */
	const ErrorData *failure;	/* likewise */
	const char *failed_step;	/* likewise, or NULL */
	bool		has_invocation;
} BulkItem;

/* One call of invoke_action_bulk; all of it in the memory of the call. */
typedef struct Bulk
{
	char	   *action;			/* as the caller names it */
	int			count;
	BulkItem   *items;
	int			at;				/* the item that is running */
	bool		answers;		/* failures are told to the caller, item by item */
	MemoryContext mcxt;			/* of outputs and errors */
	const char *failed_step;	/* of the item that failed last, or NULL */
} Bulk;

/* Runs all items, or none of them: the first one that fails says so. */
extern void bulk_run_all(Bulk *bulk);

/* Runs all items; what those that fail have done is undone, the others stay. */
extern void bulk_run_each(Bulk *bulk);

#endif
