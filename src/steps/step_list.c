/*
 * step_list.c
 *		Compiles and runs lists of steps below a step.
 */
#include "postgres.h"

#include "run/execute.h"
#include "steps/step_list.h"

StepList
steps_compile(Compiler *compiler, const List *steps, bool conditional)
{
	StepList	list;

	compiler->conditional += conditional;
	list.steps = compiler_steps(compiler, steps, &list.count);
	compiler->conditional -= conditional;
	return list;
}

StepList
branch_compile(Compiler *compiler, const char *key, bool conditional)
{
	StepList	none = {NULL, 0};
	ListCell   *cell;

	foreach(cell, compiler->step->branches)
	{
		const Branch *branch = lfirst(cell);

		if (strcmp(branch->key, key) == 0)
			return steps_compile(compiler, branch->steps, conditional);
	}
	return none;
}

void
branch_execute(Frame *frame, const StepList *list)
{
	steps_execute(frame, list->steps, list->count);
}
