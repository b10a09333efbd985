/*
 * quiet.h
 *		Keeps the inside of the extension out of the context of errors.
 */
#ifndef CA_QUIET_H
#define CA_QUIET_H

#include "postgres.h"

#include "fmgr.h"

/* Calls fn(arg); an error shows nothing of its inside. */
extern void quiet_run(void (*fn) (void *arg), void *arg);

/*
 * Calls fn(arg), which comes to run what others have defined, such as event
 * triggers: the context that they give an error is theirs, and is shown.
 */
extern void quiet_run_outside(void (*fn) (void *arg), void *arg);

/* Trigger: calls the trigger function in our schema that its argument names. */
extern Datum custom_action_quiet_trigger(PG_FUNCTION_ARGS);

#endif
