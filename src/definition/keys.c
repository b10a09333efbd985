/*
 * keys.c
 *		The keys of the parts of a definition; see keys.h.
 *
 * A key is added by its row here. One with a column needs that, too, in
 * sql/20_tables.sql; and whatever it is for is done where it is used.
 */
#include "postgres.h"

#include "definition/definition.h"
#include "definition/keys.h"
#include "definition/stage.h"

/* Where "lock" or "log" is left out, it is not one of its values that is meant: nothing is implied. */
const ArgumentSpec action_keys[] = {
	{"action", ARGUMENT_NAME, .column = "name", FIELD(Definition, action)},
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Definition, description)},
	{"table", ARGUMENT_NAME, .column = "bound_table", FIELD(Definition, table)},
	{"key", ARGUMENT_NAMES, .column = "key_columns", .implied = "[]", FIELD(Definition, key)},
	{"binding", ARGUMENT_CHOICE, .choices = "row collection", .column = "binding", .implied = "row",
	FIELD(Definition, collection)},
	{"run_as", ARGUMENT_CHOICE, .choices = "caller owner", .column = "run_as", .implied = "caller",
	FIELD(Definition, as_owner), .words = "Runs with the rights of its %s"},
	{"read_only", ARGUMENT_BOOLEAN, .column = "read_only", .implied = "false",
	FIELD(Definition, read_only), .words = "Only reads"},
	{"lock", ARGUMENT_BOOLEAN, .column = "lock", FIELD(Definition, lock)},
	{"not_found", ARGUMENT_NAME, .column = "not_found"},
	{"timeout", ARGUMENT_NAME, .column = "timeout",
	FIELD(Definition, timeout), .words = "Takes at most %s"},
	{"log", ARGUMENT_CHOICE, .choices = "off failures basic full trace", .column = "log",
	FIELD(Definition, log), .words = "Logged at level %s"},
	{"summary", ARGUMENT_NAME, .column = "summary",
	FIELD(Definition, summary), .words = "Recorded as \"%s\""},
	{"plugin_policy", ARGUMENT_CHOICE, .choices = "none pre_and_post all", .column = "plugin_policy"},
	{"settings", ARGUMENT_VALUES, .column = "settings", .implied = "{}", FIELD(Definition, settings)},
	{"input", ARGUMENT_OBJECTS, .members = input_keys, .implied = "[]"},
	{"output", ARGUMENT_OBJECTS, .members = output_keys, .implied = "[]"},
	{"steps", ARGUMENT_STEPS},
	{"plugins", ARGUMENT_OBJECTS, .members = plugin_keys, .implied = "[]"},

	/*
	 * written by activation; empty it says that nothing is frozen, so nothing
	 * is implied
	 */
	{"frozen", ARGUMENT_NAMES, .untold = true},
	{0}
};

/* Inputs and outputs differ in what it means to leave out "required", and in what is said of it. */
#define PARAMETER_KEYS(...) \
	{"name", ARGUMENT_NAME, true, .column = "name", FIELD(Parameter, name)}, \
	{"type", ARGUMENT_NAME, true, .column = "type", FIELD(Parameter, type)}, \
	{"required", ARGUMENT_BOOLEAN, .column = "required", FIELD(Parameter, required), __VA_ARGS__}, \
	{"default", ARGUMENT_VALUE, .column = "default_value", .null_counts = true, FIELD(Parameter, initial)}, \
	{"sensitive", ARGUMENT_BOOLEAN, .column = "sensitive", .implied = "false", \
	FIELD(Parameter, sensitive), .words = ", sensitive"}, \
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Parameter, description), .words = " (%s)"}, \
	{0}

const ArgumentSpec input_keys[] = {
	PARAMETER_KEYS(.implied = "true", .unless = "default", .words = ", optional")
};

const ArgumentSpec output_keys[] = {
	PARAMETER_KEYS(.implied = "false", .words = ", never empty")
};

const ArgumentSpec plugin_keys[] = {
	{"stage", ARGUMENT_CHOICE, true, STAGE_NAMES, .column = "stage"},
	{"function", ARGUMENT_NAME, true, .column = "function"},
	{"rank", ARGUMENT_INTEGER, .column = "rank", .implied = "1"},
	{"configuration", ARGUMENT_VALUE, .column = "configuration"},
	{"images", ARGUMENT_VALUE, .column = "images"},
	{"enabled", ARGUMENT_BOOLEAN, .column = "enabled", .implied = "true",
	FIELD(Registration, enabled), .words = " (disabled)"},
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Registration, description), .words = " (%s)"},
	{0}
};

const ArgumentSpec case_keys[] = {
	{"when", ARGUMENT_CONDITION, true, .column = "subject"},
	{"description", ARGUMENT_NAME, .column = "description"},
	{"do", ARGUMENT_STEPS, true},
	{0}
};

const ArgumentSpec step_leading_keys[] = {
	{"as", ARGUMENT_NAME, .column = "name", FIELD(Step, name)},
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Step, description)},
	{0}
};

const ArgumentSpec step_trailing_keys[] = {
	{"when", ARGUMENT_CONDITION, FIELD(Step, when), .words = ", when %s"},
	{"enabled", ARGUMENT_BOOLEAN, .column = "enabled", .implied = "true",
	FIELD(Step, enabled), .words = " (disabled)"},
	{"on_error_when", ARGUMENT_CONDITION},
	{"on_error", ARGUMENT_STEPS},
	{0}
};

const DefinitionPart definition_parts[] = {
	{"action", action_keys},
	{"input", input_keys},
	{"output", output_keys},
	{"step", step_leading_keys, step_trailing_keys},
	{"case", case_keys},
	{"plugin", plugin_keys},
	{0}
};

const ArgumentSpec *
key_find(const ArgumentSpec *list, const char *key)
{
	for (; list != NULL && list->key != NULL; list++)
		if (strcmp(list->key, key) == 0)
			return list;
	return NULL;
}

const char *
key_implied(const ArgumentSpec *spec, const Json *object)
{
	if (spec->unless != NULL && json_get(object, spec->unless) != NULL)
		return "false";
	return spec->implied;
}

bool
key_is_implied(const ArgumentSpec *spec, const Json *object, const Json *value)
{
	const char *implied = key_implied(spec, object);

	if (implied == NULL)
		return false;
	switch (value->kind)
	{
		case JSON_IS_NULL:
			return false;
		case JSON_IS_ARRAY:
			return value->count == 0 && strcmp(implied, "[]") == 0;
		case JSON_IS_OBJECT:
			return value->count == 0 && strcmp(implied, "{}") == 0;
		case JSON_IS_BOOLEAN:
			return spec->shape == ARGUMENT_BOOLEAN && strcmp(value->text, implied) == 0;
		case JSON_IS_NUMBER:
			return spec->shape == ARGUMENT_INTEGER && strcmp(value->text, implied) == 0;
		case JSON_IS_STRING:
			return spec->shape == ARGUMENT_CHOICE && strcmp(value->text, implied) == 0;
	}
	return false;
}

/* How long is the first of several words separated by blanks? */
static size_t
word_length(const char *words)
{
	return strcspn(words, " ");
}

/* What follows the first of several words; NULL after the last. */
static const char *
next_word(const char *words)
{
	words += word_length(words);
	return *words == ' ' ? words + 1 : NULL;
}

int
choice_number(const char *choices, const char *word)
{
	for (int i = 0; choices != NULL; i++, choices = next_word(choices))
		if (strlen(word) == word_length(choices) && strncmp(word, choices, strlen(word)) == 0)
			return i;
	return -1;
}

char *
choice_at(const char *choices, int number)
{
	for (int i = 0; choices != NULL; i++, choices = next_word(choices))
		if (i == number)
			return pnstrdup(choices, word_length(choices));
	return NULL;
}

bool
integer_parse(const Json *json, int *number)
{
	const char *digits;

	if (json->kind != JSON_IS_NUMBER)
		return false;
	digits = json->text + (json->text[0] == '-');
	if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > INTEGER_DIGITS)
		return false;
	*number = atoi(json->text);
	return true;
}
