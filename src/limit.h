/*
 * limit.h
 *		How deep actions may nest, and how long actions and calls may take. (Not
 *		limits.h: that is a header of C.)
 */
#ifndef CA_LIMIT_H
#define CA_LIMIT_H

#include "postgres.h"

#include "utils/timestamp.h"

/* One time limit in force; lives on the stack of whoever set it. */
typedef struct Deadline
{
	struct Deadline *outer;
	TimestampTz at;
	int64		limit;			/* milliseconds, for the message */
	const char *what;			/* "action \"support.x\"" */
	bool		is_call;		/* an ordinary failure of the step */
	bool		raised;			/* this limit ended the work */
} Deadline;

extern void limits_init(void);
extern int	limits_max_depth(void);
extern int64 limits_action_timeout(void);	/* milliseconds, 0: none */
extern int64 limits_call_timeout(void);

/* Milliseconds of an interval's text; raises 22023 unless it is positive. */
extern int64 limits_parse(const char *text);

/* Sets a limit; nothing happens for 0. */
extern void deadline_push(Deadline *deadline, int64 limit, const char *what, bool is_call);

/* The work ended well: raises a cancel if it was too slow all the same, else lifts the limit. */
extern void deadline_pop(Deadline *deadline);

/*
 * The work ended with the error being handled (call it in PG_CATCH): lifts the
 * limit. If the limit was the cause, the error is flushed and the limit's own
 * is the result, to be thrown instead; else NULL.
 */
extern ErrorData *deadline_failed(Deadline *deadline);

/* Raises a cancel if some limit in force has passed, also if one was swallowed before. */
extern void deadlines_check(void);

/* Did a call's own limit raise this? */
extern bool limits_is_call_limit(const ErrorData *error);

#endif
