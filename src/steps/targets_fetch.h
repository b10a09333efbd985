/*
 * targets_fetch.h
 *		Finds the targets of many items without a statement.
 */
#ifndef CA_TARGETS_FETCH_H
#define CA_TARGETS_FETCH_H

#include "postgres.h"

#include "run/item_set.h"

/*
 * Reads the targets of the active items in the load's place, and locks them as it does.
 * Notes which items have one, and tells the call which have the same. False: that is not
 * possible now.
 */
extern bool targets_fetch(ItemSet *set);

/* The same by the key alone, without the load; locks them if the steps ask for that. */
extern bool targets_fetch_by_key(ItemSet *set);

#endif
