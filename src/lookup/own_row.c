/*
 * own_row.c
 *		Writes rows into tables of the extension's own.
 *
 * What a table looks like, and how its indexes are filled, is looked up once and
 * kept until the relation cache says that something has changed. The callback
 * only marks: a plan in use is replaced by the next row.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "lookup/action_lookup.h"
#include "lookup/own_row.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

typedef struct PlannedIndex
{
	Oid			oid;
	IndexInfo  *info;
	AttrNumber	not_null;		/* partial: column IS NOT NULL, of which this is the number */
	ExprState  *predicate;		/* partial by something else, or NULL */
	bool		keeps_state;	/* GIN: making it anew is most of what a row costs */
} PlannedIndex;

typedef struct OwnTablePlan
{
	Oid			relid;
	bool		ours;			/* it has the columns that we know */
	bool		direct;			/* nothing but heap and indexes is concerned */
	bool		stale;
	SubTransactionId locked_in; /* where the locks on table and indexes were taken */
	int			nrequired;
	int		   *required;		/* places of columns that are NOT NULL */
	int			nindexes;
	PlannedIndex *indexes;
	bool		evaluates;		/* an index has a predicate or an expression */
	ExprContext *econtext;		/* of predicates */
	MemoryContext mcxt;			/* of all this */
} OwnTablePlan;

static List *plans = NIL;		/* of OwnTablePlan: all that are kept */

/* Is the relation the table of a plan, or one of its indexes? */
static bool
plan_is_of(const OwnTablePlan *plan, Oid relid)
{
	for (int i = 0; i < plan->nindexes; i++)
		if (plan->indexes[i].oid == relid)
			return true;
	return plan->relid == relid;
}

/* Marks what is known of a relation as out of date. */
static void
plans_invalidate(Datum arg, Oid relid)
{
	ListCell   *cell;

	foreach(cell, plans)
	{
		OwnTablePlan *plan = lfirst(cell);

		if (!OidIsValid(relid) || plan_is_of(plan, relid))
			plan->stale = true;
	}
}

/* The locks go with the transaction. */
static void
plans_at_transaction_end(XactEvent event, void *arg)
{
	ListCell   *cell;

	foreach(cell, plans)
		((OwnTablePlan *) lfirst(cell))->locked_in = InvalidSubTransactionId;
}

void
own_rows_init(void)
{
	CacheRegisterRelcacheCallback(plans_invalidate, (Datum) 0);
	RegisterXactCallback(plans_at_transaction_end, NULL);
}

/* Does the table have these columns and no others? Behind them may be some that were dropped again. */
static bool
has_columns(TupleDesc tupdesc, const OwnTable *table)
{
	if (tupdesc->natts < table->ncolumns)
		return false;
	for (int i = table->ncolumns; i < tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			return false;
	for (int i = 0; i < table->ncolumns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (attribute->attisdropped || attribute->attgenerated != '\0' ||
			attribute->atttypid != table->columns[i].type ||
			strcmp(NameStr(attribute->attname), table->columns[i].name) != 0)
			return false;
	}
	return true;
}

/* The number of the column, if a predicate is that it IS NOT NULL; else 0. */
static AttrNumber
not_null_column(const List *predicate)
{
	const NullTest *test = list_length(predicate) == 1 ? linitial(predicate) : NULL;

	if (test == NULL || !IsA(test, NullTest) || test->nulltesttype != IS_NOT_NULL || test->argisrow ||
		!IsA(test->arg, Var))
		return InvalidAttrNumber;
	return ((Var *) test->arg)->varattno;
}

/* Notes how an index is filled; false: in a way that takes more than a call. */
static bool
plan_index(OwnTablePlan *plan, Oid oid)
{
	Relation	index = index_open(oid, RowExclusiveLock);
	PlannedIndex *planned = &plan->indexes[plan->nindexes];
	bool		plain = index->rd_index->indimmediate && !index->rd_index->indisexclusion;

	planned->oid = oid;
	planned->info = BuildIndexInfo(index);
	planned->not_null = not_null_column(planned->info->ii_Predicate);
	planned->predicate = NULL;
	planned->keeps_state = index->rd_rel->relam == GIN_AM_OID;
	planned->info->ii_Context = plan->mcxt;
	if (planned->info->ii_Predicate != NIL && planned->not_null == InvalidAttrNumber)
		planned->predicate = ExecInitQual(planned->info->ii_Predicate, NULL);
	plan->evaluates |= planned->predicate != NULL || planned->info->ii_Expressions != NIL;
	if (planned->info->ii_ReadyForInserts)
		plan->nindexes++;
	index_close(index, NoLock);
	return plain;
}

/* Is nothing but heap and indexes concerned when a row is written? */
static bool
takes_rows_as_they_are(Relation relation, const OwnTable *table)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	return relation->rd_rel->relkind == RELKIND_RELATION &&
		relation->rd_rel->relam == HEAP_TABLE_AM_OID && relation->rd_rules == NULL &&
		relation->trigdesc == NULL && !relation->rd_rel->relispartition &&
		(constraints == NULL || constraints->num_check == 0) &&
		RelationGetDescr(relation)->natts == table->ncolumns;
}

/* Notes which columns must have a value. */
static void
plan_required(OwnTablePlan *plan, TupleDesc tupdesc)
{
	plan->required = palloc(sizeof(int) * tupdesc->natts);
	for (int i = 0; i < tupdesc->natts; i++)
		if (TupleDescAttr(tupdesc, i)->attnotnull)
			plan->required[plan->nrequired++] = i;
}

/* Finds out how rows get into a table that is open. */
static void
plan_fill(OwnTablePlan *plan, const OwnTable *table, Relation relation)
{
	List	   *indexes = RelationGetIndexList(relation);
	ListCell   *cell;

	plan->ours = has_columns(RelationGetDescr(relation), table);
	plan->direct = takes_rows_as_they_are(relation, table);
	plan_required(plan, RelationGetDescr(relation));
	plan->indexes = palloc(sizeof(PlannedIndex) * Max(list_length(indexes), 1));
	plan->econtext = CreateStandaloneExprContext();
	foreach(cell, indexes)
		plan->direct &= plan_index(plan, lfirst_oid(cell));
}

/* Forgets a plan. */
static void
plan_drop(OwnTable *table)
{
	plans = list_delete_ptr(plans, table->plan);
	MemoryContextDelete(table->plan->mcxt);
	table->plan = NULL;
}

/* Makes the plan of a table that is open. */
static void
plan_make(OwnTable *table, Relation relation)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action own table",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	OwnTablePlan *plan = palloc0(sizeof(OwnTablePlan));

	plan->relid = RelationGetRelid(relation);
	plan->mcxt = mcxt;
	plan_fill(plan, table, relation);
	MemoryContextSwitchTo(TopMemoryContext);
	plans = lappend(plans, plan);
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(mcxt, CacheMemoryContext);
	table->plan = plan;
}

/* Opens the table by its name, and plans; NULL: there is none. */
static Relation
open_anew(OwnTable *table)
{
	Oid			schema = get_namespace_oid(CA_SCHEMA, true);
	Oid			relid = OidIsValid(schema) ? get_relname_relid(table->name, schema) : InvalidOid;
	Relation	relation = OidIsValid(relid) ? try_table_open(relid, RowExclusiveLock) : NULL;

	if (relation != NULL)
		plan_make(table, relation);
	return relation;
}

/*
 * Locks table and indexes, unless this subtransaction has: then the locks are
 * held, and asking again costs more than it looks. A table that is gone is
 * locked as well, and found to be gone by the news of it.
 */
static void
plan_lock(OwnTablePlan *plan)
{
	if (plan->locked_in == GetCurrentSubTransactionId())
		return;
	LockRelationOid(plan->relid, RowExclusiveLock);
	for (int i = 0; !plan->stale && i < plan->nindexes; i++)
		LockRelationOid(plan->indexes[i].oid, RowExclusiveLock);
	plan->locked_in = GetCurrentSubTransactionId();
}

/* Opens the table, with a plan that holds while it is open; NULL: there is none. */
static Relation
open_planned(OwnTable *table)
{
	Relation	relation;

	for (;;)
	{
		if (table->plan != NULL && !table->plan->stale)
			plan_lock(table->plan);
		/* the locks may have let news in */
		if (table->plan != NULL && !table->plan->stale)
			return table_open(table->plan->relid, NoLock);
		if (table->plan != NULL)
			plan_drop(table);
		relation = open_anew(table);
		if (relation == NULL)
			return NULL;
		table_close(relation, NoLock);
	}
}

bool
own_rows_have_table(OwnTable *table)
{
	Relation	relation = open_planned(table);

	if (relation == NULL)
		return false;
	table_close(relation, NoLock);
	return table->plan->ours;
}

/* What index predicates and expressions of a row are computed with. */
typedef struct Evaluation
{
	TupleTableSlot *slot;
	EState	   *estate;
} Evaluation;

/* Makes a row visible to them. */
static void
evaluation_begin(Evaluation *evaluation, const OwnTablePlan *plan, Relation relation, const OwnRow *row)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);

	memcpy(slot->tts_values, row->values, sizeof(Datum) * row->table->ncolumns);
	memcpy(slot->tts_isnull, row->nulls, sizeof(bool) * row->table->ncolumns);
	ExecStoreVirtualTuple(slot);
	evaluation->slot = slot;
	evaluation->estate = CreateExecutorState();
	GetPerTupleExprContext(evaluation->estate)->ecxt_scantuple = slot;
	plan->econtext->ecxt_scantuple = slot;
	/* states of expressions are of an executor's state that is gone */
	for (int i = 0; i < plan->nindexes; i++)
		plan->indexes[i].info->ii_ExpressionsState = NIL;
}

static void
evaluation_end(Evaluation *evaluation, const OwnTablePlan *plan)
{
	ResetExprContext(plan->econtext);
	ExecDropSingleTupleTableSlot(evaluation->slot);
	FreeExecutorState(evaluation->estate);
}

/* Does a row belong into an index? */
static bool
row_is_indexed(const OwnTablePlan *plan, const PlannedIndex *planned, const OwnRow *row)
{
	if (planned->not_null != InvalidAttrNumber)
		return !row->nulls[planned->not_null - 1];
	return planned->predicate == NULL || ExecQual(planned->predicate, plan->econtext);
}

/* Gets what a row has in an index. */
static void
index_values(const PlannedIndex *planned, const OwnRow *row, const Evaluation *evaluation,
			 Datum *values, bool *nulls)
{
	IndexInfo  *info = planned->info;

	if (info->ii_Expressions != NIL)
	{
		FormIndexDatum(info, evaluation->slot, evaluation->estate, values, nulls);
		return;
	}
	for (int i = 0; i < info->ii_NumIndexAttrs; i++)
	{
		int			column = info->ii_IndexAttrNumbers[i] - 1;

		values[i] = row->values[column];
		nulls[i] = row->nulls[column];
	}
}

/* Puts a row that is in the heap into an index. */
static void
index_row(const PlannedIndex *planned, Relation relation, const OwnRow *row, ItemPointer tid,
		  const Evaluation *evaluation)
{
	IndexInfo  *info = planned->info;
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];
	Relation	index = index_open(planned->oid, NoLock);

	index_values(planned, row, evaluation, values, nulls);

	/*
	 * What the access method keeps there is of this relation, as the relation
	 * cache has it: an invalidation of the index ends the plan.
	 */
	if (!planned->keeps_state)
	{
		info->ii_AmCache = NULL;
		info->ii_Context = CurrentMemoryContext;
	}
	index_insert(index, values, nulls, tid, relation,
				 info->ii_Unique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false, info);
	index_insert_cleanup(index, info);
	index_close(index, NoLock);
}

/* Has a row all that it must have? What it lacks is the command's to complain of. */
static bool
row_is_complete(const OwnTablePlan *plan, const OwnRow *row)
{
	for (int i = 0; i < plan->nrequired; i++)
		if (row->nulls[plan->required[i]])
			return false;
	return true;
}

/* Puts a row into heap and indexes. */
static void
insert_direct(const OwnTablePlan *plan, Relation relation, const OwnRow *row)
{
	HeapTuple	tuple = heap_form_tuple(RelationGetDescr(relation), row->values, row->nulls);
	Evaluation	evaluation = {0};

	heap_insert(relation, tuple, GetCurrentCommandId(true), 0, NULL);
	if (plan->evaluates)
		evaluation_begin(&evaluation, plan, relation, row);
	for (int i = 0; i < plan->nindexes; i++)
		if (row_is_indexed(plan, &plan->indexes[i], row))
			index_row(&plan->indexes[i], relation, row, &tuple->t_self, &evaluation);
	if (plan->evaluates)
		evaluation_end(&evaluation, plan);
}

/* "INSERT INTO custom_actions.log VALUES ($1, $2, ...)" */
static char *
insert_text(const OwnTable *table)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "INSERT INTO %s.%s VALUES (", CA_SCHEMA, quote_identifier(table->name));
	for (int i = 0; i < table->ncolumns; i++)
		appendStringInfo(&text, "%s$%d", i > 0 ? ", " : "", i + 1);
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* Runs INSERT for a row. */
static void
insert_by_command(const OwnRow *row)
{
	const OwnTable *table = row->table;
	Oid		   *types = palloc(sizeof(Oid) * table->ncolumns);
	char	   *nulls = palloc(table->ncolumns);

	for (int i = 0; i < table->ncolumns; i++)
	{
		types[i] = table->columns[i].type;
		nulls[i] = row->nulls[i] ? 'n' : ' ';
	}
	if (SPI_execute_with_args(insert_text(table), table->ncolumns, types, row->values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not insert into %s.%s", CA_SCHEMA, table->name);
}

/* The same as the table's owner, whose triggers may run. */
static void
insert_as_owner(Oid owner, const OwnRow *row)
{
	Oid			user;
	int			context;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	insert_by_command(row);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	SetUserIdAndSecContext(user, context);
}

bool
own_row_insert(const OwnRow *row)
{
	OwnTable   *table = row->table;
	Relation	relation = open_planned(table);
	bool		direct;
	Oid			owner;

	if (relation == NULL)
		return false;
	direct = table->plan->ours && table->plan->direct && row_is_complete(table->plan, row);
	owner = relation->rd_rel->relowner;
	if (direct)
		insert_direct(table->plan, relation, row);
	table_close(relation, NoLock);
	if (!direct && table->plan->ours)
		insert_as_owner(owner, row);
	return table->plan != NULL && table->plan->ours;
}
