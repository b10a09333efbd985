/*
 * action_access.h
 *		The published action that a name means, and who may invoke it: in one place,
 *		so that whatever speaks of an action refuses in the same words.
 */
#ifndef CA_ACTION_ACCESS_H
#define CA_ACTION_ACCESS_H

#include "postgres.h"

/* The function of an action by its name; 42883 if there is none. */
extern Oid	action_named(const char *name);

/* Raises 42501 unless the current user may invoke it (action_may_be_invoked()), with the GRANT that is missing; tells hooks that he does. */
extern void require_invoker(Oid function, Oid schema);

#endif
