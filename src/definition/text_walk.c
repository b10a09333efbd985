/*
 * text_walk.c
 *		Goes through all texts of a definition that mean something outside of it.
 *
 * A draft may be broken: what does not have the shape that its key asks for is
 * passed over. Places are called as the compile functions of the steps call them.
 */
#include "postgres.h"

#include "definition/keys.h"
#include "definition/step_kind.h"
#include "definition/step_walk.h"
#include "definition/text_walk.h"
#include "definition/value_text.h"
#include "miscadmin.h"

/* Who is shown the texts. */
typedef struct TextWalk
{
	TextVisitor visit;
	void	   *arg;
} TextWalk;

/* Where the columns of the bound table are told */
#define BOUND_TABLE		"table"

/* Shows one text. */
static void
show(const TextWalk *walk, TextMeaning means, char **text, const char *location, const char *table)
{
	DefinitionText shown = {means, text, location, table};

	walk->visit(&shown, walk->arg);
}

/* Shows a string. */
static void
show_string(const TextWalk *walk, TextMeaning means, Json *json, const char *location, const char *table)
{
	if (json != NULL && json->kind == JSON_IS_STRING)
		show(walk, means, &json->text, location, table);
}

/* Shows a value with all inside; the keys of an object may be fields of a composite type. */
static void
show_any_value(const TextWalk *walk, Json *json, const char *location, const char *table)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (json->kind == JSON_IS_STRING)
		show(walk, TEXT_IS_VALUE, &json->text, location, NULL);
	for (int i = 0; i < json->count; i++)
	{
		const char *place = json->kind == JSON_IS_OBJECT ? psprintf("%s.%s", location, json->keys[i]) :
			psprintf("%s[%d]", location, i + 1);

		if (json->kind == JSON_IS_OBJECT)
			show(walk, TEXT_IS_COLUMN, &json->keys[i], place, table);
		show_any_value(walk, json->items[i], place, place);
	}
}

/* Shows an object of names and what they are given. */
static void
show_values(const TextWalk *walk, Json *json, const char *location, KeyMeaning means, const char *table)
{
	for (int i = 0; json->kind == JSON_IS_OBJECT && i < json->count; i++)
	{
		const char *place = psprintf("%s.%s", location, json->keys[i]);

		if (means == MEANS_COLUMNS)
			show(walk, TEXT_IS_COLUMN, &json->keys[i], place, table);
		if (means == MEANS_TYPES)
			show_string(walk, TEXT_IS_TYPE, json->items[i], place, NULL);
		else
			show_any_value(walk, json->items[i], place, place);
	}
}

/* Shows a string, or those of a list. */
static void
show_strings(const TextWalk *walk, TextMeaning means, Json *json, const char *location, const char *table)
{
	show_string(walk, means, json, location, table);
	for (int i = 0; json->kind == JSON_IS_ARRAY && i < json->count; i++)
		show_string(walk, means, json->items[i], location, table);
}

static void show_keys(const TextWalk *walk, Json *object, const ArgumentSpec *keys, const char *location,
					  const char *table);

/* Shows what is under a key. */
static void
show_argument(const TextWalk *walk, Json *json, const ArgumentSpec *spec, const char *location, const char *table)
{
	switch (spec->shape)
	{
		case ARGUMENT_VALUE:
		case ARGUMENT_TEXT:
			if (spec->means == MEANS_TYPES && json->kind == JSON_IS_STRING && !formula_is_marked(json->text))
				show_string(walk, TEXT_IS_TYPE, json, location, NULL);
			else
				show_any_value(walk, json, location, spec->means == MEANS_COLUMNS ? table : location);
			break;
		case ARGUMENT_VALUES:
			show_values(walk, json, location, spec->means, table);
			break;
		case ARGUMENT_CONDITION:
		case ARGUMENT_ORDER:
			show_strings(walk, TEXT_IS_FORMULA, json, location, NULL);
			break;
		case ARGUMENT_NAME:
		case ARGUMENT_NAMES:
			if (spec->means == MEANS_COLUMNS)
				show_strings(walk, TEXT_IS_COLUMN, json, location, table);
			else if (spec->means == MEANS_TYPES)
				show_strings(walk, TEXT_IS_TYPE, json, location, NULL);
			else if (spec->means == MEANS_TABLES)
				show_strings(walk, TEXT_IS_OBJECT, json, location, NULL);
			break;
		case ARGUMENT_OBJECT:
			show_keys(walk, json, spec->members, location, table);
			break;
		default:
			break;				/* flags, choices, and steps, which are visited by themselves */
	}
}

/* Shows what is under the keys of an object. */
static void
show_keys(const TextWalk *walk, Json *object, const ArgumentSpec *keys, const char *location, const char *table)
{
	for (; keys != NULL && keys->key != NULL; keys++)
	{
		Json	   *json = json_get(object, keys->key);

		if (json != NULL)
			show_argument(walk, json, keys, psprintf("%s.%s", location, keys->key), table);
	}
}

/* Shows what the verb of a step is about. */
static void
show_subject(const TextWalk *walk, const Step *step)
{
	switch (step->kind->subject)
	{
		case SUBJECT_NAME:
			show_string(walk, TEXT_IS_OBJECT, step->subject, step->path, NULL);
			break;
		case SUBJECT_CONDITION:
			show_string(walk, TEXT_IS_FORMULA, step->subject, step->path, NULL);
			break;
		case SUBJECT_SOURCE:
			show_string(walk, TEXT_IS_OBJECT, step->subject, step->path, NULL);
			if (step->subject->kind != JSON_IS_STRING)
				show_any_value(walk, step->subject, step->path, step->path);
			break;
		case SUBJECT_VALUES:
			show_values(walk, step->subject, step->path, MEANS_NOTHING, NULL);
			break;
		default:
			break;
	}
}

/* Shows the conditions of the cases of a step. */
static void
show_cases(const TextWalk *walk, const Step *step)
{
	Json	   *cases = json_get(step->json, "cases");

	for (int i = 0; cases != NULL && cases->kind == JSON_IS_ARRAY && i < cases->count; i++)
		show_string(walk, TEXT_IS_FORMULA, json_get(cases->items[i], "when"),
					psprintf("%s.case %d.when", step->path, i + 1), NULL);
}

/* Shows the texts of a step, but of those below it. */
static bool
show_step(const Step *step, void *arg)
{
	const TextWalk *walk = arg;

	show_subject(walk, step);
	show_keys(walk, step->json, step->kind->arguments, step->path, step->path);
	show_keys(walk, step->json, step_trailing_keys, step->path, step->path);
	if (key_find(step->kind->arguments, "cases") != NULL)
		show_cases(walk, step);
	return true;
}

/* Shows types and defaults of inputs or outputs. */
static void
show_parameters(const TextWalk *walk, Json *parameters, const char *direction, const ArgumentSpec *keys)
{
	for (int i = 0; parameters != NULL && parameters->kind == JSON_IS_ARRAY && i < parameters->count; i++)
	{
		const char *name = json_get_text(parameters->items[i], "name");

		show_keys(walk, parameters->items[i], keys, psprintf("%s.%s", direction, name ? name : "?"), NULL);
	}
}

/* Shows a search_path, as one text or as a list. */
static void
show_path(const TextWalk *walk, Json *settings)
{
	for (int i = 0; settings != NULL && settings->kind == JSON_IS_OBJECT && i < settings->count; i++)
		if (pg_strcasecmp(settings->keys[i], "search_path") == 0)
			show_strings(walk, TEXT_IS_PATH, settings->items[i], "settings.search_path", NULL);
}

/* Shows the columns that plug-ins get of the target. */
static void
show_images(const TextWalk *walk, Json *images)
{
	for (int i = 0; images != NULL && images->kind == JSON_IS_OBJECT && i < images->count; i++)
		show_strings(walk, TEXT_IS_COLUMN, images->items[i], "plugins", BOUND_TABLE);
}

void
plugin_texts_visit(Json *plugins, TextVisitor visit, void *arg)
{
	TextWalk	walk = {visit, arg};

	for (int i = 0; plugins != NULL && plugins->kind == JSON_IS_ARRAY && i < plugins->count; i++)
	{
		Json	   *function = json_get(plugins->items[i], "function");

		if (function != NULL && function->kind == JSON_IS_STRING)
			show(&walk, TEXT_IS_PLUGIN, &function->text, psprintf("plugin %s", function->text), NULL);
		show_images(&walk, json_get(plugins->items[i], "images"));
	}
}

void
texts_visit(Json *document, const List *steps, TextVisitor visit, void *arg)
{
	TextWalk	walk = {visit, arg};
	Json	   *key = json_get(document, "key");
	Json	   *frozen = json_get(document, "frozen");
	Json	   *summary = json_get(document, "summary");

	show_string(&walk, TEXT_IS_OBJECT, json_get(document, "table"), BOUND_TABLE, NULL);
	if (key != NULL)
		show_strings(&walk, TEXT_IS_COLUMN, key, "key", BOUND_TABLE);
	show_path(&walk, json_get(document, "settings"));
	if (summary != NULL)
		show_any_value(&walk, summary, "summary", NULL);
	show_parameters(&walk, json_get(document, "input"), "input", input_keys);
	show_parameters(&walk, json_get(document, "output"), "output", output_keys);
	steps_visit(steps, show_step, &walk);
	plugin_texts_visit(json_get(document, "plugins"), visit, arg);
	if (frozen != NULL)
		show_strings(&walk, TEXT_IS_FROZEN, frozen, "frozen", NULL);
}
