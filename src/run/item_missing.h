/*
 * item_missing.h
 *		Which of many items refer to rows that are not there.
 */
#ifndef CA_ITEM_MISSING_H
#define CA_ITEM_MISSING_H

#include "postgres.h"

#include "run/item_plan.h"
#include "utils/rel.h"

/* What items have in the columns of a foreign key: these, and the item. */
typedef struct Referring
{
	const ForeignKeyCacheInfo *key;
	TupleDesc	tupdesc;
	Tuplestorestate *rows;
	int			place;			/* where the columns are in what is received */
} Referring;

/* Makes room for what items have, until referring_end(). */
extern void referring_begin(Referring *referring, const ForeignKeyCacheInfo *key);
extern void referring_end(Referring *referring);

/* Takes a row; the receiver's arg is a Referring. */
extern void referring_take(ItemReceiver *receiver, int item, const TupleTableSlot *tuple);

/* Hands over each item of so many whose row is not there: a receiver with this take and arg. */
extern void referring_find_missing(const Referring *referring, int count,
								   void (*take) (ItemReceiver *receiver, int item, const TupleTableSlot *tuple), void *arg);

/* Leaves out items whose rows the statements that are ahead (ItemSet.ahead) would refuse, for a row is not there. */
extern void item_set_look_ahead(ItemSet *set);

#endif
