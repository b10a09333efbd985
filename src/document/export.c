/*
 * export.c
 *		The document that takes actions to another database: checked, and printed.
 *
 * {"format": 1, "actions": [...], "table_settings": [...]}, where the tables below
 * say what the members hold. Several documents may come as an array, as files that
 * were read one after the other. All that is wrong is told at once, each with its
 * place; what is sound is given back in one form, so that whoever imports it need
 * not ask for shapes. Nothing is looked up in the catalogs.
 */
#include "postgres.h"

#include "base/json.h"
#include "base/problem.h"
#include "definition/definition.h"
#include "definition/print.h"
#include "definition/shape.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Counts up when older code would not understand the document */
#define EXPORT_FORMAT	1

static const ArgumentSpec grant_keys[] = {
	{"role", ARGUMENT_NAME, true},
	{"grant_option", ARGUMENT_BOOLEAN},
	{0}
};

static const ArgumentSpec table_setting_keys[] = {
	{"table", ARGUMENT_NAME, true},
	{"owner_column", ARGUMENT_NAME},
	{"status_column", ARGUMENT_NAME},
	{"version_column", ARGUMENT_NAME},
	{0}
};

static const ArgumentSpec entry_keys[] = {
	{"state", ARGUMENT_CHOICE, true, .choices = "draft active inactive"},
	{"owner", ARGUMENT_NAME},
	{"designer", ARGUMENT_NAME},
	{"grants", ARGUMENT_OBJECTS, .members = grant_keys},
	{"definition", ARGUMENT_VALUES, true},
	{0}
};

static const ArgumentSpec document_keys[] = {
	{"format", ARGUMENT_INTEGER, true},
	{"actions", ARGUMENT_OBJECTS, true, .members = entry_keys},
	{"table_settings", ARGUMENT_OBJECTS, .members = table_setting_keys},
	{0}
};

/* What is read of one document or several. */
typedef struct Reading
{
	ProblemSink sink;
	Json	   *actions;
	Json	   *table_settings;
} Reading;

PG_FUNCTION_INFO_V1(custom_action_pretty_document);
PG_FUNCTION_INFO_V1(custom_action_read_export);

/* Reports what is wrong with the document itself. */
static void
export_problem(Reading *reading, const char *location, const char *message, const char *hint)
{
	problem_report(&reading->sink, ERRCODE_INVALID_PARAMETER_VALUE, location, message, NULL, hint);
}

/* Checks an object of the document against its keys. */
static bool
object_is_sound(Reading *reading, const Json *json, const ArgumentSpec *keys, const char *what,
				const char *location)
{
	Shape		shape = {what, NULL, {keys, NULL, NULL}};

	if (json->kind == JSON_IS_OBJECT)
		return shape_check(&reading->sink, &shape, json, location);
	export_problem(reading, location, psprintf("%s must be an object, not %s", what, json_kind_name(json)), NULL);
	return false;
}

/* Checks the objects of an array that may be absent. */
static bool
objects_are_sound(Reading *reading, const Json *array, const ArgumentSpec *keys, const char *what,
				  const char *location)
{
	bool		sound = true;

	for (int i = 0; array != NULL && i < array->count; i++)
		if (!object_is_sound(reading, array->items[i], keys, what, psprintf("%s.%d", location, i + 1)))
			sound = false;
	return sound;
}

/* The canonical name that a definition gives its action; NULL, which is told, if there is none. */
static char *
entry_name(Reading *reading, const Json *definition, const char *location)
{
	const Json *given = json_get(definition, "action");
	char	   *schema;
	char	   *name;

	if (given == NULL || given->kind != JSON_IS_STRING)
		export_problem(reading, location, "a definition to import needs the key \"action\", a string", NULL);
	else if (!qualified_name_split(given->text, &schema, &name))
		export_problem(reading, shape_location(location, "action"),
					   psprintf("action name \"%s\" is not of the form \"schema.name\"", given->text), NULL);
	else
		return qualified_name_canonical(schema, name);
	return NULL;
}

/* Is there an action of this name among those read before? */
static bool
is_read(const Reading *reading, const char *name)
{
	for (int i = 0; i < reading->actions->count; i++)
		if (strcmp(json_get_text(reading->actions->items[i], "action"), name) == 0)
			return true;
	return false;
}

/* Checks the shape of a definition; its problems say whose they are and stand where they are found. */
static void
check_definition_shape(Reading *reading, Json *definition, const char *name, const char *location)
{
	ProblemSink sink = {.action = name, .collect = true, .mcxt = CurrentMemoryContext};
	ListCell   *cell;

	(void) definition_parse(definition, &sink);
	foreach(cell, sink.problems)
	{
		Problem		problem = *(Problem *) lfirst(cell);

		problem.location = psprintf("%s (%s)%s%s", location, name,
									problem.location[0] != '\0' ? " " : "", problem.location);
		problem_add(&reading->sink, &problem);
	}
}

/* Takes a sound entry over: its name beside it, its plug-ins apart. */
static void
entry_add(Reading *reading, const Json *entry, const char *name)
{
	Json	   *result = json_copy(entry);
	Json	   *definition = json_get(result, "definition");
	Json	   *plugins = json_get(definition, "plugins");

	json_remove(definition, "frozen");
	json_remove(definition, "plugins");
	json_put_string(definition, "action", name);
	json_put_string(result, "action", name);
	if (plugins != NULL)
		json_put(result, "plugins", plugins);
	json_put_string(result, "text", definition_print(definition));
	json_remove(result, "definition");
	json_append(reading->actions, result);
}

/* Reads an action of a document. */
static void
read_entry(Reading *reading, Json *entry, const char *location)
{
	Json	   *definition;
	char	   *name;

	CHECK_FOR_INTERRUPTS();
	if (!object_is_sound(reading, entry, entry_keys, "an action", location) ||
		!objects_are_sound(reading, json_get(entry, "grants"), grant_keys, "a grant",
						   shape_location(location, "grants")))
		return;
	definition = json_get(entry, "definition");
	location = shape_location(location, "definition");
	name = entry_name(reading, definition, location);
	if (name == NULL)
		return;
	if (is_read(reading, name))
		export_problem(reading, location, psprintf("action \"%s\" is there twice", name), "Keep one of the two.");
	check_definition_shape(reading, definition, name, location);
	if (!problem_any_error(&reading->sink))
		entry_add(reading, entry, name);
}

/* Refuses a document that is of another format, whatever else it holds. */
static void
require_export_format(const Json *document, const char *location)
{
	const Json *format = json_get(document, "format");

	if (format == NULL || format->kind != JSON_IS_NUMBER || strcmp(format->text, CppAsString2(EXPORT_FORMAT)) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("document has format %s, this version of the extension reads format %d",
					format->text, EXPORT_FORMAT),
			 location[0] != '\0' ? errdetail("It is document %s of the array.", location) : 0,
			 errhint("Update the extension \"custom_actions\", or export with an older one.")));
}

/* Reads one document. */
static void
read_document(Reading *reading, Json *document, const char *location)
{
	Json	   *actions;
	Json	   *settings;

	require_export_format(document, location);
	if (!object_is_sound(reading, document, document_keys, "a document of actions", location))
		return;
	actions = json_get(document, "actions");
	settings = json_get(document, "table_settings");
	for (int i = 0; i < actions->count; i++)
		read_entry(reading, actions->items[i], shape_location(location, psprintf("actions.%d", i + 1)));
	if (!objects_are_sound(reading, settings, table_setting_keys, "a table setting",
						   shape_location(location, "table_settings")))
		return;
	for (int i = 0; settings != NULL && i < settings->count; i++)
		json_append(reading->table_settings, settings->items[i]);
}

/* Raises all that is wrong with a document. */
static void
require_sound_document(const Reading *reading)
{
	StringInfoData detail;

	if (!problem_any_error(&reading->sink))
		return;
	initStringInfo(&detail);
	problems_print(&detail, &reading->sink);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("document of actions cannot be imported"),
			 errdetail_internal("%s", detail.data),
			 errhint("Nothing was changed. export_actions shows what a document looks like.")));
}

/* SQL: a document, or an array of them, as one that needs no more questions; refused with all that is wrong with it */
Datum
custom_action_read_export(PG_FUNCTION_ARGS)
{
	Json	   *document = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Reading		reading = {.sink = {.collect = true, .mcxt = CurrentMemoryContext}};
	Json	   *result = json_new_object();

	reading.actions = json_new_array();
	reading.table_settings = json_new_array();
	if (document->kind != JSON_IS_ARRAY)
		read_document(&reading, document, "");
	else
		for (int i = 0; i < document->count; i++)
			read_document(&reading, document->items[i], psprintf("%d", i + 1));
	require_sound_document(&reading);
	json_put(result, "actions", reading.actions);
	json_put(result, "table_settings", reading.table_settings);
	PG_RETURN_TEXT_P(cstring_to_text(json_text(result)));
}

/* SQL: a document of actions as people and their tools for differences read it */
Datum
custom_action_pretty_document(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	json_print_pretty(&out, json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0))));
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}
