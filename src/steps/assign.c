/*
 * assign.c
 *		assign: gives a row to an owner.
 */
#include "postgres.h"

#include "steps/setting.h"
#include "steps/steps.h"
#include "steps/write.h"

static void
assign_compile(Compiler *compiler, Instruction *instruction)
{
	setting_compile(compiler, instruction, "owner_column");
}

static void
assign_describe(StringInfo out, const Step *step)
{
	setting_describe(out, step, "Assign");
}

const StepKind assign_kind = {
	.name = "assign",
	.subject = SUBJECT_NAME,
	.arguments = setting_arguments,
	.named = true,
	.writes = true,
	.compile = assign_compile,
	.execute = write_execute,
	.describe = assign_describe
};
