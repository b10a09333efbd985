/*
 * deadline.c
 *		Time limits.
 *
 * One timer serves a stack of deadlines; while there are any, it is armed for a
 * time that is not later than the earliest. Lifting a deadline leaves the timer
 * alone: its handler looks at the stack, and goes on waiting if nothing has
 * passed. If something has, it asks for a cancel, as statement_timeout does, and
 * the level whose deadline passed first turns that cancel into an error of its
 * own. Until its level is left, the cancel is asked for again after every step
 * and whenever a subtransaction is rolled back, so code that swallows it gains
 * nothing. Nothing is armed after the transaction. The slot of
 * statement_timeout is never touched.
 *
 * The handler may interrupt anything here: a deadline is complete before it is
 * put on the stack, and is taken off before its memory ends.
 *
 * PostgreSQL has one flag for a cancel, whoever asked. So that a user's cancel is
 * never taken for a limit, three are kept here. timer_fired: some deadline has
 * passed, and stays so while its level lasts. cancel_asked: the timer has set
 * QueryCancelPending and nobody has raised it yet; lifting the deadline takes it
 * back. user_cancel: SIGINT came, and not from statement_timeout or lock_timeout,
 * which send it, too; the cancel is then an ordinary one, to all levels. To see
 * that, SIGINT has our handler from the first limit on, as long as the process
 * lives: putting the old one back might throw out one that came later. It ends in
 * PostgreSQL's own, which backends and workers with a database have.
 */
#include "postgres.h"

#include <limits.h>

#include "access/xact.h"
#include "base/deadline.h"
#include "base/error.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "tcop/tcopprot.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timeout.h"

/* Longest text of an interval that is read */
#define LIMIT_LENGTH	256

/* Longest limit, in milliseconds: a hundred years, far from any overflow */
#define MAX_LIMIT	(INT64CONST(100) * 365 * 24 * 3600 * 1000)

static Deadline *volatile innermost_deadline = NULL;	/* the stack */
static bool timer_known = false;	/* registered in this process */
static TimeoutId timer;
static volatile sig_atomic_t timer_fired = false;	/* the handler found that some deadline has
													 * passed */
static volatile sig_atomic_t cancel_asked = false;	/* by the timer */
static volatile sig_atomic_t user_cancel = false;	/* by somebody else, in this transaction */
static MemoryContext error_mcxt = NULL; /* of the last error of a limit */

/* Asks for a cancel. */
static void
ask_cancel(void)
{
	timer_fired = true;
	cancel_asked = true;
	QueryCancelPending = true;
	InterruptPending = true;
}

/*
 * Asks for a cancel if some deadline has passed, and arms the timer for the
 * earliest that is still to come. Runs in the signal handler, too.
 */
static void
timer_look(void)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz earliest = 0;

	for (const Deadline *deadline = innermost_deadline; deadline != NULL; deadline = deadline->outer)
	{
		if (deadline->at <= now)
			ask_cancel();
		else if (earliest == 0 || deadline->at < earliest)
			earliest = deadline->at;
	}
	if (earliest != 0)
		enable_timeout_at(timer, earliest);
}

/*
 * On SIGINT: notes a cancel that somebody else asked for, which no limit may
 * take for its own. PostgreSQL's timeouts send the signal too.
 */
static void
note_user_cancel(SIGNAL_ARGS)
{
	if (!get_timeout_indicator(STATEMENT_TIMEOUT, false) &&
		!get_timeout_indicator(LOCK_TIMEOUT, false))
		user_cancel = true;
	StatementCancelHandler(SIGNAL_ARGS_GIVEN);
}

/*
 * Forgets a cancel of somebody else's that is no more: PostgreSQL ignored it
 * between two commands, or code that was called has swallowed it.
 */
static void
forget_user_cancel(void)
{
	if (!user_cancel || QueryCancelPending)
		return;
	user_cancel = false;
	/* the signal may have come again meanwhile */
	pg_compiler_barrier();
	if (QueryCancelPending && !cancel_asked)
		user_cancel = true;
}

/* Takes back a cancel that only the timer asked for and nobody has raised yet. */
static void
take_back_cancel(void)
{
	if (cancel_asked && !user_cancel && !get_timeout_indicator(STATEMENT_TIMEOUT, false))
		QueryCancelPending = false;
	cancel_asked = false;
}

/*
 * Looks anew after the timer has fired. It is off while the flags are set, so
 * that it cannot fire for a deadline that is no more.
 */
static void
timer_rearm(void)
{
	if (get_timeout_active(timer))
		disable_timeout(timer, false);
	take_back_cancel();
	timer_fired = false;
	timer_look();
}

/* Code that catches the cancel in a subtransaction is canceled again. */
static void
limits_at_subtransaction_end(SubXactEvent event, SubTransactionId id, SubTransactionId parent,
							 void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	forget_user_cancel();
	if (timer_fired)
		timer_rearm();
}

/* Forgets everything when a transaction ends. */
static void
limits_at_transaction_end(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	innermost_deadline = NULL;
	timer_fired = false;
	cancel_asked = false;
	user_cancel = false;
	if (timer_known && get_timeout_active(timer))
		disable_timeout(timer, false);
}

void
deadlines_init(void)
{
	RegisterXactCallback(limits_at_transaction_end, NULL);
	RegisterSubXactCallback(limits_at_subtransaction_end, NULL);
}

bool
deadline_parse(const char *text, int64 *milliseconds)
{
	char		buffer[LIMIT_LENGTH];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nfields;
	int			dtype;
	struct pg_itm_in itm = {0};
	int			error;

	error = ParseDateTime(text, buffer, sizeof(buffer), field, ftype, MAXDATEFIELDS, &nfields);
	if (error == 0)
		error = DecodeInterval(field, ftype, nfields, INTERVAL_FULL_RANGE, &dtype, &itm);
	if (error == DTERR_BAD_FORMAT)
		error = DecodeISO8601Interval(pstrdup(text), &dtype, &itm);
	if (error != 0 || dtype != DTK_DELTA)
		return false;
	*milliseconds = ((((int64) itm.tm_year * MONTHS_PER_YEAR + itm.tm_mon) * DAYS_PER_MONTH + itm.tm_mday) *
					 USECS_PER_DAY + itm.tm_usec) / 1000;
	return *milliseconds > 0 && *milliseconds <= MAX_LIMIT;
}

/* "2 s" */
static char *
limit_text(int64 milliseconds)
{
	if (milliseconds % 60000 == 0)
		return psprintf(INT64_FORMAT " min", milliseconds / 60000);
	if (milliseconds % 1000 == 0)
		return psprintf(INT64_FORMAT " s", milliseconds / 1000);
	return psprintf(INT64_FORMAT " ms", milliseconds);
}

/* The message of a limit. */
static char *
deadline_message(const Deadline *deadline)
{
	return psprintf("%s exceeded its time limit of %s", deadline->what,
					limit_text(deadline->limit));
}

void
deadline_push(Deadline *deadline, int64 limit, const char *what, bool is_call)
{
	memset(deadline, 0, sizeof(*deadline));
	forget_user_cancel();
	if (limit <= 0)
		return;
	if (!timer_known)
	{
		error_mcxt = AllocSetContextCreate(TopMemoryContext, "custom action limit",
										   ALLOCSET_SMALL_SIZES);
		timer = RegisterTimeout(USER_TIMEOUT, timer_look);
		timer_known = true;
		pqsignal(SIGINT, note_user_cancel);
	}
	deadline->limit = limit;
	deadline->what = what;
	deadline->is_call = is_call;
	deadline->at = GetCurrentTimestamp() + limit * INT64CONST(1000);
	deadline->outer = innermost_deadline;
	pg_compiler_barrier();
	innermost_deadline = deadline;
	if (timer_fired)
		timer_rearm();
	else if (!get_timeout_active(timer) || get_timeout_finish_time(timer) > deadline->at)
		enable_timeout_at(timer, deadline->at);
}

/* Takes a deadline, and what an error left above it, off the stack. */
static void
deadline_lift(Deadline *deadline)
{
	innermost_deadline = deadline->outer;
	if (timer_fired)
		timer_rearm();
}

void
deadlines_check(void)
{
	if (!timer_fired)
		return;
	timer_rearm();
	CHECK_FOR_INTERRUPTS();
}

void
deadline_pop(Deadline *deadline)
{
	if (deadline->limit == 0)
		return;
	deadlines_check();
	deadline_lift(deadline);
}

/* Has this deadline passed, and before those around it? */
static bool
deadline_passed_first(const Deadline *deadline)
{
	if (!timer_fired || deadline->at > GetCurrentTimestamp())
		return false;
	for (const Deadline *outer = deadline->outer; outer != NULL; outer = outer->outer)
		if (outer->at <= deadline->at)
			return false;
	return true;
}

/* Is the error being handled the cancel that the timer asked for? */
static bool
is_plain_cancel(void)
{
	ErrorData  *error;
	bool		plain;

	if (geterrcode() != ERRCODE_QUERY_CANCELED)
		return false;
	error = CopyErrorData();
	plain = error->message_id != NULL &&
		strcmp(error->message_id, "canceling statement due to user request") == 0;
	FreeErrorData(error);
	return plain;
}

ErrorData *
deadline_failed(Deadline *deadline, WhereFunction where, const void *where_arg)
{
	MemoryContext old;
	ErrorData  *error = NULL;

	if (deadline->limit == 0)
		return NULL;
	MemoryContextReset(error_mcxt);
	old = MemoryContextSwitchTo(error_mcxt);
	if (!user_cancel && deadline_passed_first(deadline) && is_plain_cancel())
	{
		error = CopyErrorData();
		FlushErrorState();
		error->message = deadline_message(deadline);
		if (where != NULL)
			error->detail = where(where_arg);
		error_mark_limit(error, deadline->is_call);
	}
	deadline_lift(deadline);
	MemoryContextSwitchTo(old);
	return error;
}

void
deadline_call(int64 limit, const char *what, bool is_call,
			  WhereFunction where, const void *where_arg,
			  void (*fn) (void *arg), void *arg)
{
	Deadline	deadline;

	if (limit <= 0)
	{
		forget_user_cancel();
		fn(arg);
		return;
	}
	deadline_push(&deadline, limit, what, is_call);
	PG_TRY();
	{
		fn(arg);
		deadline_pop(&deadline);
	}
	PG_CATCH();
	{
		ErrorData  *error = deadline_failed(&deadline, where, where_arg);

		if (error != NULL)
			error_throw_on(error);
		PG_RE_THROW();
	}
	PG_END_TRY();
}
