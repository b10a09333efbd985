/*
 * key_checks.c
 *		Foreign keys of rows that actions write, looked up without a query.
 *
 * PostgreSQL has a trigger for each row that gets a foreign key. It executes a query
 * that finds and locks the row that the key refers to, which takes more than writing the
 * row. Here it takes a descent in the index and a lock, or only a look at the row that
 * was found before, as long as the keys of a statement repeat: the same function is called
 * at the same time for the same trigger, but by another address.
 *
 * It decides one thing only: the row is there, as a snapshot of this moment shows it, and
 * is now locked, without having waited. Whenever it is not so, or anything else comes
 * into it than a plain table, its index, and operators of PostgreSQL's, PostgreSQL's own
 * function is called after all: it waits, fails, and says why. A row that somebody may
 * have changed since is left to it, too: a lock would follow the row to what it became,
 * and wait there. And so is all until it has once found a row since anything in the
 * catalogs has changed: so whoever owns the other table may read it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/skey.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/pg_am.h"
#include "catalog/pg_constraint.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "pgstat.h"
#include "run/catalog_changes.h"
#include "run/kept.h"
#include "run/key_checks.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* A foreign key, as the catalogs have it. */
typedef struct ForeignKey
{
	Oid			constraint;		/* the key of the entry */
	bool		looked;			/* it came a second time, so what follows is known */
	bool		plain;			/* its rows can be found here */
	bool		found;			/* PostgreSQL has found one */
	Oid			referenced;
	Oid			index;
	int			nkeys;
	AttrNumber *columns;		/* of the table that refers, in the order of the index */
	AttrNumber *others;			/* of the other table: those that the index has */
	ScanKeyData *keys;			/* in the same order, without values */
} ForeignKey;

/* What a trigger has as long as its statement runs */
typedef struct Borrower
{
	EState	   *estate;
	ForeignKey *key;			/* NULL: not looked for yet */
	uint64		as_of;			/* at this count of catalog_changes */
	TupleTableSlot *slot;		/* for rows of the other table; NULL: it has not been locked yet */
	ItemPointerData last;		/* where the row was that was found last; invalid: none was */
	bool		repeats;		/* the one before was that, too, so the next may be */
} Borrower;

static Kept kept_keys = {.name = "foreign keys", .entry_size = sizeof(ForeignKey)};

/* What pg_constraint says of a foreign key, column by column */
typedef struct KeyColumns
{
	int			number;
	AttrNumber	referring[INDEX_MAX_KEYS];
	AttrNumber	referenced[INDEX_MAX_KEYS];
	Oid			operators[INDEX_MAX_KEYS];	/* that compare a referenced value with a referring one */
} KeyColumns;

/* Reads them; false: it is not, or not between these tables, what its trigger takes it for. */
static bool
read_constraint(ForeignKey *key, const TriggerData *data, KeyColumns *columns)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(key->constraint));
	Form_pg_constraint form;
	bool		expected;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	expected = form->contype == CONSTRAINT_FOREIGN && form->conrelid == RelationGetRelid(data->tg_relation) &&
		form->confrelid == data->tg_trigger->tgconstrrelid;
	if (expected)
		DeconstructFkConstraintRow(tuple, &columns->number, columns->referring, columns->referenced, columns->operators,
								   NULL, NULL, NULL, NULL);
	key->referenced = form->confrelid;
	key->index = form->conindid;
	ReleaseSysCache(tuple);
	return expected;
}

/* The place among the columns of a foreign key of one that is referred to, or -1. */
static int
place_in_key(const KeyColumns *columns, AttrNumber referenced)
{
	for (int i = 0; i < columns->number; i++)
		if (columns->referenced[i] == referenced)
			return i;
	return -1;
}

/* Takes a column of the index; false: it is compared in some other way, or by code of users'. */
static bool
take_index_column(ForeignKey *key, Relation referring, Relation referenced, Relation index, const KeyColumns *columns)
{
	int			at = key->nkeys;
	AttrNumber	number = index->rd_index->indkey.values[at];
	int			place = place_in_key(columns, number);
	Oid			operator,
				left,
				right;
	int			strategy;

	if (place < 0 || index->rd_opfamily[at] >= FirstNormalObjectId ||
		index->rd_indcollation[at] != TupleDescAttr(RelationGetDescr(referenced), number - 1)->attcollation)
		return false;
	operator = columns->operators[place];
	if (operator >= FirstNormalObjectId || !op_in_opfamily(operator, index->rd_opfamily[at]))
		return false;
	get_op_opfamily_properties(operator, index->rd_opfamily[at], false, &strategy, &left, &right);
	key->columns[at] = columns->referring[place];
	key->others[at] = number;
	if (strategy != BTEqualStrategyNumber || left != index->rd_opcintype[at] || get_typtype(left) == TYPTYPE_PSEUDO ||
		!IsBinaryCoercible(TupleDescAttr(RelationGetDescr(referring), key->columns[at] - 1)->atttypid, right))
		return false;
	ScanKeyEntryInitialize(&key->keys[at], 0, at + 1, strategy, right, index->rd_indcollation[at], get_opcode(operator),
						   (Datum) 0);
	key->nkeys++;
	return true;
}

/* Looks at a foreign key. */
static void
look_at_key(ForeignKey *key, const TriggerData *data)
{
	KeyColumns	columns;
	Relation	referenced;
	MemoryContext old;

	key->looked = true;
	if (!read_constraint(key, data, &columns))
		return;
	referenced = table_open(key->referenced, RowShareLock);
	old = MemoryContextSwitchTo(kept_keys.mcxt);
	/* while the table is locked, its index stays */
	if (referenced->rd_rel->relkind == RELKIND_RELATION && referenced->rd_rel->relam == HEAP_TABLE_AM_OID &&
		kept_keys.as_of == catalog_changes)
	{
		Relation	index = index_open(key->index, RowShareLock);
		bool		plain = index_finds_one(index, columns.number);

		key->columns = palloc(sizeof(AttrNumber) * columns.number);
		key->others = palloc(sizeof(AttrNumber) * columns.number);
		key->keys = palloc(sizeof(ScanKeyData) * columns.number);
		while (plain && key->nkeys < columns.number)
			plain = take_index_column(key, data->tg_relation, referenced, index, &columns);
		key->plain = plain;		/* not before: an error leaves what has been taken by then */
		index_close(index, RowShareLock);
	}
	MemoryContextSwitchTo(old);
	table_close(referenced, RowShareLock);
}

/* The foreign key of a trigger, as the catalogs are now; NULL: it came for the first time, or is not to be kept. */
static ForeignKey *
key_of_trigger(Borrower *borrower, const TriggerData *data)
{
	ForeignKey *key;
	bool		known;

	if (borrower->key != NULL && borrower->as_of == catalog_changes)
		return borrower->key;
	borrower->key = NULL;
	borrower->slot = NULL;
	ItemPointerSetInvalid(&borrower->last);
	borrower->repeats = false;
	if (!kept_is_current(&kept_keys))
		return NULL;
	key = kept_entry(&kept_keys, data->tg_trigger->tgconstraint, &known);
	if (!known)
		return NULL;
	borrower->as_of = kept_keys.as_of;
	if (!key->looked)
		look_at_key(key, data);
	borrower->key = key;
	return key;
}

/* Takes the values of a row's foreign key; false: one is NULL, or the row has become another since. */
static bool
take_values(const ForeignKey *key, const TriggerData *data, TupleTableSlot *row, ScanKeyData *keys)
{
	memcpy(keys, key->keys, sizeof(ScanKeyData) * key->nkeys);
	for (int i = 0; i < key->nkeys; i++)
	{
		bool		isnull;

		keys[i].sk_argument = slot_getattr(row, key->columns[i], &isnull);
		if (isnull)
			return false;
	}
	return table_tuple_satisfies_snapshot(data->tg_relation, row, SnapshotSelf);
}

/* A slot for rows of the other table, which the statement cleans up. */
static TupleTableSlot *
make_slot(const Borrower *borrower, Relation referenced)
{
	MemoryContext old = MemoryContextSwitchTo(borrower->estate->es_query_cxt);
	TupleTableSlot *slot = table_slot_create(referenced, &borrower->estate->es_tupleTable);

	MemoryContextSwitchTo(old);
	return slot;
}

/* May somebody have changed or deleted a row that a snapshot shows? */
static bool
may_have_changed(TupleTableSlot *row)
{
	bool		is_copy;
	uint16		info = ExecFetchSlotHeapTuple(row, false, &is_copy)->t_data->t_infomask;

	return (info & HEAP_XMAX_INVALID) == 0 && !HEAP_XMAX_IS_LOCKED_ONLY(info);
}

/* Locks a row that the active snapshot shows; false: more is to be done. */
static bool
lock_row(Relation referenced, TupleTableSlot *row)
{
	TM_FailureData failure;

	return !may_have_changed(row) &&
		table_tuple_lock(referenced, &row->tts_tid, GetActiveSnapshot(), row, GetCurrentCommandId(true), LockTupleKeyShare,
						 LockWaitSkip, TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS, &failure) == TM_Ok;
}

/* Has the row this key? */
static bool
has_key(TupleTableSlot *row, const ForeignKey *key, ScanKeyData *keys)
{
	for (int i = 0; i < key->nkeys; i++)
	{
		bool		isnull;
		Datum		value = slot_getattr(row, key->others[i], &isnull);

		if (isnull || !DatumGetBool(FunctionCall2Coll(&keys[i].sk_func, keys[i].sk_collation, value, keys[i].sk_argument)))
			return false;
	}
	return true;
}

/* Locks the row that was found last, if it is that of the key again. */
static bool
lock_last(Borrower *borrower, Relation referenced, const ForeignKey *key, ScanKeyData *keys)
{
	TupleTableSlot *slot = borrower->slot;
	bool		locked = table_tuple_fetch_row_version(referenced, &borrower->last, GetActiveSnapshot(), slot) &&
		has_key(slot, key, keys) && lock_row(referenced, slot);

	ExecClearTuple(slot);
	borrower->repeats = locked;
	return locked;
}

/* Locks the row that the active snapshot shows under the key; false: there is none, or more is to be done. */
static bool
lock_found(Borrower *borrower, Relation referenced, const ForeignKey *key, ScanKeyData *keys)
{
	Relation	index = index_open(key->index, borrower->slot == NULL ? RowShareLock : NoLock);
	IndexScanDesc scan = index_beginscan(referenced, index, GetActiveSnapshot(), NULL, key->nkeys, 0, 0);
	TupleTableSlot *slot;
	bool		found;

	if (borrower->slot == NULL)
		borrower->slot = make_slot(borrower, referenced);
	slot = borrower->slot;
	index_rescan(scan, keys, key->nkeys, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, slot);
	if (found)
	{
		borrower->repeats = ItemPointerIsValid(&borrower->last) && ItemPointerEquals(&borrower->last, &slot->tts_tid);
		borrower->last = slot->tts_tid;
		found = lock_row(referenced, slot);
	}
	ExecClearTuple(slot);
	index_endscan(scan);
	index_close(index, NoLock);
	return found;
}

/* Finds and locks the row of a key as a statement of its own would. */
static bool
row_is_there(Borrower *borrower, const ForeignKey *key, ScanKeyData *keys)
{
	Relation	referenced = table_open(key->referenced, borrower->slot == NULL ? RowShareLock : NoLock);
	bool		found;

	CHECK_FOR_INTERRUPTS();
	if (borrower->as_of != catalog_changes) /* before it was locked */
	{
		table_close(referenced, NoLock);
		return false;
	}
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	found = (borrower->repeats && lock_last(borrower, referenced, key, keys)) || lock_found(borrower, referenced, key, keys);
	PopActiveSnapshot();
	CommandCounterIncrement();
	table_close(referenced, NoLock);
	return found;
}

/* As PostgreSQL does it. */
static void
check_as_ever(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_oid == F_RI_FKEY_CHECK_INS)
		RI_FKey_check_ins(fcinfo);
	else
		RI_FKey_check_upd(fcinfo);
}

/*
 * May rows of the key be found here just now? Who only reads may not lock, as PostgreSQL
 * says; a serializable transaction leaves it to statements what it tells others of its
 * reads, as fetching a target does.
 */
static inline bool
can_be_found(const ForeignKey *key)
{
	return key != NULL && key->plain && !IsolationIsSerializable() && !XactReadOnly;
}

/* What triggers of foreign keys call in statements that borrow. */
static Datum
check_foreign_key(PG_FUNCTION_ARGS)
{
	const TriggerData *data = (const TriggerData *) fcinfo->context;
	TupleTableSlot *row = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newslot : data->tg_trigslot;
	Borrower   *borrower = fcinfo->flinfo->fn_extra;
	ForeignKey *key = key_of_trigger(borrower, data);
	ScanKeyData keys[INDEX_MAX_KEYS];
	bool		asked = can_be_found(key) && take_values(key, data, row, keys);

	if (asked && key->found && row_is_there(borrower, key, keys))
		return PointerGetDatum(NULL);
	check_as_ever(fcinfo);
	if (asked)
		key->found = true;
	return PointerGetDatum(NULL);
}

void
key_checks_lend(EState *estate, ResultRelInfo *table)
{
	const TriggerDesc *triggers = table->ri_TrigDesc;

	if (triggers == NULL || !(triggers->trig_insert_after_row || triggers->trig_update_after_row))
		return;
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		Oid			function = triggers->triggers[i].tgfoid;
		FmgrInfo   *called = &table->ri_TrigFunctions[i];
		Borrower   *borrower;

		if (function != F_RI_FKEY_CHECK_INS && function != F_RI_FKEY_CHECK_UPD)
			continue;
		borrower = MemoryContextAllocZero(estate->es_query_cxt, sizeof(Borrower));
		borrower->estate = estate;
		called->fn_addr = check_foreign_key;
		called->fn_oid = function;
		called->fn_strict = true;
		called->fn_stats = TRACK_FUNC_ALL;	/* as of all functions of PostgreSQL's: they are not
											 * counted */
		called->fn_mcxt = estate->es_query_cxt;
		called->fn_extra = borrower;
	}
}
