/*
 * evaluate.c
 *		Evaluates the expressions of a program: plain ones by the executor's
 *		expression machinery, those with a sub-SELECT through SPI.
 *
 * The planned tree belongs to the program and tracks invalidation; its state
 * belongs to the frame.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "run/evaluate.h"
#include "run/statement_run.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

void
expression_plan(Frame *frame, Expression *expression)
{
	Program    *program = frame->program;

	if (expression->cached != NULL && program->use_count == 1)
		FreeCachedExpression(expression->cached);
	else if (expression->cached != NULL)
	{
		/* another frame's state may still be made from it */
		MemoryContext old = MemoryContextSwitchTo(program->mcxt);

		program->retired = lappend(program->retired, expression->cached);
		MemoryContextSwitchTo(old);
	}
	expression->cached = NULL;
	expression->cached = GetCachedExpression(expression->tree);
	expression->generation++;
}

/* The state of a plain expression in this frame. */
static ExprState *
expression_state(Frame *frame, Expression *expression)
{
	ExpressionState *entry = &frame->states[expression->number];

	if (expression->cached == NULL || !expression->cached->is_valid)
		expression_plan(frame, expression);
	if (entry->state == NULL || entry->generation != expression->generation)
	{
		MemoryContext old = MemoryContextSwitchTo(frame->states_mcxt);

		entry->state = ExecInitExprWithParams((Expr *) expression->cached->expr, frame->params);
		entry->generation = expression->generation;
		MemoryContextSwitchTo(old);
	}
	return entry->state;
}

/* Shows the formula in the CONTEXT of an error. */
static void
expression_error_callback(void *arg)
{
	const Value *value = ((Expression *) arg)->value;

	if (value->formula != NULL)
		errcontext("formula \"%s\"", value->formula->text);
}

Datum
state_evaluate(Frame *frame, ExprState *state, bool snapshot, bool *isnull)
{
	Datum		value;

	if (snapshot)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	value = ExecEvalExprSwitchContext(state, frame->econtext, isnull);
	if (snapshot)
		PopActiveSnapshot();
	return value;
}

/* Evaluates a plain expression; mutable ones see what earlier steps did. */
static inline Datum
plain_evaluate(Frame *frame, Expression *expression, bool *isnull)
{
	return state_evaluate(frame, expression_state(frame, expression), expression->mutable && !frame->read_only,
						  isnull);
}

/* Is it nothing but what a slot holds? */
static inline bool
is_slot(const Expression *expression)
{
	return expression->plain && IsA(expression->tree, Param);
}

/* What the slot holds. */
static inline Datum
slot_evaluate(const Frame *frame, const Expression *expression, bool *isnull)
{
	int			slot = ((const Param *) expression->tree)->paramid - 1;

	*isnull = frame_isnull(frame, slot);
	return frame_value(frame, slot);
}

Datum
expression_evaluate(Frame *frame, Expression *expression, bool *isnull)
{
	ErrorContextCallback callback;
	Datum		value;

	if (is_slot(expression))
		return slot_evaluate(frame, expression, isnull);
	callback.callback = expression_error_callback;
	callback.arg = expression;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	if (expression->plain)
		value = plain_evaluate(frame, expression, isnull);
	else
	{
		MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);

		value = statement_scalar(frame, expression->query, expression->type, isnull);
		MemoryContextSwitchTo(old);
	}
	error_context_stack = callback.previous;
	return value;
}

bool
condition_is_true(Frame *frame, Expression *expression)
{
	bool		isnull;
	Datum		value = expression_evaluate(frame, expression, &isnull);

	return !isnull && DatumGetBool(value);
}

char *
text_evaluate(Frame *frame, Expression *expression)
{
	bool		isnull;
	Datum		value = expression_evaluate(frame, expression, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}
