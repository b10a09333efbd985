/*
 * definition.c
 *		Document to tree: the header, the inputs and outputs. The steps are
 *		parse_steps.c's, the plug-ins parse_plugins.c's.
 *
 * Nothing is looked up in the catalogs. A parameter or step whose shape makes
 * it useless is reported and left out; everything else goes on, so that one
 * check shows all problems. Strings of the tree point into the document.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/deadline.h"
#include "base/sqlstate.h"
#include "definition/definition.h"
#include "definition/fields.h"
#include "definition/parse_plugins.h"
#include "definition/parse_steps.h"
#include "definition/parser.h"
#include "definition/shape.h"

/* Is there a parameter of this name? */
static bool
has_parameter(const List *parameters, const char *name)
{
	ListCell   *cell;

	foreach(cell, parameters)
	{
		const char *other = ((Parameter *) lfirst(cell))->name;

		if (other != NULL && strcmp(other, name) == 0)
			return true;
	}
	return false;
}

/* Checks that a parameter's name is good and free. */
static bool
parameter_name_is_sound(DefinitionParser *parser, const Parameter *parameter)
{
	Definition *definition = parser->definition;
	const char *what = parameter->output ? "an output" : "an input";

	if (!definition_name_is_sound(parser, parameter->name, what, parameter->location))
		return false;
	if (has_parameter(parameter->output ? definition->outputs : definition->inputs,
					  parameter->name))
		definition_problem(parser, parameter->location,
						   psprintf("there are two %s named \"%s\"",
									parameter->output ? "outputs" : "inputs", parameter->name),
						   "Give one of them another name.");
	else if (parameter->output && has_parameter(definition->inputs, parameter->name))
		definition_problem(parser, parameter->location,
						   psprintf("\"%s\" is the name of an input and of an output", parameter->name),
						   "Give one of them another name: the function of an action has one namespace for both.");
	else if (definition->table != NULL && !definition->collection &&
			 strcmp(parameter->name, "target") == 0)
		definition_problem(parser, parameter->location,
						   psprintf("%s cannot be named \"target\" in an action bound to a row", what),
						   "\"target\" is the argument that identifies the row.");
	else
		return true;
	return false;
}

/* Reads an input or output; NULL if it is of no use, or is left out. */
static Parameter *
parse_parameter(DefinitionParser *parser, Json *json, const char *key, int position)
{
	Parameter  *parameter = palloc0(sizeof(Parameter));
	Shape		shape = {0};
	const char *name;
	bool		sound;

	parameter->json = json;
	parameter->output = strcmp(key, "output") == 0;
	parameter->location = psprintf("%s.%d", key, position);
	if (json->kind != JSON_IS_OBJECT)
	{
		definition_problem(parser, parameter->location,
						   psprintf("an %s must be an object, not %s", key, json_kind_name(json)),
						   "Write it as {\"name\": ..., \"type\": ...}.");
		parameter->unsound = true;
		return parser->keeps_unsound ? parameter : NULL;
	}

	name = parser_member_string(json, "name");
	if (name != NULL && name[0] != '\0')
		parameter->location = psprintf("%s.%s", key, name);
	shape.what = parameter->output ? "an output" : "an input";
	shape.lists[0] = parameter->output ? output_keys : input_keys;
	sound = shape_check(parser->sink, &shape, json, parameter->location);
	if (!sound && !parser->keeps_unsound)
		return NULL;

	fields_read(shape.lists[0], json, parameter);
	parameter->required_given = json_get(json, "required") != NULL;
	if (!parameter->output && parameter->required && parameter->initial != NULL)
	{
		definition_problem(parser, parameter->location,
						   psprintf("input \"%s\" is required and has a default", parameter->name),
						   "Leave out \"required\" or \"default\".");
		parameter->required = false;
	}
	/* who meant to hide a default, however he wrote it, has it hidden */
	if (!sound && json_get(json, "sensitive") != NULL)
		parameter->sensitive = true;
	parameter->unsound = !sound || !parameter_name_is_sound(parser, parameter);
	return !parameter->unsound || parser->keeps_unsound ? parameter : NULL;
}

/* Reads the inputs or outputs. */
static void
parse_parameters(DefinitionParser *parser, const char *key, List **parameters)
{
	Json	   *json = json_get(parser->definition->json, key);

	if (json == NULL || json->kind != JSON_IS_ARRAY)
		return;
	for (int i = 0; i < json->count; i++)
	{
		Parameter  *parameter = parse_parameter(parser, json->items[i], key, i + 1);

		if (parameter != NULL)
			*parameters = lappend(*parameters, parameter);
	}
}

/* Checks that settings are strings. */
static void
check_settings(DefinitionParser *parser)
{
	const Json *settings = parser->definition->settings;

	for (int i = 0; settings != NULL && i < settings->count; i++)
		if (settings->items[i]->kind != JSON_IS_STRING)
			definition_problem(parser, shape_location("settings", settings->keys[i]),
							   psprintf("setting \"%s\" must be a string, not %s", settings->keys[i],
										json_kind_name(settings->items[i])),
							   "Write the value in quotes.");
}

/* Checks that the key names columns. */
static void
check_key(DefinitionParser *parser)
{
	const Json *key = json_get(parser->definition->json, "key");

	if (key != NULL && key->kind == JSON_IS_ARRAY && key->count == 0)
		definition_problem(parser, "key", "key \"key\" names no column",
						   "Leave it out for the primary key.");
}

/* Checks that what only an action bound to a table, or to a row of one, can have is on one. */
static void
check_binding(DefinitionParser *parser)
{
	const Definition *definition = parser->definition;

	for (const ArgumentSpec *spec = action_keys; spec->key != NULL; spec++)
	{
		if (spec->needs == NULL || json_get(definition->json, spec->key) == NULL)
			continue;
		if (definition->table == NULL)
			definition_problem(parser, spec->key,
							   psprintf("key \"%s\" needs a \"%s\"", spec->key, spec->needs),
							   "Name the table that the action is bound to, or leave the key out.");
		else if (definition->collection && strcmp(spec->key, "binding") != 0)
			definition_problem(parser, spec->key,
							   psprintf("key \"%s\" needs a target, an action bound to a collection has none",
										spec->key),
							   "Leave it out, or set \"binding\" to \"row\".");
	}
}

/* Reads the SQLSTATE of a missing target. */
static void
parse_not_found(DefinitionParser *parser)
{
	const char *text = parser_member_string(parser->definition->json, "not_found");

	parser->definition->not_found = ERRCODE_NO_DATA_FOUND;
	if (text != NULL && !sqlstate_parse(text, &parser->definition->not_found))
		definition_problem(parser, "not_found",
						   psprintf("key \"not_found\": " SQLSTATE_MESSAGE, text),
						   "It has five digits or upper-case letters, for example P0002, or PT404 for a gateway.");
}

/* Checks the keys of the header against each other. */
static void
check_header(DefinitionParser *parser)
{
	Definition *definition = parser->definition;

	check_binding(parser);
	parse_not_found(parser);
	if (definition->timeout != NULL &&
		!deadline_parse(definition->timeout, &definition->time_limit))
	{
		definition_problem(parser, "timeout",
						   psprintf("key \"timeout\" is not a time limit: \"%s\"", definition->timeout),
						   LIMIT_HINT);
		definition->timeout = NULL;
	}
	if (json_get(definition->json, "max_rows") != NULL && definition->max_rows < 1)
	{
		definition_problem(parser, "max_rows", "key \"max_rows\" must be at least 1",
						   "Leave it out for no limit; \"read_only\": true is for an action that writes nothing.");
		definition->max_rows = 0;
	}
	if (definition->read_only && definition->lock)
		definition_problem(parser, "lock", "a read-only action cannot lock its target",
						   "Leave out \"lock\" or \"read_only\".");
}

/* Reads the header. */
static void
parse_header(DefinitionParser *parser)
{
	Definition *definition = parser->definition;

	fields_read(action_keys, definition->json, definition);
	definition->lock_given = json_get(definition->json, "lock") != NULL;
	check_key(parser);
	check_header(parser);
	check_settings(parser);
	definition_parse_plugins(parser);
}

/* Reads a document with a parser. */
static Definition *
parse_document(DefinitionParser *parser, Json *document)
{
	Definition *definition = palloc0(sizeof(Definition));
	Shape		shape = {"a definition", NULL, {action_keys, NULL, NULL}};
	Json	   *steps;

	parser->definition = definition;
	definition->json = document;
	if (document->kind != JSON_IS_OBJECT)
	{
		definition_problem(parser, "",
						   psprintf("a definition must be an object, not %s",
									json_kind_name(document)), NULL);
		definition->json = json_new_object();
		return definition;
	}

	shape_check(parser->sink, &shape, document, "");
	parse_header(parser);
	parse_parameters(parser, "input", &definition->inputs);
	parse_parameters(parser, "output", &definition->outputs);
	steps = json_get(document, "steps");
	if (steps != NULL && steps->kind == JSON_IS_ARRAY)
		definition->steps = definition_parse_steps(parser, steps, "");
	name_table_free(parser->step_names);
	return definition;
}

Definition *
definition_parse(Json *document, ProblemSink *sink)
{
	DefinitionParser parser = {.sink = sink};

	return parse_document(&parser, document);
}

Definition *
definition_read(Json *document)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	DefinitionParser parser = {.sink = &sink, .keeps_unsound = true};

	return parse_document(&parser, document);
}
