/*
 * evaluate.h
 *		Evaluates the expressions of a program.
 */
#ifndef CA_EVALUATE_H
#define CA_EVALUATE_H

#include "postgres.h"

#include "run/frame.h"

/* Plans an expression, or plans it anew after its tree, or something that it depends on, has changed. */
extern void expression_plan(Frame *frame, Expression *expression);

/* Evaluates under a snapshot that shows what has been done so far, or under the one that there is. */
extern Datum state_evaluate(Frame *frame, ExprState *state, bool snapshot, bool *isnull);

/* Evaluates in the frame's per-step memory; the result is valid until the next step. */
extern Datum expression_evaluate(Frame *frame, Expression *expression, bool *isnull);
extern bool condition_is_true(Frame *frame, Expression *expression);
extern char *text_evaluate(Frame *frame, Expression *expression);	/* NULL for NULL */

#endif
