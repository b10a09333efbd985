/*
 * flat.c
 *		What an action asks for, as one expression over the columns of its target.
 *
 * Whose expression it is makes no difference then: only PostgreSQL's own functions
 * are in it, of which nobody has granted or revoked the right to call them, so that
 * everybody may; and of those none whose answer depends on the user, on the catalogs,
 * or on settings that the action's function sets.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "available/flat.h"
#include "available/testing.h"
#include "base/simple_type.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "lookup/function_settings.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "program/names.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* What is "near" of now: some years in each of an interval's parts */
#define NEAR_YEARS		INT64CONST(1000)
#define DAYS_OF_YEAR	365

/* One tree on its way. */
typedef struct Flattening
{
	Program    *program;
	Oid			table;
	FlatKind	kind;
	bool		reads_settings; /* such as the time zone */
} Flattening;

/* Does a function that is not marked as leakproof never raise an error? */
static bool
never_raises(Oid function)
{
	switch (function)
	{
		case F_NOW:
		case F_TRANSACTION_TIMESTAMP:
		case F_NUMERIC_EQ:
		case F_NUMERIC_NE:
		case F_NUMERIC_LT:
		case F_NUMERIC_LE:
		case F_NUMERIC_GT:
		case F_NUMERIC_GE:
		case F_ENUM_EQ:
		case F_ENUM_NE:
		case F_TEXTCAT:
		case F_JSONB_OBJECT_FIELD_TEXT:
		case F_JSONB_EXISTS:
		case F_JSONB_CONTAINS:
		case F_JSONB_EQ:
		case F_JSONB_NE:
			return true;
		default:
			return get_func_leakproof(function);
	}
}

/* Is this a type of the calendar or the clock? */
static bool
type_is_time(Oid type)
{
	switch (type)
	{
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case INTERVALOID:
			return true;
		default:
			return false;
	}
}

/* Is this a type whose values are no more than bytes? */
static bool
flat_type_is_plain(Oid type)
{
	return type_is_simple(type) || type_is_time(type) || type == FLOAT4OID || type == FLOAT8OID ||
		type == BYTEAOID || type == UUIDOID || type == JSONBOID;
}

/* Do all arguments and the result have plain types? Is one of them a time? */
static bool
has_plain_types(const Form_pg_proc procedure, bool *time)
{
	*time = type_is_time(procedure->prorettype);
	if (!flat_type_is_plain(procedure->prorettype))
		return false;
	for (int i = 0; i < procedure->pronargs; i++)
	{
		if (!flat_type_is_plain(procedure->proargtypes.values[i]))
			return false;
		*time = *time || type_is_time(procedure->proargtypes.values[i]);
	}
	return true;
}

/* For check_functions_in_node(): notes what calling a function means; true ends the walk. */
static bool
note_flat_function(Oid function, void *context)
{
	Flattening *flattening = context;
	HeapTuple	tuple;
	Form_pg_proc procedure;
	bool		time = false;
	bool		everybodys;
	bool		pure;

	if (function >= FirstUnpinnedObjectId)
		return true;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return true;
	procedure = (Form_pg_proc) GETSTRUCT(tuple);
	everybodys = heap_attisnull(tuple, Anum_pg_proc_proacl, NULL);
	pure = procedure->prolang == INTERNALlanguageId && !procedure->proretset &&
		has_plain_types(procedure, &time) &&
		(procedure->provolatile == PROVOLATILE_IMMUTABLE || (procedure->provolatile == PROVOLATILE_STABLE && time));
	flattening->reads_settings |= procedure->provolatile == PROVOLATILE_STABLE &&
		function != F_NOW && function != F_TRANSACTION_TIMESTAMP;
	if (procedure->provolatile != PROVOLATILE_VOLATILE && never_raises(function))
		pure = true;
	else
		flattening->kind = FLAT_PURE;
	ReleaseSysCache(tuple);
	return !pure || !everybodys;
}

/* Is this the time at which the transaction began? */
static bool
is_now(const Node *node)
{
	return (IsA(node, FuncExpr) && (((const FuncExpr *) node)->funcid == F_NOW ||
									((const FuncExpr *) node)->funcid == F_TRANSACTION_TIMESTAMP)) ||
		(IsA(node, SQLValueFunction) && ((const SQLValueFunction *) node)->op == SVFOP_CURRENT_TIMESTAMP);
}

/* Is a number of units, positive or negative, at most that many? */
static bool
is_at_most(int64 units, int64 most)
{
	return units <= most && units >= -most;
}

/* Is this an interval by which now is never moved out of range? */
static bool
is_near(const Node *node)
{
	const Const *constant = (const Const *) node;
	const Interval *span;

	if (!IsA(node, Const))
		return false;
	if (constant->constisnull)
		return true;
	span = DatumGetIntervalP(constant->constvalue);
	return is_at_most(span->month, NEAR_YEARS * MONTHS_PER_YEAR) &&
		is_at_most(span->day, NEAR_YEARS * DAYS_OF_YEAR) &&
		is_at_most(span->time, NEAR_YEARS * DAYS_OF_YEAR * USECS_PER_DAY);
}

/* Is this some time before or after now? That is never out of range. */
static bool
is_about_now(const Node *node)
{
	const OpExpr *operation = (const OpExpr *) node;

	if (!IsA(node, OpExpr) || list_length(operation->args) != 2)
		return false;
	return (get_opcode(operation->opno) == F_TIMESTAMPTZ_PL_INTERVAL ||
			get_opcode(operation->opno) == F_TIMESTAMPTZ_MI_INTERVAL) &&
		is_now(linitial(operation->args)) && is_near(lsecond(operation->args));
}

/* Are values compared, or the like, of which it is not known by what collation? Some functions complain of that. */
static bool
lacks_collation(Node *node)
{
	ListCell   *cell;
	List	   *args = IsA(node, FuncExpr) ? ((FuncExpr *) node)->args :
		IsA(node, ScalarArrayOpExpr) ? ((ScalarArrayOpExpr *) node)->args :
		IsA(node, OpExpr) || IsA(node, DistinctExpr) || IsA(node, NullIfExpr) ? ((OpExpr *) node)->args : NIL;

	foreach(cell, args)
	{
		if (!OidIsValid(exprInputCollation(node)) && type_is_collatable(exprType(lfirst(cell))))
			return true;
	}
	return false;
}

/* Is a node one that a flat tree may hold? Its functions are another matter. */
static bool
node_is_flat(Node *node, Flattening *flattening)
{
	switch (nodeTag(node))
	{
		case T_Const:
		case T_Var:
		case T_Param:
		case T_List:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_FuncExpr:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
			return true;
		case T_ArrayExpr:
			if (((ArrayExpr *) node)->multidims)
				flattening->kind = FLAT_PURE;	/* the parts may not fit together */
			return true;
		case T_CoerceViaIO:
			if (type_is_simple(exprType((Node *) ((CoerceViaIO *) node)->arg)) &&
				((CoerceViaIO *) node)->resulttype == TEXTOID)
				return true;
			flattening->kind = FLAT_PURE;
			return type_is_simple(exprType((Node *) ((CoerceViaIO *) node)->arg)) &&
				type_is_simple(((CoerceViaIO *) node)->resulttype);
		case T_SQLValueFunction:
			flattening->reads_settings = true;
			return type_is_time(((SQLValueFunction *) node)->type);
		default:
			return false;
	}
}

/* Is there something in a tree that is not flat? Notes what there is. */
static bool
not_flat_walker(Node *node, Flattening *flattening)
{
	if (node == NULL)
		return false;
	if (is_about_now(node))
	{
		flattening->reads_settings = true;	/* days depend on the time zone */
		return false;
	}
	if (lacks_collation(node))
		flattening->kind = FLAT_PURE;
	if (!node_is_flat(node, flattening) ||
		(!IsA(node, CoerceViaIO) && check_functions_in_node(node, note_flat_function, flattening)))
		return true;
	return expression_tree_walker(node, not_flat_walker, flattening);
}

/* The column of the target that a slot holds, or NULL. */
static const RowColumn *
column_of_slot(const Program *program, int slot)
{
	ListCell   *cell;

	foreach(cell, program->target->columns)
	{
		const RowColumn *column = lfirst(cell);

		if (column->slot == slot && column->name != NULL)
			return column;
	}
	return NULL;
}

/* The place in the row of the column that a slot holds; 0: of none, or of another type. */
static AttrNumber
attnum_of_slot(const Flattening *flattening, int slot)
{
	const RowColumn *column = column_of_slot(flattening->program, slot);
	AttrNumber	attnum = column != NULL ? get_attnum(flattening->table, column->name) : InvalidAttrNumber;

	return attnum > 0 && get_atttype(flattening->table, attnum) == flattening->program->slots[slot].type ?
		attnum : InvalidAttrNumber;
}

/* Are all these slots columns of the row? */
static bool
slots_are_columns(const Flattening *flattening, const Bitmapset *slots)
{
	int			slot = -1;

	while ((slot = bms_next_member(slots, slot)) >= 0)
		if (attnum_of_slot(flattening, slot) == InvalidAttrNumber)
			return false;
	return true;
}

/* Params of slots become columns of the row. */
static Node *
columns_mutator(Node *node, Flattening *flattening)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Param))
	{
		const Param *param = (const Param *) node;
		const Slot *slot = &flattening->program->slots[param->paramid - 1];

		return (Node *) makeVar(1, attnum_of_slot(flattening, param->paramid - 1), slot->type, slot->typmod,
								param->paramcollid, 0);
	}
	return expression_tree_mutator(node, columns_mutator, flattening);
}

/* "... IS TRUE", or its contrary. */
static Node *
tree_is_true(Node *tree, bool truth)
{
	BooleanTest *test = makeNode(BooleanTest);

	if (truth && (IsA(tree, NullTest) || IsA(tree, BooleanTest)))
		return tree;			/* never NULL */
	test->arg = (Expr *) tree;
	test->booltesttype = truth ? IS_TRUE : IS_NOT_TRUE;
	test->location = -1;
	return (Node *) test;
}

/* A condition over the columns; NULL: it is not flat. */
static Node *
flat_tree(Flattening *flattening, const Expression *condition)
{
	if (condition->tree == NULL || not_flat_walker(condition->tree, flattening) ||
		!slots_are_columns(flattening, condition->scope->slots))
		return NULL;
	return columns_mutator(condition->tree, flattening);
}

/* What a step asks for, over the columns; NULL: it is not flat. */
static Node *
flat_condition(Flattening *flattening, const Precondition *precondition)
{
	Node	   *tree;

	switch (precondition->asks)
	{
		case ASKS_CONDITION:
			return flat_tree(flattening, precondition->condition);
		case ASKS_IN_VAIN:
			return makeBoolConst(false, false);
		case ASKS_ITSELF:
			if (precondition->tree == NULL)
				return NULL;
			tree = precondition->tree(flattening->program, precondition->step, flattening->table);
			return tree == NULL || not_flat_walker(tree, flattening) ? NULL : tree;
		case ASKS_NOTHING:
			break;
	}
	return NULL;
}

/* What one precondition asks for: that one of its guards is not so, or its condition is true; NULL: it is not flat. */
static Node *
flat_precondition(Flattening *flattening, const Precondition *precondition)
{
	Node	   *condition = flat_condition(flattening, precondition);
	List	   *ways = NIL;
	ListCell   *cell;

	if (condition == NULL)
		return NULL;
	foreach(cell, precondition->guards)
	{
		const Guard *guard = lfirst(cell);
		Node	   *tree = flat_tree(flattening, guard->fork->condition);

		if (tree == NULL)
			return NULL;
		ways = lappend(ways, tree_is_true(tree, !guard->truth));
	}
	return ways == NIL ? condition : (Node *) makeBoolExpr(OR_EXPR, lappend(ways, condition), -1);
}

/* Is it left out, since what it depends on is not known? */
static bool
is_left_out(const Precondition *precondition, const Bitmapset *unknown)
{
	ListCell   *cell;

	if (precondition->unsteady || bms_overlap(precondition->reads, unknown))
		return true;
	foreach(cell, precondition->guards)
	{
		const Expression *condition = ((const Guard *) lfirst(cell))->fork->condition;

		if (condition->unsteady || bms_overlap(condition->scope->slots, unknown))
			return true;
	}
	return false;
}

/* Does the function of an action set anything but the search_path, which a tree does not read any more? */
static bool
sets_more_than_path(const Program *program)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(program->function));
	FunctionSettings *settings;
	bool		more = false;

	if (!HeapTupleIsValid(tuple))
		return true;
	settings = function_settings_read(tuple);
	ReleaseSysCache(tuple);
	for (int i = 0; settings != NULL && i < settings->count; i++)
		more = more || strcmp(settings->items[i].name, "search_path") != 0;
	return more;
}

Flat *
flat_of_program(Program *program, Oid table)
{
	Flattening	flattening = {program, table, FLAT_SAFE, false};
	Flat	   *flat = palloc0(sizeof(Flat));
	Bitmapset  *unknown = testing_unknown_slots(program);
	List	   *clauses = NIL;
	ListCell   *cell;

	foreach(cell, program_preconditions(program)->list)
	{
		const Precondition *precondition = lfirst(cell);
		Node	   *clause;

		if (precondition->asks != ASKS_NOTHING && is_left_out(precondition, unknown))
			continue;
		clause = flat_precondition(&flattening, precondition);
		if (clause == NULL)
			return flat;
		clauses = lappend(clauses, clause);
	}
	if (flattening.reads_settings && sets_more_than_path(program))
		return flat;
	flat->kind = flattening.kind;
	flat->tree = clauses == NIL ? makeBoolConst(true, false) :
		tree_is_true((Node *) make_ands_explicit(clauses), true);
	return flat;
}

/* What puts other things in the place of columns. */
typedef struct Replacing
{
	Node	   *(*column) (AttrNumber attnum, void *arg);
	void	   *arg;
} Replacing;

/* Puts what stands for columns into a copy of the tree. */
static Node *
replace_mutator(Node *node, Replacing *replacing)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
		return replacing->column(((const Var *) node)->varattno, replacing->arg);
	return expression_tree_mutator(node, replace_mutator, replacing);
}

Node *
flat_with_columns(const Flat *flat, Node *(*column) (AttrNumber attnum, void *arg), void *arg)
{
	Replacing	replacing = {column, arg};

	return replace_mutator(flat->tree, &replacing);
}
