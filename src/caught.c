/*
 * caught.c
 *		Subtransactions around work that may fail.
 *
 * What an error leaves behind is put right by whoever owns it: depth and
 * deadlines by the frames and limits that it passes, user and settings by the
 * end of the subtransaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "caught.h"
#include "limit.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

Caught *
caught_call(void (*fn) (void *arg), void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Caught	   *volatile caught = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		fn(arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		caught = palloc0(sizeof(Caught));
		caught->error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return caught;
}

/* Must the caller learn of it? Cancels, lost races, lack of resources, shutdown. */
static bool
must_pass(const ErrorData *error)
{
	switch (error->sqlerrcode)
	{
		case ERRCODE_QUERY_CANCELED:
			return !limits_is_call_limit(error);
		case ERRCODE_ADMIN_SHUTDOWN:
		case ERRCODE_CRASH_SHUTDOWN:
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
		case ERRCODE_T_R_DEADLOCK_DETECTED:
			return true;
		default:
			return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INSUFFICIENT_RESOURCES;
	}
}

ErrorData *
caught_error(void (*fn) (void *arg), void *arg)
{
	Caught	   *caught = caught_call(fn, arg);

	if (caught == NULL)
		return NULL;
	if (must_pass(caught->error))
		ReThrowError(caught->error);
	return caught->error;
}

bool
caught_may_be_handled(const Caught *caught)
{
	int			sqlstate = caught->error->sqlerrcode;

	return !must_pass(caught->error) && sqlstate != ERRCODE_ASSERT_FAILURE &&
		ERRCODE_TO_CATEGORY(sqlstate) != ERRCODE_INTERNAL_ERROR;
}
