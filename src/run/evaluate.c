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
#include "run/code_changes.h"
#include "run/evaluate.h"
#include "run/state_life.h"
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
	expression->life = state_life(expression->cached->expr);
	expression->has_checks = state_has_checks(expression->cached->expr);
}

/* Makes the state of a plain expression: where it lives, says how long. */
static void
begin_state(Frame *frame, const Expression *expression, ExpressionState *entry)
{
	bool		lasts = expression->life != LIFE_TRANSACTION;
	MemoryContext old;

	old = MemoryContextSwitchTo(frame_states_context(frame, lasts));
	entry->state = ExecInitExprWithParams((Expr *) expression->cached->expr, frame->params);
	entry->generation = expression->generation;
	entry->lasts = lasts;
	entry->code = code_changes;
	entry->told = frame_transactions;
	entry->user = expression->life == LIFE_LASTING ? InvalidOid : GetUserId();
	frame->user_bound |= lasts && OidIsValid(entry->user);
	MemoryContextSwitchTo(old);
}

/*
 * Does a state stand for what the expression has become, and for who asks? If there is
 * one that does not, all of the frame are forgotten, for there is hardly ever only one;
 * none of them is being evaluated.
 */
static bool
state_holds(Frame *frame, const Expression *expression)
{
	const ExpressionState *entry = &frame->states[expression->number];

	if (unlikely(frame->rights != rights_changes))
		frame_forget_states(frame);
	if (entry->state == NULL)
		return false;
	if (likely(entry->generation == expression->generation &&
			   (!OidIsValid(entry->user) || entry->user == GetUserId()) &&
			   (!expression->has_checks || entry->code == code_changes)))
		return true;
	frame_forget_states(frame);
	return false;
}

/* The state of a plain expression in this frame. */
static ExprState *
expression_state(Frame *frame, Expression *expression)
{
	ExpressionState *entry = &frame->states[expression->number];

	if (expression->cached == NULL || !expression->cached->is_valid)
		expression_plan(frame, expression);
	if (!state_holds(frame, expression))
		begin_state(frame, expression, entry);
	else if (unlikely(frame->overseen) && entry->told != frame_transactions)
	{
		state_tell_overseers(expression->cached->expr);
		entry->told = frame_transactions;
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
