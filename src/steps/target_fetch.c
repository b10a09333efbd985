/*
 * target_fetch.c
 *		Loads the bound row without a statement: a descent in the index of its key, and
 *		a lock.
 *
 * What the load finds, waits for and raises is found, waited for and raised the same
 * way: with a snapshot of the same moment, the row that the index has for the key is
 * locked, or that which others have made of it meanwhile, if it still has the key.
 * Where somebody watches the executor, or anything else comes into it than a plain table
 * and the user's privileges, the load runs. So it does for the first time: then its
 * columns are known.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/relscan.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "base/plain_path.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "lookup/column_rights.h"
#include "lookup/key.h"
#include "optimizer/planner.h"
#include "parser/parse_coerce.h"
#include "run/budget.h"
#include "run/catalog_changes.h"
#include "run/lending.h"
#include "run/statement_run.h"
#include "run/watched.h"
#include "steps/target_fetch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* Takes a column of the key; false: the index has it elsewhere, or compares it in some other way, or in code of users'. */
static bool
take_key_column(const Program *program, TargetFetch *fetch, Relation index, const KeyColumn *column)
{
	AttrNumber	number = get_attnum(fetch->relation, column->name);
	int			place = fetch->nkeys;
	Oid			type;
	Oid			operator;

	if (index->rd_index->indkey.values[place] != number || index->rd_opfamily[place] >= FirstNormalObjectId ||
		index->rd_indcollation[place] != column->collation)
		return false;
	type = index->rd_opcintype[place];
	operator = get_opfamily_member(index->rd_opfamily[place], type, type, BTEqualStrategyNumber);
	if (!OidIsValid(operator) || get_opcode(operator) >= FirstNormalObjectId ||
		!IsBinaryCoercible(column->type, type))
		return false;
	ScanKeyEntryInitialize(&fetch->keys[place], 0, number, BTEqualStrategyNumber, type,
						   column->collation, get_opcode(operator), (Datum) 0);
	fetch->key_slots[place] = row_column_find(program->target, column->name)->slot;
	fetch->read = bms_add_member(fetch->read, number);
	fetch->nkeys++;
	return true;
}

/* Takes the index if it is that of the key, and finds at most one row. */
static bool
take_index(const Program *program, TargetFetch *fetch, Relation index, const List *key)
{
	ListCell   *cell;

	fetch->nkeys = 0;
	if (!index_finds_one(index, list_length(key)))
		return false;
	foreach(cell, key)
	{
		if (!take_key_column(program, fetch, index, lfirst(cell)))
			return false;
	}
	fetch->index = RelationGetRelid(index);
	return true;
}

/* Finds the index of the key. */
static bool
find_index(const Program *program, TargetFetch *fetch)
{
	const List *key = key_of_table(fetch->relation, program->definition->key, true);
	Relation	relation = relation_open(fetch->relation, AccessShareLock);

	/* what is not stored in the row is computed by a statement */
	const List *indexes = has_virtual_columns(relation) ? NIL : RelationGetIndexList(relation);
	bool		found = false;
	ListCell   *cell;

	foreach(cell, indexes)
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		found = take_index(program, fetch, index, key);
		index_close(index, NoLock);
		if (found)
			break;
	}
	relation_close(relation, NoLock);
	return found;
}

TargetFetch *
target_fetch_make(const Program *program, bool locks)
{
	TargetFetch *fetch = palloc0(sizeof(TargetFetch));

	fetch->relation = program->target->relation;
	fetch->locks = locks;
	return find_index(program, fetch) ? fetch : NULL;
}

void
target_fetch_compile(Compiler *compiler)
{
	Program    *program = compiler->program;
	const Statement *load = program->load;

	if (load == NULL || !load->by_key || list_length(load->into) > 1 || compiler->findings.checking ||
		plain_path_has(PLAIN_LIVENESS))
		return;
	program->target_fetch = target_fetch_make(program, load->lock_at > 0);
}

/* The number of the column whose slot this is; 0: it is none of the table's own. */
static AttrNumber
fetched_column(const Program *program, int slot)
{
	ListCell   *cell;

	foreach(cell, program->target->columns)
	{
		const RowColumn *column = lfirst(cell);

		if (column->slot == slot && column->name != NULL)
			return Max(get_attnum(program->target->relation, column->name), 0);
	}
	return 0;
}

bool
target_fetch_learn(const Program *program, TargetFetch *fetch)
{
	const Statement *load = program->load;
	AttrNumber *columns;

	if (fetch->columns != NULL || fetch->reads_more || load->plan == NULL)
		return fetch->columns != NULL;
	columns = MemoryContextAlloc(program->mcxt, sizeof(AttrNumber) * Max(load->nslots, 1));
	for (int i = 0; i < load->nslots; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(program->mcxt);

		columns[i] = fetched_column(program, load->slots[i]);
		if (columns[i] > 0)
			fetch->read = bms_add_member(fetch->read, columns[i]);
		MemoryContextSwitchTo(old);
		fetch->reads_more |= columns[i] == 0;
	}
	if (!fetch->reads_more)
		fetch->columns = columns;
	return !fetch->reads_more;
}

/* Is nobody told of what the executor does? */
static inline bool
executor_is_unwatched(void)
{
	return !executor_start_is_watched() && ExecutorRun_hook == NULL && ExecutorFinish_hook == NULL &&
		ExecutorEnd_hook == NULL && ExecutorCheckPerms_hook == NULL && planner_hook == NULL;
}

/* May the current user do what the load does? */
static bool
may_fetch(const void *what)
{
	const TargetFetch *fetch = what;

	return may_access_columns(fetch->relation, fetch->read, ACL_SELECT) &&
		(!fetch->locks || may_lock_rows(fetch->relation));
}

bool
target_fetch_fill_keys(const Frame *frame, const TargetFetch *fetch, ScanKeyData *keys)
{
	memcpy(keys, fetch->keys, sizeof(ScanKeyData) * fetch->nkeys);
	for (int i = 0; i < fetch->nkeys; i++)
	{
		if (frame_isnull(frame, fetch->key_slots[i]))
			return false;
		keys[i].sk_argument = frame_value(frame, fetch->key_slots[i]);
	}
	return true;
}

/* Does a later version of the row have the key? */
static bool
still_has_key(const Frame *frame, TargetFetch *fetch, TupleTableSlot *row)
{
	for (int i = 0; i < fetch->nkeys; i++)
	{
		ScanKeyData *key = &fetch->keys[i];
		bool		isnull;
		Datum		value = slot_getattr(row, key->sk_attno, &isnull);

		if (isnull || !DatumGetBool(FunctionCall2Coll(&key->sk_func, key->sk_collation, value,
													  frame_value(frame, fetch->key_slots[i]))))
			return false;
	}
	return true;
}

bool
target_fetch_lock(const Frame *frame, TargetFetch *fetch, Relation relation, ItemPointer place, TupleTableSlot *row)
{
	TM_FailureData failure;
	int			flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS |
		(IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION);
	TM_Result	result = table_tuple_lock(relation, place, GetActiveSnapshot(), row, GetCurrentCommandId(true),
										  frame->program->target_lock, LockWaitBlock, flags, &failure);

	switch (result)
	{
		case TM_Ok:
			return !failure.traversed || still_has_key(frame, fetch, row);
		case TM_SelfModified:
			return false;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				ereport(ERROR,
						(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						 errmsg(result == TM_Deleted ? LOST_TO_DELETE :
								"could not serialize access due to concurrent update")));
			return false;
		default:
			elog(ERROR, "could not lock the target of action \"%s\"", frame->program->action);
	}
	return false;
}

void
target_fetch_land(Frame *frame, const TargetFetch *fetch, TupleTableSlot *row)
{
	const Statement *load = frame->program->load;

	for (int i = 0; i < load->nslots; i++)
	{
		bool		isnull;
		Datum		value = slot_getattr(row, fetch->columns[i], &isnull);

		frame_set(frame, load->slots[i], value, isnull);
	}
}

/* Finds the row with the active snapshot, and takes it. */
static bool
take_found(Frame *frame, TargetFetch *fetch, Relation relation, ScanKeyData *keys)
{
	SysScanDesc scan = systable_beginscan(relation, fetch->index, true, GetActiveSnapshot(), fetch->nkeys, keys);
	HeapTuple	tuple = systable_getnext(scan);
	TupleTableSlot *row = scan->slot;
	bool		found = tuple != NULL;

	if (found && fetch->locks)
	{
		ItemPointerData place = tuple->t_self;

		row = table_slot_create(relation, NULL);
		found = target_fetch_lock(frame, fetch, relation, &place, row);
	}
	if (found)
		target_fetch_land(frame, fetch, row);
	if (row != scan->slot)
		ExecDropSingleTupleTableSlot(row);
	systable_endscan(scan);
	return found;
}

Relation
target_fetch_begin(Frame *frame, const TargetFetch *fetch)
{
	if (!frame->read_only)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	return table_open(fetch->relation, NoLock);
}

void
target_fetch_end(Frame *frame, Relation relation)
{
	table_close(relation, NoLock);
	if (!frame->read_only)
	{
		PopActiveSnapshot();
		CommandCounterIncrement();
	}
	budget_count(frame, 0);
}

/* Does it as a statement of its own. */
static bool
fetch_row(Frame *frame, TargetFetch *fetch)
{
	ScanKeyData keys[INDEX_MAX_KEYS];
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	Relation	relation = target_fetch_begin(frame, fetch);
	bool		found = target_fetch_fill_keys(frame, fetch, keys) && take_found(frame, fetch, relation, keys);

	target_fetch_end(frame, relation);
	MemoryContextSwitchTo(old);
	return found;
}

bool
target_fetch_is_possible(const Frame *frame, TargetFetch *fetch)
{
	if (!executor_is_unwatched() || IsolationIsSerializable() || (fetch->locks && XactReadOnly) ||
		(frame->read_only && !ActiveSnapshotSet()))
		return false;
	return program_holds_under_lock(frame->program, fetch->relation, fetch->locks ? RowShareLock : AccessShareLock) &&
		user_may(&fetch->allowed, may_fetch, fetch);
}

bool
target_fetch(Frame *frame, bool *found)
{
	TargetFetch *fetch = frame->program->target_fetch;

	if (!target_fetch_learn(frame->program, fetch) || !target_fetch_is_possible(frame, fetch))
		return false;
	*found = fetch_row(frame, fetch);
	return true;
}
