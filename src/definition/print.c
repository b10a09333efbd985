/*
 * print.c
 *		Canonical text of a definition.
 *
 * First the document is put in normal form: known keys in their order, what
 * is implied anyway left out. Then it is printed: a value that fits in what
 * is left of a line stays on one line. Nothing is checked here; what is not
 * known is kept after what is.
 */
#include "postgres.h"

#include "definition/print.h"
#include "definition/shape.h"
#include "miscadmin.h"
#include "utils/json.h"

#define LINE_WIDTH		80

/* Deeper is not indented further: the text of deeply nested steps would grow with the square of their number. */
#define MAX_INDENT		60

/* Puts a value of a known key in normal form; NULL leaves the key out. */
typedef Json *(*NormalValue) (const Json *object, const ArgumentSpec *spec, const Json *value);

static Json *normal_step(const Json *step);

/* Is a value this string, number or boolean? */
static bool
is_text(const Json *json, JsonKind kind, const char *text)
{
	return json->kind == kind && strcmp(json->text, text) == 0;
}

/* Puts an array of objects in normal form, by a function for its elements. */
static Json *
normal_array(const Json *array, Json *(*normal) (const Json *))
{
	Json	   *result = json_new_array();
	int			i;

	check_stack_depth();
	if (array->kind != JSON_IS_ARRAY)
		return json_copy(array);
	for (i = 0; i < array->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (array->items[i]->kind == JSON_IS_OBJECT)
			json_append(result, normal(array->items[i]));
		else
			json_append(result, json_copy(array->items[i]));
	}
	return result;
}

/* Adds the members of an object that a list knows, in the list's order. */
static void
add_known(Json *result, const Json *json, const ArgumentSpec *list, NormalValue normal)
{
	int			i;

	for (; list != NULL && list->key != NULL; list++)
	{
		for (i = 0; i < json->count; i++)
		{
			Json	   *value;

			if (strcmp(json->keys[i], list->key) != 0)
				continue;
			value = normal(json, list, json->items[i]);
			if (value != NULL)
				json_add(result, list->key, value);
		}
	}
}

/* Adds the members of an object that a shape does not know. */
static void
add_unknown(Json *result, const Json *json, const Shape *shape)
{
	int			i;

	for (i = 0; i < json->count; i++)
	{
		if ((shape->verb != NULL && strcmp(json->keys[i], shape->verb) == 0) ||
			shape_find(shape->lists[0], json->keys[i]) != NULL ||
			shape_find(shape->lists[1], json->keys[i]) != NULL ||
			shape_find(shape->lists[2], json->keys[i]) != NULL)
			continue;
		json_add(result, json->keys[i], json_copy(json->items[i]));
	}
}

/* Puts an object in normal form by its shape. */
static Json *
normal_object(const Json *json, const Shape *shape, NormalValue normal)
{
	Json	   *result = json_new_object();
	int			i;

	if (shape->verb != NULL)
		json_add(result, shape->verb, json_copy(json_get(json, shape->verb)));
	for (i = 0; i < lengthof(shape->lists); i++)
		add_known(result, json, shape->lists[i], normal);
	add_unknown(result, json, shape);
	return result;
}

/* Values of keys that need no special treatment. */
static Json *
normal_plain(const Json *object, const ArgumentSpec *spec, const Json *value)
{
	if (spec->shape == ARGUMENT_STEPS)
		return normal_array(value, normal_step);
	return json_copy(value);
}

/* Puts a case of a choose in normal form. */
static Json *
normal_case(const Json *json)
{
	Shape		shape = {"a case", NULL, {case_keys, NULL, NULL}};

	return normal_object(json, &shape, normal_plain);
}

/* Values of a step's keys. */
static Json *
normal_step_value(const Json *object, const ArgumentSpec *spec, const Json *value)
{
	Shape		members = {spec->key, NULL, {spec->members, NULL, NULL}};

	if (strcmp(spec->key, "enabled") == 0 && is_text(value, JSON_IS_BOOLEAN, "true"))
		return NULL;
	if (spec->shape == ARGUMENT_CASES)
		return normal_array(value, normal_case);
	if (spec->shape == ARGUMENT_OBJECT && value->kind == JSON_IS_OBJECT)
		return normal_object(value, &members, normal_plain);
	return normal_plain(object, spec, value);
}

/* Puts a step in normal form; one without a known verb is kept as it is. */
static Json *
normal_step(const Json *step)
{
	int			verb = step_verb(step);
	Shape		shape;

	if (verb < 0)
		return json_copy(step);
	step_shape(&shape, step_kind_find(step->keys[verb]));
	shape.lists[0] = step_leading_keys;
	return normal_object(step, &shape, normal_step_value);
}

/* Values of the keys of an input. */
static Json *
normal_input_value(const Json *object, const ArgumentSpec *spec, const Json *value)
{
	const char *implied = json_get(object, "default") == NULL ? "true" : "false";

	if (strcmp(spec->key, "required") == 0 && is_text(value, JSON_IS_BOOLEAN, implied))
		return NULL;
	if (strcmp(spec->key, "sensitive") == 0 && is_text(value, JSON_IS_BOOLEAN, "false"))
		return NULL;
	return json_copy(value);
}

/* Values of the keys of an output. */
static Json *
normal_output_value(const Json *object, const ArgumentSpec *spec, const Json *value)
{
	if ((strcmp(spec->key, "required") == 0 || strcmp(spec->key, "sensitive") == 0) &&
		is_text(value, JSON_IS_BOOLEAN, "false"))
		return NULL;
	return json_copy(value);
}

/* Values of the keys of a plug-in. */
static Json *
normal_plugin_value(const Json *object, const ArgumentSpec *spec, const Json *value)
{
	if (value->kind == JSON_IS_NULL ||
		(strcmp(spec->key, "enabled") == 0 && is_text(value, JSON_IS_BOOLEAN, "true")) ||
		(strcmp(spec->key, "rank") == 0 && is_text(value, JSON_IS_NUMBER, "1")))
		return NULL;
	return json_copy(value);
}

/* Puts an input in normal form. */
static Json *
normal_input(const Json *json)
{
	Shape		shape = {"an input", NULL, {parameter_keys, NULL, NULL}};

	return normal_object(json, &shape, normal_input_value);
}

/* Puts an output in normal form. */
static Json *
normal_output(const Json *json)
{
	Shape		shape = {"an output", NULL, {parameter_keys, NULL, NULL}};

	return normal_object(json, &shape, normal_output_value);
}

/* Puts a plug-in in normal form. */
static Json *
normal_plugin(const Json *json)
{
	Shape		shape = {"a plug-in", NULL, {plugin_keys, NULL, NULL}};

	return normal_object(json, &shape, normal_plugin_value);
}

/* Values of the keys of the header. */
static Json *
normal_header_value(const Json *object, const ArgumentSpec *spec, const Json *value)
{
	const char *key = spec->key;

	if (strcmp(key, "steps") == 0)
		return normal_array(value, normal_step);
	if ((strcmp(key, "run_as") == 0 && is_text(value, JSON_IS_STRING, "caller")) ||
		(strcmp(key, "binding") == 0 && is_text(value, JSON_IS_STRING, "row")) ||
		(strcmp(key, "read_only") == 0 && is_text(value, JSON_IS_BOOLEAN, "false")))
		return NULL;
	if ((value->kind == JSON_IS_ARRAY || value->kind == JSON_IS_OBJECT) && value->count == 0 &&
		strcmp(key, "frozen") != 0)
		return NULL;			/* that nothing is frozen says something */
	if (strcmp(key, "input") == 0)
		return normal_array(value, normal_input);
	if (strcmp(key, "output") == 0)
		return normal_array(value, normal_output);
	if (strcmp(key, "plugins") == 0)
		return normal_array(value, normal_plugin);
	return json_copy(value);
}

/* Puts a document in normal form. */
static Json *
normal_document(const Json *document)
{
	Shape		shape = {"a definition", NULL, {action_keys, NULL, NULL}};
	Json	   *complete;

	if (document->kind != JSON_IS_OBJECT)
		return json_copy(document);
	if (json_get(document, "steps") != NULL)
		return normal_object(document, &shape, normal_header_value);
	complete = json_copy(document);
	json_add(complete, "steps", json_new_array());
	return normal_object(complete, &shape, normal_header_value);
}

/* Prints a value that starts at a column; what does not fit is spread over lines. */
static void
print_pretty(StringInfo out, const Json *json, int indent, bool spread)
{
	bool		object = json->kind == JSON_IS_OBJECT;
	int			below = Min(indent + 2, MAX_INDENT);
	int			start = out->len;
	int			i;

	check_stack_depth();
	if (json->count == 0)
	{
		json_print(out, json);
		return;
	}
	if (!spread && json_print_within(out, json, start + LINE_WIDTH - indent))
		return;

	out->len = start;
	out->data[start] = '\0';
	appendStringInfoString(out, object ? "{\n" : "[\n");
	for (i = 0; i < json->count; i++)
	{
		appendStringInfoSpaces(out, below);
		if (object)
		{
			escape_json(out, json->keys[i]);
			appendStringInfoString(out, ": ");
		}
		print_pretty(out, json->items[i], below, false);
		appendStringInfoString(out, i + 1 < json->count ? ",\n" : "\n");
	}
	appendStringInfoSpaces(out, indent);
	appendStringInfoChar(out, object ? '}' : ']');
}

/* Prints a document in canonical form. */
char *
definition_print(const Json *document)
{
	StringInfoData out;

	initStringInfo(&out);
	print_pretty(&out, normal_document(document), 0, true);
	return out.data;
}
