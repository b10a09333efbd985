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
	{"action", ARGUMENT_NAME, .column = "name", FIELD(Definition, action),
	.pattern = PATH_PATTERN, .meaning = "name of the action, with its schema: support.escalate_case"},
	{"title", ARGUMENT_NAME, .column = "title", FIELD(Definition, title),
	.meaning = "what people call it: Escalate case"},
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Definition, description),
	.meaning = "what the action does; becomes the COMMENT of the function"},
	{"visibility", ARGUMENT_CHOICE, .choices = "public internal agent", .column = "visibility", .implied = "public",
		FIELD(Definition, visibility),
	.meaning = "who is shown the action: everybody, nobody outside of the database, or agents alone; rights are not concerned"},
	{"deprecated", ARGUMENT_NAME, .column = "deprecated", FIELD(Definition, deprecated),
	.meaning = "what to do instead: use support.escalate2; callers get it as a NOTICE"},
	{"table", ARGUMENT_NAME, .column = "bound_table", FIELD(Definition, table),
	.pattern = PATH_PATTERN, .meaning = "table, partitioned table, view or foreign table that the action is bound to; left out: bound to nothing"},
	{"key", ARGUMENT_NAMES, .means = MEANS_COLUMNS, .column = "key_columns", .implied = "[]", FIELD(Definition, key),
	.needs = "table", .meaning = "columns that identify the target; left out: the primary key"},
	{"binding", ARGUMENT_CHOICE, .choices = "row collection", .column = "binding", .implied = "row",
		FIELD(Definition, collection),
	.needs = "table", .meaning = "row: called for one row, the target; collection: for the table as a whole"},
	{"run_as", ARGUMENT_CHOICE, .choices = "caller owner", .column = "run_as", .implied = "caller",
		FIELD(Definition, as_owner), .words = "Runs with the rights of its %s",
	.meaning = "whose privileges count: those of the caller, or of the owner of the action"},
	{"read_only", ARGUMENT_BOOLEAN, .column = "read_only", .implied = "false",
		FIELD(Definition, read_only), .words = "Only reads",
	.meaning = "true: no writing step, no lock; runs in read-only transactions"},
	{"lock", ARGUMENT_BOOLEAN, .column = "lock", FIELD(Definition, lock),
	.needs = "table", .meaning = "whether the target is locked; left out: if a step writes it"},
	{"not_found", ARGUMENT_NAME, .column = "not_found",
	.pattern = SQLSTATE_PATTERN, .needs = "table", .meaning = "SQLSTATE of the error when there is no target: P0002, PT404"},
	{"timeout", ARGUMENT_NAME, .column = "timeout",
		FIELD(Definition, timeout), .words = "Must be done within %s",
	.meaning = "time limit: 30 s, 2 min"},
	{"max_rows", ARGUMENT_INTEGER, .column = "max_rows",
		FIELD(Definition, max_rows), .words = "May write no more rows than %s",
	.meaning = "how many rows its steps, with those of the actions that it leads to, may write; more undo everything"},
	{"log", ARGUMENT_CHOICE, .choices = "off failures basic full trace", .column = "log",
		FIELD(Definition, log), .words = "Logged at level %s",
	.meaning = "how much the log keeps; left out: as the setting custom_actions.log_level says"},
	{"summary", ARGUMENT_NAME, .column = "summary",
		FIELD(Definition, summary), .words = "Recorded as \"%s\"",
	.meaning = "text, with formulas in {{ }}, that is recorded of a call"},
	{"plugin_policy", ARGUMENT_CHOICE, .choices = "none pre_and_post all", .column = "plugin_policy",
	.meaning = "at which stages others may register plug-ins"},
	{"bulk", ARGUMENT_BOOLEAN, .column = "bulk", .implied = "true", FIELD(Definition, bulk),
		.words = "Never runs for many items at once",
	.meaning = "false: invoke_action_bulk runs it for one item after the other, never for many at once"},
	{"settings", ARGUMENT_VALUES, .column = "settings", .implied = "{}", FIELD(Definition, settings),
	.of_texts = true, .meaning = "settings in force while the action runs, values in strings; search_path among them"},
	{"input", ARGUMENT_OBJECTS, .members = input_keys, .implied = "[]",
	.meaning = "what callers give"},
	{"output", ARGUMENT_OBJECTS, .members = output_keys, .implied = "[]",
	.meaning = "what callers get"},
	{"steps", ARGUMENT_STEPS,
	.meaning = "what the action does, one after the other"},
	{"plugins", ARGUMENT_OBJECTS, .members = plugin_keys, .implied = "[]",
	.meaning = "functions that run around the steps; replaces those registered, [] takes all away"},

	/*
	 * written by activation; empty it says that nothing is frozen, so nothing
	 * is implied
	 */
	{"frozen", ARGUMENT_NAMES, .untold = true,
	.meaning = "written by activation: what formulas and calls use outside pg_catalog"},
	{0}
};

/* What inputs and outputs begin with; an input may do without a type. */
#define PARAMETER_NAME \
	{"name", ARGUMENT_NAME, true, .column = "name", FIELD(Parameter, name), \
	.pattern = NAME_PATTERN, .meaning = "lower-case letters, digits, underscores; unique among inputs and outputs"}
#define PARAMETER_TYPE(...) \
	{"type", ARGUMENT_NAME, __VA_ARGS__, .means = MEANS_TYPES, .column = "type", FIELD(Parameter, type), \
	.meaning = "any type as in CREATE TABLE: numeric(12,2), text[], a domain, an enum; a table's name means its row"}
#define PARAMETER_TITLE \
	{"title", ARGUMENT_NAME, .column = "title", FIELD(Parameter, title), .words = ", \"%s\"", \
	.meaning = "what people call it: Reason for the escalation"}

/* They differ in what it means to leave out "required", and in what is said of it. */
#define PARAMETER_REQUIRED(...) \
	{"required", ARGUMENT_BOOLEAN, .column = "required", FIELD(Parameter, required), __VA_ARGS__}

/* What they end with. */
#define PARAMETER_REST \
	{"default", ARGUMENT_VALUE, .column = "default_value", .null_counts = true, FIELD(Parameter, initial), \
	.meaning = "literal or formula for what is left out: of an omitted input, or of an output that no step sets"}, \
	{"sensitive", ARGUMENT_BOOLEAN, .column = "sensitive", .implied = "false", \
	FIELD(Parameter, sensitive), .words = ", sensitive", \
	.meaning = "true: its value is shown neither in errors nor in the record"}, \
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Parameter, description), .words = ": %s", \
	.meaning = "what it is for"}, \
	{0}

const ArgumentSpec input_keys[] = {
	PARAMETER_NAME,
	PARAMETER_TYPE(.required_unless = "references"),
	PARAMETER_TITLE,
	PARAMETER_REQUIRED(.implied = "true", .unless = "default", .words = ", optional",
					   .meaning = "false: may be omitted, and may be NULL; left out: true, unless there is a default"),
	{"references", ARGUMENT_NAME, .means = MEANS_TABLES, .column = "references_table", FIELD(Parameter, references),
		.pattern = PATH_PATTERN, .words = ", a row of %s",
	.meaning = "table that has a row of which this is the key; the type may be left out then"},
	{"options", ARGUMENT_VALUE, .means = MEANS_TYPES, .column = "options", FIELD(Parameter, options), .words = ", one of %s",
	.meaning = "values it may have: an array, a formula that gives one, or the name of an enum"},
	PARAMETER_REST
};

const ArgumentSpec output_keys[] = {
	PARAMETER_NAME,
	PARAMETER_TYPE(.required = true),
	PARAMETER_TITLE,
	PARAMETER_REQUIRED(.implied = "false", .words = ", never empty",
					   .meaning = "true: it is an error if it is NULL in the end"),
	PARAMETER_REST
};

const ArgumentSpec plugin_keys[] = {
	{"stage", ARGUMENT_CHOICE, true, STAGE_NAMES, .column = "stage",
	.meaning = "when it runs: before the steps, after them or in their place, at the end"},
	{"function", ARGUMENT_NAME, true, .column = "function",
	.meaning = "name with its schema, or signature: support.check_hours(jsonb)"},
	{"rank", ARGUMENT_INTEGER, .column = "rank", .implied = "1",
	.meaning = "within a stage lower ranks run first"},
	{"configuration", ARGUMENT_VALUE, .column = "configuration",
	.meaning = "any JSON value, which the plug-in is told"},
	{"images", ARGUMENT_VALUE, .column = "images",
	.meaning = "copies of the target, pre and post: each true for all columns, or an array of columns"},
	{"enabled", ARGUMENT_BOOLEAN, .column = "enabled", .implied = "true",
		FIELD(Registration, enabled),
	.meaning = "false: it is left out"},
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Registration, description),
	.meaning = "why it is there; only for people"},
	{0}
};

const ArgumentSpec case_keys[] = {
	{"when", ARGUMENT_CONDITION, true, .column = "subject",
	.meaning = "condition of the case"},
	{"description", ARGUMENT_NAME, .column = "description",
	.meaning = "why the case is there; only for people"},
	{"do", ARGUMENT_STEPS, true,
	.meaning = "steps that run if it is the first case that holds"},
	{0}
};

const ArgumentSpec range_keys[] = {
	{"from", ARGUMENT_VALUE, true,
	.meaning = "the first of the whole numbers"},
	{"to", ARGUMENT_VALUE, true,
	.meaning = "the last of them; if it is less than the first, there is none"},
	{0}
};

const ArgumentSpec step_leading_keys[] = {
	{"as", ARGUMENT_NAME, .column = "name", FIELD(Step, name),
	.pattern = NAME_PATTERN, .meaning = "name of the result, for formulas of later steps; unique in the action"},
	{"description", ARGUMENT_NAME, .column = "description", FIELD(Step, description),
	.meaning = "why the step is there; only for people"},
	{0}
};

const ArgumentSpec step_trailing_keys[] = {
	{"when", ARGUMENT_CONDITION, FIELD(Step, when),
	.meaning = "condition: the step is left out unless it is true"},
	{"enabled", ARGUMENT_BOOLEAN, .column = "enabled", .implied = "true",
		FIELD(Step, enabled),
	.meaning = "false: the step is left out, as if it were not there"},
	{"on_error_when", ARGUMENT_CONDITION,
	.meaning = "condition: only errors for which it is true are dealt with by on_error"},
	{"on_error", ARGUMENT_STEPS, .empty_counts = true,
	.meaning = "steps that run if the step fails, after its work was undone; []: just go on"},
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
