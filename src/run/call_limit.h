/*
 * call_limit.h
 *		Calls of functions that are not the action's own, under the limit of calls.
 */
#ifndef CA_CALL_LIMIT_H
#define CA_CALL_LIMIT_H

#include "postgres.h"

#include "run/frame.h"

/*
 * Calls fn(arg) under this limit, or that of the settings if it is 0. Where the
 * session made that shorter, its passing is no failure that a handler may deal
 * with.
 */
extern void call_within_limit(Frame *frame, int64 limit, const char *what,
							  void (*fn) (void *arg), void *arg);

#endif
