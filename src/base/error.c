/*
 * error.c
 *		Subtransactions around work that may fail.
 *
 * What an error leaves behind is put right by whoever owns it: depth and
 * deadlines by the frames and limits that it passes, user and settings by the
 * end of the subtransaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/error.h"
#include "base/sqlstate.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/* message_id of the errors of limits */
static const char action_limit_id[] = "custom_actions action limit";
static const char call_limit_id[] = "custom_actions call limit";

/* What subtransactions do in the end that do not decide for themselves. */
static const bool keeps = false;
static const bool undoes = true;

/* Did a call's own limit raise this? */
static bool
error_is_call_limit(const ErrorData *error)
{
	return error->message_id != NULL && strcmp(error->message_id, call_limit_id) == 0;
}

/* Did an exceeded budget raise this? */
static bool
error_is_budget(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_CA_BUDGET && error->message_id != NULL &&
		strcmp(error->message_id, BUDGET_MESSAGE) == 0;
}

bool
error_is_limit(const ErrorData *error)
{
	return error_is_call_limit(error) || error_is_budget(error) ||
		(error->message_id != NULL && strcmp(error->message_id, action_limit_id) == 0);
}

bool
error_is_canceling(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_CA_CANCELED;
}

void
error_mark_limit(ErrorData *error, bool is_call)
{
	error->message_id = is_call ? call_limit_id : action_limit_id;
}

/*
 * Takes the error being handled. It has a context of its own, because not all
 * that CopyErrorData() copies is freed by FreeErrorData().
 */
static Caught *
caught_take(void)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action error",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	Caught	   *caught = palloc0(sizeof(Caught));

	caught->mcxt = mcxt;
	caught->error = CopyErrorData();
	MemoryContextSwitchTo(old);
	return caught;
}

void
caught_free(Caught *caught)
{
	MemoryContextDelete(caught->mcxt);
}

/* Calls fn(arg) in a subtransaction, which ends as told in the end unless an error ends it. */
static Caught *
call_in_subtransaction(void (*fn) (void *arg), void *arg, const bool *undo)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Caught	   *volatile caught = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		fn(arg);
		if (!*undo)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		caught = caught_take();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return caught;
}

Caught *
caught_call(void (*fn) (void *arg), void *arg)
{
	return call_in_subtransaction(fn, arg, &keeps);
}

Caught *
caught_unless(void (*fn) (void *arg), void *arg, const bool *undo)
{
	return call_in_subtransaction(fn, arg, undo);
}

Caught *
caught_undone(void (*fn) (void *arg), void *arg)
{
	return call_in_subtransaction(fn, arg, &undoes);
}

/* Moves a string to where errors are kept. */
static void
keep_with_errors(const char **string)
{
	if (*string != NULL)
		*string = MemoryContextStrdup(ErrorContext, *string);
}

void
error_throw_on(ErrorData *error)
{
	keep_with_errors(&error->filename);
	keep_with_errors(&error->funcname);
	keep_with_errors(&error->domain);
	keep_with_errors(&error->context_domain);
	keep_with_errors(&error->message_id);
	ReThrowError(error);
}

void
error_hide_statement(void *arg)
{
	errhidestmt(true);
}

/* Must the caller learn of it? Cancels, lost races, lack of resources, exceeded budgets, shutdown. */
static bool
must_pass(const ErrorData *error)
{
	switch (error->sqlerrcode)
	{
		case ERRCODE_QUERY_CANCELED:
			return !error_is_call_limit(error);
		case ERRCODE_ADMIN_SHUTDOWN:
		case ERRCODE_CRASH_SHUTDOWN:
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
		case ERRCODE_T_R_DEADLOCK_DETECTED:
			return true;
		case ERRCODE_CA_BUDGET:
			return error_is_budget(error);
		default:
			return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INSUFFICIENT_RESOURCES;
	}
}

/* Is this the error of a lock that was not to be had? */
static bool
is_lock_missed(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
}

/* The error, if it says something about the work; thrown on when it was given up or never got its locks. */
static ErrorData *
finding_of(const Caught *caught, bool missed_lock_too)
{
	if (caught == NULL)
		return NULL;
	if (must_pass(caught->error) || caught->error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
		(is_lock_missed(caught->error) && !missed_lock_too))
		error_throw_on(caught->error);
	return caught->error;
}

ErrorData *
caught_error(void (*fn) (void *arg), void *arg)
{
	return finding_of(call_in_subtransaction(fn, arg, &keeps), false);
}

ErrorData *
caught_trial(void (*fn) (void *arg), void *arg)
{
	return finding_of(call_in_subtransaction(fn, arg, &undoes), false);
}

ErrorData *
caught_trial_at_once(void (*fn) (void *arg), void *arg, bool *missed_lock)
{
	ErrorData  *error = finding_of(call_in_subtransaction(fn, arg, &undoes), true);

	*missed_lock = error != NULL && is_lock_missed(error);
	return error;
}

bool
caught_may_be_handled(const Caught *caught)
{
	int			sqlstate = caught->error->sqlerrcode;

	return !must_pass(caught->error) && sqlstate != ERRCODE_ASSERT_FAILURE &&
		ERRCODE_TO_CATEGORY(sqlstate) != ERRCODE_INTERNAL_ERROR;
}
