/*
 * output.c
 *		output: sets outputs of the action.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "document/outline.h"
#include "steps/many.h"
#include "steps/named_values.h"
#include "steps/step_words.h"
#include "steps/steps.h"

static const ArgumentSpec output_arguments[] = {
	{NULL}
};

/* Compiles one output = value. */
static void
output_compile_one(Compiler *compiler, NamedValue *named, const char *name, const Json *json)
{
	Program    *program = compiler->program;
	char	   *location = compiler_location(compiler, name);
	Suggestion	suggestion;

	suggestion_init(&suggestion, name);
	for (int i = 0; i < program->signature->noutputs; i++)
	{
		const Argument *output = &program->signature->outputs[i];

		if (strcmp(output->name, name) != 0)
		{
			suggestion_consider(&suggestion, output->name, output->name);
			continue;
		}
		program->outputs_set = bms_add_member(program->outputs_set, i);
		named->slot = program->output_slots[i];
		named->output = i;
		named->expression =
			compiler_expression(compiler, compiler_value(compiler, json, output->type,
														 output->typmod, location));
		return;
	}
	compiler_problem(compiler, ERRCODE_UNDEFINED_PARAMETER, location,
					 psprintf("the action has no output \"%s\"", name), NULL,
					 suggestion_hint(suggestion.best, "Declare it under \"output\"."));
}

static void
output_compile(Compiler *compiler, Instruction *instruction)
{
	named_values_compile(compiler, instruction, output_compile_one, NULL);
}

static void
output_describe(Outline *outline, const Step *step)
{
	outline_say(outline, "ANSWER");
	outline_values(outline, NULL, step->subject, " ");
}

const StepKind output_kind = {
	.name = "output",
	.meaning = "sets outputs of the action",
	.example = "{\"output\": {\"task_id\": \"=task.id\"}}",
	.subject = SUBJECT_VALUES,
	.arguments = output_arguments,
	.compile = output_compile,
	.execute = named_values_execute,
	.fits_many = many_fits_each,
	.execute_many = many_execute_each,
	.preconditions = named_values_preconditions,
	.describe = output_describe
};
