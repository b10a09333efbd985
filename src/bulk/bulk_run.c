/*
 * bulk_run.c
 *		Runs the items of a bulk call, and undoes what is to be undone.
 *
 * per_item: a part, which begins as all items, runs in one subtransaction. If it
 * fails, what ran before the item that failed runs again as a part of its own, and
 * the rest after it. Each part that went well leaves a subtransaction that the
 * server remembers until the transaction ends, and of more than 64 it keeps no
 * account in memory, at everybody's cost. So parts form groups, groups of groups,
 * each in a subtransaction around them: a group that is full is undone, and runs
 * again as one part, without the items that are known to fail. No more than
 * LEVELS * (PARTS + 1) are left so.
 */
#include "postgres.h"

#include "base/error_field.h"
#include "bulk/bulk.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define LEVELS	3
#define PARTS	20

/* Items that run as one part of a bulk. */
typedef struct Part
{
	Bulk	   *bulk;
	int			from;
	int			to;
} Part;

/* Says in errors which item they are about. */
static void
item_error_callback(void *arg)
{
	const Bulk *bulk = arg;

	errcontext("item %d of invoke_action_bulk", bulk->at + 1);
}

/* Calls the action for an item, in memory that is the item's own. */
static void
item_call(Bulk *bulk, BulkItem *item)
{
	InvokeRequest request = {0};

	request.kind = REQUEST_JSON;
	request.input = item->input;
	request.result_context = bulk->mcxt;
	request.wants_invocation = bulk->answers;
	PG_TRY();
	{
		handle_call(handle_of_name(bulk->action), &request);
	}
	PG_CATCH();
	{
		bulk->failed_step = request.failed_step;
		item->has_invocation = request.has_invocation;
		item->invocation = request.invocation;
		PG_RE_THROW();
	}
	PG_END_TRY();
	item->output = MemoryContextAlloc(bulk->mcxt, VARSIZE(request.output));
	memcpy(item->output, request.output, VARSIZE(request.output));
	item->end = ITEM_SUCCEEDED;
}

/* Has it failed, so that it is left out? */
static bool
item_is_out(const BulkItem *item)
{
	return item->end == ITEM_FAILED || item->end == ITEM_CANCELED;
}

/* Runs the items of a part one after the other. */
static void
part_run(void *arg)
{
	const Part *part = arg;
	Bulk	   *bulk = part->bulk;
	ErrorContextCallback callback = {error_context_stack, item_error_callback, bulk};
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action bulk item",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);

	error_context_stack = &callback;
	for (bulk->at = part->from; bulk->at < part->to; bulk->at++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!item_is_out(&bulk->items[bulk->at]))
			item_call(bulk, &bulk->items[bulk->at]);
		MemoryContextReset(mcxt);
	}
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(mcxt);
}

/* Notes that what the items of a part have done is undone. */
static void
part_forget(const Part *part)
{
	for (int i = part->from; i < part->to; i++)
	{
		BulkItem   *item = &part->bulk->items[i];

		if (item->output != NULL)
			pfree(item->output);
		item->output = NULL;
		if (item->end == ITEM_SUCCEEDED)
			item->end = ITEM_PENDING;
	}
}

/* Takes the error of the item that failed, or throws on what is no item's. */
static void
item_take_error(Bulk *bulk, Caught *caught)
{
	BulkItem   *item = &bulk->items[bulk->at];
	MemoryContext old;

	if (!caught_may_be_handled(caught) && !error_is_limit(caught->error))
		error_throw_on(caught->error);
	caught->step = bulk->failed_step;
	old = MemoryContextSwitchTo(bulk->mcxt);
	item->end = error_is_canceling(caught->error) ? ITEM_CANCELED : ITEM_FAILED;
	item->error = error_jsonb(caught);
	item->failure = caught->error;
	item->failed_step = caught->step;
	MemoryContextSetParent(caught->mcxt, bulk->mcxt);
	MemoryContextSwitchTo(old);
}

/* Runs a part in a subtransaction; if an item fails, all is undone but the note that it has. */
static bool
part_try(Bulk *bulk, int from, int to)
{
	Part		part = {bulk, from, to};
	Caught	   *caught = caught_call(part_run, &part);

	if (caught == NULL)
		return true;
	part_forget(&part);
	item_take_error(bulk, caught);
	return false;
}

/* Runs items as one part, however many of them turn out to fail. */
static void
part_settle(Bulk *bulk, int from, int to)
{
	while (!part_try(bulk, from, to))
		;
}

/* Items, from one on, that run in a subtransaction around their parts. */
typedef struct PartGroup
{
	Bulk	   *bulk;
	int			level;
	int			from;
	int			next;			/* the first item that is not in it */
	int			parts;			/* that went well */
	bool		full;
} PartGroup;

static void group_run(PartGroup *group);

/* Runs the next part of a group: up to an item that fails. */
static void
group_add_part(PartGroup *group)
{
	Bulk	   *bulk = group->bulk;
	int			end = bulk->count;

	if (!part_try(bulk, group->next, bulk->count))
	{
		end = bulk->at + 1;
		if (group->next < bulk->at)
			part_settle(bulk, group->next, bulk->at);
		else
			group->parts--;
	}
	group->next = end;
}

/* Runs the next group inside a group. */
static void
group_add_group(PartGroup *group)
{
	PartGroup		inner = {.bulk = group->bulk,.level = group->level - 1,.from = group->next};

	group_run(&inner);
	group->next = inner.next;
}

static void
group_work(void *arg)
{
	PartGroup	   *group = arg;

	group->next = group->from;
	for (group->parts = 0; group->next < group->bulk->count && group->parts < PARTS; group->parts++)
	{
		if (group->level > 1)
			group_add_group(group);
		else
			group_add_part(group);
	}
	group->full = group->parts == PARTS;
}

/* Runs items, from one on, as parts of a group. */
static void
group_run(PartGroup *group)
{
	Caught	   *caught = caught_unless(group_work, group, &group->full);

	if (caught != NULL)
		error_throw_on(caught->error);
	if (group->full)
	{
		Part		all = {group->bulk, group->from, group->next};

		part_forget(&all);
		part_settle(group->bulk, group->from, group->next);
	}
}

void
bulk_run_each(Bulk *bulk)
{
	int			next = 0;

	if (part_try(bulk, 0, bulk->count))
		return;
	while (next < bulk->count)
	{
		PartGroup		group = {.bulk = bulk,.level = LEVELS,.from = next};

		group_run(&group);
		next = group.next;
	}
}

/* Adds to an error which item it is about: its CONTEXT does not reach every caller. */
pg_noreturn static void
throw_with_item(const Bulk *bulk, ErrorData *error)
{
	char	   *sentence = psprintf("It was item %d of invoke_action_bulk.", bulk->at + 1);

	if (error->sqlerrcode != ERRCODE_QUERY_CANCELED)
		error->detail = error->detail != NULL && *error->detail ? psprintf("%s %s", error->detail, sentence) : sentence;
	error_throw_on(error);
}

void
bulk_run_all(Bulk *bulk)
{
	Part		all = {bulk, 0, bulk->count};
	MemoryContext old = CurrentMemoryContext;

	PG_TRY();
	{
		part_run(&all);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(old);
		error = CopyErrorData();
		FlushErrorState();
		throw_with_item(bulk, error);
	}
	PG_END_TRY();
}
