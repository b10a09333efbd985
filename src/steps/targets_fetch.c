/*
 * targets_fetch.c
 *		Finds the targets of many items without a statement: for one after the other, in
 *		the order of their key, a descent in its index, and a lock.
 *
 * That is what the statement would do (run/item_statement.c), with the same snapshot
 * for all, in the same order, so that two sets wait for each other in one place only.
 * The order is that of the key's types; an index that has another is not used.
 * What target_fetch.c says of one holds for each.
 *
 * Where the keys are close together the index is walked along instead, from one to the
 * next; not any more once that has passed by too many others.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/itup.h"
#include "access/relscan.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "base/compat.h"
#include "base/plain_path.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "run/catalog_changes.h"
#include "steps/row_key.h"
#include "steps/target_fetch.h"
#include "steps/targets_fetch.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/sortsupport.h"
#include "utils/typcache.h"

/* An item whose key is not NULL. */
typedef struct KeyedItem
{
	Datum		first;			/* column of its key; gone as soon as a row has been read for it */
	int			item;
	bool		again;			/* its key is that of the one before */
} KeyedItem;

/* How they are ordered. */
typedef struct KeyOrder
{
	const ItemSet *set;
	const TargetFetch *fetch;
	SortSupportData *columns;
} KeyOrder;

/* Is the index in the order of the columns' types? Then notes what that is. */
static bool
order_find(KeyOrder *order)
{
	const TargetFetch *fetch = order->fetch;
	Relation	index = index_open(fetch->index, AccessShareLock);
	bool		found = true;

	order->columns = palloc0(sizeof(SortSupportData) * fetch->nkeys);
	for (int i = 0; i < fetch->nkeys && found; i++)
	{
		const TypeCacheEntry *type = lookup_type_cache(order->set->frame->program->slots[fetch->key_slots[i]].type,
													   TYPECACHE_LT_OPR | TYPECACHE_BTREE_OPFAMILY);
		SortSupport column = &order->columns[i];

		found = OidIsValid(type->lt_opr) && type->btree_opf == index->rd_opfamily[i];
		column->ssup_cxt = CurrentMemoryContext;
		column->ssup_collation = fetch->keys[i].sk_collation;
		if (found)
			PrepareSortSupportFromOrderingOp(type->lt_opr, column);
	}
	index_close(index, NoLock);
	return found;
}

/* A column of an item's key. */
static inline const ParamExternData *
column_of_key(const KeyOrder *order, int item, int column)
{
	return &order->set->items[item].params->params[order->fetch->key_slots[column]];
}

/* Compares two items by their keys. */
static int
compare_items(const void *a, const void *b, void *arg)
{
	const KeyOrder *order = arg;
	const KeyedItem *one = a;
	const KeyedItem *other = b;
	int			result = ApplySortComparator(one->first, false, other->first, false, &order->columns[0]);

	for (int i = 1; result == 0 && i < order->fetch->nkeys; i++)
		result = ApplySortComparator(column_of_key(order, one->item, i)->value, false,
									 column_of_key(order, other->item, i)->value, false, &order->columns[i]);
	return result;
}

/* Is a column of its key NULL? Then there is no such row. */
static bool
has_null_key(const KeyOrder *order, int item)
{
	for (int i = 0; i < order->fetch->nkeys; i++)
		if (column_of_key(order, item, i)->isnull)
			return true;
	return false;
}

/* The active items in the order of their keys. */
static KeyedItem *
in_order(KeyOrder *order, int *count)
{
	const ItemSet *set = order->set;
	KeyedItem  *keyed = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(KeyedItem) * Max(set->nactive, 1),
												   MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < set->nactive; i++)
	{
		int			item = set->active[i];

		if (has_null_key(order, item))
			continue;
		keyed[*count].first = column_of_key(order, item, 0)->value;
		keyed[(*count)++].item = item;
	}
	qsort_arg(keyed, *count, sizeof(KeyedItem), compare_items, order);
	for (int i = 0; i < *count; i++)
		keyed[i].again = i > 0 && compare_items(&keyed[i - 1], &keyed[i], order) == 0;
	return keyed;
}

/* What rows are found with. */
typedef struct TargetsScan
{
	ItemSet    *set;
	TargetFetch *fetch;
	const KeyOrder *order;
	bool		lands;			/* what is read of a row, in the item's slots */
	Relation	relation;
	Relation	index;
	IndexScanDesc descents;
	TupleTableSlot *found;
	bool		is_found;		/* there is a row in it: that of the last key */
	TupleTableSlot *locked;

	IndexScanDesc walk;			/* NULL: there is none, or it has ended */
	ScanKeyData from;			/* where it begins */
	bool		at_entry;		/* of the index: that is not before the key that was looked for
								 * last */
	int			passed;			/* how many others it has passed by, about */
	int			sought;			/* how many keys were looked for */
} TargetsScan;

/* How many entries the walk passes by before it begins anew at the key. */
#define WALK_STEPS		64

/* How many it may in all: a descent takes about as long. */
#define WALK_AT_MOST(sought)	(4 * WALK_STEPS + 16 * (sought))

/* Begins the walk, if the index is one to be walked along. */
static void
walk_begin(TargetsScan *scan)
{
	const ScanKeyData *key = &scan->fetch->keys[0];
	Oid			operator = get_opfamily_member(scan->index->rd_opfamily[0], key->sk_subtype, key->sk_subtype,
											   BTGreaterEqualStrategyNumber);

	/* what it holds is not the column itself where that is a name */
	if (scan->fetch->nkeys > 1 || scan->index->rd_indoption[0] != 0 || !OidIsValid(operator) ||
		TupleDescAttr(RelationGetDescr(scan->index), 0)->atttypid !=
		TupleDescAttr(RelationGetDescr(scan->relation), key->sk_attno - 1)->atttypid)
		return;
	ScanKeyEntryInitialize(&scan->from, 0, 1, BTGreaterEqualStrategyNumber, key->sk_subtype, key->sk_collation,
						   get_opcode(operator), (Datum) 0);
	scan->walk = index_beginscan(scan->relation, scan->index, GetActiveSnapshot(), NULL, 1, 0, 0);
	scan->walk->xs_want_itup = true;
}

/* Ends it. */
static void
walk_end(TargetsScan *scan)
{
	if (scan->walk != NULL)
		index_endscan(scan->walk);
	scan->walk = NULL;
}

/* Begins to find rows, as a statement. */
static void
scan_begin(TargetsScan *scan)
{
	scan->relation = target_fetch_begin(scan->set->frame, scan->fetch);
	scan->index = index_open(scan->fetch->index, AccessShareLock);
	scan->descents = index_beginscan(scan->relation, scan->index, GetActiveSnapshot(), NULL, scan->fetch->nkeys, 0, 0);
	scan->found = table_slot_create(scan->relation, NULL);
	scan->locked = table_slot_create(scan->relation, NULL);
	walk_begin(scan);
}

/* Ends both. */
static void
scan_end(TargetsScan *scan)
{
	walk_end(scan);
	ExecDropSingleTupleTableSlot(scan->locked);
	ExecDropSingleTupleTableSlot(scan->found);
	index_endscan(scan->descents);
	index_close(scan->index, NoLock);
	target_fetch_end(scan->set->frame, scan->relation);
}

/* Finds the row of the item that is entered by a descent. */
static bool
descend_to_row(TargetsScan *scan)
{
	int			count = scan->fetch->nkeys;
	ScanKeyData keys[INDEX_MAX_KEYS];

	if (!target_fetch_fill_keys(scan->set->frame, scan->fetch, keys))
		return false;
	for (int i = 0; i < count; i++)
		keys[i].sk_attno = i + 1;	/* of the index, not of the table */
	index_rescan(scan->descents, keys, count, NULL, 0);
	return index_getnext_slot(scan->descents, ForwardScanDirection, scan->found);
}

/* Compares the entry that the walk is at with a key. */
static int
compare_entry(const TargetsScan *scan, Datum key)
{
	bool		isnull;
	Datum		value = index_getattr(scan->walk->xs_itup, 1, scan->walk->xs_itupdesc, &isnull);

	return ApplySortComparator(value, isnull, key, false, &scan->order->columns[0]);
}

/* Goes on to the next entry, if there is one. */
static void
walk_to_next(TargetsScan *scan)
{
	scan->at_entry = index_getnext_tid(scan->walk, ForwardScanDirection) != NULL;
	scan->passed++;
}

/* Begins anew at a key, which the walk keeps as long as it goes on from there: the item may not. */
static void
walk_from(TargetsScan *scan, Datum key)
{
	const Slot *slot = &scan->set->frame->program->slots[scan->fetch->key_slots[0]];

	if (!slot->byval && DatumGetPointer(scan->from.sk_argument) != NULL)
		pfree(DatumGetPointer(scan->from.sk_argument));
	scan->from.sk_argument = datumCopy(key, slot->byval, slot->length);
	index_rescan(scan->walk, &scan->from, 1, NULL, 0);
	scan->passed += WALK_STEPS;
	walk_to_next(scan);
}

/* Goes to the first entry that is not before a key; is it one of the key? */
static bool
walk_to(TargetsScan *scan, Datum key)
{
	for (int steps = 0; scan->at_entry && steps < WALK_STEPS; steps++)
	{
		int			difference = compare_entry(scan, key);

		if (difference >= 0)
			return difference == 0;
		walk_to_next(scan);
	}
	walk_from(scan, key);
	return scan->at_entry && compare_entry(scan, key) == 0;
}

/* Finds a row by the walk: of all entries that have its key, at most one leads to a row that can be seen. */
static bool
walk_to_row(TargetsScan *scan, Datum key)
{
	for (bool is_key = walk_to(scan, key); is_key; is_key = scan->at_entry && compare_entry(scan, key) == 0)
	{
		bool		found = index_fetch_heap(scan->walk, scan->found);

		walk_to_next(scan);
		if (found)
			return true;
	}
	return false;
}

/* Finds the row of the item that is entered. */
static bool
find_target(TargetsScan *scan, const KeyedItem *keyed)
{
	if (scan->walk == NULL)
		return descend_to_row(scan);
	if (scan->passed > WALK_AT_MOST(scan->sought++))
	{
		walk_end(scan);
		return descend_to_row(scan);
	}
	return walk_to_row(scan, keyed->first);
}

/* Locks the row that was found, and takes what is read of it. */
static bool
take_found_target(TargetsScan *scan, int item)
{
	Frame	   *frame = scan->set->frame;
	TupleTableSlot *row = scan->found;

	if (scan->fetch->locks)
	{
		ItemPointerData place = row->tts_tid;

		row = scan->locked;
		if (!target_fetch_lock(frame, scan->fetch, scan->relation, &place, row))
			return false;
		if (scan->set->places != NULL)
			scan->set->places[item] = row->tts_tid;
	}
	if (scan->lands)
		target_fetch_land(frame, scan->fetch, row);
	return true;
}

/* Finds the row of an item, unless it is that of the one before, and takes it. */
static bool
take_target(TargetsScan *scan, const KeyedItem *keyed)
{
	ItemSet    *set = scan->set;
	bool		taken;

	CHECK_FOR_INTERRUPTS();
	item_enter(set, keyed->item);
	if (!keyed->again)
		scan->is_found = find_target(scan, keyed);
	taken = scan->is_found && take_found_target(scan, keyed->item);
	item_leave(set, keyed->item);
	return taken;
}

/* Takes the targets of all; those with the same key follow each other. */
static void
take_all(TargetsScan *scan, const KeyedItem *keyed, int count, int *groups)
{
	ItemSet    *set = scan->set;
	int			group = -1;

	/* in memory that stays: a scan may allocate what it needs at any time */
	for (int i = 0; i < count; i++)
	{
		int			item = keyed[i].item;

		if (!keyed[i].again)
			group = -1;
		if (!take_target(scan, &keyed[i]))
			continue;
		if (group < 0)
			group = item;
		groups[item] = group;
		set->items[item].rows = 1;
	}
}

/*
 * Makes room for where the targets are, if they are locked: then they stay there. That
 * is no column that rights are given for, so it takes those for the table.
 */
static void
places_begin(TargetsScan *scan)
{
	ItemSet    *set = scan->set;

	if (!scan->fetch->locks || set->places != NULL ||
		pg_class_aclcheck(scan->fetch->relation, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return;
	set->places = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(ItemPointerData) * Max(set->count, 1),
											 MCXT_ALLOC_HUGE);
	set->is_placed = true;
	set->placed_as_of = catalog_changes;
}

/* Finds the targets, and tells what was found. */
static void
take_targets(TargetsScan *scan, KeyOrder *order)
{
	int			count;
	KeyedItem  *keyed = in_order(order, &count);
	int		   *groups = item_groups_begin(scan->set);

	scan_begin(scan);
	places_begin(scan);
	take_all(scan, keyed, count, groups);
	scan_end(scan);
	item_groups_tell(scan->set, groups);
	pfree(groups);
	pfree(keyed);
}

/* Does it, if that is possible. */
static bool
fetch_all(ItemSet *set, TargetFetch *fetch, bool lands)
{
	KeyOrder	order = {.set = set, .fetch = fetch};
	TargetsScan scan = {.set = set, .fetch = fetch, .order = &order, .lands = lands};

	if (!target_fetch_is_possible(set->frame, fetch) || !order_find(&order))
		return false;
	item_rows_forget(set);
	take_targets(&scan, &order);
	return true;
}

bool
targets_fetch(ItemSet *set)
{
	const Program *program = set->frame->program;

	return program->target_fetch != NULL && target_fetch_learn(program, program->target_fetch) &&
		fetch_all(set, program->target_fetch, true);
}

bool
targets_fetch_by_key(ItemSet *set)
{
	const Program *program = set->frame->program;
	TargetFetch *fetch;

	if (plain_path_has(PLAIN_LIVENESS) || !table_is_plain_and_local(program->target->relation))
		return false;
	fetch = target_fetch_make(program, program->target_locked);
	return fetch != NULL && fetch_all(set, fetch, false);
}
