/*
 * set_status.c
 *		set_status: changes the status of a row.
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
set_status_compile(Compiler *compiler, Instruction *instruction)
{
	write_compile_setting(compiler, instruction, "status_column");
}

static void
set_status_describe(StringInfo out, const Step *step)
{
	appendStringInfo(out, "Set the status of %s", step_subject_text(step));
	step_describe_rows(out, step);
	appendStringInfo(out, " to %s", step_value_text(step_argument(step, "to")));
}

const StepKind set_status_kind = {
	.name = "set_status",
	.subject = SUBJECT_NAME,
	.arguments = arguments,
	.named = true,
	.writes = true,
	.compile = set_status_compile,
	.execute = write_execute,
	.describe = set_status_describe
};
