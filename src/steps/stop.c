/*
 * stop.c
 *		stop: ends the action. succeeded gives the outputs so far, canceled
 *		undoes everything, failed raises an error, or the one being handled.
 */
#include "postgres.h"

#include "base/sqlstate.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "run/frame.h"
#include "steps/many.h"
#include "steps/message.h"
#include "steps/on_error.h"
#include "steps/precondition.h"
#include "steps/step_words.h"
#include "steps/steps.h"

static const ArgumentSpec stop_arguments[] = {
	MESSAGE_ARGUMENTS,
	{NULL}
};

typedef enum StopHow
{
	STOP_SUCCEEDED,
	STOP_CANCELED,
	STOP_FAILED
} StopHow;

typedef struct Stop
{
	StopHow		how;
	Message    *message;
} Stop;

/* A message says why; an action that succeeded has none. */
static void
check_message(Compiler *compiler, const Stop *stop)
{
	if (stop->how == STOP_SUCCEEDED && message_is_given(stop->message))
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler->step->path,
						 "stop succeeded takes no message", NULL,
						 "Give the caller an output instead.");
}

static void
stop_compile(Compiler *compiler, Instruction *instruction)
{
	Stop	   *stop = palloc0(sizeof(Stop));
	const char *how = compiler->step->subject->text;

	stop->how = strcmp(how, "succeeded") == 0 ? STOP_SUCCEEDED :
		strcmp(how, "canceled") == 0 ? STOP_CANCELED : STOP_FAILED;
	stop->message = message_compile(compiler, stop->how == STOP_FAILED ? ERRCODE_RAISE_EXCEPTION :
									ERRCODE_CA_CANCELED,
									psprintf("action \"%s\" was %s", compiler->program->action,
											 stop->how == STOP_FAILED ? "stopped as failed" : "canceled"));
	check_message(compiler, stop);
	if (stop->how == STOP_SUCCEEDED)
		compiler->may_stop = true;
	if (stop->how != STOP_SUCCEEDED && !(stop->how == STOP_FAILED && !message_is_given(stop->message) &&
										 row_find(compiler->names->rows, "error") != NULL))
		message_note_failure(compiler, stop->message, "the step is reached");
	instruction->data = stop;
}

static void
stop_execute(Frame *frame, Instruction *instruction)
{
	Stop	   *stop = instruction->data;

	if (stop->how == STOP_SUCCEEDED)
		frame->stopped = true;
	else if (stop->how == STOP_FAILED && frame->handling != NULL && !message_is_given(stop->message))
		on_error_rethrow(frame, frame->handling);
	else
		message_raise(frame, stop->message);
}

static bool
stop_fits_many(ManyShape *shape, const Instruction *instruction)
{
	shape->stops = shape->stops || ((const Stop *) instruction->data)->how == STOP_SUCCEEDED;
	return true;
}

/* Whoever is not done is left out; his error is his own. */
static void
stop_execute_many(ItemSet *set, Instruction *instruction)
{
	const Stop *stop = instruction->data;

	if (stop->how == STOP_SUCCEEDED)
		many_execute_each(set, instruction);
	else
		for (int i = 0; i < set->nactive; i++)
			item_leave_out(set, set->active[i], "an item is stopped");
}

/* Where it is met, the action ends: what comes after counts only if that is a failure anyway. */
static bool
stop_preconditions(Preconditions *preconditions, Instruction *instruction)
{
	Stop	   *stop = instruction->data;

	if (stop->how == STOP_SUCCEEDED)
		return false;
	preconditions_add(preconditions, instruction, NULL, stop_execute);
	return true;
}

static void
stop_describe(Outline *outline, const Step *step)
{
	const char *how = step_subject_text(step);

	if (strcmp(how, "succeeded") == 0)
		outline_say(outline, "STOP here: done");
	else if (strcmp(how, "canceled") == 0)
		outline_say(outline, "STOP: cancel everything");
	else
		outline_say(outline, "STOP: fail");
	step_add_message(outline, step, NULL);
}

const StepKind stop_kind = {
	.name = "stop",
	.meaning = "ends the action",
	.example = "{\"stop\": \"canceled\", \"message\": \"Nothing to do\"}",
	.subject = SUBJECT_WORD,
	.choices = "succeeded canceled failed",
	.arguments = stop_arguments,
	.ends = true,
	.compile = stop_compile,
	.execute = stop_execute,
	.fits_many = stop_fits_many,
	.execute_many = stop_execute_many,
	.preconditions = stop_preconditions,
	.describe = stop_describe
};
