/*
 * remark_sensitive.c
 *		Advises of places where what is sensitive stands in the open: outputs,
 *		columns, inputs of other actions.
 *
 * Errors, the log and traces mask values; these do not. Storing a value may be
 * what the action is for, so this is advice.
 */
#include "postgres.h"

#include "compile/taint.h"
#include "engine/remark_sensitive.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

/* Tells of one place. */
static void
advise(Compiler *compiler, const char *location, const char *what, const char *input)
{
	problem_advise(compiler->findings.sink, location,
				   psprintf("%s gets what the sensitive input \"%s\" holds, and is not masked", what, input),
				   "Leave it out, or see that those who can read it may know.");
}

/* Tells of the outputs that hold something of an input. */
static void
advise_outputs(Compiler *compiler, const Bitmapset *slots, const char *input)
{
	const Program *program = compiler->program;

	for (int i = 0; i < program->signature->noutputs; i++)
		if (!bms_is_member(i, program->sensitive_outputs) && bms_is_member(program->output_slots[i], slots))
			advise(compiler, program->signature->outputs[i].parameter->location,
				   psprintf("output \"%s\"", program->signature->outputs[i].name), input);
}

/* Tells of the columns that a statement writes it to. */
static void
advise_columns(Compiler *compiler, const Statement *statement, const Bitmapset *slots, const char *input)
{
	ListCell   *cell;

	foreach(cell, statement->scope->placeholders)
	{
		const Placeholder *placeholder = lfirst(cell);
		const Value *value = placeholder->value;

		if (!statement->select && value->attnum > 0 && value->relation == statement->relation &&
			value->location != NULL && taint_reaches(placeholder, slots))
			advise(compiler, value->location,
				   psprintf("column \"%s\" of %s", get_attname(value->relation, value->attnum, false),
							relation_name_canonical(value->relation)), input);
	}
}

/* Tells of all places that one input reaches. */
static void
advise_input(Compiler *compiler, int number)
{
	const Program *program = compiler->program;
	const char *input = program->signature->inputs[number].name;
	Bitmapset  *slots = taint_spread(compiler, bms_make_singleton(program->input_slots[number]));
	ListCell   *cell;

	foreach(cell, program->statements)
	{
		CHECK_FOR_INTERRUPTS();
		advise_columns(compiler, lfirst(cell), slots, input);
	}
	foreach(cell, compiler->exits)
	{
		const Exit *exit = lfirst(cell);

		if (bms_overlap(exit->from->slots, slots))
			advise(compiler, exit->location, exit->what, input);
	}
	advise_outputs(compiler, slots, input);
}

void
remark_sensitive(Compiler *compiler)
{
	int			number = -1;

	while ((number = bms_next_member(compiler->program->sensitive_inputs, number)) >= 0)
		advise_input(compiler, number);
}
