/*
 * sandbox.h
 *		Analysis without execution.
 */
#ifndef CA_SANDBOX_H
#define CA_SANDBOX_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* Installs the hook. */
extern void sandbox_init(void);

/* Calls fn(arg) in the sandbox. */
extern void sandbox_call(void (*fn) (void *arg), void *arg);

/*
 * Calls fn(arg), which runs CREATE FUNCTION, in the sandbox until the function
 * is in the catalog: defaults are read inside, the validator works outside.
 */
extern void sandbox_create_function(void (*fn) (void *arg), void *arg);

/*
 * Calls fn(arg) and notes the schemas that objects are looked up in by a name that
 * says the schema, a list of OIDs in the current memory context.
 */
extern void sandbox_note_schemas(List **schemas, void (*fn) (void *arg), void *arg);

/* Does another module want to know of each access to an object, as those that add rights of their own do? */
extern bool access_is_overseen(void);

#endif
