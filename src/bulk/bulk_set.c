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
	set->call.items = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(ManyItem) * room,
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	set->call.outputs = bulk->mcxt;
	set->call.left = palloc0(sizeof(bool) * room);
	set->call.first = palloc(sizeof(int) * room);
	set->call.failed = palloc0(sizeof(bool) * room);
	set->call.may_leave = bulk->answers;
	set->call.recovers = bulk->recovers;
	bulk->recovers = false;
	set->call.mcxt = CurrentMemoryContext;
	for (int i = from; i < to; i++)
	{
		if (item_is_out(&bulk->items[i]) || bulk->items[i].fails_set)
			continue;
		set->call.items[set->call.count].input = bulk->items[i].input;
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

/* What was left out has not failed alone: it may be in the wrong place. All is undone. */
pg_noreturn static void
refuse_success(Bulk *bulk)
{
	bulk->at = -1;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("action \"%s\" cannot be run for these items at once: one is left out, and does not fail alone",
					bulk->action)));
}

/* Runs an item alone that the set goes on without. */
static void
run_left_item(Bulk *bulk, int item)
{
	Caught	   *caught;

	bulk->at = item;
	caught = caught_call(run_alone, bulk);
	if (caught != NULL)
		bulk_take_error(bulk, caught);
	else
		refuse_success(bulk);
}

/* Runs those alone, of the items that are done, that the set went on without. */
static void
run_left(const BulkSet *set, int from, int end)
{
	Bulk	   *bulk = set->bulk;

	for (int i = 0; i < set->call.done; i++)
		if (set->call.left[i])
			run_left_item(bulk, set->numbers[i]);
	for (int i = from; i < end; i++)
		if (bulk->items[i].fails_set && !item_is_out(&bulk->items[i]))
			run_left_item(bulk, i);
	bulk->at = -1;
}

/* Notes which items a set is to go on without that has failed. */
static void
learn_failed(const BulkSet *set)
{
	for (int i = 0; i < set->call.count; i++)
	{
		if (!set->call.failed[i])
			continue;
		set->bulk->items[set->numbers[i]].fails_set = true;
		set->bulk->learned++;
	}
}

/* Calls the action for all of them. */
static void
call_set(BulkSet *set)
{
	InvokeRequest request = {.kind = REQUEST_MANY, .many = &set->call, .result_context = set->call.mcxt};

	PG_TRY();
	{
		handle_call(handle_of_name(set->bulk->action), &request);
	}
	PG_CATCH();
	{
		learn_failed(set);
		PG_RE_THROW();
	}
	PG_END_TRY();
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
	MemoryContext mcxt;
	MemoryContext old;

	if (end - from < LEAST_OF_SET)
		return from;
	mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action bulk set", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(mcxt);
	set_make(&set, from, end);
	bulk->at = -1;
	if (set.call.count > 0)
		call_set(&set);
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
	run_left(&set, from, end);
	MemoryContextDelete(mcxt);
	return end;
}

/* A lock of the targets. */
static void
lock_set(void *arg)
{
	call_set(arg);
}

/* What goes wrong is told by the items, when they run. */
void
bulk_lock_targets(Bulk *bulk, int from)
{
	BulkSet		set = {.bulk = bulk};
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action bulk set", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	Caught	   *caught;

	bulk->recovers = true;
	set_make(&set, from, bulk->count);
	set.call.only_locks = set.call.may_leave = true;
	bulk->at = -1;
	caught = caught_call(lock_set, &set);
	if (caught != NULL)
	{
		bulk_require_own_error(caught);
		caught_free(caught);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(mcxt);
}
