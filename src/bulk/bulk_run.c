/*
 * bulk_run.c
 *		Runs the items of a bulk call, and undoes what is to be undone.
 *
 * Items run as sets where the action can, else one by one. If a set fails, nobody
 * knows which of its items has; all is undone, and they run one by one.
 *
 * per_item: a part, which begins as all items, runs in one subtransaction. If an item
 * fails, what ran before it runs again as a part of its own, and the rest after it;
 * if a set does, smaller parts are tried, and larger ones again once they go well.
 * The first set of a part finds out by itself which of its items fail, as far as it
 * can, and goes on without them, or fails and is tried again so.
 *
 * Each part that went well leaves a subtransaction that the server remembers until
 * the transaction ends, and of more than 64 it keeps no account in memory, at
 * everybody's cost. So parts form groups, groups of groups, each in a subtransaction
 * around them: a group that is full is undone, and runs again as one part, without the
 * items that are known to fail. A few parts may leave some more, of the statements with
 * which items could fail, and have more while they look for those; in all no more than
 * LEVELS * (PARTS + 1) + RECOVERIES * GUARDED_AT_MOST + SEARCH_AT_MOST.
 */
#include "postgres.h"

#include "bulk/bulk_item.h"
#include "bulk/bulk_run.h"
#include "bulk/bulk_set.h"
#include "miscadmin.h"
#include "run/budget.h"
#include "run/observer.h"
#include "utils/memutils.h"

#define LEVELS	3
#define PARTS	12

/* How many parts may do so well by finding out which items fail. */
#define RECOVERIES	4

/* How often a part is tried without the items with which its set has failed. */
#define AGAIN	3

/* Items that run as one part of a bulk. */
typedef struct Part
{
	Bulk	   *bulk;
	int			from;
	int			to;
	bool		in_sets;		/* if they can */
} Part;

/* How it went. */
typedef enum PartEnd
{
	PART_DONE,
	PART_FAILED_ITEM,			/* bulk->at, whose error is taken */
	PART_FAILED_SET				/* some item, or they do not go together */
} PartEnd;

/* Says in errors which item they are about. */
static void
item_error_callback(void *arg)
{
	const Bulk *bulk = arg;

	if (bulk->at >= 0)
		errcontext("%s", bulk->title(bulk));
}

/* Where the items end that run one by one before the next set. */
static int
end_of_single(const Part *part, int from)
{
	return part->in_sets && part->bulk->in_sets ? Min(from + LEAST_OF_SET, part->to) : part->to;
}

/* Runs the items of a part. */
static void
part_run_items(void *arg)
{
	const Part *part = arg;
	Bulk	   *bulk = part->bulk;
	ErrorContextCallback callback = {error_context_stack, item_error_callback, bulk};
	int			next = part->from;

	error_context_stack = &callback;
	while (next < part->to)
	{
		int			begin = next;

		if (part->in_sets && bulk->in_sets)
			next = bulk_run_set(bulk, begin, part->to);
		if (next > begin)
			continue;
		for (int end = end_of_single(part, begin); next < end; next++)
			if (!item_is_out(&bulk->items[next]))
				bulk_run_item(bulk, next);
	}
	error_context_stack = callback.previous;
}

/* The same; if an item fails, those before it run again, and are told of then. */
static void
part_run(void *arg)
{
	Part	   *part = arg;

	PG_TRY();
	{
		part_run_items(part);
	}
	PG_CATCH();
	{
		if (geterrcode() != ERRCODE_QUERY_CANCELED)
			observe_repeated(part->bulk->told);
		PG_RE_THROW();
	}
	PG_END_TRY();
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

/* A set has failed: its items will say why, one by one. */
static void
forget_error_of_set(const Bulk *bulk, Caught *caught)
{
	budget_forgive();
	bulk_require_own_error(caught);
	ereport(DEBUG1,
			(errmsg_internal("action \"%s\" runs for one item after the other, since a set of them has failed: %s",
							 bulk->action, caught->error->message)));
	caught_free(caught);
}

/* Runs a part in a subtransaction; if it fails, all is undone but the note which item has. */
static PartEnd
part_try(Bulk *bulk, int from, int to, bool in_sets, bool recovers)
{
	Part		part = {bulk, from, to, in_sets};
	Caught	   *caught;

	bulk->recovers = recovers;
	caught = caught_call(part_run, &part);
	if (caught == NULL)
		return PART_DONE;
	part_forget(&part);
	if (bulk->at >= 0)
	{
		bulk_take_error(bulk, caught);
		return PART_FAILED_ITEM;
	}
	forget_error_of_set(bulk, caught);
	return PART_FAILED_SET;
}

/* Runs items as one part, however many of them turn out to fail. */
static void
part_settle(Bulk *bulk, int from, int to)
{
	bool		in_sets = true;
	PartEnd		end;

	while ((end = part_try(bulk, from, to, in_sets, false)) != PART_DONE)
		in_sets = in_sets && end != PART_FAILED_SET;
}

/* Items, from one on, that run in a subtransaction around their parts. */
typedef struct PartGroup
{
	Bulk	   *bulk;
	int			level;
	int			from;
	int			next;			/* the first item that is not in it */
	int			parts;			/* that went well */
	int			again;			/* how often the next part has been tried without items that fail */
	bool		full;
} PartGroup;

static void group_run(PartGroup *group);

/* Goes on after an item that has failed; what was before it runs again. */
static void
group_pass_item(PartGroup *group)
{
	int			failed = group->bulk->at;

	if (group->next < failed)
	{
		part_settle(group->bulk, group->next, failed);
		group->parts++;
	}
	group->next = failed + 1;
}

/* What was learned of items does not hold: they may succeed alone. */
static void
forget_learned(Bulk *bulk, int from, int to)
{
	for (int i = from; i < to; i++)
		bulk->items[i].fails_set = false;
}

/* Runs the next part of a group: all that is left, or as much as is tried for now. */
static void
group_add_part(PartGroup *group)
{
	Bulk	   *bulk = group->bulk;
	int			size = bulk->in_sets ? Min(bulk->reach, bulk->count - group->next) : bulk->count - group->next;
	int			end = group->next + size;
	int			learned = bulk->learned;
	bool		recovers = bulk->recoveries < RECOVERIES;
	PartEnd		how = part_try(bulk, group->next, end, true, recovers);

	if (how == PART_FAILED_SET && bulk->learned > learned && group->again++ < AGAIN)
		return;
	group->again = 0;
	if (how == PART_FAILED_SET && !bulk->locks)
		bulk_lock_targets(bulk, group->next);
	bulk->locks = bulk->locks || how == PART_FAILED_SET;
	if (how == PART_FAILED_SET)
		forget_learned(bulk, group->next, end);
	if (how == PART_FAILED_SET && size > LEAST_OF_SET)
	{
		bulk->reach = size / 2;
		return;
	}
	if (how == PART_FAILED_SET)
		how = part_try(bulk, group->next, end, false, false);
	if (how == PART_FAILED_ITEM)
	{
		group_pass_item(group);
		return;
	}
	group->next = end;
	group->parts++;
	bulk->recoveries += recovers;
	bulk->reach = Min(2 * size, bulk->count);
}

/* Runs the next group inside a group. */
static void
group_add_group(PartGroup *group)
{
	PartGroup	inner = {.bulk = group->bulk, .level = group->level - 1, .from = group->next};

	group_run(&inner);
	group->next = inner.next;
	group->parts++;
}

/* Runs parts, or groups, until this group is full. */
static void
group_work(void *arg)
{
	PartGroup  *group = arg;

	group->next = group->from;
	group->parts = 0;
	while (group->next < group->bulk->count && group->parts < PARTS)
	{
		if (group->level > 1)
			group_add_group(group);
		else
			group_add_part(group);
	}
	group->full = group->parts == PARTS;
	if (group->full)
		observe_repeated(UINT64_MAX);
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

/* The failures that the caller is told of become rows of the log in his transaction. */
static void
tell_failures(const Bulk *bulk)
{
	for (int i = 0; observers_count > 0 && i < bulk->count; i++)
	{
		const BulkItem *item = &bulk->items[i];

		if (item->failure != NULL)
			observe_answered(item->has_invocation ? &item->invocation : NULL, item->failure, item->failed_step);
	}
}

/* Runs all items; what those that fail have done is undone, the others stay. */
static void
bulk_run_each(Bulk *bulk)
{
	int			next = 0;

	bulk->reach = bulk->count;
	while (next < bulk->count)
	{
		PartGroup	group = {.bulk = bulk, .level = LEVELS, .from = next};

		group_run(&group);
		next = group.next;
	}
	tell_failures(bulk);
}

void
bulk_throw_on(const Bulk *bulk, ErrorData *error)
{
	char	   *sentence = psprintf("It was %s.", bulk->title(bulk));

	if (error->sqlerrcode != ERRCODE_QUERY_CANCELED)
		error->detail = error->detail != NULL && *error->detail ? psprintf("%s %s", error->detail, sentence) : sentence;
	error_throw_on(error);
}

/* Runs all items one by one, outside of any subtransaction of ours. */
static void
run_all_single(Bulk *bulk)
{
	Part		all = {bulk, 0, bulk->count, false};
	MemoryContext old = CurrentMemoryContext;

	PG_TRY();
	{
		part_run_items(&all);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(old);
		error = CopyErrorData();
		FlushErrorState();
		bulk_throw_on(bulk, error);
	}
	PG_END_TRY();
}

/* Runs all items, or none of them. */
static void
bulk_run_all(Bulk *bulk)
{
	Part		all = {bulk, 0, bulk->count, true};
	Caught	   *caught;

	if (!bulk->in_sets)
	{
		run_all_single(bulk);
		return;
	}
	caught = caught_call(part_run, &all);
	if (caught == NULL)
		return;
	if (bulk->at >= 0)
		bulk_throw_on(bulk, caught->error);
	forget_error_of_set(bulk, caught);
	part_forget(&all);
	bulk_lock_targets(bulk, 0);
	run_all_single(bulk);
}

void
bulk_run(Bulk *bulk)
{
	Budget		budget;

	budget_open(&budget);
	PG_TRY();
	{
		if (bulk->answers)
			bulk_run_each(bulk);
		else
			bulk_run_all(bulk);
	}
	PG_FINALLY();
	{
		budget_close(&budget);
	}
	PG_END_TRY();
}
