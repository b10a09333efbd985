/*
 * statement_expression.c
 *		Runs SELECT f(...) as an expression: without an executor of its own.
 *
 * The statement is what a call step means, for all who read, check and explain the
 * action, and it runs when the step first does. What it selects, as analysed, is
 * evaluated from then on, as long as PostgreSQL takes the statement's plan for good:
 * whatever has it analysed again has it run again. What a statement is in the eyes of
 * the function stays: it is a command with a snapshot, between others; errors name
 * it. The right to execute is asked for when the state of an expression is made. A
 * statement would ask each time, so the state is made anew whenever anything has
 * changed that could give another answer, or the user is another one.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "program/sub_select.h"
#include "run/budget.h"
#include "run/code_changes.h"
#include "run/evaluate.h"
#include "run/statement_expression.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

typedef struct StatementExpression
{
	Expression	expression;
	MemoryContext mcxt;			/* of its tree; NULL: there never was one */
	const CachedPlanSource *source; /* the statement that it was taken from; NULL: it has to be
									 * taken anew */
	bool		looks;			/* something in it may look at tables: it needs a snapshot */
} StatementExpression;

int			statements_watched = 0;

void
statement_allow_expression(Statement *statement)
{
	StatementExpression *as = palloc0(sizeof(StatementExpression));

	as->expression.number = statement->scope->program->nexpressions++;
	statement->as_expression = as;
}

void
statement_free_expression(Statement *statement)
{
	StatementExpression *as = statement->as_expression;

	if (as == NULL)
		return;
	if (as->expression.cached != NULL)
		FreeCachedExpression(as->expression.cached);
	as->expression.cached = NULL;
	as->source = NULL;
}

/* Shows the statement in the CONTEXT of an error, as where it runs as one. */
static void
statement_error_callback(void *arg)
{
	const StatementExpression *as = arg;

	if (as->source != NULL)
		errcontext("SQL statement \"%s\"", as->source->query_string);
}

/* Copies a tree, its parameters numbered by slots. */
static Node *
by_slots_mutator(Node *node, void *context)
{
	const List *parameters = context;

	if (node == NULL)
		return NULL;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXTERN)
	{
		Param	   *param = copyObject((Param *) node);

		param->paramid = list_nth_int(parameters, param->paramid - 1) + 1;
		return (Node *) param;
	}
	return expression_tree_mutator(node, by_slots_mutator, context);
}

/* What a query selects, if it is no more than SELECT and one expression without sub-SELECTs; else NULL. */
static Node *
selected_expression(const CachedPlanSource *source)
{
	const Query *query = list_length(source->query_list) == 1 ? linitial_node(Query, source->query_list) : NULL;

	if (query == NULL || !query_is_bare(query) || query->hasSubLinks)
		return NULL;
	return (Node *) linitial_node(TargetEntry, query->targetList)->expr;
}

/* Is a function one of a user's that is declared immutable? */
static bool
is_users_immutable_checker(Oid function, void *context)
{
	return function >= FirstUnpinnedObjectId && func_volatile(function) == PROVOLATILE_IMMUTABLE;
}

/* Does a tree hold a parameter? */
static bool
param_walker(Node *node, void *context)
{
	return node != NULL && (IsA(node, Param) || expression_tree_walker(node, param_walker, context));
}

/*
 * Does planning run code of a user's, which declares that it always gives the same?
 * It is not to be planned once more than the statement: the code may tell of its runs.
 */
static bool
folds_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, is_users_immutable_checker, NULL) && !param_walker(node, NULL))
		return true;
	return expression_tree_walker(node, folds_walker, context);
}

/* Plans the expression. */
static void
plan_expression(Frame *frame, StatementExpression *as)
{
	expression_plan(frame, &as->expression);
	/* the check of a domain may look at tables */
	as->looks = contain_mutable_functions(as->expression.cached->expr) || as->expression.has_checks;
}

/* Takes the expression from the statement's plan, which has just run. */
static void
take_expression(Frame *frame, Statement *statement)
{
	StatementExpression *as = statement->as_expression;
	const CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(statement->plan));
	Node	   *selected = source->is_valid ? selected_expression(source) : NULL;
	MemoryContext old;

	if (selected == NULL || folds_walker(selected, NULL))
		return;
	if (as->mcxt == NULL)
		as->mcxt = AllocSetContextCreate(frame->program->mcxt, "custom action called", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(as->mcxt);
	old = MemoryContextSwitchTo(as->mcxt);
	as->expression.tree = by_slots_mutator(selected, statement->scope->parameters);
	MemoryContextSwitchTo(old);
	plan_expression(frame, as);
	as->source = source;
}

/* Makes the state of an expression anew. */
static void
make_state(Frame *frame, const Expression *expression, ExpressionState *entry)
{
	MemoryContext old;

	entry->state = NULL;
	entry->changes = catalog_changes;
	entry->code = code_changes;
	entry->user = GetUserId();
	entry->tracked = pgstat_track_functions;
	entry->generation = expression->generation;
	if (entry->mcxt == NULL)
		entry->mcxt = AllocSetContextCreate(frame_states_context(frame, false), "custom action call", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(entry->mcxt);
	old = MemoryContextSwitchTo(entry->mcxt);
	entry->state = ExecInitExprWithParams((Expr *) expression->cached->expr, frame->params);
	MemoryContextSwitchTo(old);
}

/* The state of the expression: one that a statement would begin with now. */
static ExprState *
state_for_now(Frame *frame, StatementExpression *as)
{
	const Expression *expression = &as->expression;
	ExpressionState *entry = &frame->states[expression->number];

	if (unlikely(!expression->cached->is_valid))
		plan_expression(frame, as);
	if (entry->state == NULL || entry->generation != expression->generation ||
		entry->changes != catalog_changes || entry->code != code_changes || entry->user != GetUserId() ||
		entry->tracked != pgstat_track_functions)
		make_state(frame, expression, entry);
	return entry->state;
}

/* Evaluates it as the command that it stands for. */
static Datum
evaluate_command(Frame *frame, StatementExpression *as, bool *isnull)
{
	ExprState  *state = state_for_now(frame, as);
	bool		snapshot = as->looks && !frame->read_only;
	Datum		value = state_evaluate(frame, state, snapshot, isnull);

	if (snapshot)
		CommandCounterIncrement();
	return value;
}

/* Runs it as a statement, and looks what it is. */
static void
run_statement(Frame *frame, Statement *statement)
{
	StatementExpression *as = statement->as_expression;

	if (as != NULL)
		as->source = NULL;
	statement_execute(frame, statement);
	if (as != NULL && statements_watched == 0)
		take_expression(frame, statement);
}

void
statement_evaluate(Frame *frame, Statement *statement)
{
	StatementExpression *as = statement->as_expression;
	ErrorContextCallback callback;
	Datum		value;
	bool		isnull;

	if (as == NULL || as->source == NULL || !as->source->is_valid || unlikely(statements_watched > 0))
	{
		run_statement(frame, statement);
		return;
	}
	callback.callback = statement_error_callback;
	callback.arg = as;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	value = evaluate_command(frame, as, &isnull);
	error_context_stack = callback.previous;
	budget_count(frame, 0);
	statement_land_value(frame, statement, value, isnull);
}
