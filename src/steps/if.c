/*
 * if.c
 *		if: runs one of two lists of steps.
 */
#include "postgres.h"

#include "definition/value_text.h"
#include "document/outline.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "steps/many.h"
#include "steps/precondition.h"
#include "steps/step_list.h"
#include "steps/step_words.h"
#include "steps/steps.h"

static const ArgumentSpec if_arguments[] = {
	{"then", ARGUMENT_STEPS, true,
	.meaning = "steps that run if the condition is true"},
	{"else", ARGUMENT_STEPS,
	.meaning = "steps that run if it is not"},
	{NULL}
};

typedef struct If
{
	Expression *condition;
	StepList	yes;
	StepList	no;
} If;

static void
if_compile(Compiler *compiler, Instruction *instruction)
{
	If		   *data = palloc(sizeof(If));

	data->condition = compiler_condition(compiler, compiler->step->subject->text,
										 compiler->step->path);
	data->yes = branch_compile(compiler, "then", true);
	data->no = branch_compile(compiler, "else", true);
	instruction->data = data;
}

static void
if_execute(Frame *frame, Instruction *instruction)
{
	If		   *data = instruction->data;

	steps_execute(frame, condition_is_true(frame, data->condition) ? &data->yes : &data->no);
}

static bool
if_fits_many(ManyShape *shape, const Instruction *instruction)
{
	const If   *data = instruction->data;

	return steps_fit_many(shape, &data->yes) && steps_fit_many(shape, &data->no);
}

static void
if_execute_many(ItemSet *set, Instruction *instruction)
{
	const If   *data = instruction->data;
	int			nothers;
	int		   *others = many_split(set, instruction, data->condition, &nothers);

	steps_execute_many(set, &data->yes);
	set->active = others;
	set->nactive = nothers;
	steps_execute_many(set, &data->no);
}

static bool
if_preconditions(Preconditions *preconditions, Instruction *instruction)
{
	If		   *data = instruction->data;
	const Fork *fork = preconditions_fork(preconditions, data->condition);
	bool		yes = preconditions_of_branch(preconditions, fork, true, &data->yes);
	bool		no = preconditions_of_branch(preconditions, fork, false, &data->no);

	return yes && no;
}

static void
if_describe(Outline *outline, const Step *step)
{
	outline_say(outline, "IF %s", formula_text(step_subject_text(step)));
}

const StepKind if_kind = {
	.name = "if",
	.meaning = "runs steps if a condition is true",
	.example = "{\"if\": \"target.tier = 'gold'\", \"then\": [], \"else\": []}",
	.subject = SUBJECT_CONDITION,
	.arguments = if_arguments,
	.runs_one_list = true,
	.compile = if_compile,
	.execute = if_execute,
	.fits_many = if_fits_many,
	.execute_many = if_execute_many,
	.preconditions = if_preconditions,
	.describe = if_describe
};
