/*
 * shape.c
 *		The keys of the parts of a definition and the check against them; see
 *		shape.h.
 *
 * A key is added to a part by one line in its list here.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "definition/shape.h"
#include "definition/stage.h"
#include "miscadmin.h"

/* "input", "output" and "plugins" are arrays of objects with keys of their own. */
const ArgumentSpec action_keys[] = {
	{"action", ARGUMENT_NAME, false, NULL, NULL},
	{"description", ARGUMENT_NAME, false, NULL, NULL},
	{"table", ARGUMENT_NAME, false, NULL, NULL},
	{"key", ARGUMENT_NAMES, false, NULL, NULL},
	{"binding", ARGUMENT_CHOICE, false, "row collection", NULL},
	{"run_as", ARGUMENT_CHOICE, false, "caller owner", NULL},
	{"read_only", ARGUMENT_BOOLEAN, false, NULL, NULL},
	{"lock", ARGUMENT_BOOLEAN, false, NULL, NULL},
	{"not_found", ARGUMENT_NAME, false, NULL, NULL},
	{"timeout", ARGUMENT_NAME, false, NULL, NULL},
	{"log", ARGUMENT_CHOICE, false, "off failures basic full trace", NULL},
	{"plugin_policy", ARGUMENT_CHOICE, false, "none pre_and_post all", NULL},
	{"settings", ARGUMENT_VALUES, false, NULL, NULL},
	{"input", ARGUMENT_STEPS, false, NULL, NULL},
	{"output", ARGUMENT_STEPS, false, NULL, NULL},
	{"steps", ARGUMENT_STEPS, false, NULL, NULL},
	{"plugins", ARGUMENT_STEPS, false, NULL, NULL},
	{"frozen", ARGUMENT_NAMES, false, NULL, NULL, true},	/* by activation only */
	{0}
};

const ArgumentSpec parameter_keys[] = {
	{"name", ARGUMENT_NAME, true, NULL, NULL},
	{"type", ARGUMENT_NAME, true, NULL, NULL},
	{"required", ARGUMENT_BOOLEAN, false, NULL, NULL},
	{"default", ARGUMENT_VALUE, false, NULL, NULL},
	{"sensitive", ARGUMENT_BOOLEAN, false, NULL, NULL},
	{"description", ARGUMENT_NAME, false, NULL, NULL},
	{0}
};

const ArgumentSpec plugin_keys[] = {
	{"stage", ARGUMENT_CHOICE, true, STAGE_NAMES, NULL},
	{"function", ARGUMENT_NAME, true, NULL, NULL},
	{"rank", ARGUMENT_VALUE, false, NULL, NULL},
	{"configuration", ARGUMENT_VALUE, false, NULL, NULL},
	{"images", ARGUMENT_VALUE, false, NULL, NULL},
	{"enabled", ARGUMENT_BOOLEAN, false, NULL, NULL},
	{"description", ARGUMENT_NAME, false, NULL, NULL},
	{0}
};

const ArgumentSpec case_keys[] = {
	{"when", ARGUMENT_CONDITION, true, NULL, NULL},
	{"description", ARGUMENT_NAME, false, NULL, NULL},
	{"do", ARGUMENT_STEPS, true, NULL, NULL},
	{0}
};

const ArgumentSpec step_leading_keys[] = {
	{"as", ARGUMENT_NAME, false, NULL, NULL},
	{"description", ARGUMENT_NAME, false, NULL, NULL},
	{0}
};

const ArgumentSpec step_trailing_keys[] = {
	{"when", ARGUMENT_CONDITION, false, NULL, NULL},
	{"enabled", ARGUMENT_BOOLEAN, false, NULL, NULL},
	{"on_error_when", ARGUMENT_CONDITION, false, NULL, NULL},
	{"on_error", ARGUMENT_STEPS, false, NULL, NULL},
	{0}
};

/* What a value of a shape is called in messages. */
static const char *const shape_names[] = {
	[ARGUMENT_VALUE] = "a value",
	[ARGUMENT_VALUES] = "an object of values",
	[ARGUMENT_CONDITION] = "a string with a formula",
	[ARGUMENT_TEXT] = "a string, number or boolean",
	[ARGUMENT_NAME] = "a string",
	[ARGUMENT_NAMES] = "an array of strings",
	[ARGUMENT_BOOLEAN] = "true or false",
	[ARGUMENT_CHOICE] = "a string",
	[ARGUMENT_ORDER] = "a string or an array of strings",
	[ARGUMENT_OBJECT] = "an object",
	[ARGUMENT_STEPS] = "an array of objects",
	[ARGUMENT_CASES] = "an array of objects with \"when\" and \"do\"",
};

/* Names the kind of a JSON value with its article. */
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

/* Makes the location of a key. */
char *
location_below(const char *location, const char *key)
{
	if (location[0] == '\0')
		return pstrdup(key);
	return psprintf("%s.%s", location, key);
}

/* Finds a key in a list of keys. */
const ArgumentSpec *
shape_find(const ArgumentSpec *list, const char *key)
{
	for (; list != NULL && list->key != NULL; list++)
	{
		if (strcmp(list->key, key) == 0)
			return list;
	}
	return NULL;
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

/* Finds the key of a step that is its verb. */
int
step_verb(const Json *step)
{
	int			i;

	for (i = 0; i < step->count; i++)
	{
		if (step_kind_find(step->keys[i]) != NULL)
			return i;
	}
	return -1;
}

/*
 * Does a key among the arguments of a row belong to the step itself? Asked
 * for let and output, whose other arguments are names and values. "enabled"
 * has a column.
 */
bool
step_owns_argument(const StepKind *kind, const char *key)
{
	return shape_find(kind->arguments, key) != NULL ||
		(shape_find(step_trailing_keys, key) != NULL && strcmp(key, "enabled") != 0);
}

/* Could this be a key of some kind of step? */
bool
step_key_is_known(const char *key)
{
	int			i;

	for (i = 0; i < step_kind_count(); i++)
	{
		if (shape_find(step_kind_at(i)->arguments, key) != NULL)
			return true;
	}
	return shape_find(step_leading_keys, key) != NULL ||
		shape_find(step_trailing_keys, key) != NULL;
}

/* Finds a key in all lists of a shape. */
static const ArgumentSpec *
find_in_shape(const Shape *shape, const char *key)
{
	const ArgumentSpec *found = NULL;
	int			i;

	for (i = 0; i < lengthof(shape->lists) && found == NULL; i++)
		found = shape_find(shape->lists[i], key);
	return found;
}

/* Lists the keys of a shape, for a hint. */
static char *
known_keys(const Shape *shape)
{
	StringInfoData out;
	const ArgumentSpec *spec;
	int			i;

	initStringInfo(&out);
	appendStringInfo(&out, "Keys of %s: ", shape->what);
	if (shape->verb != NULL)
		appendStringInfo(&out, "%s, ", shape->verb);
	for (i = 0; i < lengthof(shape->lists); i++)
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

/* Is this one of the words of a list separated by blanks? */
static bool
is_choice(const char *choices, const char *word)
{
	size_t		length = strlen(word);
	const char *c;

	if (length == 0 || strchr(word, ' ') != NULL)
		return false;
	for (c = choices; (c = strstr(c, word)) != NULL; c += length)
	{
		if ((c == choices || c[-1] == ' ') && (c[length] == ' ' || c[length] == '\0'))
			return true;
	}
	return false;
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
	int			i;

	if (json->kind != JSON_IS_ARRAY)
		return false;
	for (i = 0; i < json->count; i++)
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
		case ARGUMENT_NAMES:
			return is_array_of(json, JSON_IS_STRING);
		case ARGUMENT_ORDER:
			return json->kind == JSON_IS_STRING || is_array_of(json, JSON_IS_STRING);
		case ARGUMENT_STEPS:
		case ARGUMENT_CASES:
			return json->kind == JSON_IS_ARRAY;
	}
	return false;
}

/* Reports every object below a value that has a key twice. */
void
shape_check_duplicates(ProblemSink *sink, const Json *json, const char *location)
{
	const char *key = json_duplicate_key(json);
	int			i;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (key != NULL)
		problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
					   psprintf("duplicate key \"%s\"", key), NULL,
					   "Keep one of the two.");
	for (i = 0; i < json->count; i++)
	{
		if (json->items[i]->count == 0)
			continue;
		shape_check_duplicates(sink, json->items[i],
							   location_below(location, json->kind == JSON_IS_OBJECT ?
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
check_value(ProblemSink *sink, const ArgumentSpec *spec, const Json *json,
			const char *location)
{
	Shape		members = {0};

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
			if (is_choice(spec->choices, json->text))
				return true;
			problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
						   psprintf("key \"%s\" cannot be \"%s\"", spec->key, json->text),
						   NULL, psprintf("It is one of: %s.", comma_separated(spec->choices)));
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

/* Checks an object against its shape. */
bool
shape_check(ProblemSink *sink, const Shape *shape, const Json *json,
			const char *location)
{
	const char *duplicate = json_duplicate_key(json);
	const ArgumentSpec *spec;
	bool		sound = true;
	int			i;

	if (duplicate != NULL)
		problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE,
					   location_below(location, duplicate),
					   psprintf("duplicate key \"%s\"", duplicate), NULL,
					   "Keep one of the two.");
	for (i = 0; i < json->count; i++)
	{
		const char *key = json->keys[i];

		if (shape->verb != NULL && strcmp(key, shape->verb) == 0)
			continue;
		spec = find_in_shape(shape, key);
		if (spec == NULL)
			problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE,
						   location_below(location, key),
						   psprintf("unknown key \"%s\" of %s", key, shape->what),
						   NULL, suggestion_hint(key_like(shape, key), known_keys(shape)));
		else if (!check_value(sink, spec, json->items[i], location_below(location, key)))
			sound = false;
	}
	for (i = 0; i < lengthof(shape->lists); i++)
	{
		for (spec = shape->lists[i]; spec != NULL && spec->key != NULL; spec++)
		{
			if (!spec->required || json_get(json, spec->key) != NULL)
				continue;
			problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
						   psprintf("%s needs the key \"%s\"", shape->what, spec->key),
						   NULL, known_keys(shape));
			sound = false;
		}
	}
	return sound;
}
