/*
 * rolled_back.c
 *		Records that were inserted in a transaction, in case that it, or the part
 *		of it that they belong to, is rolled back: those of traced invocations.
 *
 * Each belongs to a subtransaction, and to its parent when that one is committed.
 * The list is in the order in which they were inserted, and so of their
 * subtransactions: those of the innermost are at its end. It is bounded; in a
 * transaction with many, the oldest are forgotten.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/ilist.h"
#include "record/bundle.h"
#include "record/rolled_back.h"
#include "utils/memutils.h"

#define MOST_BYTES	(1024 * 1024)

typedef struct Watched
{
	dlist_node	node;
	SubTransactionId subxact;
	uint64		number;			/* how many were kept before it */
	pg_uuid_t	invocation;
	Size		size;
	char	   *bundle;
} Watched;

static dlist_head watched = DLIST_STATIC_INIT(watched); /* in TopTransactionContext */
static Size watched_size = 0;
static uint64 watched_ever = 0;
static void (*take_bundle) (char *bundle, Size size);

static void
forget(Watched *record)
{
	watched_size -= record->size;
	dlist_delete(&record->node);
	pfree(record->bundle);
	pfree(record);
}

/* The last one if it is of this subtransaction, else NULL. */
static Watched *
last_of(SubTransactionId subxact)
{
	Watched    *last;

	if (dlist_is_empty(&watched))
		return NULL;
	last = dlist_tail_element(Watched, node, &watched);
	return last->subxact == subxact ? last : NULL;
}

void
rolled_back_forget(const pg_uuid_t *invocation)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &watched)
	{
		Watched    *record = dlist_container(Watched, node, iter.cur);

		if (memcmp(&record->invocation, invocation, sizeof(pg_uuid_t)) == 0)
			forget(record);
	}
}

uint64
rolled_back_count(void)
{
	return watched_ever;
}

void
rolled_back_repeated(uint64 count)
{
	SubTransactionId subxact = GetCurrentSubTransactionId();
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &watched)
	{
		Watched    *record = dlist_container(Watched, node, iter.cur);

		if (record->subxact == subxact && record->number < count)
			forget(record);
	}
}

/* Hands on what is of a subtransaction, from the first one on. */
static void
take_all_of(SubTransactionId subxact)
{
	dlist_node *first;

	if (last_of(subxact) == NULL)
		return;
	first = dlist_tail_node(&watched);
	while (dlist_has_prev(&watched, first) &&
		   dlist_container(Watched, node, dlist_prev_node(&watched, first))->subxact == subxact)
		first = dlist_prev_node(&watched, first);
	while (first != NULL)
	{
		Watched    *record = dlist_container(Watched, node, first);

		first = dlist_has_next(&watched, first) ? dlist_next_node(&watched, first) : NULL;
		take_bundle(record->bundle, record->size);
		forget(record);
	}
}

/* Gives what is of a subtransaction to its parent. */
static void
hand_up(SubTransactionId subxact, SubTransactionId parent)
{
	dlist_iter	iter;

	dlist_reverse_foreach(iter, &watched)
	{
		Watched    *record = dlist_container(Watched, node, iter.cur);

		if (record->subxact != subxact)
			break;
		record->subxact = parent;
	}
}

/* Follows the subtransactions. */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		take_all_of(subxact);
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		hand_up(subxact, parent);
}

/* Their memory ends with the transaction. */
static void
at_transaction_end(XactEvent event, void *arg)
{
	dlist_iter	iter;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	dlist_foreach(iter, &watched)
	{
		Watched    *record = dlist_container(Watched, node, iter.cur);

		if (event == XACT_EVENT_ABORT)
			take_bundle(record->bundle, record->size);
	}
	dlist_init(&watched);
	watched_size = 0;
}

/* Nobody pays for them who traces nothing. */
static void
register_callbacks(void)
{
	static bool registered = false;

	if (registered)
		return;
	registered = true;
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}

void
rolled_back_watch(const pg_uuid_t *invocation, const List *rows)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	Watched    *record = palloc(sizeof(Watched));

	register_callbacks();
	record->subxact = GetCurrentSubTransactionId();
	record->number = watched_ever++;
	record->invocation = *invocation;
	record->bundle = bundle_make(rows, &record->size);
	dlist_push_tail(&watched, &record->node);
	watched_size += record->size;
	while (watched_size > MOST_BYTES)
		forget(dlist_head_element(Watched, node, &watched));
	MemoryContextSwitchTo(old);
}

void
rolled_back_init(void (*take) (char *bundle, Size size))
{
	take_bundle = take;
}
