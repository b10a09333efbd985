/*
 * deadline.h
 *		How long actions and calls may take. (Not limits.h: that is a header of C.)
 */
#ifndef CA_DEADLINE_H
#define CA_DEADLINE_H

#include "postgres.h"

#include "utils/timestamp.h"

/* Says for an error's DETAIL where the work is. */
typedef char *(*WhereFunction) (const void *arg);

/* One time limit in force; lives on the stack of whoever set it. */
typedef struct Deadline
{
	struct Deadline *outer;
	TimestampTz at;
	int64		limit;			/* milliseconds, for the message */
	const char *what;			/* "action \"support.x\"" */
	bool		is_call;		/* an ordinary failure of the step */
} Deadline;

extern void deadlines_init(void);

/* Reads an interval's text as milliseconds; false unless it is a time limit: positive, and not for ever. */
extern bool deadline_parse(const char *text, int64 *milliseconds);

/* What to tell authors of bad ones. */
#define LIMIT_HINT	"Write an interval such as \"30 s\" or \"2 min\"."

/* Sets a limit; nothing happens for 0. */
extern void deadline_push(Deadline *deadline, int64 limit, const char *what, bool is_call);

/* The work ended well: raises a cancel if it was too slow all the same, else lifts the limit. */
extern void deadline_pop(Deadline *deadline);

/*
 * The work ended with the error being handled (call it in PG_CATCH): lifts the
 * limit. If the limit was the cause, the error is flushed and the limit's own
 * is the result, to be thrown instead; else NULL.
 */
extern ErrorData *deadline_failed(Deadline *deadline, WhereFunction where, const void *where_arg);

/* Raises a cancel if some limit in force has passed, also if one was swallowed before. */
extern void deadlines_check(void);

/* Calls fn(arg) under a limit; where is for the error's DETAIL, or NULL. */
extern void deadline_call(int64 limit, const char *what, bool is_call,
						  WhereFunction where, const void *where_arg,
						  void (*fn) (void *arg), void *arg);

#endif
