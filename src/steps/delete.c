/*
 * delete.c
 *		delete: removes the addressed rows; the result is what they last held.
 */
#include "postgres.h"

#include "compile/compiler.h"
#include "document/outline.h"
#include "lookup/canonical.h"
#include "steps/expect.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "steps/write.h"
#include "steps/write_many.h"
#include "steps/written.h"

static const ArgumentSpec delete_arguments[] = {
	{"id", ARGUMENT_VALUE, .means = MEANS_COLUMNS,
	.meaning = "which row: a value of its key, or an object of columns that are a key"},
	{"where", ARGUMENT_CONDITION,
	.meaning = "all rows that satisfy it; with a row: only if it does"},
	{"required", ARGUMENT_BOOLEAN,
	.meaning = "false: it is no error if there is no such row"},
	EXPECT_ARGUMENT,
	{NULL}
};

static void
delete_compile(Compiler *compiler, Instruction *instruction)
{
	Address    *address = address_compile(compiler, false);
	Write	   *write = palloc0(sizeof(Write));

	if (address == NULL)
		return;
	write->address = address;
	write->command = CMD_DELETE;
	write->statement = compiler_statement(compiler, address->relation);
	appendStringInfo(&write->statement->head, "DELETE FROM %s AS this", relation_name_sql(address->relation));
	write->statement->items_at = write->statement->head.len;
	appendStringInfoString(&write->statement->head, " WHERE ");
	address_condition(write->statement, &write->statement->head, address);
	compiler_analyse(compiler, write->statement);
	write_check_rules(compiler, write->statement, address, CMD_DELETE);
	write_note_target(compiler, address, NIL, true);
	address_results(compiler, write->statement, address);
	write->count = write_count_row(write->statement);
	write->expect = expect_compile(compiler, address);
	written_compile(compiler, write, NIL);
	address_note_failures(compiler, address);
	write_note_failures(compiler, address->relation, CMD_DELETE, NIL, false, NULL);
	instruction->data = write;
}

static void
delete_describe(Outline *outline, const Step *step)
{
	outline_say(outline, "REMOVE ");
	step_say_subject(outline, step);
	step_say_rows(outline, step);
	step_say_optional(outline, step);
	expect_describe(outline, step);
}

const StepKind delete_kind = {
	.name = "delete",
	.meaning = "deletes a row, or all that satisfy a condition",
	.example = "{\"delete\": \"support.task\", \"where\": \"case_id = target.id and done\"}",
	.subject = SUBJECT_NAME,
	.arguments = delete_arguments,
	.named = true,
	.writes = true,
	.many = "where",
	.compile = delete_compile,
	.execute = write_execute,
	.fits_many = write_fits_many,
	.execute_many = write_execute_many,
	.describe = delete_describe
};
