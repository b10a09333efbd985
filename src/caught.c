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

bool
caught_may_be_handled(const Caught *caught)
{
	int			sqlstate = caught->error->sqlerrcode;

	if (sqlstate == ERRCODE_QUERY_CANCELED)
		return limits_is_call_limit(caught->error);
	return sqlstate != ERRCODE_T_R_SERIALIZATION_FAILURE &&
		sqlstate != ERRCODE_T_R_DEADLOCK_DETECTED &&
		sqlstate != ERRCODE_ASSERT_FAILURE &&
		ERRCODE_TO_CATEGORY(sqlstate) != ERRCODE_INSUFFICIENT_RESOURCES &&
		ERRCODE_TO_CATEGORY(sqlstate) != ERRCODE_INTERNAL_ERROR &&
		sqlstate != ERRCODE_ADMIN_SHUTDOWN && sqlstate != ERRCODE_CRASH_SHUTDOWN;
}
