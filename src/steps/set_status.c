/*
 * set_status.c
 *		set_status: changes the status of a row, from certain states alone if it says so.
 */
#include "postgres.h"

#include "run/frame.h"
#include "steps/from_states.h"
#include "steps/precondition.h"
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

/* Raises if its row has another state. */
static void
set_status_require(Frame *frame, Instruction *instruction)
{
	from_states_require(frame, ((const Write *) instruction->data)->address);
}

/* The same as a condition on the target. */
static Node *
set_status_tree(const Program *program, const Instruction *instruction, Oid table)
{
	return from_states_tree(program, ((const Write *) instruction->data)->address, table);
}

/* Which states it works from; of many rows that is not to be asked without locking them. */
static bool
set_status_preconditions(Preconditions *preconditions, Instruction *instruction)
{
	const Address *address;

	if (instruction->execute != set_status_execute)
		return false;
	address = ((const Write *) instruction->data)->address;
	if (!address->set_based)
		preconditions_add_asked(preconditions, instruction, from_states_reads(address->from),
								set_status_require)->tree = set_status_tree;
	return false;
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
	.preconditions = set_status_preconditions,
	.describe = table_setting_describe
};
