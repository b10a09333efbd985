/*
 * input_checks.c
 *		Compiles what is asked of inputs beyond their types: that they are keys of
 *		rows, and among options.
 *
 * All inputs have their slots by then: options are formulas over the other inputs
 * and context. Rows are found by the key index's own operator; the value becomes
 * what the key is below its domains, so that one that a domain refuses is just not
 * there.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "definition/value_text.h"
#include "engine/input_checks.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "program/input_check.h"
#include "program/resolved.h"
#include "steps/row_key.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* The place of a key of an input. */
static char *
input_location(const Argument *argument, const char *key)
{
	return psprintf("%s.%s", argument->parameter->location, key);
}

/* The check of an input, made when something is asked of it first. */
static InputCheck *
input_check_of(Compiler *compiler, int input)
{
	Program    *program = compiler->program;
	Oid			type = getBaseType(program->signature->inputs[input].type);
	InputCheck *check;

	if (program->input_checks != NIL && ((InputCheck *) llast(program->input_checks))->input == input)
		return llast(program->input_checks);
	check = palloc0(sizeof(InputCheck));
	check->input = input;
	check->is_array = OidIsValid(get_element_type(type));
	check->type = getBaseType(check->is_array ? get_element_type(type) : type);
	program->input_checks = lappend(program->input_checks, check);
	program->begins_with_more = true;
	return check;
}

/* The text that finds the row of a value, or of an array the first element without one. */
static void
reference_text(Compiler *compiler, const InputCheck *check, Statement *statement, const KeyColumn *key)
{
	const Argument *argument = &compiler->program->signature->inputs[check->input];
	Value	   *value = compiler_slot_value(compiler, compiler->program->input_slots[check->input],
											argument->parameter->location);
	const char *table = relation_name_sql(argument->references);

	value->type = check->is_array ? get_array_type(check->key_type) : check->key_type;
	if (!check->is_array)
	{
		appendStringInfoString(&statement->head, "SELECT");
		appendStringInfo(&statement->tail, " FROM %s AS this WHERE ", table);
		row_key_condition(statement, &statement->tail, argument->references, list_make1(unconstify(KeyColumn *, key)),
						  list_make1(value));
		return;
	}
	statement->whole_result = true;
	appendStringInfo(&statement->head,
					 "SELECT (SELECT given.value FROM pg_catalog.unnest(%s) AS given (value)"
					 " WHERE given.value IS NOT NULL AND NOT EXISTS"
					 " (SELECT FROM %s AS this WHERE this.%s %s given.value) LIMIT 1)",
					 statement_value(statement, value), table, quote_identifier(key->name), key->equals);
}

/* Compiles "references". */
static void
reference_compile(Compiler *compiler, int input)
{
	const Argument *argument = &compiler->program->signature->inputs[input];
	InputCheck *check = input_check_of(compiler, input);
	const KeyColumn *key = argument->reference_key;

	compiler_depend(compiler, RelationRelationId, argument->references);
	resolved_place(compiler->program, input_location(argument, "references"), RelationRelationId,
				   argument->references);
	check->table = relation_name_canonical(argument->references);
	check->column = key->name;
	check->key_type = getBaseType(key->type);
	check->reference = compiler_statement(compiler, argument->references);
	check->reference->select = true;
	check->reference->place = input_location(argument, "references");
	check->reference->purpose = argument->parameter->location;
	reference_text(compiler, check, check->reference, key);
	compiler_analyse(compiler, check->reference);
}

/* An enum by its name. */
static void
enum_work(void *arg)
{
	TypeWork   *work = arg;

	type_work(work);
	if (get_typtype(work->type) != TYPTYPE_ENUM)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("options cannot be those of type %s, which is no enum", format_type_be(work->type)),
				 errhint("Write an array, a formula that gives one, such as \"=array(SELECT ...)\", or the name of an enum.")));
}

/* The options that a definition gives as a value: an enum stands for its labels. NULL after a problem. */
static const Json *
options_value(Compiler *compiler, const Argument *argument, const char *location)
{
	Json	   *options = argument->parameter->options;
	TypeWork	work = {.what = "options"};

	if (options->kind == JSON_IS_ARRAY || (options->kind == JSON_IS_STRING && formula_is_marked(options->text)))
		return options;
	if (options->kind != JSON_IS_STRING)
	{
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, location, "options must be an array", NULL,
						 "Write an array, a formula that gives one, such as \"=array(SELECT ...)\", or the name of an enum.");
		return NULL;
	}
	work.text = options->text;
	if (!compiler_guard(compiler, location, enum_work, &work))
		return NULL;
	if (compiler->freeze)
		json_put_string(argument->parameter->json, "options", type_name_canonical(work.type, -1));
	return json_new_string(psprintf("=pg_catalog.enum_range(NULL::%s)%s", type_name_canonical(work.type, -1),
									getBaseType(argument->type) == work.type ? "" : "::pg_catalog.text[]"));
}

/* Compiles the array of the options, which see inputs and context. */
static Expression *
options_expression(Compiler *compiler, const InputCheck *check, const Json *value, const char *location)
{
	Names	   *names = compiler->names;
	Names	   *own = palloc0(sizeof(Names));
	Expression *expression;

	own->inputs = names->inputs;
	compiler->names = own;
	expression = compiler_expression(compiler, compiler_value(compiler, value, get_array_type(check->type), -1, location));
	compiler->names = names;
	return expression;
}

/* Compiles "options". */
static void
options_compile(Compiler *compiler, int input)
{
	const Argument *argument = &compiler->program->signature->inputs[input];
	char	   *location = input_location(argument, "options");
	const Json *value = options_value(compiler, argument, location);
	InputCheck *check;

	if (value == NULL)
		return;
	check = input_check_of(compiler, input);
	if (!OidIsValid(get_array_type(check->type)) ||
		!OidIsValid(lookup_type_cache(check->type, TYPECACHE_EQ_OPR_FINFO)->eq_opr_finfo.fn_oid))
		compiler_problem(compiler, ERRCODE_FEATURE_NOT_SUPPORTED, location,
						 psprintf("values of type %s cannot be compared with options", format_type_be(check->type)),
						 NULL, "Give the input another type, or check it in a require step.");
	else
		check->options = options_expression(compiler, check, value, location);
}

void
input_checks_compile(Compiler *compiler)
{
	const Signature *signature = compiler->program->signature;

	for (int i = signature->nkeys; i < signature->ninputs; i++)
	{
		const Argument *argument = &signature->inputs[i];

		if (argument->broken)
			continue;
		if (argument->parameter->options != NULL && argument->parameter->options->kind != JSON_IS_NULL)
			options_compile(compiler, i);
		if (OidIsValid(argument->references))
			reference_compile(compiler, i);
	}
}
