/*
 * precondition.c
 *		What must hold before an action does anything.
 *
 * All of it lives with the program. A step with on_error refuses nothing by itself:
 * the walk ends there.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "run/frame.h"
#include "steps/precondition.h"

/* Adds one, under the guards of the place. */
static Precondition *
add_new(Preconditions *preconditions, Instruction *step)
{
	Precondition *precondition = palloc0(sizeof(Precondition));

	precondition->step = step;
	precondition->guards = list_copy(preconditions->guards);
	preconditions->list = lappend(preconditions->list, precondition);
	return precondition;
}

void
preconditions_add(Preconditions *preconditions, Instruction *step, Expression *condition,
				  void (*refuse) (Frame *frame, Instruction *step))
{
	Precondition *precondition = add_new(preconditions, step);

	precondition->asks = condition != NULL ? ASKS_CONDITION : ASKS_IN_VAIN;
	precondition->condition = condition;
	precondition->reads = condition != NULL ? condition->scope->slots : NULL;
	precondition->unsteady = condition != NULL && condition->unsteady;
	precondition->run = refuse;
}

Precondition *
preconditions_add_asked(Preconditions *preconditions, Instruction *step, const Bitmapset *reads,
						void (*require) (Frame *frame, Instruction *step))
{
	Precondition *precondition = add_new(preconditions, step);

	precondition->asks = ASKS_ITSELF;
	precondition->reads = reads;
	precondition->run = require;
	return precondition;
}

void
preconditions_add_computed(Preconditions *preconditions, Instruction *step,
						   const Bitmapset *reads, const Bitmapset *sets, bool unsteady)
{
	Precondition *precondition = add_new(preconditions, step);

	precondition->asks = ASKS_NOTHING;
	precondition->reads = reads;
	precondition->sets = sets;
	precondition->unsteady = unsteady;
	precondition->run = step->execute;
}

const Fork *
preconditions_fork(Preconditions *preconditions, Expression *condition)
{
	Fork	   *fork = palloc(sizeof(Fork));

	fork->number = preconditions->nforks++;
	fork->condition = condition;
	return fork;
}

void
preconditions_enter(Preconditions *preconditions, const Fork *fork, bool truth)
{
	Guard	   *guard = palloc(sizeof(Guard));

	guard->fork = fork;
	guard->truth = truth;
	preconditions->guards = lappend(preconditions->guards, guard);
}

void
preconditions_leave(Preconditions *preconditions)
{
	preconditions->guards = list_delete_last(preconditions->guards);
}

bool
preconditions_of_branch(Preconditions *preconditions, const Fork *fork, bool truth, const StepList *list)
{
	bool		all;

	preconditions_enter(preconditions, fork, truth);
	all = preconditions_of_steps(preconditions, list);
	preconditions_leave(preconditions);
	return all;
}

/* Those of one step; false: what comes after is not known. */
static bool
of_step(Preconditions *preconditions, Instruction *step)
{
	bool		all;

	if (step->on_error != NULL || step->kind == NULL || step->kind->preconditions == NULL)
		return false;
	if (step->when != NULL)
		preconditions_enter(preconditions, preconditions_fork(preconditions, step->when), true);
	all = step->kind->preconditions(preconditions, step);
	if (step->when != NULL)
		preconditions_leave(preconditions);
	return all;
}

bool
preconditions_of_steps(Preconditions *preconditions, const StepList *list)
{
	check_stack_depth();
	for (int i = 0; i < list->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!of_step(preconditions, list->steps[i]))
			return false;
	}
	return true;
}

const Preconditions *
program_preconditions(Program *program)
{
	if (program->preconditions == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(program->mcxt);
		Preconditions *preconditions = palloc0(sizeof(Preconditions));

		(void) preconditions_of_steps(preconditions, &program->steps);
		program->preconditions = preconditions;
		MemoryContextSwitchTo(old);
	}
	return program->preconditions;
}
