/*
 * bulk_item.c
 *		Runs one item of a bulk call by itself, and takes its error.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/error_field.h"
#include "bulk/bulk_item.h"
#include "miscadmin.h"
#include "run/budget.h"
#include "run/observer.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

const char *
item_end_word(ItemEnd end)
{
	static const char *const words[] = {
		[ITEM_SUCCEEDED] = "succeeded",
		[ITEM_FAILED] = "failed",
		[ITEM_CANCELED] = "canceled",
		[ITEM_SKIPPED] = "skipped"
	};

	return words[end];
}

void
bulk_call(Bulk *bulk, BulkItem *item, const char *action, InvokeRequest *request)
{
	request->kind = REQUEST_JSON;
	request->result_context = bulk->mcxt;
	PG_TRY();
	{
		handle_call(handle_of_name(action), request);
	}
	PG_FINALLY();
	{
		bulk->failed_step = request->failed_step;
		item->has_invocation = request->has_invocation;
		item->invocation = request->invocation;
	}
	PG_END_TRY();
	item->output = MemoryContextAlloc(bulk->mcxt, VARSIZE(request->output));
	memcpy(item->output, request->output, VARSIZE(request->output));
	item->end = ITEM_SUCCEEDED;
}

/*
 * An item sees what those before it have done as early as its inputs are bound: checks
 * of domains may look, and run with the snapshot of whoever calls.
 */
void
bulk_run_item(Bulk *bulk, int item)
{
	MemoryContext old = MemoryContextSwitchTo(bulk->scratch);

	CHECK_FOR_INTERRUPTS();
	bulk->at = item;
	bulk->told = observed_so_far();
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	bulk->call(bulk, &bulk->items[item]);
	PopActiveSnapshot();
	MemoryContextSwitchTo(old);
	MemoryContextReset(bulk->scratch);
}

void
bulk_require_own_error(const Caught *caught)
{
	if (!caught_may_be_handled(caught) &&
		(!error_is_limit(caught->error) || budget_is_exceeded(innermost_frame)))
		error_throw_on(caught->error);
}

void
bulk_take_error(Bulk *bulk, Caught *caught)
{
	BulkItem   *item = &bulk->items[bulk->at];
	MemoryContext old;

	bulk_require_own_error(caught);
	caught->step = bulk->failed_step;
	old = MemoryContextSwitchTo(bulk->mcxt);
	item->end = error_is_canceling(caught->error) ? ITEM_CANCELED : ITEM_FAILED;
	item->error = error_jsonb(caught);
	item->failure = caught->error;
	item->failed_step = caught->step;
	MemoryContextSetParent(caught->mcxt, bulk->mcxt);
	MemoryContextSwitchTo(old);
}
