/*
 * rows.c
 *		Between the document of a definition and its row form, which is what
 *		the draft tables hold.
 *
 * Into rows only what is sound in shape. Out of rows whatever is there: a
 * draft may be broken, and its text must show how. A list of steps that is
 * empty has no rows; unless its key is required it stays in the arguments.
 */
#include "postgres.h"

#include "base/compat.h"
#include "definition/definition.h"
#include "definition/flat.h"
#include "definition/key_order.h"
#include "definition/print.h"
#include "definition/shape.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(custom_action_definition_rows);
PG_FUNCTION_INFO_V1(custom_action_definition_text);
PG_FUNCTION_INFO_V1(custom_action_plugins_of_rows);

static Json *steps_to_rows(const List *steps);
static Json *steps_from_rows(const Json *rows);

/* Has this key of a step a column of its own? */
static bool
step_key_has_column(const char *key)
{
	const ArgumentSpec *spec = key_find(step_leading_keys, key);

	if (spec == NULL)
		spec = key_find(step_trailing_keys, key);
	return spec != NULL && spec->column != NULL;
}

/* Copies the members of a part of the document to their columns. */
static void
add_columns(Json *row, const Json *json, const ArgumentSpec *keys)
{
	for (; keys->key != NULL; keys++)
	{
		Json	   *value = keys->column != NULL ? json_get(json, keys->key) : NULL;

		if (value != NULL)
			json_add(row, keys->column, value);
	}
}

/* What a row says of a key; NULL: nothing. */
static Json *
column_value(const Json *row, const ArgumentSpec *spec)
{
	Json	   *value = spec->column != NULL ? json_get(row, spec->column) : NULL;

	return value != NULL && (value->kind != JSON_IS_NULL || spec->null_counts) ? value : NULL;
}

/* Copies the columns of a row to the keys of the document. */
static void
add_keys(Json *json, const Json *row, const ArgumentSpec *keys)
{
	for (; keys->key != NULL; keys++)
	{
		Json	   *value = column_value(row, keys);

		if (value != NULL)
			json_add(json, keys->key, value);
	}
}

/* Copies columns of a row that should say nothing, so that the check of the draft says so. */
static void
add_strange_keys(Json *json, const Json *row, const ArgumentSpec *keys, const ArgumentSpec *known)
{
	for (; keys->key != NULL; keys++)
	{
		Json	   *value = column_value(row, keys);

		if (value != NULL && !key_is_implied(keys, json, value) && key_find(known, keys->key) == NULL)
			json_add(json, keys->key, value);
	}
}

/* Is this key a list of steps that is told by its rows? */
static bool
is_branch(const ArgumentSpec *spec, const Json *value)
{
	if (spec == NULL || (spec->shape != ARGUMENT_STEPS && spec->shape != ARGUMENT_CASES))
		return false;
	return spec->required || value->count > 0;
}

/* Gathers the arguments of a step: all that has neither column nor rows. */
static Json *
step_arguments(const Step *step)
{
	Json	   *arguments = json_new_object();
	const Json *json = step->json;

	if (step->kind->subject == SUBJECT_VALUES)
		arguments = json_copy(step->subject);
	for (int i = 0; i < json->count; i++)
	{
		const char *key = json->keys[i];
		const ArgumentSpec *spec = key_find(step->kind->arguments, key);

		if (spec == NULL)
			spec = key_find(step_trailing_keys, key);
		if (strcmp(key, step->kind->name) != 0 && !step_key_has_column(key) &&
			!is_branch(spec, json->items[i]))
			json_add(arguments, key, json->items[i]);
	}
	return arguments;
}

/* Makes the row of a case. */
static Json *
case_to_row(const Json *json, const Branch *branch)
{
	Json	   *row = json_new_object();
	Json	   *below = json_new_object();
	Json	   *branches = json_new_array();

	json_put_string(row, "kind", BRANCH_CASE);
	json_put(row, "arguments", json_new_object());
	add_columns(row, json, case_keys);
	if (branch->steps != NIL)
	{
		json_put_string(below, "branch", "do");
		json_put(below, "steps", steps_to_rows(branch->steps));
		json_append(branches, below);
	}
	json_put(row, "branches", branches);
	return row;
}

/* Makes the rows of the steps below a step; cases come together in one branch. */
static Json *
branches_to_rows(const Step *step)
{
	Json	   *branches = json_new_array();
	Json	   *cases = NULL;
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		Branch	   *branch = lfirst(cell);
		Json	   *row;

		if (branch->when == NULL && branch->steps == NIL)
			continue;
		if (branch->when == NULL || cases == NULL)
		{
			row = json_new_object();
			json_put_string(row, "branch", branch->key);
			json_put(row, "steps", branch->when == NULL ? steps_to_rows(branch->steps) :
					 (cases = json_new_array()));
			json_append(branches, row);
		}
		if (branch->when != NULL)
			json_append(cases, case_to_row(json_get(step->json, "cases")->items[cases->count],
										   branch));
	}
	return branches;
}

/* Makes the row of a step. */
static Json *
step_to_row(const Step *step)
{
	Json	   *row = json_new_object();
	Json	   *arguments = step_arguments(step);
	Json	   *order = key_order_of(step->kind, arguments);

	json_put_string(row, "kind", step->kind->name);
	if (step->kind->subject != SUBJECT_VALUES && step->subject->kind != JSON_IS_NULL)
		json_put(row, "subject", step->subject);
	add_columns(row, step->json, step_leading_keys);
	add_columns(row, step->json, step_trailing_keys);
	json_put(row, "arguments", arguments);
	if (order != NULL)
		json_put(row, KEY_ORDER_COLUMN, order);
	json_put(row, "branches", branches_to_rows(step));
	return row;
}

/* Makes the rows of a list of steps. */
static Json *
steps_to_rows(const List *steps)
{
	Json	   *rows = json_new_array();
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, steps)
	{
		CHECK_FOR_INTERRUPTS();
		json_append(rows, step_to_row(lfirst(cell)));
	}
	return rows;
}

/* Makes the rows of the inputs or outputs. */
static void
parameters_to_rows(Json *rows, const Json *parameters, const char *direction, const ArgumentSpec *keys)
{
	for (int i = 0; parameters != NULL && i < parameters->count; i++)
	{
		Json	   *row = json_new_object();

		json_put_string(row, "direction", direction);
		json_put(row, "position", json_new_number(psprintf("%d", i + 1)));
		add_columns(row, parameters->items[i], keys);
		json_append(rows, row);
	}
}

/* {"action": {...}, "parameters": [...], "steps": [...], "plugins": [...]}; raises if the document is not sound in shape. */
static Json *
definition_rows(Json *document)
{
	ProblemSink sink = {0};
	Definition *definition;
	Json	   *rows = json_new_object();
	Json	   *action = json_new_object();
	Json	   *parameters = json_new_array();

	sink.action = json_get_text(document, "action");
	definition = definition_parse(document, &sink);
	add_columns(action, document, action_keys);
	parameters_to_rows(parameters, json_get(document, "input"), "in", input_keys);
	parameters_to_rows(parameters, json_get(document, "output"), "out", output_keys);
	json_put(rows, "action", action);
	json_put(rows, "parameters", parameters);
	json_put(rows, "steps", steps_to_rows(definition->steps));
	if (definition->plugins != NULL)
		json_put(rows, "plugins", definition->plugins);
	return rows;
}

/* SQL: the row form of a definition. */
Datum
custom_action_definition_rows(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(json_to_jsonb(definition_rows(json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0))))));
}

/* Finds the steps that a row has below it in a branch. */
static const Json *
branch_of_row(const Json *row, const char *name)
{
	const Json *branches = json_get(row, "branches");

	for (int i = 0; branches != NULL && i < branches->count; i++)
	{
		const char *branch = json_get_text(branches->items[i], "branch");

		if (branch != NULL && strcmp(branch, name) == 0)
			return json_get(branches->items[i], "steps");
	}
	return NULL;
}

/* Adds the arguments of a row to its step; names and values of a let go to its subject. */
static void
add_arguments(Json *step, const Json *row, const StepKind *kind, Json *values)
{
	const Json *arguments = json_get(row, "arguments");

	for (int i = 0; arguments != NULL && arguments->kind == JSON_IS_OBJECT && i < arguments->count; i++)
	{
		const char *key = arguments->keys[i];
		bool		is_value = values != NULL && !step_owns_argument(kind, key);

		json_add(is_value ? values : step, key, arguments->items[i]);
	}
}

/* Makes a case of its row. */
static Json *
case_from_row(const Json *row)
{
	Json	   *json = json_new_object();
	const Json *steps = branch_of_row(row, "do");
	const char *kind = json_get_text(row, "kind");

	if (kind == NULL || strcmp(kind, BRANCH_CASE) != 0)
		json_put_string(json, "kind", kind);
	add_keys(json, row, case_keys);
	add_strange_keys(json, row, step_leading_keys, case_keys);
	add_strange_keys(json, row, step_trailing_keys, case_keys);
	add_arguments(json, row, NULL, NULL);
	json_add(json, "do", steps == NULL ? json_new_array() : steps_from_rows(steps));
	return json;
}

/* Makes the cases of a choose of their rows. */
static Json *
cases_from_rows(const Json *rows)
{
	Json	   *cases = json_new_array();

	for (int i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		json_append(cases, case_from_row(rows->items[i]));
	}
	return cases;
}

/* Adds the steps below a row to its step. */
static void
add_branches(Json *step, const Json *row, const StepKind *kind)
{
	const Json *branches = json_get(row, "branches");
	const ArgumentSpec *spec;

	for (int i = 0; branches != NULL && i < branches->count; i++)
	{
		const char *branch = json_get_text(branches->items[i], "branch");
		const Json *steps = json_get(branches->items[i], "steps");

		if (branch == NULL || steps == NULL || steps->kind != JSON_IS_ARRAY)
			continue;
		if (strcmp(branch, BRANCH_CASE) == 0)
			json_put(step, "cases", cases_from_rows(steps));
		else
			json_put(step, branch, steps_from_rows(steps));
	}
	for (spec = kind ? kind->arguments : NULL; spec != NULL && spec->key != NULL; spec++)
	{
		if ((spec->shape == ARGUMENT_STEPS || spec->shape == ARGUMENT_CASES) &&
			spec->required && json_get(step, spec->key) == NULL)
			json_add(step, spec->key, json_new_array());
	}
}

/* The subject of a row: text, but for an array or a range that a step goes through. */
static Json *
subject_of_row(const Json *row, const StepKind *kind)
{
	Json	   *subject = json_get(row, "subject");
	Json	   *array = NULL;

	if (subject != NULL && subject->kind == JSON_IS_STRING && (subject->text[0] == '[' || subject->text[0] == '{') &&
		kind != NULL && kind->subject == SUBJECT_SOURCE)
		array = json_parse_or_null(subject->text);	/* the check of the draft says that it is none */
	if (array != NULL)
		return array;
	return subject != NULL ? subject : json_new_null();
}

/* Makes a step of its row. */
static Json *
step_from_row(const Json *row)
{
	Json	   *step = json_new_object();
	const char *verb = json_get_text(row, "kind");
	const StepKind *kind = verb == NULL ? NULL : step_kind_find(verb);
	Json	   *values = NULL;

	if (kind != NULL && kind->subject == SUBJECT_VALUES)
		values = json_new_object();
	if (verb != NULL)
		json_add(step, verb, values ? values : subject_of_row(row, kind));
	if (values != NULL)
		json_put_string(step, "subject", json_get_text(row, "subject"));
	add_keys(step, row, step_leading_keys);
	add_keys(step, row, step_trailing_keys);
	key_order_apply(json_get(row, "arguments"), json_get(row, KEY_ORDER_COLUMN));
	add_arguments(step, row, kind, values);
	add_branches(step, row, kind);
	return step;
}

/* Makes the steps of a list of rows. */
static Json *
steps_from_rows(const Json *rows)
{
	Json	   *steps = json_new_array();

	check_stack_depth();
	for (int i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		json_append(steps, step_from_row(rows->items[i]));
	}
	return steps;
}

/* Makes the inputs or outputs of their rows. */
static Json *
parameters_from_rows(const Json *rows, const char *direction, const ArgumentSpec *keys)
{
	Json	   *parameters = json_new_array();

	for (int i = 0; rows != NULL && i < rows->count; i++)
	{
		const char *given = json_get_text(rows->items[i], "direction");
		Json	   *parameter;

		if (given == NULL || strcmp(given, direction) != 0)
			continue;
		parameter = json_new_object();
		add_keys(parameter, rows->items[i], keys);
		json_append(parameters, parameter);
	}
	return parameters;
}

/* SQL: the definition that a row form stands for, in canonical text. */
Datum
custom_action_definition_text(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	Json	   *rows = json_parse(JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb)));
	Json	   *document = json_new_object();
	Json	   *list = json_get(rows, "step_list");
	Json	   *steps = list == NULL ? json_get(rows, "steps") : steps_nest(list);

	if (json_get(rows, "action") != NULL)
		add_keys(document, json_get(rows, "action"), action_keys);
	json_put(document, "input", parameters_from_rows(json_get(rows, "parameters"), "in", input_keys));
	json_put(document, "output", parameters_from_rows(json_get(rows, "parameters"), "out", output_keys));
	json_put(document, "steps", steps == NULL ? json_new_array() : steps_from_rows(steps));
	PG_RETURN_TEXT_P(cstring_to_text(definition_print(document)));
}

/* Makes a registration of its row. A flag is told only where it says more than is implied. */
static Json *
plugin_from_row(const Json *row)
{
	Json	   *plugin = json_new_object();
	Json	   *id = json_get(row, "id");

	if (id != NULL)
		json_put(plugin, "id", id);
	for (const ArgumentSpec *spec = plugin_keys; spec->key != NULL; spec++)
	{
		Json	   *value = column_value(row, spec);

		if (value != NULL && !(spec->shape == ARGUMENT_BOOLEAN && key_is_implied(spec, row, value)))
			json_put(plugin, spec->key, value);
	}
	return plugin;
}

/* SQL: the list of plug-ins, as the source of a published action has it, of an array of their rows */
Datum
custom_action_plugins_of_rows(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	const Json *rows = json_parse(JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb)));
	Json	   *plugins = json_new_array();

	for (int i = 0; i < rows->count; i++)
		json_append(plugins, plugin_from_row(rows->items[i]));
	PG_RETURN_TEXT_P(cstring_to_text(json_text(plugins)));
}
