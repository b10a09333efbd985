/*
 * item_culprits.h
 *		Running a statement without the items that it fails with.
 */
#ifndef CA_ITEM_CULPRITS_H
#define CA_ITEM_CULPRITS_H

#include "postgres.h"

#include "run/item_plan.h"

/*
 * Runs the plan of a statement that writes, in a subtransaction that stays; see
 * item_set_searches(). Returns the number of rows that were written.
 */
extern uint64 item_culprits_run_without(ItemSet *set, Statement *many, SPIPlanPtr plan, ItemReceiver *receiver);

#endif
