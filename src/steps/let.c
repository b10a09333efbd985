/*
 * let.c
 *		let: gives names to values. The first let of a name in the action fixes
 *		its type.
 */
#include "postgres.h"

#include "assignment.h"
#include "steps.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

static const ArgumentSpec arguments[] = {
	{NULL}
};

/* Compiles one name = value. */
static void
let_compile_one(Compiler *compiler, Assignment *assignment, const char *name, const Json *json)
{
	char	   *location = compiler_location(compiler, name);
	bool		failed = compiler->failed;
	Variable   *variable = variable_find(compiler->names->lets, name);
	Slot	   *slot = variable ? &compiler->program->slots[variable->slot] : NULL;
	Value	   *value;

	compiler->failed = false;
	value = compiler_value(compiler, json, slot ? slot->type : InvalidOid,
						   slot ? slot->typmod : -1, location);
	assignment->expression = compiler_expression(compiler, value);
	assignment->broken = compiler->failed;
	compiler->failed = compiler->failed || failed;
}

/* Makes the variable if it is new. */
static void
let_declare_one(Compiler *compiler, Assignment *assignment, const char *name)
{
	Variable   *variable = variable_find(compiler->names->lets, name);
	Oid			type = assignment->expression->type;

	if (variable == NULL && get_typtype(type) == TYPTYPE_PSEUDO)
	{
		compiler_problem(compiler, ERRCODE_DATATYPE_MISMATCH, compiler_location(compiler, name),
						 psprintf("\"%s\" cannot hold a value of type %s", name, format_type_be(type)),
						 NULL, "Cast the formula to a type of its own.");
		type = TEXTOID;
	}
	if (variable == NULL)
	{
		variable = variable_add(compiler->program, &compiler->names->lets, name, type,
								assignment->expression->typmod);
		variable->broken = assignment->broken;
	}
	assignment->slot = variable->slot;
}

static void
let_compile(Compiler *compiler, Instruction *instruction)
{
	assignment_compile(compiler, instruction, let_compile_one, let_declare_one);
}

static void
let_describe(StringInfo out, const Step *step)
{
	step_describe_values(out, "Let ", step->subject, " be ");
}

const StepKind let_kind = {
	.name = "let",
	.subject = SUBJECT_VALUES,
	.arguments = arguments,
	.compile = let_compile,
	.execute = assignment_execute,
	.describe = let_describe
};
