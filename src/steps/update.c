/*
 * update.c
 *		update: changes columns of the addressed rows.
 */
#include "postgres.h"

#include "compile/compiler.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "steps/expect.h"
#include "steps/given.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "steps/write.h"
#include "steps/write_many.h"

static const ArgumentSpec update_arguments[] = {
	{"id", ARGUMENT_VALUE, .means = MEANS_COLUMNS,
	.meaning = "which row: a value of its key, or an object of columns that are a key"},
	{"where", ARGUMENT_CONDITION,
	.meaning = "all rows that satisfy it; with a row: only if it does"},
	{"set", ARGUMENT_VALUES, true, .means = MEANS_COLUMNS,
	.meaning = "columns and their new values"},
	{"columns", ARGUMENT_NAMES, .means = MEANS_COLUMNS,
	.meaning = "the columns that a record may give under \"*\" of set"},
	{"required", ARGUMENT_BOOLEAN,
	.meaning = "false: it is no error if there is no such row"},
	EXPECT_ARGUMENT,
	{NULL}
};

/* Says what is missing in a step that sets nothing. */
static void
report_empty(Compiler *compiler, const Json *set)
{
	if (set == NULL || set->count == 0)
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "set"),
						 "an update must set at least one column", NULL, NULL);
}

static void
update_compile(Compiler *compiler, Instruction *instruction)
{
	Address    *address = address_compile(compiler, false);
	const Json *set = step_argument(compiler->step, "set");
	bool		has_record = set != NULL && json_get(set, GIVEN_KEY) != NULL;
	Given	   *given = NULL;
	List	   *columns;

	if (address == NULL)
		return;
	if (!has_record && step_argument(compiler->step, "columns") != NULL)
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "columns"),
						 "\"columns\" are those that \"" GIVEN_KEY "\" in \"set\" may give", NULL, NULL);
	columns = write_columns(compiler, address->relation, set, compiler_location(compiler, "set"));
	if (has_record)
		given = given_compile(compiler, address, columns);
	if (has_record ? given != NULL : columns != NIL)
		write_compile_update(compiler, instruction, address, columns, given);
	else
	{
		report_empty(compiler, set);
		compiler_declare(compiler, address->relation, address->set_based);
	}
}

static void
update_describe(Outline *outline, const Step *step)
{
	const Json *set = step_argument(step, "set");
	const Json *record = set ? json_get(set, GIVEN_KEY) : NULL;
	const Json *columns = step_argument(step, "columns");
	Json	   *named = set ? json_copy(set) : NULL;

	outline_say(outline, "CHANGE ");
	step_say_subject(outline, step);
	step_say_rows(outline, step);
	step_say_optional(outline, step);
	if (record != NULL)
	{
		json_remove(named, GIVEN_KEY);
		outline_add(outline, "set." GIVEN_KEY, "the columns that %s gives", value_text(record));
	}
	if (columns != NULL)
		outline_add(outline, "columns", "which may be %s", array_words(columns));
	outline_values(outline, "set", named, record == NULL && columns == NULL ? ": " : NULL);
	expect_describe(outline, step);
}

const StepKind update_kind = {
	.name = "update",
	.meaning = "changes a row, or all that satisfy a condition",
	.example = "{\"update\": \"target\", \"set\": {\"status\": \"escalated\", \"priority\": \"=priority + input.bump\"}}",
	.subject = SUBJECT_NAME,
	.arguments = update_arguments,
	.named = true,
	.writes = true,
	.many = "where",
	.compile = update_compile,
	.execute = write_execute,
	.fits_many = write_fits_many,
	.execute_many = write_execute_many,
	.describe = update_describe
};
