/*
 * group.c
 *		group: a heading over several steps. The names of its steps are visible
 *		after it.
 */
#include "postgres.h"

#include "document/outline.h"
#include "run/frame.h"
#include "steps/many.h"
#include "steps/precondition.h"
#include "steps/step_list.h"
#include "steps/steps.h"

static const ArgumentSpec group_arguments[] = {
	{"do", ARGUMENT_STEPS, true,
	.meaning = "the steps of the group"},
	{NULL}
};

static void
group_compile(Compiler *compiler, Instruction *instruction)
{
	StepList   *list = palloc(sizeof(StepList));

	*list = branch_compile(compiler, "do", false);
	instruction->data = list;
}

static void
group_execute(Frame *frame, Instruction *instruction)
{
	steps_execute(frame, instruction->data);
}

static bool
group_fits_many(ManyShape *shape, const Instruction *instruction)
{
	return steps_fit_many(shape, instruction->data);
}

static void
group_execute_many(ItemSet *set, Instruction *instruction)
{
	steps_execute_many(set, instruction->data);
}

static bool
group_preconditions(Preconditions *preconditions, Instruction *instruction)
{
	return preconditions_of_steps(preconditions, instruction->data);
}

static void
group_describe(Outline *outline, const Step *step)
{
	outline_say(outline, "GROUP");
	if (step->subject != NULL && step->subject->text != NULL)
		outline_say(outline, " %s", step->subject->text);
}

const StepKind group_kind = {
	.name = "group",
	.meaning = "puts steps together under a title",
	.example = "{\"group\": \"Tell the customer\", \"do\": [], \"on_error\": []}",
	.subject = SUBJECT_TITLE,
	.arguments = group_arguments,
	.runs_one_list = true,
	.compile = group_compile,
	.execute = group_execute,
	.fits_many = group_fits_many,
	.execute_many = group_execute_many,
	.preconditions = group_preconditions,
	.describe = group_describe
};
