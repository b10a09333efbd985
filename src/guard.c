/*
 * guard.c
 *		Tries a piece of checking in a subtransaction, so that what PostgreSQL
 *		refuses there becomes one problem among others.
 */
#include "postgres.h"

#include "access/xact.h"
#include "problem.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/* Turns a caught error into a problem. */
static void
problem_from_error(ProblemSink *sink, const char *location, const ErrorData *error)
{
	Problem		problem = {0};

	problem.sqlstate = error->sqlerrcode;
	problem.location = unconstify(char *, location);
	problem.message = error->message;
	problem.detail = error->detail;
	problem.hint = error->hint;
	problem.formula = error->internalquery;
	problem.position = error->internalpos;
	problem_add(sink, &problem);
}

bool
problem_guard(ProblemSink *sink, const char *location, void (*fn) (void *arg), void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool ok = false;

	if (!sink->collect)
	{
		fn(arg);
		return true;
	}
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		fn(arg);
		ReleaseCurrentSubTransaction();
		ok = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		problem_from_error(sink, location, error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return ok;
}
