/*
 * update.c
 *		update: changes columns of the addressed rows.
 */
#include "postgres.h"

#include "compiler.h"
#include "steps.h"
#include "write.h"

static const ArgumentSpec arguments[] = {
	{"id", ARGUMENT_VALUE},
	{"where", ARGUMENT_CONDITION},
	{"set", ARGUMENT_VALUES, true},
	{"required", ARGUMENT_BOOLEAN},
	{NULL}
};

static void
update_compile(Compiler *compiler, Instruction *instruction)
{
	Address    *address = address_compile(compiler, false);
	const Json *set = step_argument(compiler->step, "set");
	List	   *columns;

	if (address == NULL)
		return;
	columns = write_columns(compiler, address->relation, set, compiler_location(compiler, "set"));
	if (columns != NIL)
		write_compile_update(compiler, instruction, address, columns);
	else if (set == NULL || set->count == 0)
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "set"),
						 "an update must set at least one column", NULL, NULL);
	if (columns == NIL)
		compiler_declare(compiler, instruction, address->relation, address->set_based);
}

static void
update_describe(StringInfo out, const Step *step)
{
	appendStringInfo(out, "Update %s", step_subject_text(step));
	step_describe_rows(out, step);
	step_describe_values(out, ": set ", step_argument(step, "set"), " to ");
}

const StepKind update_kind = {
	.name = "update",
	.subject = SUBJECT_NAME,
	.arguments = arguments,
	.named = true,
	.writes = true,
	.compile = update_compile,
	.execute = write_execute,
	.describe = update_describe
};
