/*
 * describe.c
 *		Outline of a definition for people who do not read JSON.
 *
 * Describes broken drafts too: what cannot be read is listed at the end.
 *
 * The folder document/ holds pure functions over definitions: a document goes in,
 * words come out. Nothing is compiled or run. It may include base/, lookup/ and
 * definition/.
 */
#include "postgres.h"

#include "definition/definition.h"
#include "definition/fields.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_describe_definition);

static void describe_steps(StringInfo out, const List *steps, int indent);

/* Appends the header, with what is described: a draft, or what is published. */
static void
describe_header(StringInfo out, const Definition *definition, const char *state)
{
	ListCell   *cell;

	appendStringInfo(out, "Action %s\n  %s\n", definition->action ? definition->action : "(unnamed)", state);
	if (definition->description != NULL)
		appendStringInfo(out, "  %s\n", definition->description);
	if (definition->table == NULL)
		appendStringInfoString(out, "  Bound to no table\n");
	else
	{
		appendStringInfo(out, definition->collection ? "  Bound to the table %s as a whole" :
						 "  Bound to a row of %s, the target", definition->table);
		foreach(cell, definition->key)
			appendStringInfo(out, "%s%s", foreach_current_index(cell) == 0 ?
							 ", found by " : ", ", (char *) lfirst(cell));
		appendStringInfoChar(out, '\n');
	}
	if (definition->not_found != ERRCODE_NO_DATA_FOUND)
		appendStringInfo(out, "  Answers %s if there is no such row\n",
						 unpack_sql_state(definition->not_found));
	fields_describe(out, action_keys, definition->json, definition, "  ", "\n");
}

/* The default, which is for the authors alone where the parameter is sensitive: anybody may ask for the outline. */
static const char *
default_text(const Parameter *parameter)
{
	if (parameter->sensitive && parameter->initial->kind != JSON_IS_NULL)
		return "***";
	return value_text(parameter->initial);
}

/* Appends the inputs or outputs. */
static void
describe_parameters(StringInfo out, const char *title, const List *parameters)
{
	ListCell   *cell;

	if (parameters == NIL)
		return;
	appendStringInfo(out, "\n%s\n", title);
	foreach(cell, parameters)
	{
		Parameter  *parameter = lfirst(cell);

		appendStringInfo(out, "  %s: %s", parameter->name, parameter->type);
		if (parameter->initial != NULL)
			appendStringInfo(out, ", by default %s", default_text(parameter));
		fields_describe(out, parameter->output ? output_keys : input_keys, parameter->json, parameter, "", "");
		appendStringInfoChar(out, '\n');
	}
}

/* Appends the heading of a branch, if it needs one; returns how far its steps are indented. */
static int
describe_branch(StringInfo out, const Step *step, const Branch *branch, int indent)
{
	const char *error_when = json_get_text(step->json, "on_error_when");

	if (strcmp(branch->key, "do") == 0)
		return indent;
	appendStringInfoSpaces(out, indent);
	if (branch->when != NULL)
		appendStringInfo(out, "when %s:\n", formula_text(branch->when));
	else if (strcmp(branch->key, "then") == 0)
		appendStringInfoString(out, "then:\n");
	else if (strcmp(branch->key, "else") == 0)
		appendStringInfoString(out, "otherwise:\n");
	else if (strcmp(branch->key, "on_error") != 0)
		appendStringInfo(out, "%s:\n", branch->key);
	else if (error_when != NULL)
		appendStringInfo(out, "if this fails and %s:\n", formula_text(error_when));
	else
		appendStringInfoString(out, "if this fails:\n");
	return indent + 3;
}

/* Appends a step and what is below it. Where it stands tells the rest of its path. */
static void
describe_step(StringInfo out, const Step *step, int indent)
{
	const char *dot = strrchr(step->path, '.');
	ListCell   *cell;

	appendStringInfoSpaces(out, indent);
	appendStringInfo(out, "%s. ", dot ? dot + 1 : step->path);
	step->kind->describe(out, step);
	if (step->name != NULL && !step->kind->scoped)
		appendStringInfo(out, " (called %s)", step->name);
	fields_describe(out, step_leading_keys, step->json, step, "", "");
	fields_describe(out, step_trailing_keys, step->json, step, "", "");
	appendStringInfoChar(out, '\n');
	if (step->description != NULL)
	{
		appendStringInfoSpaces(out, indent + 3);
		appendStringInfo(out, "(%s)\n", step->description);
	}
	foreach(cell, step->branches)
	{
		Branch	   *branch = lfirst(cell);
		int			below;

		if (branch->steps == NIL && strcmp(branch->key, "on_error") != 0)
			continue;
		below = describe_branch(out, step, branch, indent + 3);
		if (branch->steps == NIL)
		{
			appendStringInfoSpaces(out, below);
			appendStringInfoString(out, "go on\n");
		}
		describe_steps(out, branch->steps, below);
	}
}

/* Appends a list of steps. */
static void
describe_steps(StringInfo out, const List *steps, int indent)
{
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, steps)
	{
		CHECK_FOR_INTERRUPTS();
		describe_step(out, lfirst(cell), indent);
	}
}

/* Appends one plug-in; shape has been checked, but what is wrong is described too. */
static void
describe_plugin(StringInfo out, const Json *plugin)
{
	Registration registration = {.json = plugin};
	const char *rank = json_get_text(plugin, "rank");
	const char *stage = json_get_text(plugin, "stage");
	const char *function = json_get_text(plugin, "function");

	fields_read(plugin_keys, plugin, &registration);
	appendStringInfo(out, "  %s, rank %s: %s", stage ? stage : "?", rank ? rank : "1",
					 function ? function : "?");
	fields_describe(out, plugin_keys, plugin, &registration, "", "");
	appendStringInfoChar(out, '\n');
}

/* Appends the plug-ins. */
static void
describe_plugins(StringInfo out, const Json *plugins)
{
	if (plugins == NULL || plugins->count == 0)
		return;
	appendStringInfoString(out, "\nPlug-ins\n");
	for (int i = 0; i < plugins->count; i++)
		describe_plugin(out, plugins->items[i]);
}

/* Appends what could not be read. */
static void
describe_problems(StringInfo out, const List *problems)
{
	ListCell   *cell;

	if (problems == NIL)
		return;
	appendStringInfoString(out, "\nNot understood\n");
	foreach(cell, problems)
	{
		Problem    *problem = lfirst(cell);

		appendStringInfoString(out, "  ");
		problem_print(out, problem);
		appendStringInfoChar(out, '\n');
	}
}

/* The outline; state says of what, below the name: a draft, or what is published. */
static char *
definition_describe(Json *document, const char *state)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	Definition *definition = definition_parse(document, &sink);
	StringInfoData out;

	initStringInfo(&out);
	describe_header(&out, definition, state);
	describe_parameters(&out, "Input", definition->inputs);
	describe_parameters(&out, "Output", definition->outputs);
	appendStringInfoString(&out, "\nSteps\n");
	describe_steps(&out, definition->steps, 2);
	describe_plugins(&out, definition->plugins);
	describe_problems(&out, sink.problems);
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		out.data[--out.len] = '\0';
	return out.data;
}

/* SQL: outline of a definition in words. */
Datum
custom_action_describe_definition(PG_FUNCTION_ARGS)
{
	char	   *outline = definition_describe(json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0))),
											  text_to_cstring(PG_GETARG_TEXT_PP(1)));

	PG_RETURN_TEXT_P(cstring_to_text(outline));
}
