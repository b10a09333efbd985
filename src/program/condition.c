/*
 * condition.c
 *		What can be said of conditions without running them.
 *
 * A condition is never true because its constants say so, because two of its
 * parts contradict each other, or because of what is known where it stands. The
 * proofs are PostgreSQL's own (predtest.c), of its own immutable operators only.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "program/condition.h"
#include "program/constant_tree.h"

/* The truth of a constant tree. */
static Truth
constant_truth(Node *tree)
{
	TreeValue	value = {0};

	if (tree_evaluate(tree_with_collations(tree), &value) != NULL)
		return TRUTH_OPEN;
	return !value.isnull && DatumGetBool(value.value) ? TRUTH_ALWAYS : TRUTH_NEVER;
}

static Truth tree_truth(Node *tree);

/* The truth of AND, of which one part decides if it is never true; and of OR, the other way round. */
static Truth
joined_truth(const BoolExpr *expression)
{
	Truth		decides = expression->boolop == AND_EXPR ? TRUTH_NEVER : TRUTH_ALWAYS;
	bool		open = false;
	ListCell   *cell;

	foreach(cell, expression->args)
	{
		Truth		truth = tree_truth(lfirst(cell));

		if (truth == decides)
			return decides;
		open = open || truth == TRUTH_OPEN;
	}
	if (open)
		return TRUTH_OPEN;
	return decides == TRUTH_NEVER ? TRUTH_ALWAYS : TRUTH_NEVER;
}

/* The truth of a tree, as far as constants tell. */
static Truth
tree_truth(Node *tree)
{
	const BoolExpr *expression = (const BoolExpr *) tree;

	check_stack_depth();
	if (exprType(tree) != BOOLOID)
		return TRUTH_OPEN;
	if (tree_is_constant(tree))
		return constant_truth(tree);
	return IsA(tree, BoolExpr) && expression->boolop != NOT_EXPR ? joined_truth(expression) : TRUTH_OPEN;
}

/* Do the parts of a condition contradict each other? */
static bool
contradicts_itself(Node *tree)
{
	List	   *clauses = make_ands_implicit((Expr *) tree);
	ListCell   *cell;

	foreach(cell, clauses)
	{
		List	   *others = list_copy_tail(clauses, foreach_current_index(cell) + 1);

		CHECK_FOR_INTERRUPTS();
		if (others != NIL && trees_refute(list_make1(lfirst(cell)), others))
			return true;
	}
	return false;
}

/* For condition_note(): Params of a scope that numbers its own become those of the slots. */
static Node *
slots_mutator(Node *node, Scope *scope)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Param) && scope->numbered)
	{
		Param	   *param = copyObject((Param *) node);

		param->paramid = list_nth_int(scope->parameters, param->paramid - 1) + 1;
		return (Node *) param;
	}
	return expression_tree_mutator(node, slots_mutator, scope);
}

void
condition_note(Scope *scope, const Formula *formula, Node *tree)
{
	Findings   *findings = scope->findings;
	MemoryContext old = MemoryContextSwitchTo(findings->sink->mcxt);
	Condition  *condition = palloc0(sizeof(Condition));

	condition->location = pstrdup(formula->location);
	condition->truth = tree_truth(tree);
	if (condition->truth == TRUTH_OPEN && tree_is_transparent(tree))
	{
		condition->tree = tree_simplified(tree_with_collations(slots_mutator(tree, scope)));
		if (contradicts_itself(condition->tree))
			condition->truth = TRUTH_NEVER;
	}
	findings->conditions = lappend(findings->conditions, condition);
	MemoryContextSwitchTo(old);
}

/* For qsort(): by place. */
static int
place_compare(const void *a, const void *b)
{
	return strcmp((*(const Condition *const *) a)->location, (*(const Condition *const *) b)->location);
}

const Condition **
conditions_by_place(const Findings *findings)
{
	const Condition **conditions = palloc(sizeof(Condition *) * Max(list_length(findings->conditions), 1));
	ListCell   *cell;

	foreach(cell, findings->conditions)
		conditions[foreach_current_index(cell)] = lfirst(cell);
	qsort(conditions, list_length(findings->conditions), sizeof(Condition *), place_compare);
	return conditions;
}

const Condition *
condition_at(const Condition **conditions, int count, const char *location)
{
	Condition	sought = {.location = unconstify(char *, location)};
	const Condition *key = &sought;
	const Condition **found = bsearch(&key, conditions, count, sizeof(Condition *), place_compare);

	return found == NULL ? NULL : *found;
}

bool
condition_is_excluded(const Condition *condition, const List *are_true, const List *are_not)
{
	List	   *clauses;
	ListCell   *cell;

	if (condition == NULL || condition->tree == NULL)
		return false;
	foreach(cell, are_not)
	{
		if (equal(((const Condition *) lfirst(cell))->tree, condition->tree))
			return true;
	}
	clauses = make_ands_implicit((Expr *) condition->tree);
	foreach(cell, are_true)
	{
		if (trees_refute(make_ands_implicit((Expr *) ((const Condition *) lfirst(cell))->tree), clauses))
			return true;
	}
	return false;
}
