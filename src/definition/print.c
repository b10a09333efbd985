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

static Json *normal_step(const Json *step);
static Json *normal_part(const Json *json, const ArgumentSpec *keys);

/* Puts an array of parts in normal form: of steps, or of objects with these keys. */
static Json *
normal_array(const Json *array, const ArgumentSpec *keys)
{
	Json	   *result = json_new_array();

	check_stack_depth();
	if (array->kind != JSON_IS_ARRAY)
		return json_copy(array);
	for (int i = 0; i < array->count; i++)
	{
		const Json *item = array->items[i];

		CHECK_FOR_INTERRUPTS();
		if (item->kind != JSON_IS_OBJECT)
			json_append(result, json_copy(item));
		else
			json_append(result, keys != NULL ? normal_part(item, keys) : normal_step(item));
	}
	return result;
}

/* Puts the value of a known key in normal form; NULL leaves the key out. */
static Json *
normal_value(const Json *object, const ArgumentSpec *spec, const Json *value)
{
	if (key_is_implied(spec, object, value))
		return NULL;

	/*
	 * where any value goes, null is one that says nothing; elsewhere it is a
	 * mistake that must show
	 */
	if (value->kind == JSON_IS_NULL && spec->shape == ARGUMENT_VALUE && spec->column != NULL &&
		!spec->null_counts)
		return NULL;
	switch (spec->shape)
	{
		case ARGUMENT_STEPS:
			return normal_array(value, NULL);
		case ARGUMENT_CASES:
			return normal_array(value, case_keys);
		case ARGUMENT_OBJECTS:
			return normal_array(value, spec->members);
		case ARGUMENT_OBJECT:
			if (value->kind == JSON_IS_OBJECT)
				return normal_part(value, spec->members);
			return json_copy(value);
		default:
			return json_copy(value);
	}
}

/* Adds the members of an object that a list knows, in the list's order. */
static void
add_known(Json *result, const Json *json, const ArgumentSpec *list)
{
	for (; list != NULL && list->key != NULL; list++)
	{
		for (int i = 0; i < json->count; i++)
		{
			Json	   *value;

			if (strcmp(json->keys[i], list->key) != 0)
				continue;
			value = normal_value(json, list, json->items[i]);
			if (value != NULL)
				json_add(result, list->key, value);
		}
	}
}

/* Adds the members of an object that a shape does not know. */
static void
add_unknown(Json *result, const Json *json, const Shape *shape)
{
	for (int i = 0; i < json->count; i++)
	{
		if ((shape->verb != NULL && strcmp(json->keys[i], shape->verb) == 0) ||
			key_find(shape->lists[0], json->keys[i]) != NULL ||
			key_find(shape->lists[1], json->keys[i]) != NULL ||
			key_find(shape->lists[2], json->keys[i]) != NULL)
			continue;
		json_add(result, json->keys[i], json_copy(json->items[i]));
	}
}

/* Puts an object in normal form by its shape. */
static Json *
normal_object(const Json *json, const Shape *shape)
{
	Json	   *result = json_new_object();

	if (shape->verb != NULL)
		json_add(result, shape->verb, json_copy(json_get(json, shape->verb)));
	for (int i = 0; i < lengthof(shape->lists); i++)
		add_known(result, json, shape->lists[i]);
	add_unknown(result, json, shape);
	return result;
}

/* Puts an object in normal form that has the keys of one list. */
static Json *
normal_part(const Json *json, const ArgumentSpec *keys)
{
	Shape		shape = {.lists = {keys}};

	return normal_object(json, &shape);
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
	return normal_object(step, &shape);
}

/* Puts a document in normal form. */
static Json *
normal_document(const Json *document)
{
	Json	   *complete;

	if (document->kind != JSON_IS_OBJECT)
		return json_copy(document);
	if (json_get(document, "steps") != NULL)
		return normal_part(document, action_keys);
	complete = json_copy(document);
	json_add(complete, "steps", json_new_array());
	return normal_part(complete, action_keys);
}

/* Prints a value that starts at a column; what does not fit is spread over lines. */
static void
print_pretty(StringInfo out, const Json *json, int indent, bool spread)
{
	bool		object = json->kind == JSON_IS_OBJECT;
	int			below = Min(indent + 2, MAX_INDENT);
	int			start = out->len;

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
	for (int i = 0; i < json->count; i++)
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

void
json_print_pretty(StringInfo out, const Json *json)
{
	print_pretty(out, json, 0, true);
}

char *
definition_print(const Json *document)
{
	StringInfoData out;

	initStringInfo(&out);
	print_pretty(&out, normal_document(document), 0, true);
	return out.data;
}
