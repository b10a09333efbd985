/*
 * let.c
 *		let: gives names to values. What their types are let_types.c finds out.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compile/let_types.h"
#include "document/outline.h"
#include "lookup/canonical.h"
#include "steps/many.h"
#include "steps/named_values.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

static const ArgumentSpec let_arguments[] = {
	{"types", ARGUMENT_VALUES, .means = MEANS_TYPES,
	.meaning = "names and their types"},
	{NULL}
};

/* Reports a name whose values have no common type, once. */
static void
report_conflict(Compiler *compiler, LetType *let, const char *location)
{
	if (!let->reported)
		compiler_problem(compiler, ERRCODE_DATATYPE_MISMATCH, location,
						 psprintf("the values of let \"%s\" have no common type", let->name),
						 let_type_conflict(let),
						 psprintf("Cast one of them, or say the type: \"types\": {\"%s\": \"text\"}.", let->name));
	let->reported = true;
}

/* A value of a type that no name can have, such as record. */
static void
check_own_type(Compiler *compiler, const char *name, const char *location, const Expression *expression)
{
	if (get_typtype(expression->type) == TYPTYPE_PSEUDO)
		compiler_problem(compiler, ERRCODE_DATATYPE_MISMATCH, location,
						 psprintf("\"%s\" cannot hold a value of type %s", name,
								  format_type_be(expression->type)),
						 NULL, "Cast the formula to a type of its own.");
}

/* Says why a literal was read as what it is not: the other values of the name are of that type. */
static void
explain_type(Compiler *compiler, const LetType *let)
{
	ProblemSink *sink = compiler->findings.sink;
	Problem    *problem;

	if (!compiler->findings.checking || !compiler->findings.failed || !let->settled || let->declared ||
		sink->problems == NIL)
		return;
	problem = llast(sink->problems);
	if (problem->hint == NULL && problem->formula == NULL && !problem->warning)
		problem->hint = MemoryContextStrdup(sink->mcxt,
											psprintf("The other values of let \"%s\" are of type %s; say another type with \"types\".",
													 let->name, format_type_be(let->type)));
}

/* Compiles a value of a name that has several, or a type that is said. */
static void
compile_typed(Compiler *compiler, NamedValue *named, LetType *let, const char *location, const Json *json)
{
	LetTypes   *lets = compiler->lets;
	int32		typmod;
	Oid			wanted = let_type_wanted(lets, let, &typmod);
	Value	   *value;
	bool		left_out;

	if (let->conflict && !let_types_searching(compiler))
		report_conflict(compiler, let, location);
	(void) let_types_left_out(compiler);
	lets->in_open_value = lets->guessing && !let->settled;
	value = compiler_value(compiler, json, wanted, typmod, location);
	lets->in_open_value = false;
	left_out = let_types_left_out(compiler);
	named->expression = compiler_expression(compiler, value);
	let->failed = let->failed || compiler->findings.failed;
	if (!let_types_searching(compiler))
		explain_type(compiler, let);
	if (lets->pass != PASS_MAKES && !compiler->findings.failed && !let->conflict)
		let_type_note(lets, let, location, value, named->expression, left_out);
}

/* Compiles one name = value. */
static void
let_compile_one(Compiler *compiler, NamedValue *named, const char *name, const Json *json)
{
	char	   *location = compiler_location(compiler, name);
	LetType    *let = let_type_find(compiler->lets, name);
	bool		before = findings_begin(&compiler->findings);
	bool		mattered = let_types_matter(compiler, true);

	if (let != NULL)
		compile_typed(compiler, named, let, location, json);
	else
		named->expression = compiler_expression(compiler, compiler_value(compiler, json, InvalidOid,
																		 -1, location));
	(void) let_types_matter(compiler, mattered);
	check_own_type(compiler, name, location, named->expression);
	named->broken = findings_end(&compiler->findings, before);
}

/* Adds a variable of a type, which may be one that is not known. */
static Variable *
add_variable(Compiler *compiler, const NamedValue *named, const char *name, const LetType *let)
{
	Oid			type = named->expression->type;
	int32		typmod = named->expression->typmod;
	Variable   *variable;

	if (let != NULL && OidIsValid(let->type) && let->settled)
	{
		type = let->type;
		typmod = let->typmod;
	}
	if (get_typtype(type) == TYPTYPE_PSEUDO)
		type = TEXTOID;
	variable = variable_add(compiler->program, &compiler->names->lets, name, type, typmod);
	variable->location = compiler_location(compiler, name);
	if (let == NULL)
		variable->broken = named->broken;
	else
	{
		variable->broken = let->broken || let->conflict || (named->broken && !let->settled);
		variable->open = !let->settled && !variable->broken;
	}
	return variable;
}

/* Makes the variable if it is new. */
static void
let_declare_one(Compiler *compiler, NamedValue *named, const char *name)
{
	Variable   *variable = variable_find(&compiler->names->lets, name);
	const LetType *let = let_type_find(compiler->lets, name);

	if (variable == NULL)
		variable = add_variable(compiler, named, name, let);
	else if (let != NULL && let->settled)
		variable->open = false; /* as the program is made at once, with its last value */
	named->slot = variable->slot;
}

/* Writes the types that the step says with their schemas. */
static void
freeze_let_types(Compiler *compiler, Json *types)
{
	for (int i = 0; types != NULL && i < types->count; i++)
	{
		const LetType *let = let_type_find(compiler->lets, types->keys[i]);

		if (let != NULL && !let->broken)
			json_put_string(types, types->keys[i], type_name_canonical(let->type, let->typmod));
	}
}

static void
let_compile(Compiler *compiler, Instruction *instruction)
{
	Json	   *types = json_get(compiler->step->json, "types");

	named_values_compile(compiler, instruction, let_compile_one, let_declare_one);
	for (int i = 0; types != NULL && i < types->count; i++)
	{
		const LetType *let = let_type_find(compiler->lets, types->keys[i]);

		if (let != NULL && OidIsValid(let->type))
			compiler_depend(compiler, TypeRelationId, let->type);
	}
	if (compiler->freeze)
		freeze_let_types(compiler, types);
}

static void
let_describe(Outline *outline, const Step *step)
{
	const Json *types = step_argument(step, "types");

	outline_say(outline, "NOTE");
	outline_values(outline, NULL, step->subject, " ");
	for (int i = 0; types != NULL && i < types->count; i++)
		outline_add(outline, psprintf("types.%s", types->keys[i]), "%s is of type %s", types->keys[i],
					types->items[i]->text ? types->items[i]->text : "?");
}

const StepKind let_kind = {
	.name = "let",
	.meaning = "gives names to values: let.name",
	.example = "{\"let\": {\"due\": \"=now() + interval '4 hours'\"}}",
	.subject = SUBJECT_VALUES,
	.arguments = let_arguments,
	.sets_lets = true,
	.compile = let_compile,
	.execute = named_values_execute,
	.fits_many = many_fits_each,
	.execute_many = many_execute_each,
	.preconditions = named_values_preconditions,
	.describe = let_describe
};
