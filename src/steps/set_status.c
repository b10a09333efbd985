/*
 * set_status.c
 *		set_status: changes the status of a row, from certain states alone if it says so.
 */
#include "postgres.h"

#include "run/frame.h"
#include "steps/from_states.h"
#include "steps/steps.h"
#include "steps/table_setting.h"
#include "steps/write.h"
#include "steps/write_many.h"

static const ArgumentSpec set_status_arguments[] = {
	TABLE_SETTING_ROWS,
	{"from", ARGUMENT_VALUE,
	.meaning = "states that the row must have, one or an array; left out: any"},
	TABLE_SETTING_VALUE,
	{"set", ARGUMENT_VALUES, .means = MEANS_COLUMNS,
	.meaning = "other columns that change with it, and their new values"},
	TABLE_SETTING_REQUIRED,
	{NULL}
};

static const SettingKind status_setting = {.column = "status_column", .verb = "SET STATUS of"};

/* Makes sure that no row of the step has another state than it works from. */
static void
set_status_execute(Frame *frame, Instruction *instruction)
{
	const Write *write = instruction->data;

	if (write->address->set_based)
		from_states_require(frame, write->address);
	write_execute(frame, instruction);
}

static void
set_status_compile(Compiler *compiler, Instruction *instruction)
{
	const Write *write;

	table_setting_compile(compiler, instruction);
	write = instruction->data;
	if (write != NULL && write->address->from != NULL)
		instruction->execute = set_status_execute;
}

const StepKind set_status_kind = {
	.name = "set_status",
	.meaning = "gives a row another status",
	.example = "{\"set_status\": \"target\", \"to\": \"escalated\"}",
	.subject = SUBJECT_NAME,
	.arguments = set_status_arguments,
	.named = true,
	.writes = true,
	.many = "where",
	.own = &status_setting,
	.compile = set_status_compile,
	.execute = write_execute,
	.fits_many = write_fits_many,
	.execute_many = write_execute_many,
	.describe = table_setting_describe
};
