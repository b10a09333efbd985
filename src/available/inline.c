/*
 * inline.c
 *		Puts the conditions of an action in the place of a call of action_available(),
 *		while a query is planned.
 *
 * For a list of rows there is nothing left to call then, and the planner may use an
 * index. This is done where both are known: an action by a constant, a row as the
 * row of a table or view; and only if no error can come of it, since an error there
 * would be the query's. What may change without making the plan invalid, who may
 * invoke the action, is asked when the query runs (may_begin); everything else is in
 * the rows of pg_proc of the action and of the functions in its conditions, which the
 * plan depends on.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/transam.h"
#include "access/xact.h"
#include "available/flat.h"
#include "available/row_test.h"
#include "base/compat.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/function_lookup.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(custom_action_available_support);

/* Are there rows that an outer join may have made up? Their columns are NULL, and so is the row. */
static bool
may_be_made_up(const PlannerInfo *root, const Var *row)
{
#if PG_VERSION_NUM >= 160000
	return row->varnullingrels != NULL;
#else
	ListCell   *cell;

	foreach(cell, root->parse->rtable)
	{
		const RangeTblEntry *entry = lfirst(cell);

		if (entry->rtekind == RTE_JOIN && IS_OUTER_JOIN(entry->jointype))
			return true;
	}
	return false;
#endif
}

/* Is this the row as the statement will leave it, or has left it behind? */
static bool
is_of_returning(const Var *row)
{
#if PG_VERSION_NUM >= 180000
	return row->varreturningtype != VAR_RETURNING_DEFAULT;
#else
	return false;
#endif
}

/* Is this the whole row of a table or view of the query? */
static bool
is_row_of_table(const PlannerInfo *root, const Node *node)
{
	const Var  *row = (const Var *) node;
	const RangeTblEntry *entry;

	if (!IsA(node, Var) || row->varattno != InvalidAttrNumber || row->varlevelsup > 0 ||
		may_be_made_up(root, row) || is_of_returning(row))
		return false;
	entry = rt_fetch(row->varno, root->parse->rtable);
	return entry->rtekind == RTE_SUBQUERY ||
		(entry->rtekind == RTE_RELATION && entry->relkind != RELKIND_COMPOSITE_TYPE);
}

/* Is this such a row, taken apart? Then its parts must be the same whenever they are asked for. */
static bool
is_row_of_parts(const Node *node)
{
	const RowExpr *row = (const RowExpr *) node;

	return IsA(node, RowExpr) && row->row_typeid != RECORDOID &&
		!contain_volatile_functions((Node *) row->args) && !contain_subplans((Node *) row->args);
}

/* Is a column computed when it is read? By then the planner has dealt with those that it has seen. */
static bool
is_virtual(Oid table, AttrNumber attnum)
{
#if PG_VERSION_NUM >= 180000
	return get_attgenerated(table, attnum) == ATTRIBUTE_GENERATED_VIRTUAL;
#else
	return false;
#endif
}

/* Where the columns of the tree are found. */
typedef struct RowSource
{
	Node	   *row;
	Oid			table;			/* of its type */
	bool		missing;		/* one of them was not found */
} RowSource;

/* A column of the row of a table. */
static Node *
column_of_table(const RowSource *source, AttrNumber attnum)
{
	Var		   *column = copyObject((Var *) source->row);

	column->varattno = attnum;
	if (column->varattnosyn == InvalidAttrNumber)
		column->varattnosyn = attnum;
	get_atttypetypmodcoll(source->table, attnum, &column->vartype, &column->vartypmod, &column->varcollid);
	return (Node *) column;
}

/* For flat_with_columns() */
static Node *
column_of_row(AttrNumber attnum, void *arg)
{
	RowSource  *source = arg;

	if (IsA(source->row, RowExpr) && attnum <= list_length(((RowExpr *) source->row)->args))
		return copyObject(list_nth(((RowExpr *) source->row)->args, attnum - 1));
	if (!IsA(source->row, Var) || is_virtual(source->table, attnum))
	{
		source->missing = true;
		return makeBoolConst(false, true);
	}
	return column_of_table(source, attnum);
}

/* The question that is left for when the query runs; NULL: the user may not ask it. */
static Node *
may_begin(Oid action)
{
	Oid			types[] = {REGPROCEDUREOID};
	Oid			function = own_function("may_begin", buildoidvector(types, lengthof(types)));
	Const	   *argument = makeConst(REGPROCEDUREOID, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(action), false, true);

	if (object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) != ACLCHECK_OK)
		return NULL;
	return (Node *) makeFuncExpr(function, BOOLOID, list_make1(argument), InvalidOid, InvalidOid,
								 COERCE_EXPLICIT_CALL);
}

/* For check_functions_in_node(): makes the plan depend on a function, be it one of PostgreSQL's, whose rights may change, too. */
static bool
depend_on_function(Oid function, void *context)
{
	PlannerInfo *root = context;
	PlanInvalItem *item = makeNode(PlanInvalItem);

	item->cacheId = PROCOID;
	item->hashValue = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(function));
	root->glob->invalItems = lappend(root->glob->invalItems, item);
	return false;
}

/* Makes the plan depend on all functions of an expression. */
static bool
depend_on_functions(Node *node, void *context)
{
	if (node == NULL)
		return false;
	(void) check_functions_in_node(node, depend_on_function, context);
	return expression_tree_walker(node, depend_on_functions, context);
}

/* What stands for the call, or NULL. */
static Node *
conditions_for_call(PlannerInfo *root, const FuncExpr *call)
{
	const Const *name = linitial(call->args);
	RowSource	source = {.row = lsecond(call->args)};
	Oid			action;
	ErrorData  *error;
	Flat	   *flat;
	Node	   *question;
	Node	   *conditions;

	if (!IsA(name, Const) || name->constisnull || name->consttype != TEXTOID ||
		!(is_row_of_table(root, source.row) || is_row_of_parts(source.row)))
		return NULL;
	source.table = get_typ_typrelid(exprType(source.row));
	flat = row_test_flat(TextDatumGetCString(name->constvalue), exprType(source.row), &action, &error);
	if (flat == NULL || flat->kind != FLAT_SAFE)
		return NULL;
	question = may_begin(action);
	conditions = flat_with_columns(flat, column_of_row, &source);
	if (question == NULL || source.missing)
		return NULL;
	(void) depend_on_function(action, root);
	(void) depend_on_functions(conditions, root);

	/*
	 * the question comes last: it is the same for all rows, and the dearer of
	 * the two
	 */
	return eval_const_expressions(root, (Node *) make_andclause(list_make2(conditions, question)));
}

/* The planner's support function of action_available(). */
Datum
custom_action_available_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestSimplify *simplify = (SupportRequestSimplify *) request;

	if (!IsA(request, SupportRequestSimplify) || simplify->root == NULL ||
		list_length(simplify->fcall->args) != 2 || IsInParallelMode() || IsParallelWorker())
		PG_RETURN_POINTER(NULL);
	PG_RETURN_POINTER(conditions_for_call(simplify->root, simplify->fcall));
}
