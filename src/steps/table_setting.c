/*
 * table_setting.c
 *		Compiles and describes the steps that write a table's owner or status
 *		column.
 */
#include "postgres.h"

#include "definition/value_text.h"
#include "document/outline.h"
#include "lookup/canonical.h"
#include "lookup/table_setting_find.h"
#include "steps/from_states.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "steps/table_setting.h"
#include "steps/write.h"

/* The column to write: the step's own, else the table's setting. Activation freezes what is found. */
static char *
setting_column(Compiler *compiler, Oid relation, const char *setting)
{
	const char *column = json_get_text(compiler->step->json, "column");
	char	   *found = column ? pstrdup(column) :
		table_setting_find(relation, setting);

	if (found == NULL)
		compiler_problem(compiler, ERRCODE_UNDEFINED_COLUMN, compiler->step->path,
						 psprintf("table %s has no %s", relation_name_canonical(relation), setting), NULL,
						 psprintf("Give the step a \"column\", or set %s for the table in custom_actions.table_setting.",
								  setting));
	else if (compiler->freeze)
		json_put_string(compiler->step->json, "column", found);
	return found;
}

/* The columns that change with it. */
static List *
other_columns(Compiler *compiler, Oid relation, const char *column)
{
	const Json *set = step_argument(compiler->step, "set");
	char	   *location = compiler_location(compiler, "set");
	List	   *others = write_columns(compiler, relation, set, location);
	ListCell   *cell;

	(void) write_has_record(compiler, set, "set");
	foreach(cell, others)
	{
		if (strcmp(((WriteColumn *) lfirst(cell))->name, column) != 0)
			continue;
		compiler_problem(compiler, ERRCODE_DUPLICATE_COLUMN, psprintf("%s.%s", location, column),
						 psprintf("column \"%s\" is set by \"to\" already", column), NULL, "Leave it out.");
		others = foreach_delete_current(others, cell);
	}
	return others;
}

void
table_setting_compile(Compiler *compiler, Instruction *instruction)
{
	const SettingKind *kind = compiler->step->kind->own;
	Address    *address = address_compile(compiler, false);
	WriteColumn *written;
	List	   *others;
	char	   *column;

	if (address == NULL)
		return;
	column = setting_column(compiler, address->relation, kind->column);
	if (column == NULL)
		return;
	written = write_column(compiler, address->relation, column,
						   step_argument(compiler->step, "to"),
						   compiler_location(compiler, "to"));
	others = other_columns(compiler, address->relation, column);
	address->from = from_states_compile(compiler, address->relation, column);
	if (written != NULL)
		write_compile_update(compiler, instruction, address, lcons(written, others), NULL);
	else
		compiler_declare(compiler, address->relation, address->set_based);
}

void
table_setting_describe(Outline *outline, const Step *step)
{
	const SettingKind *kind = step->kind->own;
	const char *column = json_get_text(step->json, "column");
	const Json *from = step_argument(step, "from");

	outline_say(outline, "%s ", kind->verb);
	step_say_subject(outline, step);
	step_say_rows(outline, step);
	step_say_optional(outline, step);
	if (column != NULL)
		outline_say(outline, ", in column %s,", column);
	if (from != NULL)
		outline_say(outline, " from %s", from_states_words(from));
	outline_say(outline, " to %s", value_text(step_argument(step, "to")));
	outline_values(outline, "set", step_argument(step, "set"), ", with ");
}
