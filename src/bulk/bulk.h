/*
 * bulk.h
 *		One action for many items, or an action of its own for each.
 *
 * The folder bulk/ holds what runs actions many times in one call. It may include
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
	ITEM_CANCELED,
	ITEM_SKIPPED				/* it needs another that did not succeed */
} ItemEnd;

typedef struct BulkItem
{
	ItemEnd		end;
	Jsonb	   *input;
	Jsonb	   *output;			/* of one that succeeded */
	Jsonb	   *error;			/* of one that did not */
	const ErrorData *failure;	/* likewise, to be told of when all have ended; see Bulk.answers */
	const char *failed_step;	/* likewise, or NULL */
	bool		fails_set;		/* sets go on without it, as far as is known */
	bool		has_invocation;
	pg_uuid_t	invocation;
} BulkItem;

/* Which items have the same target, as far as a set has found out. */
typedef struct SameTargets
{
	int			from;			/* the first item that is known of */
	int			to;
	int		   *first;			/* by item, from there on: the first one with its target */
	int		   *last;			/* by that: the last one that was seen */
} SameTargets;

/* One call of invoke_action_bulk, or of invoke_actions; all of it in the memory of the call. */
typedef struct Bulk
{
	char	   *action;			/* as the caller names it; NULL: the items have actions of their
								 * own */
	int			count;
	BulkItem   *items;
	bool		answers;		/* failures are told to the caller, item by item */
	bool		in_sets;		/* items run as sets, as far as we know */
	bool		recovers;		/* the next set of this part leaves out items that fail */
	int			recoveries;		/* how many parts did so, and went well */
	int			learned;		/* how many items there are without which sets go on */
	bool		locks;			/* the targets of items that come have been locked, since a set has
								 * failed */
	int			reach;			/* how many are tried as one part, while they do */
	SameTargets targets;
	MemoryContext mcxt;			/* of outputs and errors */
	MemoryContext scratch;		/* of what runs; reset after each item or set */

	int			at;				/* the item that is running; -1: a set of them is */
	uint64		told;			/* what observers had been told of when it began */
	const char *failed_step;	/* of the item that failed last, or NULL */

	/* Runs it: sets its end and output, or raises. */
	void		(*call) (struct Bulk *bulk, BulkItem *item);

	/* "item 3 of invoke_action_bulk" */
	char	   *(*title) (const struct Bulk *bulk);
} Bulk;

/* Fewer items than this do not run as a set: preparing its statements would take longer. */
#define LEAST_OF_SET	16

/* Has it failed, so that it is left out? */
static inline bool
item_is_out(const BulkItem *item)
{
	return item->end == ITEM_FAILED || item->end == ITEM_CANCELED || item->end == ITEM_SKIPPED;
}

#endif
