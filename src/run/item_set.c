/*
 * item_set.c
 *		The items of an invocation for many at once: which are active, and the frame
 *		that goes from one to the other.
 *
 * All of it lives in the frame's mcxt, and so does what the slots hold.
 */
#include "postgres.h"

#include "base/error.h"
#include "miscadmin.h"
#include "run/item_set.h"
#include "run/observer.h"
#include "utils/memutils.h"

/* Memory for something of each item. */
static void *
for_items(Size size, int count)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, size * Max(count, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* Gives the items empty slots, as the frame has. */
static void
make_slots(ItemSet *set)
{
	const Frame *frame = set->frame;
	int			nslots = frame->program->nslots;
	ParamListInfo empty = makeParamList(nslots);
	Size		size = offsetof(ParamListInfoData, params) + sizeof(ParamExternData) * nslots;
	char	   *params = for_items(MAXALIGN(size), set->count);
	bool	   *owned = for_items(sizeof(bool) * Max(nslots, 1), set->count);

	memcpy(empty->params, frame->params->params, sizeof(ParamExternData) * nslots);
	for (int i = 0; i < set->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		set->items[i].params = memcpy(params + MAXALIGN(size) * i, empty, size);
		set->items[i].owned = owned + nslots * (Size) i;
		set->active[i] = i;
	}
}

ItemSet *
item_set_make(Frame *frame, ManyCall *call)
{
	MemoryContext old = MemoryContextSwitchTo(frame->mcxt);
	ItemSet    *set = palloc0(sizeof(ItemSet));

	set->frame = frame;
	set->call = call;
	set->params = frame->params;
	set->owned = frame->owned;
	set->written = call->written;
	set->followed = observers_follow(frame);
	set->count = set->nactive = call->count;
	set->items = for_items(sizeof(SetItem), set->count);
	set->active = palloc(sizeof(int) * Max(set->count, 1));
	make_slots(set);
	MemoryContextSwitchTo(old);
	return set;
}

/* Puts these slots into the frame. */
static void
frame_take_slots(Frame *frame, ParamListInfo params, bool *owned, Bitmapset *outputs_set)
{
	frame->params = params;
	frame->econtext->ecxt_param_list_info = params;
	frame->owned = owned;
	frame->outputs_set = outputs_set;
}

void
item_enter(ItemSet *set, int item)
{
	const SetItem *entered = &set->items[item];
	Frame	   *frame = set->frame;

	frame_take_slots(frame, entered->params, entered->owned, entered->outputs_set);
	frame->stopped = entered->stopped;
	frame->has_invocation = entered->has_invocation;
	frame->invocation = entered->invocation;
	frame->started_at = entered->started_at;
}

void
item_leave(ItemSet *set, int item)
{
	SetItem    *left = &set->items[item];
	const Frame *frame = set->frame;

	left->outputs_set = frame->outputs_set;
	left->stopped = frame->stopped;
	left->has_invocation = frame->has_invocation;
	left->invocation = frame->invocation;
	left->started_at = frame->started_at;
}

void
item_set_end(ItemSet *set)
{
	frame_take_slots(set->frame, set->params, set->owned, NULL);
	set->frame->stopped = false;
}

/* Are items that fail now left out, instead of all being given up? */
static bool
set_recovers(const ItemSet *set)
{
	return set->call->recovers && set->call->may_leave && !set->written;
}

/* A walk over the active items. */
typedef struct Walk
{
	ItemSet    *set;
	int			at;				/* whose turn it is */
	int			kept;			/* how many stay active, so far */
	bool		(*one) (ItemSet *set, int item, void *arg);
	void	   *arg;
} Walk;

/* Goes on to the end, or to an error. */
static void
walk_on(void *arg)
{
	Walk	   *walk = arg;
	ItemSet    *set = walk->set;

	for (; walk->at < set->nactive; walk->at++)
	{
		int			item = set->active[walk->at];

		CHECK_FOR_INTERRUPTS();
		if (walk->one(set, item, walk->arg))
			set->active[walk->kept++] = item;
	}
}

/*
 * Goes on behind an item that has failed. If many fail, one by one takes less time than
 * most of them twice.
 */
static void
walk_past(Walk *walk, Caught *caught)
{
	ItemSet    *set = walk->set;

	if (!caught_may_be_handled(caught) || set->nfailed >= FAILED_AT_MOST(set->count))
		error_throw_on(caught->error);
	caught_free(caught);
	frame_forget_states(set->frame);
	item_leave_failed(set, set->active[walk->at++]);
}

void
item_set_walk(ItemSet *set, bool (*one) (ItemSet *set, int item, void *arg), void *arg)
{
	Walk		walk = {.set = set, .one = one, .arg = arg};
	Caught	   *caught;

	if (!set_recovers(set))
		walk_on(&walk);
	else
		while ((caught = caught_call(walk_on, &walk)) != NULL)
			walk_past(&walk, caught);
	set->nactive = walk.kept;
}

/* What is done for each item in a step. */
typedef struct StepWalk
{
	Instruction *step;
	bool		(*fn) (Frame *frame, void *arg);
	void	   *arg;
} StepWalk;

/* Does it for an item. */
static bool
step_item(ItemSet *set, int item, void *arg)
{
	const StepWalk *walk = arg;
	bool		stays;

	item_enter(set, item);
	frame_begin_step(set->frame, walk->step);
	stays = walk->fn(set->frame, walk->arg);
	item_leave(set, item);
	return stays;
}

void
item_set_each(ItemSet *set, Instruction *step, bool (*fn) (Frame *frame, void *arg), void *arg)
{
	StepWalk	walk = {step, fn, arg};

	item_set_walk(set, step_item, &walk);
}

void
item_set_sift(ItemSet *set)
{
	int			kept = 0;

	for (int i = 0; i < set->nactive; i++)
		if (!set->items[set->active[i]].out && !set->items[set->active[i]].stopped)
			set->active[kept++] = set->active[i];
	set->nactive = kept;
}

void
item_rows_forget(ItemSet *set)
{
	for (int i = 0; i < set->nactive; i++)
	{
		set->items[set->active[i]].rows = 0;
		set->items[set->active[i]].keys = NULL;
	}
}

int *
item_groups_begin(const ItemSet *set)
{
	int		   *groups = palloc(sizeof(int) * Max(set->count, 1));

	for (int i = 0; i < set->count; i++)
		groups[i] = -1;
	return groups;
}

void
item_groups_tell(const ItemSet *set, const int *groups)
{
	int		   *first = palloc(sizeof(int) * Max(set->count, 1));

	for (int i = set->count - 1; i >= 0; i--)
		if (groups[i] >= 0)
			first[groups[i]] = i;
	for (int i = 0; i < set->count; i++)
		set->call->first[i] = groups[i] >= 0 ? first[groups[i]] : i;
	pfree(first);
}

void
item_set_give_up(const ItemSet *set, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("action \"%s\" cannot be run for these items at once: %s",
					set->frame->program->action, why)));
}

void
item_leave_out(ItemSet *set, int item, const char *why)
{
	if (set->written || !set->call->may_leave)
		item_set_give_up(set, why);
	set->items[item].out = true;
	set->call->left[item] = true;
}

bool
item_set_searches(const ItemSet *set)
{
	return set->call->recovers && set->call->may_leave && set->guarded < GUARDED_AT_MOST;
}

void
item_leave_failed(ItemSet *set, int item)
{
	set->nfailed++;
	set->call->failed[item] = true;
	if (!set->written)
		item_leave_out(set, item, "an item has failed");
}

void
item_note(ItemSet *set, int item, const ItemEvent *event)
{
	SetItem    *noted = &set->items[item];
	ItemEvent  *copy = MemoryContextAlloc(set->frame->mcxt, sizeof(ItemEvent));

	*copy = *event;
	copy->next = NULL;
	if (noted->last_event == NULL)
		noted->first_event = copy;
	else
		noted->last_event->next = copy;
	noted->last_event = copy;
}
