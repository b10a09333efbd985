/*
 * call_limit.c
 *		Calls of functions that are not the action's own, under the limit of calls.
 */
#include "postgres.h"

#include "base/deadline.h"
#include "base/settings.h"
#include "run/call_limit.h"

/* Is the limit of calls one that a handler may deal with when it has passed? */
static bool
may_be_handled(const Program *program)
{
	return program->sets_call_timeout || !setting_call_timeout_is_shortened();
}

void
call_within_limit(Frame *frame, int64 limit, const char *what, void (*fn) (void *arg), void *arg)
{
	deadline_call(limit > 0 ? limit : setting_call_timeout, what,
				  limit > 0 || may_be_handled(frame->program), frame_where_of, frame, fn, arg);
}
