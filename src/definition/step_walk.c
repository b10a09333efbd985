/*
 * step_walk.c
 *		Goes through the steps of a definition, those below others too.
 */
#include "postgres.h"

#include "definition/step_walk.h"
#include "miscadmin.h"

void
steps_visit(const List *steps, StepVisitor visit, void *arg)
{
	ListCell   *cell;
	ListCell   *branch;

	check_stack_depth();
	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!visit(step, arg))
			continue;
		foreach(branch, step->branches)
			steps_visit(((const Branch *) lfirst(branch))->steps, visit, arg);
	}
}
