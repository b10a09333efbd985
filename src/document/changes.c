/*
 * changes.c
 *		What differs between two definitions, as rows for people: a field that
 *		changed, with what it was and what it is; a step that was added, removed or
 *		moved; inputs, outputs and keys of the header.
 *
 * Rows come in the order of the new definition; what was removed stands where it
 * was. Which step is which is found by step_match.c.
 */
#include "postgres.h"

#include "definition/definition.h"
#include "definition/path_words.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "document/step_match.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_definition_changes);

#define HIDDEN "***"			/* what a sensitive parameter has by default */

/* A row of the result, and where it belongs. */
typedef struct Change
{
	int			node;			/* of the new definition that it is at, ... */
	int			behind;			/* ... or behind, and how far */
	int			number;			/* in the order in which they were found */
	const char *path;
	const char *kind;
	const char *before;
	const char *after;
} Change;

typedef struct Changes
{
	List	   *rows;			/* of Change */
	int			node;
	int			behind;
} Changes;

/* One of the definitions. */
typedef struct Side
{
	const Definition *definition;
	StepTree   *tree;
	Outline    *outline;		/* NULL: nobody has asked for it yet */
} Side;

/* Adds a row at the current place. */
static void
tell_change(Changes *changes, const char *path, const char *kind, const char *before, const char *after)
{
	Change	   *change = palloc(sizeof(Change));

	change->node = changes->node;
	change->behind = changes->behind;
	change->number = list_length(changes->rows);
	change->path = path;
	change->kind = kind;
	change->before = before;
	change->after = after;
	changes->rows = lappend(changes->rows, change);
}

/* "added", "removed" or "changed" */
static const char *
change_kind(const void *old, const void *new)
{
	if (old == NULL)
		return "added";
	return new == NULL ? "removed" : "changed";
}

/* Do two values mean the same: in any order of keys, however a number is written? */
static bool
is_same(const Json *one, const Json *other)
{
	if (one == NULL || other == NULL)
		return one == other;
	return DatumGetBool(DirectFunctionCall2(jsonb_eq, json_to_jsonb(one), json_to_jsonb(other)));
}

/* How a value is shown: one of a definition's as in the outline; else a text as it is, a list by its members. */
static const char *
value_words(const Json *json, bool is_value)
{
	StringInfoData out;

	if (json == NULL)
		return NULL;
	if (is_value)
		return value_text(json);
	if (json->kind == JSON_IS_STRING)
		return formula_text(json->text);
	if (json->kind != JSON_IS_ARRAY)
		return json_text(json);
	initStringInfo(&out);
	for (int i = 0; i < json->count; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? ", " : "", value_words(json->items[i], false));
	return out.data;
}

static void compare_members(Changes *changes, const char *path, const Json *old, const Json *new, bool is_value);

/* Tells how a field differs; of an object its members. */
static void
compare_field(Changes *changes, const char *path, const Json *old, const Json *new, bool is_value)
{
	check_stack_depth();
	if (is_same(old, new))
		return;
	if ((old == NULL || old->kind == JSON_IS_OBJECT) && (new == NULL || new->kind == JSON_IS_OBJECT))
		compare_members(changes, path, old, new, is_value);
	else
		tell_change(changes, path, change_kind(old, new), value_words(old, is_value), value_words(new, is_value));
}

/* "2.set.due"; a name that would be taken for more than one goes in quotes. */
static char *
member_path(const char *path, const char *name)
{
	return path[0] == '\0' ? path_key(name) : psprintf("%s.%s", path, path_key(name));
}

/* Tells how the members of two objects differ; either may be NULL. */
static void
compare_members(Changes *changes, const char *path, const Json *old, const Json *new, bool is_value)
{
	for (int i = 0; new != NULL && i < new->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		compare_field(changes, member_path(path, new->keys[i]), json_get(old, new->keys[i]),
					  new->items[i], is_value);
	}
	for (int i = 0; old != NULL && i < old->count; i++)
		if (json_get(new, old->keys[i]) == NULL)
			compare_field(changes, member_path(path, old->keys[i]), old->items[i], NULL, is_value);
}

/* Is what a step has under a key a value, or an object of values? */
static bool
key_holds_values(const Step *step, const char *key)
{
	for (const ArgumentSpec *spec = step->kind->arguments; spec != NULL && spec->key != NULL; spec++)
		if (strcmp(spec->key, key) == 0)
			return spec->shape == ARGUMENT_VALUE || spec->shape == ARGUMENT_VALUES || spec->shape == ARGUMENT_OBJECT;
	return false;
}

/* Tells how one field of a step differs. */
static void
compare_step_field(Changes *changes, const StepNode *old, const StepNode *new, const char *key)
{
	const Step *step = new->step;
	const Json *old_value = json_get(old->step->json, key);
	const Json *new_value = json_get(step->json, key);

	if (step_key_is_list(step, key) || step_key_is_list(old->step, key))
		return;
	if (step->kind->subject == SUBJECT_VALUES && strcmp(key, step->kind->name) == 0)
		compare_members(changes, new->path, old_value, new_value, true);
	else
		compare_field(changes, member_path(new->path, key), old_value, new_value, key_holds_values(step, key));
}

/* Has a step a handler of errors, be it an empty one? */
static const char *
handler_text(const Step *step)
{
	const Json *handler = json_get(step->json, "on_error");

	if (handler == NULL)
		return NULL;
	return handler->count == 0 ? "go on" : "its steps";
}

/* Tells how a step differs from what it was. */
static void
compare_step_nodes(Changes *changes, const StepNode *old, const StepNode *new)
{
	const Json *before = old->step->json;
	const Json *after = new->step->json;
	const char *old_handler = handler_text(old->step);
	const char *new_handler = handler_text(new->step);

	for (int i = 0; i < after->count; i++)
		compare_step_field(changes, old, new, after->keys[i]);
	for (int i = 0; i < before->count; i++)
		if (json_get(after, before->keys[i]) == NULL)
			compare_step_field(changes, old, new, before->keys[i]);
	if ((old_handler == NULL) != (new_handler == NULL))
		tell_change(changes, member_path(new->path, "on_error"), change_kind(old_handler, new_handler),
					old_handler, new_handler);
}

/* What a node says, in the words of the outline: its lines, one behind the other. */
static char *
node_words(const StepNode *node)
{
	StringInfoData words;

	initStringInfo(&words);
	if (node->step == NULL)
	{
		appendStringInfo(&words, "WHEN %s", formula_text(node->branch->when));
		return words.data;
	}
	appendStringInfoString(&words, outline_step_words(node->step));
	for (int i = 0; i < node->step->json->count; i++)
	{
		const char *key = node->step->json->keys[i];
		const Json *value = node->step->json->items[i];

		if (step_key_is_list(node->step, key) || value->kind != JSON_IS_OBJECT || value->count < 2)
			continue;
		for (int k = 0; k < value->count; k++)
			appendStringInfo(&words, "%s %s = %s", k == 0 ? ":" : ",", value->keys[k], value_text(value->items[k]));
	}
	if (node->step->when != NULL)
		appendStringInfo(&words, ", ONLY IF %s", formula_text(node->step->when));
	return words.data;
}

/* Tells what became of the steps of the new definition. */
static void
tell_new_steps(Changes *changes, const Side *old, const Side *new)
{
	for (int i = 1; i < new->tree->count; i++)
	{
		const StepNode *node = &new->tree->nodes[i];
		const StepNode *before = node->match < 0 ? NULL : &old->tree->nodes[node->match];

		CHECK_FOR_INTERRUPTS();
		changes->node = i;
		if (before == NULL)
			tell_change(changes, node->path, "added", NULL, node_words(node));
		else if (node->moved)
			tell_change(changes, node->path, "moved", before->path, node->path);
		if (before != NULL && node->step != NULL)
			compare_step_nodes(changes, before, node);
		else if (before != NULL && strcmp(before->branch->when, node->branch->when) != 0)
			tell_change(changes, member_path(node->path, "when"), "changed",
						formula_text(before->branch->when), formula_text(node->branch->when));
	}
}

/* Tells of the steps that are gone, behind what stood before them. */
static void
tell_old_steps(Changes *changes, const Side *old)
{
	changes->node = 0;
	for (int i = 1; i < old->tree->count; i++)
	{
		const StepNode *node = &old->tree->nodes[i];

		CHECK_FOR_INTERRUPTS();
		if (node->match >= 0)
			changes->node = node->match;
		changes->behind = i;
		if (node->match < 0)
			tell_change(changes, node->path, "removed", node_words(node), NULL);
	}
	changes->behind = 0;
}

/* The outline's line of an input or output. */
static const char *
parameter_words(Side *side, const Parameter *parameter)
{
	ListCell   *cell;

	if (side->outline == NULL)
		side->outline = outline_of(side->definition, NIL);
	foreach(cell, side->outline->lines)
	{
		const OutlineLine *line = lfirst(cell);

		if (line->path != NULL && strcmp(line->path, parameter->location) == 0)
			return line->text;
	}
	return parameter->type;
}

/* Finds a parameter by name. */
static const Parameter *
parameter_named(const List *parameters, const char *name)
{
	ListCell   *cell;

	foreach(cell, parameters)
	{
		if (strcmp(((const Parameter *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	}
	return NULL;
}

/* Tells how one field of a parameter differs. */
static void
compare_parameter_field(Changes *changes, const Parameter *old, const Parameter *new, const char *key)
{
	const Json *before = json_get(old->json, key);
	const Json *after = json_get(new->json, key);
	bool		is_default = strcmp(key, "default") == 0;
	char	   *path = member_path(new->location, key);

	if (is_same(before, after))
		return;
	if (is_default && (old->sensitive || new->sensitive))
		tell_change(changes, path, change_kind(before, after), before ? HIDDEN : NULL, after ? HIDDEN : NULL);
	else
		tell_change(changes, path, change_kind(before, after), value_words(before, is_default),
					value_words(after, is_default));
}

/* Tells how an input or output differs. */
static void
compare_parameter(Changes *changes, const Parameter *old, const Parameter *new)
{
	for (int i = 0; i < new->json->count; i++)
		compare_parameter_field(changes, old, new, new->json->keys[i]);
	for (int i = 0; i < old->json->count; i++)
		if (json_get(new->json, old->json->keys[i]) == NULL)
			compare_parameter_field(changes, old, new, old->json->keys[i]);
}

/* The place of a parameter in its list, from 1 */
static int
parameter_place(const List *parameters, const Parameter *parameter)
{
	ListCell   *cell;

	foreach(cell, parameters)
	{
		if (lfirst(cell) == parameter)
			return foreach_current_index(cell) + 1;
	}
	return 0;
}

/* Tells which parameters went past others. */
static void
tell_parameter_order(Changes *changes, const List *old_list, const List *new_list)
{
	int			count = 0;
	int		   *places = palloc(sizeof(int) * Max(list_length(new_list), 1));
	const Parameter **kept = palloc(sizeof(Parameter *) * Max(list_length(new_list), 1));
	bool	   *moved = palloc(sizeof(bool) * Max(list_length(new_list), 1));
	ListCell   *cell;

	foreach(cell, new_list)
	{
		const Parameter *old = parameter_named(old_list, ((const Parameter *) lfirst(cell))->name);

		if (old == NULL)
			continue;
		kept[count] = lfirst(cell);
		places[count++] = parameter_place(old_list, old);
	}
	places_out_of_order(places, count, moved);
	for (int i = 0; i < count; i++)
		if (moved[i])
			tell_change(changes, kept[i]->location, "moved", psprintf("place %d", places[i]),
						psprintf("place %d", parameter_place(new_list, kept[i])));
}

/* Tells how inputs or outputs differ. */
static void
tell_parameters(Changes *changes, Side *old, Side *new, const List *old_list, const List *new_list)
{
	ListCell   *cell;

	foreach(cell, new_list)
	{
		const Parameter *parameter = lfirst(cell);
		const Parameter *before = parameter_named(old_list, parameter->name);

		if (before == NULL)
			tell_change(changes, parameter->location, "added", NULL, parameter_words(new, parameter));
		else
			compare_parameter(changes, before, parameter);
	}
	foreach(cell, old_list)
	{
		const Parameter *parameter = lfirst(cell);

		if (parameter_named(new_list, parameter->name) == NULL)
			tell_change(changes, parameter->location, "removed", parameter_words(old, parameter), NULL);
	}
	tell_parameter_order(changes, old_list, new_list);
}

/* Tells how the headers differ. */
static void
tell_header(Changes *changes, const Json *old, const Json *new)
{
	for (const ArgumentSpec *spec = action_keys; spec->key != NULL; spec++)
		if (spec->shape != ARGUMENT_STEPS && spec->shape != ARGUMENT_OBJECTS && !spec->untold)
			compare_field(changes, spec->key, json_get(old, spec->key), json_get(new, spec->key), false);
}

/* Reads one of the definitions. */
static Side
read_side(text * document)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	Side		side = {.definition = definition_parse(json_parse(text_to_cstring(document)), &sink)};

	side.tree = step_tree(side.definition);
	return side;
}

/* For list_sort(): by place, as they were found. */
static int
change_compare(const ListCell *a, const ListCell *b)
{
	const Change *one = lfirst(a);
	const Change *other = lfirst(b);

	if (one->node != other->node)
		return one->node < other->node ? -1 : 1;
	if (one->behind != other->behind)
		return one->behind < other->behind ? -1 : 1;
	return one->number - other->number;
}

/* Puts a text that may be absent into a row. */
static void
put_change_column(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

/* SQL: definition_changes(old, new): what differs, a row for each field and step */
Datum
custom_action_definition_changes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Changes		changes = {0};
	Side		old = read_side(PG_GETARG_TEXT_PP(0));
	Side		new = read_side(PG_GETARG_TEXT_PP(1));
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	tell_header(&changes, old.definition->json, new.definition->json);
	tell_parameters(&changes, &old, &new, old.definition->inputs, new.definition->inputs);
	tell_parameters(&changes, &old, &new, old.definition->outputs, new.definition->outputs);
	step_trees_match(old.tree, new.tree);
	tell_new_steps(&changes, &old, &new);
	tell_old_steps(&changes, &old);
	list_sort(changes.rows, change_compare);
	foreach(cell, changes.rows)
	{
		const Change *change = lfirst(cell);
		Datum		values[4];
		bool		nulls[4];

		put_change_column(values, nulls, 0, change->path);
		put_change_column(values, nulls, 1, change->kind);
		put_change_column(values, nulls, 2, change->before);
		put_change_column(values, nulls, 3, change->after);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
