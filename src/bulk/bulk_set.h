/*
 * bulk_set.h
 *		Items that run at once.
 */
#ifndef CA_BULK_SET_H
#define CA_BULK_SET_H

#include "postgres.h"

#include "bulk/bulk.h"

/*
 * Runs items as a set, from one on and before another; returns before which it has
 * ended. That is the first one if they cannot: then bulk->in_sets says whether
 * others may. An error means that all is to be undone.
 */
extern int	bulk_run_set(Bulk *bulk, int from, int to);

/*
 * Locks the targets of the items from one on, in the order of their key, as a set does: once
 * a set has failed, others wait for them one after the other.
 */
extern void bulk_lock_targets(Bulk *bulk, int from);

#endif
