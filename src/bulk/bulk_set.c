/*
 * bulk_set.c
 *		Runs items at once, by one call of the action's function for all of them.
 *
 * Those that the set goes on without run alone when it is done: they have failed
 * before anything was written, and now say how.
 */
#include "postgres.h"

#include "bulk/bulk_item.h"
#include "bulk/bulk_set.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* A set, and which items it has. */
typedef struct BulkSet
{
	Bulk	   *bulk;
	int		   *numbers;		/* of its items in the bulk */
	ManyCall	call;
} BulkSet;

/* Before which item a set must end, as far as is known: the first that has the target of another. */
static int
set_end(Bulk *bulk, int from, int to)
{
	SameTargets *targets = &bulk->targets;

	if (targets->first == NULL || from < targets->from || from >= targets->to)
		return to;
	for (int i = from; i < Min(to, targets->to); i++)
	{
		int		   *last = &targets->last[targets->first[i - targets->from] - targets->from];

		if (*last >= from && *last < i)
			return i;
		*last = i;
	}
	return to;
}

/* Makes the call for the items that have not failed. */
static void
set_make(BulkSet *set, int from, int to)
{
	Bulk	   *bulk = set->bulk;
	int			room = to - from;

	set->numbers = palloc(sizeof(int) * room);
	set->call.items = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(InvokeRequest) * room,
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	set->call.left = palloc0(sizeof(bool) * room);
	set->call.first = palloc(sizeof(int) * room);
	set->call.may_leave = bulk->answers;
	set->call.mcxt = CurrentMemoryContext;
	for (int i = from; i < to; i++)
	{
		InvokeRequest *request = &set->call.items[set->call.count];

		if (item_is_out(&bulk->items[i]))
			continue;
		request->kind = REQUEST_JSON;
		request->input = bulk->items[i].input;
		request->result_context = bulk->mcxt;
		set->call.first[set->call.count] = set->call.count;
		set->numbers[set->call.count++] = i;
	}
}

/* Remembers which items have the same target, for the sets that follow. */
static void
keep_targets(const BulkSet *set, int from, int to)
{
	SameTargets *targets = &set->bulk->targets;
	MemoryContext old = MemoryContextSwitchTo(set->bulk->mcxt);

	if (targets->first != NULL)
	{
		pfree(targets->first);
		pfree(targets->last);
	}
	targets->from = from;
	targets->to = to;
	targets->first = palloc(sizeof(int) * (to - from));
	targets->last = palloc(sizeof(int) * (to - from));
	for (int i = 0; i < to - from; i++)
	{
		targets->first[i] = from + i;
		targets->last[i] = -1;
	}
	for (int i = 0; i < set->call.count; i++)
		targets->first[set->numbers[i] - from] = set->numbers[set->call.first[i]];
	MemoryContextSwitchTo(old);
}

/* Takes what the items of the set that are done have given. */
static void
take_set_outputs(const BulkSet *set)
{
	for (int i = 0; i < set->call.done; i++)
	{
		BulkItem   *item = &set->bulk->items[set->numbers[i]];

		if (set->call.left[i])
			continue;
		item->end = ITEM_SUCCEEDED;
		item->output = set->call.items[i].output;
	}
}

/* Runs one item, in a subtransaction. */
static void
run_alone(void *arg)
{
	Bulk	   *bulk = arg;

	bulk_run_item(bulk, bulk->at);
}

/* Runs those alone that the set went on without. */
static void
run_left(const BulkSet *set)
{
	Bulk	   *bulk = set->bulk;

	for (int i = 0; i < set->call.done; i++)
	{
		Caught	   *caught;

		if (!set->call.left[i])
			continue;
		bulk->at = set->numbers[i];
		caught = caught_call(run_alone, bulk);
		if (caught != NULL)
			bulk_take_error(bulk, caught);
	}
	bulk->at = -1;
}

/* Says why the items run one by one, to whoever wants to know. */
static void
tell_refusal(const Bulk *bulk, const ManyCall *call)
{
	ereport(DEBUG1,
			(errmsg_internal("action \"%s\" runs for one item after the other: %s%s%s%s", bulk->action, call->refused,
							 call->refused_at ? " (step " : "", call->refused_at ? call->refused_at : "",
							 call->refused_at ? ")" : "")));
}

int
bulk_run_set(Bulk *bulk, int from, int to)
{
	int			end = set_end(bulk, from, to);
	BulkSet		set = {.bulk = bulk};
	InvokeRequest request = {.kind = REQUEST_MANY, .many = &set.call};
	MemoryContext mcxt;
	MemoryContext old;

	if (end - from < LEAST_OF_SET)
		return from;
	mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action bulk set", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(mcxt);
	request.result_context = mcxt;
	set_make(&set, from, end);
	bulk->at = -1;
	if (set.call.count > 0)
		handle_call(handle_of_name(bulk->action), &request);
	MemoryContextSwitchTo(old);
	if (set.call.refused != NULL)
	{
		tell_refusal(bulk, &set.call);
		bulk->in_sets = false;
		MemoryContextDelete(mcxt);
		return from;
	}
	if (set.call.done < set.call.count)
	{
		keep_targets(&set, from, end);
		end = set.numbers[set.call.done];
	}
	take_set_outputs(&set);
	run_left(&set);
	MemoryContextDelete(mcxt);
	return end;
}
