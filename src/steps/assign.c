/*
 * assign.c
 *		assign: gives a row to an owner.
 */
#include "postgres.h"

#include "compiler.h"
#include "steps.h"
#include "write.h"

static const ArgumentSpec arguments[] = {
	{"id", ARGUMENT_VALUE},
	{"where", ARGUMENT_CONDITION},
	{"to", ARGUMENT_VALUE, true},
	{"column", ARGUMENT_NAME},
	{"required", ARGUMENT_BOOLEAN},
	{NULL}
};

static void
assign_compile(Compiler *compiler, Instruction *instruction)
{
	write_compile_setting(compiler, instruction, "owner_column");
}

static void
assign_describe(StringInfo out, const Step *step)
{
	appendStringInfo(out, "Assign %s", step_subject_text(step));
	step_describe_rows(out, step);
	appendStringInfo(out, " to %s", step_value_text(step_argument(step, "to")));
}

const StepKind assign_kind = {
	.name = "assign",
	.subject = SUBJECT_NAME,
	.arguments = arguments,
	.named = true,
	.writes = true,
	.compile = assign_compile,
	.execute = write_execute,
	.describe = assign_describe
};
