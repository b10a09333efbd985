/*
 * error.h
 *		Work in a subtransaction that an error undoes.
 *
 * The folder base/ holds what knows neither actions nor catalogs: errors and
 * subtransactions, deadlines, problems, settings, JSON, texts. It includes
 * PostgreSQL alone.
 */
#ifndef CA_ERROR_H
#define CA_ERROR_H

#include "postgres.h"

#include "base/compat.h"

typedef struct Caught
{
	ErrorData  *error;
	const char *step;			/* path of the step that failed, or NULL */
	MemoryContext mcxt;			/* of all this */
} Caught;

/*
 * Calls fn(arg) in a subtransaction. NULL: it went well; else its work is
 * undone and the error, below the current context, is the result. SPI, if it is
 * used inside, must be connected before.
 */
extern Caught *caught_call(void (*fn) (void *arg), void *arg);
extern void caught_free(Caught *caught);

/* The same; the work is undone also if it went well, and its locks with it. */
extern Caught *caught_undone(void (*fn) (void *arg), void *arg);

/* The same; if the work says so in the end, it is undone, too. */
extern Caught *caught_unless(void (*fn) (void *arg), void *arg, const bool *undo);

/*
 * The same for work that checks something; errors that do not speak of what is
 * checked, such as cancels and locks not got, are thrown on.
 */
extern ErrorData *caught_error(void (*fn) (void *arg), void *arg);

/* The same; the work is undone also if it went well, and its locks with it. */
extern ErrorData *caught_trial(void (*fn) (void *arg), void *arg);

/* The same for work that waits for no lock; one that it missed is an error like others. */
extern ErrorData *caught_trial_at_once(void (*fn) (void *arg), void *arg, bool *missed_lock);

/*
 * Throws an error that was copied. ReThrowError() alone leaves some strings,
 * such as the name of the source file, where CopyErrorData() has put them; that
 * memory is mostly gone when the error is shown.
 */
pg_noreturn extern void error_throw_on(ErrorData *error);

/*
 * The message of a budget that is exceeded, by which its error is known: whose it is,
 * what was done how many times, what may be done how many times.
 */
#define BUDGET_MESSAGE	"%s has %s " UINT64_FORMAT " %s%s, but may %s no more than " UINT64_FORMAT

/* Did a limit raise this, of a call or of an action that ended with it, or a budget? */
extern bool error_is_limit(const ErrorData *error);

/* Does it cancel an action: the error of require, and of stop canceled? */
extern bool error_is_canceling(const ErrorData *error);

/* Makes an error that of a limit. */
extern void error_mark_limit(ErrorData *error, bool is_call);

/* An error context callback: the server's log does not show the statement, which may hold sensitive values. */
extern void error_hide_statement(void *arg);

/* May a handler deal with it? Not with cancels, lost races, lack of resources, exceeded budgets, bugs. */
extern bool caught_may_be_handled(const Caught *caught);

#endif
