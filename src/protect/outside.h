/*
 * outside.h
 *		Whether a write happens inside of an action that may do it.
 *
 * The folder protect/ lets tables be changed through actions alone, by triggers that
 * protect_table() makes. It may include base/, lookup/, definition/, program/,
 * compile/, run/, steps/, plugins/, engine/ and publish/.
 */
#ifndef CA_OUTSIDE_H
#define CA_OUTSIDE_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* Is none of these actions, a list of OIDs, running, nor anything that one of them has led to? NIL: no action at all. */
extern bool outside_of_actions(const List *actions);

/* The name of the innermost action that is running, or NULL. */
extern const char *action_running(void);

#endif
