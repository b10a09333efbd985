/*
 * action_schema.c
 *		JSON Schema of what an action takes, gives and raises.
 *
 * Inputs are as invoke_action() takes them: an input that may be left out may be
 * null, too, and one without a default that its domain forbids to be null may not be
 * left out. Each key here is one that a strict validator knows; what it has no word
 * for, the row that an input tells, stands in a comment.
 */
#include "postgres.h"

#include "base/error_field.h"
#include "base/sql_argument.h"
#include "catalog/pg_type.h"
#include "definition/facts.h"
#include "definition/print.h"
#include "definition/value_text.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/enum_labels.h"
#include "lookup/key.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "web/action_schema.h"
#include "web/literal_schema.h"
#include "web/never_null.h"
#include "web/schema_parts.h"

#define SCHEMA_DIALECT	"https://json-schema.org/draft/2020-12/schema"
#define SQLSTATE_SHAPE	"^[0-9A-Z]{5}$"

PG_FUNCTION_INFO_V1(custom_action_schema);

SchemaOptions
schema_options_default(void)
{
	SchemaOptions options = {0};

	options.scope.reference = "#/" PARTS_KEY "/";
	options.scope.parts = json_new_object();
	return options;
}

/* The words of an action: what people call it, and what it is for. */
static Json *
object_of_action(const WebAction *action)
{
	Json	   *object = schema_closed_object();
	Json	   *schema = json_new_object();

	json_put_string(schema, "title", web_title(action));
	json_put_string(schema, "description", web_description(action));
	if (action->definition->deprecated != NULL)
		json_add(schema, "deprecated", json_new_boolean(true));
	for (int i = 0; i < object->count; i++)
		json_add(schema, object->keys[i], object->items[i]);
	return schema;
}

/* The labels of an enum that options name; NULL: it is none. */
static Json *
labels_named(const char *name)
{
	Oid			type = web_type_named(name);
	Json	   *values;

	if (!OidIsValid(type) || get_typtype(type) != TYPTYPE_ENUM)
		return NULL;
	values = json_new_strings(enum_labels(type));
	return values->count > 0 ? values : NULL;
}

/* The literals among the options of an input; NULL: it has none, or they are computed. */
static Json *
options_of(const Argument *argument, const SchemaScope *scope, Oid type)
{
	const Json *options = argument->parameter->options;
	Json	   *values;

	if (options != NULL && options->kind == JSON_IS_STRING && !formula_is_marked(options->text))
		return labels_named(options->text);
	if (options == NULL || options->kind != JSON_IS_ARRAY)
		return NULL;
	values = json_new_array();
	for (int i = 0; i < options->count; i++)
	{
		Json	   *value = literal_for_schema(scope, options->items[i], type);

		if (value == NULL)
			return NULL;
		if (value->kind != JSON_IS_NULL)
			json_append(values, value);
	}
	return values->count > 0 ? values : NULL;
}

/* Lets a value be one of the options alone, or what a list holds. */
static void
add_options(Json *schema, const Argument *argument, const SchemaScope *scope)
{
	Oid			base = getBaseType(argument->type);
	Oid			element = get_element_type(base);
	Json	   *values = options_of(argument, scope, OidIsValid(element) ? element : base);
	Json	   *items = json_get(schema, "items");

	if (values == NULL)
		return;
	if (!OidIsValid(element))
		json_put(schema, "enum", values);
	else if (items != NULL && items->kind == JSON_IS_OBJECT)
	{
		if (type_takes_null(element))
			json_append(values, json_new_null());
		json_put(items, "enum", values);
	}
}

/* Adds what people call it and what it is for, before what it is. */
static Json *
with_words(const Argument *argument, Json *schema)
{
	const Parameter *parameter = argument->parameter;
	const char *description = parameter != NULL ? parameter->description : NULL;
	Json	   *result = json_new_object();

	if (parameter != NULL)
		json_put_string(result, "title", parameter->title);
	json_put_string(result, "description", description != NULL ? description : json_get_text(schema, "description"));
	json_remove(schema, "description");
	for (int i = 0; i < schema->count; i++)
		json_add(result, schema->keys[i], schema->items[i]);
	return result;
}

/* Adds which row it tells. */
static void
add_reference(Json *schema, const Argument *argument, const SchemaOptions *options)
{
	char	   *key;

	if (!OidIsValid(argument->references))
		return;
	key = psprintf("%s(%s)", relation_name_canonical(argument->references), name_canonical(argument->reference_key->name));
	if (options->references_key != NULL)
		json_put_string(schema, options->references_key, key);
	else
		json_put_string(schema, "$comment", psprintf("references %s", key));
}

/* Must an input be given? Also one that would be null otherwise, which its domain refuses. */
static bool
argument_is_required(const Argument *argument)
{
	return argument->required || (argument->parameter->initial == NULL && !type_takes_null(argument->type));
}

/* The schema of an input, or of an output that is null or not. */
static Json *
schema_of_either(const Argument *argument, bool takes_null, SchemaOptions *options)
{
	SchemaScope *scope = &options->scope;
	const Parameter *parameter = argument->parameter;
	Json	   *schema = type_schema(scope, argument->type, argument->typmod);
	Json	   *initial;

	if (parameter != NULL && !scope->output)
		add_options(schema, argument, scope);
	if (takes_null && type_takes_null(argument->type))
		schema = schema_or_null(schema);
	schema = with_words(argument, schema);
	if (parameter == NULL || scope->output)
		return schema;
	initial = parameter->initial != NULL && !parameter->sensitive ?
		literal_for_schema(scope, parameter->initial, argument->type) : NULL;
	if (initial != NULL)
		json_add(schema, "default", initial);
	if (parameter->sensitive)
		json_add(schema, "writeOnly", json_new_boolean(true));
	add_reference(schema, argument, options);
	return schema;
}

Json *
schema_of_argument(const Argument *argument, SchemaOptions *options)
{
	return schema_of_either(argument, !argument->required, options);
}

/* The key of the row that an action is for, as invoke_action() takes it. */
static Json *
target_schema(const Signature *signature, SchemaOptions *options)
{
	Json	   *object;

	if (signature->nkeys == 1)
		return schema_of_argument(&signature->inputs[0], options);
	object = schema_closed_object();
	for (int i = 0; i < signature->nkeys; i++)
		schema_add_member(object, signature->inputs[i].column, schema_of_argument(&signature->inputs[i], options), true);
	return object;
}

Json *
schema_of_inputs(const WebAction *action, SchemaOptions *options)
{
	const Signature *signature = action->signature;
	Json	   *object = object_of_action(action);
	int			first = options->as_arguments ? 0 : signature->nkeys;

	options->scope.output = false;
	if (first > 0)
		schema_add_member(object, TARGET_MEMBER, target_schema(signature, options), true);
	for (int i = first; i < signature->ninputs; i++)
		schema_add_member(object, signature->inputs[i].name, schema_of_argument(&signature->inputs[i], options),
						  argument_is_required(&signature->inputs[i]));
	return object;
}

Json *
schema_of_outputs(const WebAction *action, SchemaOptions *options)
{
	const Signature *signature = action->signature;
	Json	   *object = object_of_action(action);

	options->scope.output = true;
	for (int i = 0; i < signature->noutputs; i++)
	{
		const Argument *output = &signature->outputs[i];

		schema_add_member(object, output->name,
						  schema_of_either(output, !output_is_never_null(action, output), options), true);
	}
	return object;
}

/* One way to fail: its SQLSTATE, and in words what it says and when. */
static Json *
failure_schema(const Failure *failure)
{
	Json	   *schema = json_new_object();

	json_put_string(schema, "const", unpack_sql_state(failure->sqlstate));
	json_put_string(schema, "description", failure->when != NULL && failure->when[0] != '\0' ?
					psprintf("%s: %s", failure->message, failure->when) : failure->message);
	return schema;
}

/*
 * The SQLSTATEs that the action is known to raise, each with what it says first; and
 * any other, since whatever a statement runs into may come besides.
 */
static Json *
sqlstate_schema(const WebAction *action)
{
	Json	   *schema = schema_typed("string");
	Json	   *either = json_new_array();
	List	   *known = NIL;
	Json	   *any = json_new_object();
	ListCell   *cell;

	foreach(cell, facts_failures(action->function))
	{
		const Failure *failure = lfirst(cell);

		if (failure->sqlstate == ANY_SQLSTATE || list_member_int(known, failure->sqlstate))
			continue;
		known = lappend_int(known, failure->sqlstate);
		json_append(either, failure_schema(failure));
	}
	json_put_string(any, "pattern", SQLSTATE_SHAPE);
	json_append(either, any);
	json_add(schema, "anyOf", either);
	return schema;
}

/* A closed object: the "error" of try_invoke_action(), with what the action is known to raise. */
static Json *
schema_of_errors(const WebAction *action)
{
	Json	   *object = object_of_action(action);

	for (int i = 0; i < nerror_fields; i++)
	{
		bool		always = strcmp(error_fields[i].name, "sqlstate") == 0 || strcmp(error_fields[i].name, "message") == 0;
		Json	   *schema = strcmp(error_fields[i].name, "sqlstate") == 0 ? sqlstate_schema(action) : schema_typed("string");

		json_put_string(schema, "description", error_fields[i].words);
		schema_add_member(object, error_fields[i].name, always ? schema : schema_or_null(schema), true);
	}
	return object;
}

Json *
schema_document(Json *object, const SchemaOptions *options)
{
	Json	   *document = json_new_object();

	json_put_string(document, "$schema", SCHEMA_DIALECT);
	for (int i = 0; i < object->count; i++)
		json_add(document, object->keys[i], object->items[i]);
	if (options->scope.parts->count > 0)
		json_add(document, PARTS_KEY, options->scope.parts);
	return document;
}

/* The schema of one direction. */
static Json *
schema_of_direction(const WebAction *action, const char *direction, SchemaOptions *options)
{
	if (strcmp(direction, "in") == 0)
		return schema_of_inputs(action, options);
	if (strcmp(direction, "out") == 0)
		return schema_of_outputs(action, options);
	if (strcmp(direction, "error") == 0)
		return schema_of_errors(action);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("direction cannot be \"%s\"", direction),
			 errhint("It is one of: in, out, error.")));
	return NULL;				/* keep compiler quiet */
}

/* action_schema(name text, direction text, numbers text) returns json */
Datum
custom_action_schema(PG_FUNCTION_ARGS)
{
	SchemaOptions options = schema_options_default();
	WebAction  *action;
	StringInfoData out;

	require_argument(fcinfo, 0, NULL, "name", "Give the name of an action.");
	require_argument(fcinfo, 1, NULL, "direction", "It is one of: in, out, error.");
	options.scope.numbers_as_text = argument_is_second(fcinfo, 2, "action_schema", "numbers", "number", "string");
	action = web_action_named(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	initStringInfo(&out);
	json_print_pretty(&out, schema_document(schema_of_direction(action, text_to_cstring(PG_GETARG_TEXT_PP(1)), &options),
											&options));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
