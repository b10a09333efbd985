/*
 * bulk_item.h
 *		Runs one item of a bulk call by itself.
 */
#ifndef CA_BULK_ITEM_H
#define CA_BULK_ITEM_H

#include "postgres.h"

#include "bulk/bulk.h"

/* How an item has ended, in the word of the log. */
extern const char *item_end_word(ItemEnd end);

/* Calls an action for an item: the item's input is in the request. */
extern void bulk_call(Bulk *bulk, BulkItem *item, const char *action, InvokeRequest *request);

/* Runs one item, in the bulk's scratch memory. */
extern void bulk_run_item(Bulk *bulk, int item);

/*
 * Notes that the item that is running has failed with this error, or throws it on if
 * it is none of an item's.
 */
extern void bulk_take_error(Bulk *bulk, Caught *caught);

/* Throws an error on that is none of an item's: a cancel, a lost race. */
extern void bulk_require_own_error(const Caught *caught);

#endif
