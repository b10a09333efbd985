/*
 * settle.c
 *		What holds of inputs and outputs once they have their values: type modifiers,
 *		defaults, that something is there.
 */
#include "postgres.h"

#include "run/evaluate.h"
#include "run/secrets.h"
#include "run/settle.h"

/* Applies a type modifier to what a slot holds. */
static void
apply_cast(Frame *frame, Expression *cast, int slot)
{
	bool		isnull;
	Datum		value;

	if (cast == NULL || frame_isnull(frame, slot))
		return;
	value = expression_evaluate(frame, cast, &isnull);
	frame_set(frame, slot, value, isnull);
}

/* An input has its value. */
static inline void
settle_value(Frame *frame, int input)
{
	Program    *program = frame->program;
	const Argument *argument = &program->signature->inputs[input];

	apply_cast(frame, program->input_casts[input], program->input_slots[input]);
	if (program->sensitive)
		secrets_learn_input(frame, input);
	if (argument->required && frame_isnull(frame, program->input_slots[input]))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("input \"%s\" of action \"%s\" must not be null", argument->name, program->action),
				 frame_errdetail(frame),
				 argument->column ? errhint("It says which row the action works on.") :
				 errhint("An input that may be null is declared with \"required\": false.")));
}

void
settle_input(Frame *frame, int input)
{
	MemoryContext old;

	settle_value(frame, input);
	if (frame->program->input_checks == NIL)
		return;
	old = MemoryContextSwitchTo(frame->mcxt);
	frame->inputs_changed = bms_add_member(frame->inputs_changed, input);
	MemoryContextSwitchTo(old);
}

void
forget_recorded_input(Frame *frame, int input)
{
	if (frame->remembered_inputs != NULL)
		frame->remembered_inputs[input] = NULL;
}

void
settle_output(Frame *frame, int output)
{
	MemoryContext old = MemoryContextSwitchTo(frame->mcxt);

	frame->outputs_set = bms_add_member(frame->outputs_set, output);
	MemoryContextSwitchTo(old);
	apply_cast(frame, frame->program->output_casts[output], frame->program->output_slots[output]);
	if (frame->program->sensitive)
		secrets_learn_output(frame, output);
}

void
settle_inputs(Frame *frame)
{
	for (int i = 0; i < frame->program->signature->ninputs; i++)
		settle_value(frame, i);
}

void
settle_missing_outputs(Frame *frame)
{
	Program    *program = frame->program;

	for (int i = 0; i < program->signature->noutputs; i++)
	{
		int			slot = program->output_slots[i];
		Expression *initial = program->output_defaults[i];
		bool		isnull;

		if (initial != NULL && !bms_is_member(i, frame->outputs_set))
		{
			Datum		value = expression_evaluate(frame, initial, &isnull);

			frame_set(frame, slot, value, isnull);
			if (program->sensitive)
				secrets_learn_output(frame, i);
		}
	}
}

void
require_outputs(Frame *frame)
{
	Program    *program = frame->program;

	for (int i = 0; i < program->signature->noutputs; i++)
	{
		int			slot = program->output_slots[i];

		if (program->signature->outputs[i].parameter->required_given &&
			program->signature->outputs[i].required && frame_isnull(frame, slot))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("output \"%s\" of action \"%s\" is required, but has no value",
							program->signature->outputs[i].name, program->action),
					 frame_errdetail(frame),
					 errhint("Set it in an output step, or give it a \"default\".")));
	}
}
