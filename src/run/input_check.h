/*
 * input_check.h
 *		Looks whether inputs are keys of rows, and among their options.
 */
#ifndef CA_RUN_INPUT_CHECK_H
#define CA_RUN_INPUT_CHECK_H

#include "postgres.h"

#include "program/input_check.h"
#include "run/frame.h"

/* Looks at one; its others must have their values. */
extern void input_check(Frame *frame, const InputCheck *check);

/* Looks at all inputs that something is asked of; raises 23503 or 22023. */
extern void inputs_check(Frame *frame);

/* Looks at those that have been changed since. */
extern void changed_inputs_check(Frame *frame);

/* The options of an input, an array; NULL: none. In the frame's per-step memory. */
extern Datum input_options(Frame *frame, const InputCheck *check, bool *isnull);

#endif
