/*
 * named_values.c
 *		Compiles and runs the values of let and output.
 */
#include "postgres.h"

#include "compile/taint.h"
#include "program/deed.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "run/secrets.h"
#include "steps/named_values.h"
#include "steps/precondition.h"
#include "utils/datum.h"

typedef struct NamedValues
{
	int			count;
	NamedValue	items[FLEXIBLE_ARRAY_MEMBER];
} NamedValues;

void
named_values_compile(Compiler *compiler, Instruction *instruction,
					 NamedValueCompiler compile_one, NamedValueDeclarer declare_one)
{
	const Json *values = compiler->step->subject;
	NamedValues *named_values = palloc0(offsetof(NamedValues, items) +
										values->count * sizeof(NamedValue));

	named_values->count = values->count;
	for (int i = 0; i < values->count; i++)
	{
		named_values->items[i].output = -1;
		compile_one(compiler, &named_values->items[i], values->keys[i], values->items[i]);
	}
	for (int i = 0; declare_one != NULL && i < values->count; i++)
		declare_one(compiler, &named_values->items[i], values->keys[i]);
	for (int i = 0; i < values->count; i++)
	{
		taint_flow(compiler, named_values->items[i].expression, named_values->items[i].slot);
		deed_note_flow(compiler->program, named_values->items[i].expression, named_values->items[i].slot);
	}
	instruction->data = named_values;
}

void
named_values_execute(Frame *frame, Instruction *instruction)
{
	const NamedValues *named_values = instruction->data;
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	NullableDatum one;
	NullableDatum *values = &one;

	/* memory that nobody has used is not reset, either */
	if (named_values->count != 1)
		values = palloc(named_values->count * sizeof(NullableDatum));
	for (int i = 0; i < named_values->count; i++)
	{
		const Expression *expression = named_values->items[i].expression;

		values[i].value = expression_evaluate(frame, named_values->items[i].expression,
											  &values[i].isnull);
		/* it may point into a slot that is set below */
		if (!values[i].isnull && named_values->count > 1)
			values[i].value = datumCopy(values[i].value, expression->byval, expression->length);
	}
	MemoryContextSwitchTo(frame->mcxt);
	for (int i = 0; i < named_values->count; i++)
	{
		const NamedValue *named = &named_values->items[i];

		frame_set(frame, named->slot, values[i].value, values[i].isnull);
		if (named->output < 0)
			continue;
		frame->outputs_set = bms_add_member(frame->outputs_set, named->output);
		if (frame->program->sensitive)
			secrets_learn_output(frame, named->output);
	}
	MemoryContextSwitchTo(old);
}

bool
named_values_preconditions(Preconditions *preconditions, Instruction *instruction)
{
	const NamedValues *named_values = instruction->data;
	Bitmapset  *reads = NULL;
	Bitmapset  *sets = NULL;
	bool		unsteady = false;

	for (int i = 0; i < named_values->count; i++)
	{
		const NamedValue *named = &named_values->items[i];

		reads = bms_add_members(reads, named->expression->scope->slots);
		sets = bms_add_member(sets, named->slot);
		unsteady |= named->expression->unsteady;
	}
	preconditions_add_computed(preconditions, instruction, reads, sets, unsteady);
	return true;
}
