/*
 * protection_actions.h
 *		Which actions may write a protected table.
 */
#ifndef CA_PROTECTION_ACTIONS_H
#define CA_PROTECTION_ACTIONS_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/reltrigger.h"

/* The actions that a trigger's WHEN clause lists, as OIDs; NIL: any action may. */
extern List *protection_actions(const Trigger *trigger);

#endif
