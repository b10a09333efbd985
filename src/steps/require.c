/*
 * require.c
 *		require: cancels the action unless its condition is true.
 */
#include "postgres.h"

#include "base/sqlstate.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "steps/many.h"
#include "steps/message.h"
#include "steps/precondition.h"
#include "steps/step_words.h"
#include "steps/steps.h"

static const ArgumentSpec require_arguments[] = {
	MESSAGE_ARGUMENTS,
	{NULL}
};

typedef struct Require
{
	Expression *condition;
	Message    *message;
} Require;

static void
require_compile(Compiler *compiler, Instruction *instruction)
{
	Require    *require = palloc0(sizeof(Require));
	const char *formula = compiler->step->subject->text;

	require->condition = compiler_condition(compiler, formula, compiler->step->path);
	require->message = message_compile(compiler, ERRCODE_CA_CANCELED,
									   psprintf("action \"%s\" requires: %s", compiler->program->action,
												formula_text(formula)));
	message_note_failure(compiler, require->message, psprintf("unless %s", formula_text(formula)));
	instruction->data = require;
}

static void
require_execute(Frame *frame, Instruction *instruction)
{
	Require    *require = instruction->data;

	if (!condition_is_true(frame, require->condition))
		message_raise(frame, require->message);
}

static bool
require_preconditions(Preconditions *preconditions, Instruction *instruction)
{
	Require    *require = instruction->data;

	preconditions_add(preconditions, instruction, require->condition, require_execute);
	return true;
}

static void
require_execute_many(ItemSet *set, Instruction *instruction)
{
	const Require *require = instruction->data;
	int			nothers;
	int		   *others = many_split(set, instruction, require->condition, &nothers);

	for (int i = 0; i < nothers; i++)
		item_leave_out(set, others[i], "an item does not meet a requirement");
	pfree(others);
}

static void
require_describe(Outline *outline, const Step *step)
{
	outline_say(outline, "CHECK %s", formula_text(step_subject_text(step)));
	step_add_message(outline, step, "else CANCEL");
}

const StepKind require_kind = {
	.name = "require",
	.meaning = "cancels the action unless a condition is true",
	.example = "{\"require\": \"target.status <> 'closed'\", \"message\": \"Case {{target.id}} is closed\"}",
	.subject = SUBJECT_CONDITION,
	.arguments = require_arguments,
	.refuses = true,
	.compile = require_compile,
	.execute = require_execute,
	.fits_many = many_fits_each,
	.execute_many = require_execute_many,
	.preconditions = require_preconditions,
	.describe = require_describe
};
