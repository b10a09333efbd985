/*
 * typescript.c
 *		Actions as types of TypeScript, with functions that call them.
 *
 * One file: an interface with a member for each action, and what calls actions by name
 * over a driver of PostgreSQL, or a client of PostgREST. What is required, and what may
 * be null, is what the schemas of the action say.
 */
#include "postgres.h"

#include "base/sql_argument.h"
#include "base/text_list.h"
#include "definition/facts.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "web/action_schema.h"
#include "web/model.h"
#include "web/schema_parts.h"
#include "web/typescript_client.h"
#include "web/typescript_type.h"

PG_FUNCTION_INFO_V1(custom_action_typescript);

/* The file on its way. */
typedef struct Typescript
{
	TypescriptScope scope;
	StringInfoData actions;		/* members of the interface */
	StringInfoData long_numbers;	/* where outputs have numbers that come as strings */
} Typescript;

/* Does a schema say that a value may be null? */
static bool
schema_takes_null(const Json *schema)
{
	const Json *type = json_get(schema, "type");
	const Json *either = json_get(schema, "anyOf");

	if (type != NULL)
		return type->kind == JSON_IS_ARRAY && json_has_text(type, "null");
	for (int i = 0; either != NULL && i < either->count; i++)
		if (schema_is_null(either->items[i]))
			return true;
	return either == NULL && json_get(schema, "$ref") == NULL && json_get(schema, "not") == NULL;
}

/* Is null among these? */
static bool
values_have_null(const Json *values)
{
	return values->count > 0 && values->items[values->count - 1]->kind == JSON_IS_NULL;
}

/* The type of an input or output; what options there are come before the type. */
static char *
argument_type(Typescript *file, const Argument *argument, const Json *schema, bool output)
{
	char	   *type = typescript_type(&file->scope, argument->type, output);
	bool		has_options = !output && argument->parameter != NULL && argument->parameter->options != NULL;
	bool		is_list = OidIsValid(get_element_type(getBaseType(argument->type)));
	const Json *items = json_get(schema, "items");
	const Json *values = has_options ? json_get(is_list && items != NULL ? items : schema, "enum") : NULL;

	if (values != NULL)
		type = psprintf(is_list ? values_have_null(values) ? "(%s | null)[]" : "(%s)[]" : "%s", typescript_union(values));
	return schema_takes_null(schema) && strcmp(type, "Json") != 0 ? psprintf("%s | null", type) : type;
}

/* Writes an input or output. */
static void
append_typed_argument(Typescript *file, const char *indent, const char *name, const Argument *argument, const Json *object)
{
	const Json *schema = json_get(json_get(object, "properties"), name);
	const Json *required = json_get(object, "required");
	bool		output = argument->parameter != NULL && argument->parameter->output;
	bool		must = required != NULL && json_has_text(required, name);

	typescript_comment(&file->actions, indent, argument->parameter != NULL ? argument->parameter->title : NULL,
					   json_get_text(schema, "description"), NULL);
	appendStringInfo(&file->actions, "%s%s%s: %s;\n", indent, typescript_key(name), must ? "" : "?",
					 argument_type(file, argument, schema, output));
}

/* Writes the key of the row that an action is for. */
static void
append_target(Typescript *file, const Signature *signature, const Json *object)
{
	const Json *target = json_get(json_get(object, "properties"), TARGET_MEMBER);

	if (signature->nkeys == 1)
	{
		append_typed_argument(file, "\t\t\t", TARGET_MEMBER, &signature->inputs[0], object);
		return;
	}
	appendStringInfoString(&file->actions, "\t\t\ttarget: {\n");
	for (int i = 0; i < signature->nkeys; i++)
		append_typed_argument(file, "\t\t\t\t", signature->inputs[i].column, &signature->inputs[i], target);
	appendStringInfoString(&file->actions, "\t\t\t};\n");
}

/* Writes what an action takes. */
static void
append_inputs(Typescript *file, const WebAction *action)
{
	const Signature *signature = action->signature;
	SchemaOptions options = schema_options_default();
	Json	   *object = schema_of_inputs(action, &options);

	if (signature->ninputs == 0)
	{
		appendStringInfoString(&file->actions, "\t\tinput: Record<string, never>;\n");
		return;
	}
	appendStringInfoString(&file->actions, "\t\tinput: {\n");
	if (signature->nkeys > 0)
		append_target(file, signature, object);
	for (int i = signature->nkeys; i < signature->ninputs; i++)
		append_typed_argument(file, "\t\t\t", signature->inputs[i].name, &signature->inputs[i], object);
	appendStringInfoString(&file->actions, "\t\t};\n");
}

/* Writes what an action gives. */
static void
append_outputs(Typescript *file, const WebAction *action)
{
	const Signature *signature = action->signature;
	SchemaOptions options = schema_options_default();
	Json	   *object;

	options.scope.usual = true;
	object = schema_of_outputs(action, &options);
	if (signature->noutputs == 0)
	{
		appendStringInfoString(&file->actions, "\t\toutput: Record<string, never>;\n");
		return;
	}
	appendStringInfoString(&file->actions, "\t\toutput: {\n");
	for (int i = 0; i < signature->noutputs; i++)
		append_typed_argument(file, "\t\t\t", signature->outputs[i].name, &signature->outputs[i], object);
	appendStringInfoString(&file->actions, "\t\t};\n");
}

/* Writes the SQLSTATEs that an action is known to raise. */
static void
append_errors(Typescript *file, const WebAction *action)
{
	List	   *codes = NIL;
	Json	   *values = json_new_array();
	ListCell   *cell;

	foreach(cell, facts_failures(action->function))
	{
		if (((const Failure *) lfirst(cell))->sqlstate != ANY_SQLSTATE)
			codes = lappend(codes, pstrdup(unpack_sql_state(((const Failure *) lfirst(cell))->sqlstate)));
	}
	list_sort(codes, text_list_compare);
	foreach(cell, codes)
	{
		if (values->count == 0 || strcmp(values->items[values->count - 1]->text, lfirst(cell)) != 0)
			json_append(values, json_new_string(lfirst(cell)));
	}
	appendStringInfo(&file->actions, "\t\terrors: %s;\n", typescript_union(values));
}

/* Writes where outputs have numbers that come as strings. */
static void
append_long_numbers(Typescript *file, const WebAction *action)
{
	Json	   *paths = json_new_array();

	if (!file->scope.numbers_as_text)
		return;
	for (int i = 0; i < action->signature->noutputs; i++)
		typescript_long_numbers(paths, psprintf("output.%s", action->signature->outputs[i].name), action->signature->outputs[i].type);
	if (paths->count > 0)
		appendStringInfo(&file->long_numbers, "\t%s: %s,\n", json_text(json_new_string(action->name)), json_text(paths));
}

/* Writes an action. */
static void
append_action(Typescript *file, const WebAction *action)
{
	const Definition *definition = action->definition;

	typescript_comment(&file->actions, "\t", definition->title, definition->description, definition->deprecated);
	appendStringInfo(&file->actions, "\t%s: {\n", json_text(json_new_string(action->name)));
	append_inputs(file, action);
	append_outputs(file, action);
	append_errors(file, action);
	appendStringInfoString(&file->actions, "\t};\n");
	append_long_numbers(file, action);
}

/* Puts the file together. */
static void
finish_file(StringInfo out, const Typescript *file, const char *schema)
{
	appendStringInfoString(out, "// Business actions of a PostgreSQL database, made by action_typescript().\n\n");
	appendStringInfoString(out, "export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };\n\n");
	typescript_declare(out, &file->scope);
	appendStringInfo(out, "export interface Actions {\n%s}\n\n", file->actions.data);
	typescript_client(out, schema, file->scope.numbers_as_text ? file->long_numbers.data : NULL);
}

/* action_typescript(pattern text, visibility text, numbers text) returns text */
Datum
custom_action_typescript(PG_FUNCTION_ARGS)
{
	bool		as_text = argument_is_second(fcinfo, 2, "action_typescript", "numbers", "number", "string");
	List	   *actions = web_actions_read(web_actions(text_argument(fcinfo, 0), text_argument(fcinfo, 1)));
	Typescript	file = {.scope = {.numbers_as_text = as_text}};
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&file.actions);
	initStringInfo(&file.long_numbers);
	foreach(cell, actions)
	{
		CHECK_FOR_INTERRUPTS();
		append_action(&file, lfirst(cell));
	}
	initStringInfo(&out);
	finish_file(&out, &file, name_canonical(get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid))));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
