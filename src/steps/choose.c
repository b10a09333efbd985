/*
 * choose.c
 *		choose: runs the steps of the first case whose condition is true.
 */
#include "postgres.h"

#include "document/outline.h"
#include "miscadmin.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "steps/many.h"
#include "steps/precondition.h"
#include "steps/step_list.h"
#include "steps/steps.h"

static const ArgumentSpec choose_arguments[] = {
	{"cases", ARGUMENT_CASES, true,
	.meaning = "conditions, each with its steps; the first that holds counts"},
	{"else", ARGUMENT_STEPS,
	.meaning = "steps that run if no case holds"},
	{NULL}
};

typedef struct Case
{
	Expression *when;
	StepList	steps;
} Case;

typedef struct Choose
{
	Case	   *cases;
	int			ncases;
	StepList	otherwise;
} Choose;

static void
choose_compile(Compiler *compiler, Instruction *instruction)
{
	Choose	   *data = palloc0(sizeof(Choose));
	ListCell   *cell;

	data->cases = palloc(sizeof(Case) * Max(list_length(compiler->step->branches), 1));
	foreach(cell, compiler->step->branches)
	{
		const Branch *branch = lfirst(cell);
		Case	   *one = &data->cases[data->ncases];

		if (strcmp(branch->key, BRANCH_CASE) != 0)
			continue;
		one->when = compiler_condition(compiler, branch->when,
									   compiler_location(compiler, psprintf("case %d.when", ++data->ncases)));
		one->steps = steps_compile_conditional(compiler, branch->steps);
	}
	data->otherwise = branch_compile(compiler, "else", true);
	instruction->data = data;
}

static void
choose_execute(Frame *frame, Instruction *instruction)
{
	Choose	   *data = instruction->data;

	for (int i = 0; i < data->ncases; i++)
		if (condition_is_true(frame, data->cases[i].when))
		{
			steps_execute(frame, &data->cases[i].steps);
			return;
		}
	steps_execute(frame, &data->otherwise);
}

static bool
choose_fits_many(ManyShape *shape, const Instruction *instruction)
{
	const Choose *data = instruction->data;

	for (int i = 0; i < data->ncases; i++)
		if (!steps_fit_many(shape, &data->cases[i].steps))
			return false;
	return steps_fit_many(shape, &data->otherwise);
}

static void
choose_execute_many(ItemSet *set, Instruction *instruction)
{
	const Choose *data = instruction->data;

	for (int i = 0; i < data->ncases && set->nactive > 0; i++)
	{
		int			nothers;
		int		   *others = many_split(set, instruction, data->cases[i].when, &nothers);

		steps_execute_many(set, &data->cases[i].steps);
		set->active = others;
		set->nactive = nothers;
	}
	steps_execute_many(set, &data->otherwise);
}

/* What the cases from one on ask for, where none before it holds. */
static bool
preconditions_of_cases(Preconditions *preconditions, Choose *data, int from)
{
	const Fork *fork;
	bool		all;

	if (from == data->ncases)
		return preconditions_of_steps(preconditions, &data->otherwise);
	check_stack_depth();
	fork = preconditions_fork(preconditions, data->cases[from].when);
	all = preconditions_of_branch(preconditions, fork, true, &data->cases[from].steps);
	preconditions_enter(preconditions, fork, false);
	all &= preconditions_of_cases(preconditions, data, from + 1);
	preconditions_leave(preconditions);
	return all;
}

static bool
choose_preconditions(Preconditions *preconditions, Instruction *instruction)
{
	return preconditions_of_cases(preconditions, instruction->data, 0);
}

static void
choose_describe(Outline *outline, const Step *step)
{
	if (step->subject != NULL && step->subject->kind == JSON_IS_STRING)
		outline_say(outline, "CHOOSE %s: the first that holds", step->subject->text);
	else
		outline_say(outline, "CHOOSE the first that holds");
}

const StepKind choose_kind = {
	.name = "choose",
	.meaning = "runs the steps of the first case that holds",
	.example = "{\"choose\": null, \"cases\": [ {\"when\": \"target.tier = 'gold'\", \"do\": []} ], \"else\": []}",
	.subject = SUBJECT_TITLE,
	.arguments = choose_arguments,
	.runs_one_list = true,
	.compile = choose_compile,
	.execute = choose_execute,
	.fits_many = choose_fits_many,
	.execute_many = choose_execute_many,
	.preconditions = choose_preconditions,
	.describe = choose_describe
};
