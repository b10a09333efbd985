/*
 * outline.c
 *		Makes the lines of an outline; see outline.h.
 *
 * Nothing is left out but what goes without saying: what a key means when it is
 * left out, and the search_path, which every action has. Defaults of sensitive
 * inputs and outputs are for the authors alone, since anybody may ask for the
 * outline of an action.
 *
 * The folder document/ holds pure functions over definitions: a document goes in,
 * words come out. Nothing is compiled or run. It may include base/, lookup/ and
 * definition/.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "definition/fields.h"
#include "definition/stage.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "miscadmin.h"

static void add_steps(Outline *outline, const List *steps, int depth);

/* Adds a line; the text is to last. */
static OutlineLine *
add_line(Outline *outline, const char *path, const char *kind, const Step *step, int depth, char *text)
{
	OutlineLine *line = palloc0(sizeof(OutlineLine));

	line->path = path;
	line->kind = kind;
	line->step = step;
	line->depth = depth;
	line->enabled = step == NULL || step->enabled;
	line->text = text;
	outline->lines = lappend(outline->lines, line);
	return line;
}

void
outline_say(Outline *outline, const char *format,...)
{
	int			needed;

	for (;;)
	{
		va_list		arguments;

		va_start(arguments, format);
		needed = appendStringInfoVA(outline->words, format, arguments);
		va_end(arguments);
		if (needed == 0)
			return;
		enlargeStringInfo(outline->words, needed);
	}
}

void
outline_add(Outline *outline, const char *key, const char *format,...)
{
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		arguments;
		int			needed;

		va_start(arguments, format);
		needed = appendStringInfoVA(&text, format, arguments);
		va_end(arguments);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	add_line(outline, psprintf("%s.%s", outline->step->path, key), NULL, outline->step,
			 outline->depth + 1, text.data);
}

void
outline_values(Outline *outline, const char *key, const Json *values, const char *before)
{
	if (values == NULL || values->count == 0)
		return;
	if (values->count == 1 && before != NULL)
	{
		outline->last_words = psprintf("%s%s = %s", before, values->keys[0], value_text(values->items[0]));
		return;
	}
	for (int i = 0; i < values->count; i++)
		outline_add(outline, key == NULL ? values->keys[i] : psprintf("%s.%s", key, values->keys[i]),
					"%s = %s", values->keys[i], value_text(values->items[i]));
}

/* Begins to describe a step: what follows goes to words. */
static void
begin_description(Outline *outline, const Step *step, StringInfo words, int depth)
{
	initStringInfo(words);
	outline->step = step;
	outline->words = words;
	outline->last_words = NULL;
	outline->depth = depth;
}

/* Ends that; returns the first line. */
static char *
end_description(Outline *outline)
{
	if (outline->last_words != NULL)
		appendStringInfoString(outline->words, outline->last_words);
	return outline->words->data;
}

char *
outline_step_words(const Step *step)
{
	Outline		outline = {0};
	StringInfoData words;

	begin_description(&outline, step, &words, 0);
	step->kind->describe(&outline, step);
	return end_description(&outline);
}

/* What stands above the list of steps of a branch; NULL: nothing has to. */
static char *
branch_heading(const Step *step, const Branch *branch)
{
	const char *error_when = json_get_text(step->json, "on_error_when");

	if (branch->when != NULL)
		return psprintf("WHEN %s%s", formula_text(branch->when), branch->steps == NIL ? ": do nothing" : "");
	if (strcmp(branch->key, "else") == 0)
		return branch->steps == NIL ? NULL : pstrdup("OTHERWISE");
	if (strcmp(branch->key, "on_error") != 0)
		return NULL;
	return psprintf("IF IT FAILS%s%s: undo it%s", error_when != NULL ? " and " : "",
					error_when != NULL ? formula_text(error_when) : "",
					branch->steps == NIL ? ", then go on" : ", then");
}

/* Adds the steps of a branch. Cases are headings of their own below their step, and so is what stands beside them. */
static void
outline_branch(Outline *outline, const Step *step, const Branch *branch, bool beside_cases, int depth)
{
	char	   *heading = branch_heading(step, branch);

	if (beside_cases && strcmp(branch->key, "on_error") != 0)
		depth++;
	if (heading != NULL)
		add_line(outline, branch->path, branch->key, step, depth, heading);
	if (branch->description != NULL)
		add_line(outline, psprintf("%s.description", branch->path), NULL, step, depth + 1,
				 psprintf("(%s)", branch->description));
	add_steps(outline, branch->steps, depth + 1);
}

/* Adds a step and what is below it. */
static void
add_step(Outline *outline, const Step *step, int depth)
{
	StringInfoData words;
	OutlineLine *line = add_line(outline, step->path, step->kind->name, step, depth, NULL);
	bool		has_cases = step->branches != NIL &&
		((const Branch *) linitial(step->branches))->when != NULL;
	ListCell   *cell;

	if (step->description != NULL)
		add_line(outline, psprintf("%s.description", step->path), NULL, step, depth + 1,
				 psprintf("(%s)", step->description));
	begin_description(outline, step, &words, depth);
	if (!step->enabled)
		outline_say(outline, "(disabled) ");
	if (step->when != NULL)
		outline_say(outline, "ONLY IF %s: ", formula_text(step->when));
	step->kind->describe(outline, step);
	line->text = end_description(outline);

	foreach(cell, step->branches)
		outline_branch(outline, step, lfirst(cell), has_cases, depth);
}

/* Adds a list of steps. */
static void
add_steps(Outline *outline, const List *steps, int depth)
{
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, steps)
	{
		CHECK_FOR_INTERRUPTS();
		add_step(outline, lfirst(cell), depth);
	}
}

/* Adds a line of the header. */
static void
add_header_line(Outline *outline, const char *key, char *text)
{
	add_line(outline, key, LINE_OF_HEADER, NULL, 0, text);
}

/* Says what the action works on. */
static void
add_binding(Outline *outline, const Definition *definition)
{
	if (definition->table == NULL)
		add_header_line(outline, "table", "Works on no row of its own");
	else if (definition->collection)
		add_header_line(outline, "table", psprintf("Works on the table %s as a whole", definition->table));
	else
		add_header_line(outline, "table",
						psprintf("Works on one row of %s, the target%s%s", definition->table,
								 definition->key != NIL ? ", found by " : "",
								 definition->key != NIL ? text_list_join(definition->key) : ""));
	if (definition->not_found != ERRCODE_NO_DATA_FOUND)
		add_header_line(outline, "not_found", psprintf("Fails with %s if there is no such row",
													   unpack_sql_state(definition->not_found)));
	if (definition->lock_given)
		add_header_line(outline, "lock", definition->lock ? "Locks the target, whatever the steps do" :
						"Does not lock the target");
}

/* Adds what holds for the action as a whole. */
static void
add_header(Outline *outline, const Definition *definition)
{
	const char *policy = json_get_text(definition->json, "plugin_policy");

	if (definition->title != NULL)
		add_header_line(outline, "title", psprintf("Called \"%s\"", definition->title));
	if (definition->description != NULL)
		add_header_line(outline, "description", definition->description);
	if (definition->deprecated != NULL)
		add_header_line(outline, "deprecated", psprintf("Deprecated: %s", definition->deprecated));
	if (definition->visibility == VISIBLE_INTERNALLY)
		add_header_line(outline, "visibility", "Shown to nobody outside of the database");
	else if (definition->visibility == VISIBLE_TO_AGENTS)
		add_header_line(outline, "visibility", "Shown to agents alone");
	add_binding(outline, definition);
	for (const ArgumentSpec *spec = action_keys; spec->key != NULL; spec++)
	{
		char	   *words = field_words(spec, definition->json, definition);

		if (words != NULL)
			add_header_line(outline, spec->key, words);
	}
	if (policy != NULL)
		add_header_line(outline, "plugin_policy", psprintf("Takes plug-ins by the policy \"%s\"", policy));
	for (int i = 0; definition->settings != NULL && i < definition->settings->count; i++)
		if (strcmp(definition->settings->keys[i], "search_path") != 0)
			add_header_line(outline, psprintf("settings.%s", definition->settings->keys[i]),
							psprintf("Runs with the setting %s = %s", definition->settings->keys[i],
									 value_text(definition->settings->items[i])));
}

/* The default of an input or output, unless it is for the authors alone. */
static const char *
default_text(const Parameter *parameter)
{
	if (parameter->sensitive && parameter->initial->kind != JSON_IS_NULL)
		return "***";
	return value_text(parameter->initial);
}

char *
outline_parameter_words(const Parameter *parameter)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s%s%s", parameter->name, parameter->type != NULL ? " " : "",
					 parameter->type != NULL ? parameter->type : "");
	if (!parameter->output && parameter->required)
		appendStringInfoString(&text, ", required");
	if (parameter->initial != NULL)
		appendStringInfo(&text, ", by default %s", default_text(parameter));
	fields_describe(&text, parameter->output ? output_keys : input_keys, parameter->json, parameter);
	return text.data;
}

/* Adds the inputs or outputs. */
static void
add_parameters(Outline *outline, const List *parameters)
{
	ListCell   *cell;

	foreach(cell, parameters)
	{
		const Parameter *parameter = lfirst(cell);

		add_line(outline, parameter->location, parameter->output ? LINE_OF_OUTPUT : LINE_OF_INPUT,
				 NULL, 0, outline_parameter_words(parameter));
	}
}

/* Adds a line for what a plug-in says under a key. */
static void
add_plugin_key(Outline *outline, const Json *plugin, int number, const char *key)
{
	const Json *value = json_get(plugin, key);

	if (value != NULL && value->kind != JSON_IS_NULL)
		add_line(outline, psprintf("plugins.%d.%s", number, key), NULL, NULL, 1,
				 psprintf("%s %s", key, value_text(value)));
}

/* Adds a plug-in. */
static void
add_plugin(Outline *outline, const Json *plugin, int number)
{
	Registration registration = {.json = plugin};
	const char *stage = json_get_text(plugin, "stage");
	const char *rank = json_get_text(plugin, "rank");
	const char *function = json_get_text(plugin, "function");

	fields_read(plugin_keys, plugin, &registration);
	add_line(outline, psprintf("plugins.%d", number), LINE_OF_PLUGIN, NULL, 0,
			 psprintf("%sPLUG-IN %s at %s%s%s", registration.enabled ? "" : "(disabled) ",
					  function != NULL ? function : "?", stage != NULL ? stage : "?",
					  rank != NULL ? ", rank " : "", rank != NULL ? rank : ""))->enabled = registration.enabled;
	if (registration.description != NULL)
		add_line(outline, psprintf("plugins.%d.description", number), NULL, NULL, 1,
				 psprintf("(%s)", registration.description));
	add_plugin_key(outline, plugin, number, "configuration");
	add_plugin_key(outline, plugin, number, "images");
}

/* Adds the plug-ins that run before the steps, or those that run after them; a stage that is none is after them. */
static void
add_plugins(Outline *outline, const Json *plugins, bool before)
{
	for (int i = 0; plugins != NULL && i < plugins->count; i++)
	{
		const char *stage = json_get_text(plugins->items[i], "stage");
		Stage		found = stage != NULL ? stage_find(stage) : STAGES;

		if ((found != STAGES && stage_has(found, STAGE_TAKES_INPUT)) == before &&
			plugins->items[i]->kind == JSON_IS_OBJECT)
			add_plugin(outline, plugins->items[i], i + 1);
	}
}

/* Adds what could not be read. */
static void
add_problems(Outline *outline, const List *problems)
{
	ListCell   *cell;

	foreach(cell, problems)
	{
		Problem    *problem = lfirst(cell);
		StringInfoData text;

		initStringInfo(&text);
		problem_print(&text, problem);
		add_line(outline, problem->location, LINE_OF_PROBLEM, NULL, 0, text.data);
	}
}

Outline *
outline_of(const Definition *definition, const List *problems)
{
	Outline    *outline = palloc0(sizeof(Outline));

	add_header(outline, definition);
	add_parameters(outline, definition->inputs);
	add_parameters(outline, definition->outputs);
	add_plugins(outline, definition->plugins, true);
	add_steps(outline, definition->steps, 0);
	add_plugins(outline, definition->plugins, false);
	add_problems(outline, problems);
	return outline;
}
