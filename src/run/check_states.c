/*
 * check_states.c
 *		The states of tables' CHECK constraints, kept from one statement to the next.
 *
 * A statement that writes a row has PostgreSQL read the table's checks from their
 * texts, plan them and make their states, each time anew: where it writes one row, as
 * most steps do, that takes more than all else it does to the row. So the states are
 * kept, and lent to the statements that run inside of actions, as soon as a second one
 * writes the table. PostgreSQL finds them where it would have put its own, and makes
 * those only if it finds none.
 *
 * Only states that last are kept (state_life.c): they call no code of users', so that no
 * two statements are in the midst of the same one. And only of checks that cannot fail
 * to be planned, since PostgreSQL plans them when the first row comes, and that may be
 * never: planning computes what has no column in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/simple_type.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "run/check_states.h"
#include "run/kept.h"
#include "run/state_life.h"
#include "utils/fmgroids.h"

/* The checks of one table. */
typedef struct TableChecks
{
	Oid			relation;		/* the key */
	bool		looked;			/* a second statement has come */
	ExprState **states;			/* in the order of the checks; NULL if they are not kept */
} TableChecks;

static Kept kept_checks = {.name = "checks", .entry_size = sizeof(TableChecks)};

/* Is it the cast of a whole number that none of them fails? */
static bool
is_widening(const Node *node)
{
	if (!IsA(node, FuncExpr))
		return false;
	switch (((const FuncExpr *) node)->funcid)
	{
		case F_FLOAT8_INT2:
		case F_FLOAT8_INT4:
		case F_FLOAT8_INT8:
			return true;
		default:
			return cast_is_widening(((const FuncExpr *) node)->funcid);
	}
}

/* Would planning compute a value that it might not find? */
static bool
planning_may_fail_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Const:
		case T_Var:
		case T_List:
		case T_ArrayExpr:
		case T_ArrayCoerceExpr:
		case T_RelabelType:
		case T_CaseTestExpr:
			break;
		default:
			if (!contain_var_clause(node) && !is_widening(node))
				return true;
	}
	return expression_tree_walker(node, planning_may_fail_walker, context);
}

/* Can the state of a check be kept? */
static bool
check_lasts(Node *check)
{
	return !planning_may_fail_walker(check, NULL) && state_life(check) == LIFE_LASTING;
}

/* Makes the states of a table's checks; NULL if one of them cannot be kept. */
static ExprState **
make_states(Relation relation)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;
	MemoryContext old = MemoryContextSwitchTo(kept_checks.mcxt);
	ExprState **states = palloc0(sizeof(ExprState *) * constraints->num_check);

	for (int i = 0; i < constraints->num_check; i++)
	{
		Node	   *check;

		if (!check_is_enforced(&constraints->check[i]))
			continue;
		check = stringToNode(constraints->check[i].ccbin);
		if (!check_lasts(check))
		{
			states = NULL;
			break;
		}
		states[i] = ExecInitExpr(expression_planner((Expr *) check), NULL);
	}
	MemoryContextSwitchTo(old);
	return states;
}

/* The states of a table's checks; NULL if there are none. */
static ExprState **
states_of_table(Relation relation)
{
	bool		known;
	TableChecks *checks = kept_entry(&kept_checks, RelationGetRelid(relation), &known);

	if (!known)					/* the first statement that writes it */
		return NULL;
	if (!checks->looked)
	{
		checks->states = make_states(relation);
		checks->looked = true;
	}
	return checks->states;
}

void
check_states_lend(ResultRelInfo *table)
{
	Relation	relation = table->ri_RelationDesc;
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	if (constraints != NULL && constraints->num_check > 0 && !has_virtual_columns(relation) &&
		kept_is_current(&kept_checks))
		table->ri_CheckConstraintExprs = states_of_table(relation);
}
