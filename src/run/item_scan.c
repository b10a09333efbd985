/*
 * item_scan.c
 *		Reads the values of many items where they are, as the scan of a plan.
 *
 * The relation of the items is one of SPI's, and PostgreSQL scans it like any
 * tuplestore: each item becomes a row of that, to be taken apart again. The planner's
 * hooks give our own scan instead
 *
 * - to a statement that inserts;
 * - to one that writes the targets where they are: "this.ctid = item's place" is no
 *   join then, which would read rows, or the table, but a scan of the items that looks
 *   at one row for each.
 *
 * In other statements that write, a row may have been changed by others in between, and
 * is then looked at once more together with a row of the items. An INSERT changes none
 * that is there, and targets that have a place are locked: nobody else changes them. A
 * statement that only reads may land what it has read in the slots that it still reads.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "base/plain_path.h"
#include "catalog/pg_operator.h"
#include "executor/executor.h"
#include "nodes/extensible.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "run/item_scan.h"
#include "storage/bufmgr.h"
#include "utils/plancache.h"
#include "utils/rel.h"

/* Among those of all extensions */
#define SCAN_NAME	"custom_actions items"

/* What a column of the scan is. */
typedef enum ScanSource
{
	FROM_SLOT,					/* of the item */
	FROM_NUMBER,				/* of the item itself */
	FROM_PLACE,					/* of its target */
	FROM_TARGET,				/* a column of that */
	FROM_NOWHERE				/* what a row would be looked at once more with */
} ScanSource;

typedef struct ScanColumn
{
	ScanSource	source;
	int			number;			/* of the slot, or of the target's column */
} ScanColumn;

/* A scan of the items. */
typedef struct ItemScan
{
	CustomScanState state;
	const ItemSet *set;
	ScanColumn *columns;
	int			next;			/* of the active items */
	Relation	target;			/* NULL: the items alone are read */
	BlockNumber blocks;			/* so many it has */
	TupleTableSlot *row;		/* of it */
} ItemScan;

static set_rel_pathlist_hook_type other_rel_pathlist = NULL;
static set_join_pathlist_hook_type other_join_pathlist = NULL;

static Plan *plan_items(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *plans);
static Node *create_item_scan(CustomScan *scan);

static const CustomPathMethods path_methods = {
	.CustomName = SCAN_NAME,
	.PlanCustomPath = plan_items
};

static const CustomScanMethods scan_methods = {
	.CustomName = SCAN_NAME,
	.CreateCustomScanState = create_item_scan
};

/* The number of a column of that name; 0: there is none. */
static AttrNumber
column_of_name(const RangeTblEntry *rte, const char *name)
{
	ListCell   *cell;

	foreach(cell, rte->eref->colnames)
	{
		if (strcmp(strVal(lfirst(cell)), name) == 0)
			return foreach_current_index(cell) + 1;
	}
	return 0;
}

/* Is it the relation of the items of a set? The rows of a loop have no numbers; a trigger's transition table has a table. */
static bool
is_items(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_NAMEDTUPLESTORE && !OidIsValid(rte->relid) && strcmp(rte->enrname, ITEMS_RELATION) == 0 &&
		column_of_name(rte, ITEM_COLUMN) > 0;
}

/* Is it planned for a statement that inserts? */
static bool
is_insert(const PlannerInfo *root)
{
	while (root->parent_root != NULL)
		root = root->parent_root;
	return root->parse->commandType == CMD_INSERT;
}

/* A path that scans the items instead of what another path does; it checks these clauses. */
static Path *
item_path(RelOptInfo *rel, double rows, Cost cost, List *clauses)
{
	CustomPath *path = makeNode(CustomPath);

	path->path.pathtype = T_CustomScan;
	path->path.parent = rel;
	path->path.pathtarget = rel->reltarget;
	path->path.rows = rows;
	path->path.total_cost = cost;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_private = clauses;
	path->methods = &path_methods;
	return &path->path;
}

/* The planner has found out how to scan a relation. */
static void
item_rel_pathlist(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	if (other_rel_pathlist != NULL)
		other_rel_pathlist(root, rel, rti, rte);
	if (is_items(rte) && is_insert(root) && !plain_path_has(PLAIN_LIVENESS) && rel->pathlist != NIL && rel->lateral_relids == NULL)
	{
		const Path *other = linitial(rel->pathlist);

		rel->pathlist = list_make1(item_path(rel, other->rows, other->total_cost, NIL));
	}
}

/* Is it a column of such a relation? */
static bool
is_column(const Node *node, const RelOptInfo *rel, AttrNumber column)
{
	const Var  *var = (const Var *) node;

	return IsA(node, Var) && var->varno == rel->relid && var->varattno == column && var->varlevelsup == 0;
}

/* Is it "place of the row = place of the item's target"? */
static bool
is_place_clause(const RestrictInfo *restriction, const RelOptInfo *items, AttrNumber place, const RelOptInfo *target)
{
	const OpExpr *equal = (const OpExpr *) restriction->clause;
	const Node *left;
	const Node *right;

	if (!IsA(equal, OpExpr) || equal->opno != TIDEqualOperator)
		return false;
	left = linitial(equal->args);
	right = lsecond(equal->args);
	return (is_column(left, target, SelfItemPointerAttributeNumber) && is_column(right, items, place)) ||
		(is_column(right, target, SelfItemPointerAttributeNumber) && is_column(left, items, place));
}

/* Can the scan give all columns? Of the target no whole row, and no system column but its place. */
static bool
gives_columns(const List *exprs, const RelOptInfo *target)
{
	ListCell   *cell;

	foreach(cell, pull_var_clause((Node *) exprs, PVC_INCLUDE_PLACEHOLDERS))
	{
		const Var  *var = lfirst(cell);

		if (!IsA(var, Var) || IS_SPECIAL_VARNO(var->varno) ||
			(var->varno == target->relid && var->varattno <= 0 && var->varattno != SelfItemPointerAttributeNumber))
			return false;
	}
	return true;
}

/* Takes the clause about places out of those of a join; false: there is none, or it is not alone with what the scan can check. */
static bool
take_place_clause(const PlannerInfo *root, const RelOptInfo *items, const RelOptInfo *target, List **clauses)
{
	AttrNumber	place = column_of_name(planner_rt_fetch(items->relid, root), PLACE_COLUMN);
	bool		found = false;
	List	   *rest = NIL;
	ListCell   *cell;

	foreach(cell, *clauses)
	{
		RestrictInfo *restriction = lfirst(cell);

		if (place > 0 && is_place_clause(restriction, items, place, target))
			found = true;
		else if (!restriction->pseudoconstant && gives_columns(list_make1(restriction->clause), target))
			rest = lappend(rest, restriction);
		else
			return false;
	}
	*clauses = rest;
	return found;
}

/* Are these two the items, and the table that is written? */
static bool
are_items_and_target(const PlannerInfo *root, const RelOptInfo *items, const RelOptInfo *target)
{
	if (items->reloptkind != RELOPT_BASEREL || target->reloptkind != RELOPT_BASEREL ||
		target->relid != root->parse->resultRelation || !is_items(planner_rt_fetch(items->relid, root)))
		return false;

	/*
	 * a table below it has rows in the same places; and what policies say is
	 * to be asked before other conditions, which the scan takes as they come
	 */
	return !planner_rt_fetch(target->relid, root)->inh && root->qual_security_level == 0;
}

/* The planner looks how to join two relations. */
static void
item_join_pathlist(PlannerInfo *root, RelOptInfo *joined, RelOptInfo *items, RelOptInfo *target, JoinType type, JoinPathExtraData *extra)
{
	List	   *clauses;

	if (other_join_pathlist != NULL)
		other_join_pathlist(root, joined, items, target, type, extra);
	if (type != JOIN_INNER || joined->lateral_relids != NULL || !are_items_and_target(root, items, target) ||
		!gives_columns(joined->reltarget->exprs, target))
		return;
	clauses = list_concat_copy(items->baserestrictinfo, target->baserestrictinfo);
	clauses = list_concat(clauses, extra->restrictlist);
	if (!take_place_clause(root, items, target, &clauses))
		return;

	/*
	 * it costs less than anything: that an item has one target the planner
	 * does not know
	 */
	joined->pathlist = list_make1(item_path(joined, items->rows, 0, clauses));
}

/* Makes the plan of a path. */
static Plan *
plan_items(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *plans)
{
	CustomScan *scan = makeNode(CustomScan);
	List	   *quals = extract_actual_clauses(list_concat_copy(clauses, path->custom_private), false);
	List	   *read = list_concat_copy(rel->reltarget->exprs, quals);

	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = quals;
	scan->flags = path->flags;
	scan->custom_scan_tlist = add_to_flat_tlist(NIL, pull_var_clause((Node *) read, PVC_RECURSE_PLACEHOLDERS));
	scan->methods = &scan_methods;
	return &scan->scan.plan;
}

/* The relation of the items that the query sees. */
static const ItemsRelation *
items_of_query(const EState *estate)
{
	const ItemsRelation *relation = (const ItemsRelation *) get_ENR(estate->es_queryEnv, ITEMS_RELATION);

	if (relation == NULL)
		elog(ERROR, "there is no relation of items");
	return relation;
}

/* Says what a column is. */
static ScanColumn
scan_column(const ItemsRelation *items, const RangeTblEntry *rte, const Var *var)
{
	int			nslots = list_length(items->slots);
	ScanColumn	column = {.source = FROM_NOWHERE, .number = var->varattno};

	if (rte->rtekind == RTE_RELATION)
		column.source = var->varattno > 0 ? FROM_TARGET : FROM_PLACE;
	else if (var->varattno > nslots)
		column.source = var->varattno == nslots + 1 ? FROM_NUMBER : FROM_PLACE;
	else if (var->varattno > 0)
	{
		column.source = FROM_SLOT;
		column.number = list_nth_int(items->slots, var->varattno - 1);
	}
	return column;
}

/* Opens the table of the targets. */
static void
open_target(ItemScan *scan, EState *estate, Oid table)
{
	scan->target = table_open(table, NoLock);
	scan->blocks = RelationGetNumberOfBlocks(scan->target);
	scan->row = ExecInitExtraTupleSlot(estate, RelationGetDescr(scan->target), table_slot_callbacks(scan->target));
}

static void
begin_item_scan(CustomScanState *node, EState *estate, int eflags)
{
	ItemScan   *scan = (ItemScan *) node;
	const CustomScan *plan = (const CustomScan *) node->ss.ps.plan;
	const ItemsRelation *items = items_of_query(estate);
	ListCell   *cell;

	scan->set = items->set;
	scan->columns = palloc(sizeof(ScanColumn) * Max(list_length(plan->custom_scan_tlist), 1));
	foreach(cell, plan->custom_scan_tlist)
	{
		const Var  *var = castNode(Var, ((TargetEntry *) lfirst(cell))->expr);
		const RangeTblEntry *rte = exec_rt_fetch(var->varno, estate);

		scan->columns[foreach_current_index(cell)] = scan_column(items, rte, var);
		if (rte->rtekind == RTE_RELATION && scan->target == NULL)
			open_target(scan, estate, rte->relid);
	}
}

bool
item_place_read(Relation table, BlockNumber blocks, ItemPointer place, Snapshot snapshot, TupleTableSlot *row)
{
	return ItemPointerGetBlockNumber(place) < blocks && table_tuple_fetch_row_version(table, place, snapshot, row);
}

/* Reads the row of an item's target, if one is wanted; is it there? */
static bool
read_target(ItemScan *scan, int item)
{
	return scan->target == NULL ||
		item_place_read(scan->target, scan->blocks, &scan->set->places[item], scan->state.ss.ps.state->es_snapshot, scan->row);
}

/* Puts the columns of an item into the slot of the scan. */
static void
fill_slot(const ItemScan *scan, int item, TupleTableSlot *slot)
{
	const ParamExternData *values = scan->set->items[item].params->params;

	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		const ScanColumn *column = &scan->columns[i];

		slot->tts_isnull[i] = false;
		switch (column->source)
		{
			case FROM_SLOT:
				slot->tts_values[i] = values[column->number].value;
				slot->tts_isnull[i] = values[column->number].isnull;
				break;
			case FROM_NUMBER:
				slot->tts_values[i] = Int32GetDatum(item);
				break;
			case FROM_PLACE:
				slot->tts_values[i] = PointerGetDatum(&scan->set->places[item]);
				break;
			case FROM_TARGET:
				slot->tts_values[i] = slot_getattr(scan->row, column->number, &slot->tts_isnull[i]);
				break;
			case FROM_NOWHERE:
				slot->tts_values[i] = (Datum) 0;
				slot->tts_isnull[i] = true;
				break;
		}
	}
}

/* Goes on to the next item whose target is there. */
static TupleTableSlot *
next_item(ScanState *node)
{
	ItemScan   *scan = (ItemScan *) node;
	TupleTableSlot *slot = node->ss_ScanTupleSlot;

	ExecClearTuple(slot);
	while (scan->next < scan->set->nactive)
	{
		int			item = scan->set->active[scan->next++];

		if (!read_target(scan, item))
			continue;
		fill_slot(scan, item, slot);
		return ExecStoreVirtualTuple(slot);
	}
	return slot;
}

/* Nobody else changes what is read here. */
static bool
recheck_item(ScanState *node, TupleTableSlot *slot)
{
	elog(ERROR, "a target that was locked has been changed");
	return false;				/* keep compiler quiet */
}

static TupleTableSlot *
exec_item_scan(CustomScanState *node)
{
	return ExecScan(&node->ss, next_item, recheck_item);
}

static void
end_item_scan(CustomScanState *node)
{
	const ItemScan *scan = (const ItemScan *) node;

	if (scan->target != NULL)
		table_close(scan->target, NoLock);
}

static void
rescan_items(CustomScanState *node)
{
	((ItemScan *) node)->next = 0;
	ExecScanReScan(&node->ss);
}

static const CustomExecMethods exec_methods = {
	.CustomName = SCAN_NAME,
	.BeginCustomScan = begin_item_scan,
	.ExecCustomScan = exec_item_scan,
	.EndCustomScan = end_item_scan,
	.ReScanCustomScan = rescan_items
};

static Node *
create_item_scan(CustomScan *scan)
{
	ItemScan   *state = palloc0(sizeof(ItemScan));

	NodeSetTag(state, T_CustomScanState);
	state->state.methods = &exec_methods;
	return (Node *) state;
}

/* Does it, or what is below it, read rows of the relation, or something that is not known? */
static bool
may_read_rows(const Plan *plan)
{
	if (plan == NULL)
		return false;
	switch (nodeTag(plan))
	{
		case T_CustomScan:
			return ((const CustomScan *) plan)->methods != &scan_methods;
		case T_ModifyTable:
		case T_Result:
		case T_ProjectSet:
			return may_read_rows(plan->lefttree);
		case T_SubqueryScan:
			return may_read_rows(((const SubqueryScan *) plan)->subplan);
		default:
			return true;
	}
}

bool
item_scan_is_all(SPIPlanPtr plan)
{
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);
	bool		is_all = cached != NULL && list_length(cached->stmt_list) == 1;

	if (is_all)
	{
		const PlannedStmt *planned = linitial(cached->stmt_list);

		is_all = planned->planTree != NULL && !may_read_rows(planned->planTree);
	}
	if (cached != NULL)
		ReleaseCachedPlan(cached, NULL);
	return is_all;
}

void
item_scan_init(void)
{
	other_rel_pathlist = set_rel_pathlist_hook;
	set_rel_pathlist_hook = item_rel_pathlist;
	other_join_pathlist = set_join_pathlist_hook;
	set_join_pathlist_hook = item_join_pathlist;
	RegisterCustomScanMethods(&scan_methods);
}
