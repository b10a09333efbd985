/*
 * group.c
 *		group: a heading over several steps. The names of its steps are visible
 *		after it.
 */
#include "postgres.h"

#include "compiler.h"
#include "execute.h"
#include "steps.h"

static const ArgumentSpec arguments[] = {
	{"do", ARGUMENT_STEPS, true},
	{NULL}
};

typedef struct StepGroup
{
	Instruction **steps;
	int			nsteps;
} StepGroup;

static void
group_compile(Compiler *compiler, Instruction *instruction)
{
	StepGroup	   *group = palloc0(sizeof(StepGroup));
	ListCell   *cell;

	foreach(cell, compiler->step->branches)
	{
		Branch	   *branch = lfirst(cell);

		if (strcmp(branch->key, "do") == 0)
			group->steps = compiler_steps(compiler, branch->steps, &group->nsteps);
	}
	instruction->data = group;
}

static void
group_execute(Frame *frame, Instruction *instruction)
{
	StepGroup	   *group = instruction->data;

	steps_execute(frame, group->steps, group->nsteps);
}

static void
group_describe(StringInfo out, const Step *step)
{
	if (step->subject != NULL && step->subject->text != NULL)
		appendStringInfoString(out, step->subject->text);
	else
		appendStringInfoString(out, "StepGroup");
}

const StepKind group_kind = {
	.name = "group",
	.subject = SUBJECT_TITLE,
	.arguments = arguments,
	.compile = group_compile,
	.execute = group_execute,
	.describe = group_describe
};
