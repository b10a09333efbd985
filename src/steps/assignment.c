/*
 * assignment.c
 *		Compiles and runs the assignments of let and output.
 */
#include "postgres.h"

#include "run/evaluate.h"
#include "run/frame.h"
#include "steps/assignment.h"
#include "utils/datum.h"

typedef struct Assignments
{
	int			count;
	Assignment	items[FLEXIBLE_ARRAY_MEMBER];
} Assignments;

void
assignment_compile(Compiler *compiler, Instruction *instruction,
				   AssignmentCompiler compile_one, AssignmentDeclarer declare_one)
{
	const Json *values = compiler->step->subject;
	Assignments *assignments = palloc0(offsetof(Assignments, items) +
									   values->count * sizeof(Assignment));

	assignments->count = values->count;
	for (int i = 0; i < values->count; i++)
	{
		assignments->items[i].output = -1;
		compile_one(compiler, &assignments->items[i], values->keys[i], values->items[i]);
	}
	for (int i = 0; declare_one != NULL && i < values->count; i++)
		declare_one(compiler, &assignments->items[i], values->keys[i]);
	instruction->data = assignments;
}

void
assignment_execute(Frame *frame, Instruction *instruction)
{
	const Assignments *assignments = instruction->data;
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	NullableDatum *values = palloc(assignments->count * sizeof(NullableDatum));

	for (int i = 0; i < assignments->count; i++)
	{
		const Expression *expression = assignments->items[i].expression;

		values[i].value = expression_evaluate(frame, assignments->items[i].expression,
											  &values[i].isnull);
		/* it may point into a slot that is set below */
		if (!values[i].isnull && assignments->count > 1)
			values[i].value = datumCopy(values[i].value, expression->byval, expression->length);
	}
	MemoryContextSwitchTo(frame->mcxt);
	for (int i = 0; i < assignments->count; i++)
	{
		const Assignment *assignment = &assignments->items[i];

		frame_set(frame, assignment->slot, values[i].value, values[i].isnull);
		if (assignment->output >= 0)
			frame->outputs_set = bms_add_member(frame->outputs_set, assignment->output);
	}
	MemoryContextSwitchTo(old);
}
