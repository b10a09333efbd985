/*
 * shape.c
 *		Checks parts of a definition against their keys.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "definition/shape.h"
#include "miscadmin.h"

/* What a value of a shape is called in messages. */
static const char *const shape_names[] = {
	[ARGUMENT_VALUE] = "a value",
	[ARGUMENT_VALUES] = "an object of values",
	[ARGUMENT_CONDITION] = "a string with a formula",
	[ARGUMENT_TEXT] = "a string, number or boolean",
	[ARGUMENT_NAME] = "a string",
	[ARGUMENT_NAMES] = "an array of strings",
	[ARGUMENT_BOOLEAN] = "true or false",
	[ARGUMENT_INTEGER] = "a whole number",
	[ARGUMENT_CHOICE] = "a string",
	[ARGUMENT_ORDER] = "a string or an array of strings",
	[ARGUMENT_OBJECT] = "an object",
	[ARGUMENT_OBJECTS] = "an array of objects",
	[ARGUMENT_STEPS] = "an array of objects",
	[ARGUMENT_CASES] = "an array of objects with \"when\" and \"do\"",
};

const char *
json_kind_name(const Json *json)
{
	if (json == NULL)
		return "nothing";
	switch (json->kind)
	{
		case JSON_IS_NULL:
			return "null";
		case JSON_IS_BOOLEAN:
			return "a boolean";
		case JSON_IS_NUMBER:
			return "a number";
		case JSON_IS_STRING:
			return "a string";
		case JSON_IS_ARRAY:
			return "an array";
		case JSON_IS_OBJECT:
			return "an object";
	}
	return "nothing";
}

char *
shape_location(const char *location, const char *key)
{
	if (location[0] == '\0')
		return pstrdup(key);
	return psprintf("%s.%s", location, key);
}

/* Describes the objects that are steps of a kind. */
void
step_shape(Shape *shape, const StepKind *kind)
{
	shape->what = psprintf("step \"%s\"", kind->name);
	shape->verb = kind->name;
	shape->lists[0] = kind->named ? step_leading_keys : step_leading_keys + 1;
	shape->lists[1] = kind->arguments;
	shape->lists[2] = step_trailing_keys;
}

int
step_verb(const Json *step)
{
	for (int i = 0; i < step->count; i++)
	{
		if (step_kind_find(step->keys[i]) != NULL)
			return i;
	}
	return -1;
}

/*
 * Does a key among the arguments of a row belong to the step itself? Asked
 * for let and output, whose other arguments are names and values. What has a
 * column is not among the arguments.
 */
bool
step_owns_argument(const StepKind *kind, const char *key)
{
	const ArgumentSpec *spec = key_find(step_trailing_keys, key);

	return key_find(kind->arguments, key) != NULL || (spec != NULL && spec->column == NULL);
}

/* Could this be a key of some kind of step? */
bool
step_key_is_known(const char *key)
{
	for (int i = 0; i < step_kind_count(); i++)
	{
		if (key_find(step_kind_at(i)->arguments, key) != NULL)
			return true;
	}
	return key_find(step_leading_keys, key) != NULL ||
		key_find(step_trailing_keys, key) != NULL;
}

/* Finds a key in all lists of a shape. */
static const ArgumentSpec *
find_in_shape(const Shape *shape, const char *key)
{
	const ArgumentSpec *found = NULL;

	for (int i = 0; i < lengthof(shape->lists) && found == NULL; i++)
		found = key_find(shape->lists[i], key);
	return found;
}

/* Lists the keys of a shape, for a hint. */
static char *
known_keys(const Shape *shape)
{
	StringInfoData out;
	const ArgumentSpec *spec;

	initStringInfo(&out);
	appendStringInfo(&out, "Keys of %s: ", shape->what);
	if (shape->verb != NULL)
		appendStringInfo(&out, "%s, ", shape->verb);
	for (int i = 0; i < lengthof(shape->lists); i++)
	{
		for (spec = shape->lists[i]; spec != NULL && spec->key != NULL; spec++)
			if (!spec->untold)
				appendStringInfo(&out, "%s, ", spec->key);
	}
	out.len -= 2;
	out.data[out.len] = '\0';
	appendStringInfoChar(&out, '.');
	return out.data;
}

/* The key of a shape that is most like a given one, or NULL. */
static char *
key_like(const Shape *shape, const char *key)
{
	Suggestion	suggestion;

	suggestion_init(&suggestion, key);
	for (int i = 0; i < lengthof(shape->lists); i++)
		for (const ArgumentSpec *spec = shape->lists[i]; spec != NULL && spec->key != NULL; spec++)
			if (!spec->untold)
				suggestion_consider(&suggestion, spec->key, spec->key);
	return suggestion.best;
}

/* Writes words separated by blanks with commas. */
static char *
comma_separated(const char *words)
{
	StringInfoData out;

	initStringInfo(&out);
	for (; *words != '\0'; words++)
	{
		if (*words == ' ')
			appendStringInfoString(&out, ", ");
		else
			appendStringInfoChar(&out, *words);
	}
	return out.data;
}

/* Is this an array whose elements are all of one kind? */
static bool
is_array_of(const Json *json, JsonKind kind)
{
	if (json->kind != JSON_IS_ARRAY)
		return false;
	for (int i = 0; i < json->count; i++)
	{
		if (json->items[i]->kind != kind)
			return false;
	}
	return true;
}

/* Does the kind of a JSON value fit a shape? What is inside is looked at later. */
static bool
fits_shape(const Json *json, ArgumentShape shape)
{
	switch (shape)
	{
		case ARGUMENT_VALUE:
			return true;
		case ARGUMENT_VALUES:
		case ARGUMENT_OBJECT:
			return json->kind == JSON_IS_OBJECT;
		case ARGUMENT_CONDITION:
		case ARGUMENT_NAME:
		case ARGUMENT_CHOICE:
			return json->kind == JSON_IS_STRING;
		case ARGUMENT_TEXT:
			return json->kind == JSON_IS_STRING || json->kind == JSON_IS_NUMBER ||
				json->kind == JSON_IS_BOOLEAN;
		case ARGUMENT_BOOLEAN:
			return json->kind == JSON_IS_BOOLEAN;
		case ARGUMENT_INTEGER:
			return json->kind == JSON_IS_NUMBER;
		case ARGUMENT_NAMES:
			return is_array_of(json, JSON_IS_STRING);
		case ARGUMENT_ORDER:
			return json->kind == JSON_IS_STRING || is_array_of(json, JSON_IS_STRING);
		case ARGUMENT_OBJECTS:
		case ARGUMENT_STEPS:
		case ARGUMENT_CASES:
			return json->kind == JSON_IS_ARRAY;
	}
	return false;
}

void
shape_check_duplicates(ProblemSink *sink, const Json *json, const char *location)
{
	const char *key = json_duplicate_key(json);

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (key != NULL)
		problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
					   psprintf("duplicate key \"%s\"", key), NULL,
					   "Keep one of the two.");
	for (int i = 0; i < json->count; i++)
	{
		if (json->items[i]->count == 0)
			continue;
		shape_check_duplicates(sink, json->items[i],
							   shape_location(location, json->kind == JSON_IS_OBJECT ?
											  json->keys[i] : psprintf("%d", i + 1)));
	}
}

/* Is an array of the right elements good for a shape? */
static bool
is_array_shape(ArgumentShape shape)
{
	return shape == ARGUMENT_NAMES || shape == ARGUMENT_ORDER;
}

/* Checks the value of a known key. */
static bool
value_is_sound(ProblemSink *sink, const ArgumentSpec *spec, const Json *json,
			   const char *location)
{
	Shape		members = {0};
	int			number;

	if (!fits_shape(json, spec->shape))
	{
		problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
					   json->kind == JSON_IS_ARRAY && is_array_shape(spec->shape) ?
					   psprintf("key \"%s\" must be %s", spec->key, shape_names[spec->shape]) :
					   psprintf("key \"%s\" must be %s, not %s", spec->key,
								shape_names[spec->shape], json_kind_name(json)),
					   NULL, NULL);
		return false;
	}

	switch (spec->shape)
	{
		case ARGUMENT_CHOICE:
			if (choice_number(spec->choices, json->text) >= 0)
				return true;
			problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
						   psprintf("key \"%s\" cannot be \"%s\"", spec->key, json->text),
						   NULL, psprintf("It is one of: %s.", comma_separated(spec->choices)));
			return false;
		case ARGUMENT_INTEGER:
			if (integer_parse(json, &number))
				return true;
			problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
						   psprintf("key \"%s\" must be a whole number of at most %d digits, not %s",
									spec->key, INTEGER_DIGITS, json->text), NULL, NULL);
			return false;
		case ARGUMENT_OBJECT:
			members.what = psprintf("\"%s\"", spec->key);
			members.lists[0] = spec->members;
			return shape_check(sink, &members, json, location);
		case ARGUMENT_VALUE:
		case ARGUMENT_VALUES:
			shape_check_duplicates(sink, json, location);
			return true;
		default:
			return true;
	}
}

/* Does an object lack a key that it needs? */
static bool
key_is_missing(const ArgumentSpec *spec, const Json *json)
{
	if (json_get(json, spec->key) != NULL)
		return false;
	return spec->required || (spec->required_unless != NULL && json_get(json, spec->required_unless) == NULL);
}

bool
shape_check(ProblemSink *sink, const Shape *shape, const Json *json,
			const char *location)
{
	const char *duplicate = json_duplicate_key(json);
	const ArgumentSpec *spec;
	bool		sound = true;

	if (duplicate != NULL)
		problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE,
					   shape_location(location, duplicate),
					   psprintf("duplicate key \"%s\"", duplicate), NULL,
					   "Keep one of the two.");
	for (int i = 0; i < json->count; i++)
	{
		const char *key = json->keys[i];

		if (shape->verb != NULL && strcmp(key, shape->verb) == 0)
			continue;
		spec = find_in_shape(shape, key);
		if (spec == NULL)
			problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE,
						   shape_location(location, key),
						   psprintf("unknown key \"%s\" of %s", key, shape->what),
						   NULL, suggestion_hint(key_like(shape, key), known_keys(shape)));
		else if (!value_is_sound(sink, spec, json->items[i], shape_location(location, key)))
			sound = false;
	}
	for (int i = 0; i < lengthof(shape->lists); i++)
	{
		for (spec = shape->lists[i]; spec != NULL && spec->key != NULL; spec++)
		{
			if (!key_is_missing(spec, json))
				continue;
			problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
						   spec->required ? psprintf("%s needs the key \"%s\"", shape->what, spec->key) :
						   psprintf("%s needs the key \"%s\", or \"%s\"", shape->what, spec->key, spec->required_unless),
						   NULL, known_keys(shape));
			sound = false;
		}
	}
	return sound;
}
