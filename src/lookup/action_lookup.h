/*
 * action_lookup.h
 *		A published action: the function and its language.
 */
#ifndef CA_ACTION_LOOKUP_H
#define CA_ACTION_LOOKUP_H

#include "postgres.h"

#define CA_LANGUAGE			"custom_action"
#define CA_SCHEMA			"custom_actions"

/* OID of language custom_action; InvalidOid when the extension is not installed here. Cached, dropped on LANGOID invalidation. */
extern Oid	action_language(void);

/* Is this function an action? */
extern bool function_is_action(Oid function);

/* Does another action have the same schema and name? */
extern bool action_is_overloaded(Oid function);

/* Keeps others from making a function of this canonical name until the transaction ends. */
extern void action_lock_name(const char *name);

/* Resolves "schema.name" or "name" to the action's function; InvalidOid if there is none. Checks USAGE on the schema (42501). */
extern Oid	action_find(const char *name);

/* The same without a privilege check, with what others have published meanwhile: for who has waited for the row of a draft. */
extern Oid	action_find_fresh(const char *name);

/* The same without a privilege check, in one schema; finds any function of that name if it is not an action and any_language is set. */
extern Oid	action_find_in_schema(Oid schema, const char *name, bool any_language);

/* May the current user invoke the action of a function? False also if there is none. */
extern bool action_may_be_invoked(Oid function);

#endif
