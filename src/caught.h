/*
 * caught.h
 *		Work in a subtransaction that an error undoes.
 */
#ifndef CA_CAUGHT_H
#define CA_CAUGHT_H

#include "postgres.h"

typedef struct Caught
{
	ErrorData  *error;
	const char *step;			/* path of the step that failed, or NULL */
} Caught;

/*
 * Calls fn(arg) in a subtransaction. NULL: it went well; else its work is
 * undone and the error, in the current context, is the result. SPI, if it is
 * used inside, must be connected before.
 */
extern Caught *caught_call(void (*fn) (void *arg), void *arg);

/* The same; errors that nobody may keep from the caller are thrown on. */
extern ErrorData *caught_error(void (*fn) (void *arg), void *arg);

/* May a handler deal with it? Not with cancels, lost races, lack of resources, bugs. */
extern bool caught_may_be_handled(const Caught *caught);

#endif
