/*
 * set_status.c
 *		set_status: changes the status of a row.
 */
#include "postgres.h"

#include "steps/setting.h"
#include "steps/steps.h"
#include "steps/write.h"

static void
set_status_compile(Compiler *compiler, Instruction *instruction)
{
	setting_compile(compiler, instruction, "status_column");
}

static void
set_status_describe(StringInfo out, const Step *step)
{
	setting_describe(out, step, "Set the status of");
}

const StepKind set_status_kind = {
	.name = "set_status",
	.subject = SUBJECT_NAME,
	.arguments = setting_arguments,
	.named = true,
	.writes = true,
	.compile = set_status_compile,
	.execute = write_execute,
	.describe = set_status_describe
};
