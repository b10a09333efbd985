/*
 * item_culprits.c
 *		Finds the items with which a statement fails that writes, and runs it without
 *		them.
 *
 * Only after a failure, in subtransactions that are undone. Whom we take for a culprit
 * is left out, and must then fail alone (bulk/bulk_set.c): a mistake here costs time,
 * and nothing else.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/error.h"
#include "base/text_list.h"
#include "miscadmin.h"
#include "run/budget.h"
#include "run/item_culprits.h"
#include "run/item_missing.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"

/* How many items are tried at once to find those that fail. */
#define PIECE	512

/* What the planner is told of that: it is to go from the items to their rows, in the order of the items. */
#define FEW		16

/* How often those are looked for in one statement: of several that get in each other's way, each time the first. */
#define SEARCHES	3

/* A statement that runs in a subtransaction. */
typedef struct CarefulRun
{
	ItemSet    *set;
	SPIPlanPtr	plan;
	const List *slots;
	ItemReceiver *receiver;
	uint64		rows;
} CarefulRun;

/* Runs it. */
static void
run_carefully(void *arg)
{
	CarefulRun *run = arg;

	(void) item_plan_run(run->set, run->plan, run->slots, run->receiver);
	run->rows = SPI_processed;
}

/* Runs it, to stay or not; what it leaves behind after an error is put right. */
static Caught *
careful_run_try(CarefulRun *run, bool stays)
{
	Caught	   *caught = stays ? caught_call(run_carefully, run) : caught_undone(run_carefully, run);

	if (caught == NULL)
		return NULL;
	/* it may have failed before it was registered */
	(void) SPI_unregister_relation(ITEMS_RELATION);
	if (!caught_may_be_handled(caught))
		error_throw_on(caught->error);
	return caught;
}

/* A search for the items with which a statement fails. */
typedef struct CulpritSearch
{
	ItemSet    *set;
	Statement  *many;
	const ErrorData *failure;
	bool		with_key;
	SPIPlanPtr	plan;			/* for a few of the items, once it is made */
	const List *slots;
	const int  *items;
	int			count;
	int		   *culprits;
	int			nculprits;
	int			nmost;			/* with more of them the search ends */
} CulpritSearch;

/* Does it work with a piece of the items? If not, how many rows went well? */
static bool
piece_works(const CulpritSearch *search, int from, int count, bool stays, int *rows)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action items", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	ItemReceiver receiver = {0};
	CarefulRun	run = {search->set, search->plan, search->slots, &receiver};
	bool		works;

	CHECK_FOR_INTERRUPTS();
	search->set->active = unconstify(int *, search->items + from);
	search->set->nactive = count;
	works = careful_run_try(&run, stays) == NULL;
	*rows = receiver.rows;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(mcxt);
	return works;
}

/* Is it the item at which a statement has stopped? */
static bool
is_culprit(const CulpritSearch *search, int at)
{
	int			rows;

	return search->many->values_at > 0 || !piece_works(search, at, 1, false, &rows);
}

/*
 * Looks for them piece by piece. A check of the row, or something unique, ends the
 * statement at the row concerned; all before it have worked, and it goes on behind
 * it. What is checked in the end, such as foreign keys, does not tell whose it was:
 * smaller pieces are tried, as long as not too many go well.
 */
static void
try_pieces(CulpritSearch *search)
{
	int			size = PIECE;
	int			next = 0;
	int			worked = 0;

	search->plan = item_plan_prepare(search->set, FEW, statement_many_text(search->many, search->with_key, "true", NULL),
									 search->slots, search->many->scope);
	while (next < search->count && search->nculprits <= search->nmost && worked <= SEARCH_AT_MOST)
	{
		int			count = Min(size, search->count - next);
		int			rows;

		if (piece_works(search, next, count, true, &rows))
		{
			next += count;
			worked++;
			size = worked < SEARCH_AT_MOST / 2 ? Min(2 * size, PIECE) : search->count;
		}
		else if (count == 1 || (rows < count && is_culprit(search, next + rows)))
		{
			next += count == 1 ? 0 : rows;
			search->culprits[search->nculprits++] = search->items[next++];
		}
		else
			size = count / 2;
	}
	if (next < search->count)
		search->nculprits = 0;
}

/*
 * The foreign key of the table that is written whose violation an error tells of, or
 * NULL; to other tables only, which stay as they are.
 */
static const ForeignKeyCacheInfo *
key_of_failure(const CulpritSearch *search, Relation relation)
{
	ListCell   *cell;

	foreach(cell, RelationGetFKeyList(relation))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);
		const char *name = get_constraint_name(key->conoid);

		if (key->confrelid != key->conrelid && name != NULL && search->failure->constraint_name != NULL &&
			strcmp(name, search->failure->constraint_name) == 0)
			return copyObject(key);
	}
	return NULL;
}

/* Runs the statement once more for the columns of a key, which it returns before foreign keys are checked. */
static void
collect_columns(const CulpritSearch *search, Referring *referring)
{
	const ForeignKeyCacheInfo *key = referring->key;
	ItemReceiver receiver = {.in_order = search->many->values_at > 0, .take = referring_take, .arg = referring};
	CarefulRun	run = {search->set, NULL, search->slots, &receiver};
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < key->nkeys; i++)
		append_element(&text, i == 0,
					   psprintf("this.%s", quote_identifier(get_attname(key->conrelid, key->conkey[i], false))));
	run.plan = item_plan_prepare(search->set, search->count, statement_many_text(search->many, false, text.data, NULL),
								 search->slots, search->many->scope);
	referring->place = search->many->nslots;
	(void) careful_run_try(&run, false);
}

/* Takes an item. */
static void
take_culprit(ItemReceiver *receiver, int item, const TupleTableSlot *tuple)
{
	CulpritSearch *search = receiver->arg;

	if (search->nculprits <= search->nmost)
		search->culprits[search->nculprits++] = item;
}

/* Finds all that violate a foreign key at once: its check names but one of them. */
static void
look_up_references(CulpritSearch *search)
{
	Referring	referring;
	Relation	relation = relation_open(search->many->relation, AccessShareLock);
	const ForeignKeyCacheInfo *key = key_of_failure(search, relation);

	relation_close(relation, NoLock);
	if (key == NULL)
		return;
	referring_begin(&referring, key);
	collect_columns(search, &referring);
	referring_find_missing(&referring, search->count, take_culprit, search);
	referring_end(&referring);
}

/* Looks for them. */
static void
find_culprits(void *arg)
{
	CulpritSearch *search = arg;

	if (search->failure->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION)
		look_up_references(search);
	if (search->nculprits == 0)
		try_pieces(search);
}

/* Leaves out the items with which a statement fails that has, or only notes which they are; or throws its error on. */
static void
leave_out_culprits(ItemSet *set, Statement *many, bool with_key, Caught *caught)
{
	int		   *active = set->active;
	CulpritSearch search = {.set = set, .many = many, .failure = caught->error, .with_key = with_key};
	Caught	   *failure;

	search.slots = many->scope->parameters;
	search.count = set->nactive;
	search.items = memcpy(palloc(sizeof(int) * search.count), active, sizeof(int) * search.count);
	search.nmost = FAILED_AT_MOST(set->count) - set->nfailed;
	search.culprits = palloc(sizeof(int) * (Max(search.nmost, 0) + 1));
	failure = caught_undone(find_culprits, &search);
	set->active = active;
	set->nactive = search.count;
	if (failure != NULL)
		error_throw_on(failure->error);
	if (search.nculprits == 0 || search.nculprits > search.nmost)
		error_throw_on(caught->error);
	for (int i = 0; i < search.nculprits; i++)
		item_leave_failed(set, search.culprits[i]);
	if (set->written)
		item_set_give_up(set, "some items fail, and others have written");
	item_set_sift(set);
	caught_free(caught);
}

/* What the items have in the slots in which the rows of a statement land. */
typedef struct LandingSlots
{
	int			nslots;
	const int  *slots;
	ParamExternData *values;	/* of all items that are active, one after the other */
	bool	   *owned;
} LandingSlots;

/* Keeps it, so that nothing frees it. */
static LandingSlots *
landing_save(const ItemSet *set, const Statement *many)
{
	LandingSlots *saved = palloc(sizeof(LandingSlots));
	int		   *slots = palloc(sizeof(int) * (many->nslots + 1));
	int			n = many->nslots;

	memcpy(slots, many->slots, sizeof(int) * n);
	if (many->own != NULL && many->own->may_be_absent)
		slots[n++] = many->own->present_slot;
	saved->nslots = n;
	saved->slots = slots;
	saved->values = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(ParamExternData) * (n * (Size) set->nactive + 1),
											   MCXT_ALLOC_HUGE);
	saved->owned = palloc(sizeof(bool) * (n * (Size) set->nactive + 1));
	for (int i = 0; i < set->nactive; i++)
	{
		const SetItem *item = &set->items[set->active[i]];

		for (int k = 0; k < n; k++)
		{
			saved->values[i * n + k] = item->params->params[slots[k]];
			saved->owned[i * n + k] = item->owned[slots[k]];
			item->owned[slots[k]] = false;
		}
	}
	return saved;
}

/* Puts it back after an error, for the statement may read what it has returned. */
static void
landing_restore(const ItemSet *set, const LandingSlots *saved)
{
	int			n = saved->nslots;

	for (int i = 0; i < set->nactive; i++)
	{
		const SetItem *item = &set->items[set->active[i]];

		for (int k = 0; k < n; k++)
		{
			if (item->owned[saved->slots[k]])
				pfree(DatumGetPointer(item->params->params[saved->slots[k]].value));
			item->params->params[saved->slots[k]] = saved->values[i * n + k];
			item->owned[saved->slots[k]] = saved->owned[i * n + k];
		}
	}
}

uint64
item_culprits_run_without(ItemSet *set, Statement *many, SPIPlanPtr plan, ItemReceiver *receiver)
{
	CarefulRun	run = {set, plan, many->scope->parameters, receiver};

	for (int searches = 0; set->nactive > 0; searches++)
	{
		const LandingSlots *saved = landing_save(set, many);
		Caught	   *caught = careful_run_try(&run, true);

		if (caught == NULL)
		{
			set->guarded++;
			budget_count(set->frame, run.rows);
			return run.rows;
		}
		landing_restore(set, saved);
		if (searches == SEARCHES)
			error_throw_on(caught->error);
		leave_out_culprits(set, many, receiver->key != NULL, caught);
	}
	return 0;
}
