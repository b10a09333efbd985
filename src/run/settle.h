/*
 * settle.h
 *		What holds of inputs and outputs once they have their values.
 */
#ifndef CA_SETTLE_H
#define CA_SETTLE_H

#include "postgres.h"

#include "run/frame.h"

/* An input, or an output, has got another value; what else is asked of inputs is looked at later (input_check.h). */
extern void settle_input(Frame *frame, int input);
extern void settle_output(Frame *frame, int output);

/* All inputs have got theirs. */
extern void settle_inputs(Frame *frame);

/* Computes the defaults of outputs that nothing has set. */
extern void settle_missing_outputs(Frame *frame);

/* Refuses to end without a value that the action promises. */
extern void require_outputs(Frame *frame);

/* Forgets the object of a row that a plug-in has changed. */
extern void forget_recorded_input(Frame *frame, int input);

#endif
