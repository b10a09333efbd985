/*
 * table_setting.c
 *		Compiles and describes the steps that write a table's owner or status
 *		column.
 */
#include "postgres.h"

#include "definition/value_text.h"
#include "document/outline.h"
#include "lookup/canonical.h"
#include "lookup/own_table.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "steps/table_setting.h"
#include "steps/write.h"
#include "utils/lsyscache.h"

const ArgumentSpec table_setting_arguments[] = {
	{"id", ARGUMENT_VALUE, .means = MEANS_COLUMNS,
	.meaning = "which row: a value of its key, or an object of columns that are a key"},
	{"where", ARGUMENT_CONDITION,
	.meaning = "all rows that satisfy it; with a row: only if it does"},
	{"to", ARGUMENT_VALUE, true,
	.meaning = "the new value"},
	{"column", ARGUMENT_NAME, .means = MEANS_COLUMNS,
	.meaning = "the column; left out: the one of the table's settings"},
	{"required", ARGUMENT_BOOLEAN,
	.meaning = "false: it is no error if there is no such row"},
	{NULL}
};

/* The setting of a table, in whatever spelling its name is stored, or NULL. */
static char *
stored_setting(Oid relation, const char *setting)
{
	char	  **spellings = name_spellings(get_namespace_name(get_rel_namespace(relation)),
										   get_rel_name(relation));

	for (; *spellings != NULL; spellings++)
	{
		char	   *found = own_table_text("table_setting", *spellings, setting);

		if (found != NULL)
			return found;
	}
	return NULL;
}

/* The column to write: the step's own, else the table's setting. Activation freezes what is found. */
static char *
setting_column(Compiler *compiler, Oid relation, const char *setting)
{
	const char *column = json_get_text(compiler->step->json, "column");
	char	   *found = column ? pstrdup(column) :
		stored_setting(relation, setting);

	if (found == NULL)
		compiler_problem(compiler, ERRCODE_UNDEFINED_COLUMN, compiler->step->path,
						 psprintf("table %s has no %s", relation_name_canonical(relation), setting), NULL,
						 psprintf("Give the step a \"column\", or set %s for the table in custom_actions.table_setting.",
								  setting));
	else if (compiler->freeze)
		json_put_string(compiler->step->json, "column", found);
	return found;
}

void
table_setting_compile(Compiler *compiler, Instruction *instruction)
{
	const SettingKind *kind = compiler->step->kind->own;
	Address    *address = address_compile(compiler, false);
	WriteColumn *written;
	char	   *column;

	if (address == NULL)
		return;
	column = setting_column(compiler, address->relation, kind->column);
	if (column == NULL)
		return;
	written = write_column(compiler, address->relation, column,
						   step_argument(compiler->step, "to"),
						   compiler_location(compiler, "to"));
	if (written != NULL)
		write_compile_update(compiler, instruction, address, list_make1(written), NULL);
	else
		compiler_declare(compiler, address->relation, address->set_based);
}

void
table_setting_describe(Outline *outline, const Step *step)
{
	const SettingKind *kind = step->kind->own;
	const char *column = json_get_text(step->json, "column");

	outline_say(outline, "%s ", kind->verb);
	step_say_subject(outline, step);
	step_say_rows(outline, step);
	step_say_optional(outline, step);
	if (column != NULL)
		outline_say(outline, ", in column %s,", column);
	outline_say(outline, " to %s", value_text(step_argument(step, "to")));
}
