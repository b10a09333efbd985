/*
 * constant_tree.c
 *		Trees that can be evaluated while an action is checked.
 *
 * Nothing but constants and PostgreSQL's own immutable functions is evaluated, in
 * the sandbox; so no code of a user's runs.
 */
#include "postgres.h"

#include "access/transam.h"
#include "base/error.h"
#include "base/sandbox.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_collate.h"
#include "program/constant_tree.h"
#include "utils/lsyscache.h"

/* Is this a function that must not be evaluated here? */
static bool
function_is_unsafe(Oid function, void *context)
{
	return function >= FirstUnpinnedObjectId || func_volatile(function) != PROVOLATILE_IMMUTABLE;
}

/*
 * Does a tree hold anything but constants and PostgreSQL's own immutable functions?
 * context: may it hold Params?
 */
static bool
unsafe_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return context == NULL;
	switch (nodeTag(node))
	{
		case T_Const:
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
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ArrayExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
			break;
		default:
			return true;
	}
	return check_functions_in_node(node, function_is_unsafe, NULL) ||
		expression_tree_walker(node, unsafe_walker, context);
}

bool
tree_is_constant(Node *tree)
{
	return !unsafe_walker(tree, NULL);
}

bool
tree_is_transparent(Node *tree)
{
	bool		params = true;

	return !unsafe_walker(tree, &params);
}

/* Computes a tree in the sandbox. */
static void
evaluate_inside(void *arg)
{
	TreeValue  *evaluation = arg;
	EState	   *estate = CreateExecutorState();
	ExprContext *econtext = GetPerTupleExprContext(estate);
	ExprState  *state = ExecPrepareExpr((Expr *) evaluation->tree, estate);

	evaluation->value = ExecEvalExpr(state, econtext, &evaluation->isnull);
	if (!evaluation->isnull && exprType(evaluation->tree) == BOOLOID)
		evaluation->value = BoolGetDatum(DatumGetBool(evaluation->value));
	else
		evaluation->value = (Datum) 0;
	FreeExecutorState(estate);
}

static void
evaluate_guarded(void *arg)
{
	sandbox_call(evaluate_inside, arg);
}

ErrorData *
tree_evaluate(Node *tree, TreeValue *value)
{
	value->tree = tree;
	value->isnull = true;
	return caught_trial(evaluate_guarded, value);
}

Node *
tree_with_collations(Node *tree)
{
	Node	   *copy = copyObject(tree);

	assign_expr_collations(NULL, copy);
	return copy;
}

/* Computes what can be, in the sandbox. */
static void
simplify_inside(void *arg)
{
	Node	  **tree = arg;

	*tree = eval_const_expressions(NULL, *tree);
}

static void
simplify_guarded(void *arg)
{
	sandbox_call(simplify_inside, arg);
}

Node *
tree_simplified(Node *tree)
{
	Node	   *result = tree;

	return caught_trial(simplify_guarded, &result) == NULL ? result : tree;
}

/* Clauses on trial. */
typedef struct Refutation
{
	List	   *known;
	List	   *clauses;
	bool		refuted;
} Refutation;

/* Asks the planner's prover, which compares constants by their operators. */
static void
refute_inside(void *arg)
{
	Refutation *refutation = arg;

	refutation->refuted = predicate_refuted_by(refutation->clauses, refutation->known, false);
}

static void
refute_guarded(void *arg)
{
	sandbox_call(refute_inside, arg);
}

bool
trees_refute(List *known, List *clauses)
{
	Refutation	refutation = {.known = known, .clauses = clauses};

	return caught_trial(refute_guarded, &refutation) == NULL && refutation.refuted;
}
