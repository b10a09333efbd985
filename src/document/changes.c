/*
 * changes.c
 *		What differs between two definitions, as rows for people: a field that
 *		changed, with what it was and what it is; a step that was added, removed or
 *		moved; inputs, outputs and keys of the header.
 *
 * Rows come in the order of the new definition; what was removed stands where it
 * was. Which step is which is found by step_match.c. This is the one comparison:
 * what is told of it in sentences is made of these rows (change_sentences.c).
 */
#include "postgres.h"

#include "definition/definition.h"
#include "definition/path_words.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "document/changes.h"
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

/* What is gathered, and where it stands. */
typedef struct Changes
{
	List	   *rows;			/* of Change */
	ChangedPart part;
	const char *place;			/* see Change */
	const char *title;
	bool		inside;
	bool		by_name;
	int			node;
	int			behind;
} Changes;

/* One of the definitions. */
typedef struct Side
{
	const Definition *definition;
	StepTree   *tree;
} Side;

/* Says what the rows that follow are about. */
static void
turn_to(Changes *changes, ChangedPart part, const char *place, const char *title)
{
	changes->part = part;
	changes->place = place;
	changes->title = title;
	changes->inside = false;
}

/* Adds a row about that. */
static void
tell_change(Changes *changes, const char *path, const char *kind, const char *before, const char *after)
{
	Change	   *change = palloc(sizeof(Change));

	change->part = changes->part;
	change->place = changes->place;
	change->title = changes->title;
	change->inside = changes->inside;
	change->by_name = changes->by_name;
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
		return CHANGE_ADDED;
	return new == NULL ? CHANGE_REMOVED : CHANGE_CHANGED;
}

static bool is_same(const Json *one, const Json *other);

/* Is all that an object or array has in another, too, an object's in whatever order? */
static bool
has_same_members(const Json *one, const Json *other)
{
	if (one->count != other->count)
		return false;
	for (int i = 0; i < one->count; i++)
	{
		const Json *member = other->items[i];

		if (one->kind == JSON_IS_OBJECT && strcmp(one->keys[i], other->keys[i]) != 0)
			member = json_get(other, one->keys[i]);
		if (!is_same(one->items[i], member))
			return false;
	}
	return true;
}

/* A number as drafts keep it: 1e2 is 100, but 1.0 is not 1, which is an integer */
static const char *
number_text(const Json *json)
{
	Datum		number = DirectFunctionCall3(numeric_in, CStringGetDatum(json->text), ObjectIdGetDatum(InvalidOid),
											 Int32GetDatum(-1));

	return DatumGetCString(DirectFunctionCall1(numeric_out, number));
}

/* Do two values say the same, in whatever order of keys? As same_definition() in SQL has it. */
static bool
is_same(const Json *one, const Json *other)
{
	check_stack_depth();
	if (one == NULL || other == NULL || one->kind != other->kind)
		return one == other;
	switch (one->kind)
	{
		case JSON_IS_NULL:
			return true;
		case JSON_IS_BOOLEAN:
		case JSON_IS_STRING:
			return strcmp(one->text, other->text) == 0;
		case JSON_IS_NUMBER:
			return strcmp(one->text, other->text) == 0 ||
				strcmp(number_text(one), number_text(other)) == 0;
		case JSON_IS_ARRAY:
		case JSON_IS_OBJECT:
			return has_same_members(one, other);
	}
	return false;
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

/* "2.set.due"; a name that would be taken for more than one goes in quotes. */
static char *
member_path(const char *path, const char *name)
{
	return path[0] == '\0' ? path_key(name) : psprintf("%s.%s", path, path_key(name));
}

/* Tells how a field differs, which is called so below a path; of an object its members. */
static void
compare_field(Changes *changes, const char *above, const char *name, const Json *old, const Json *new, bool is_value)
{
	const char *path;

	check_stack_depth();
	if (is_same(old, new))
		return;
	path = member_path(above, name);
	if ((old == NULL || old->kind == JSON_IS_OBJECT) && (new == NULL || new->kind == JSON_IS_OBJECT))
		compare_members(changes, path, old, new, is_value);
	else
		tell_change(changes, path, change_kind(old, new), value_words(old, is_value), value_words(new, is_value));
}

/* Tells how the members of two objects differ; either may be NULL. */
static void
compare_members(Changes *changes, const char *path, const Json *old, const Json *new, bool is_value)
{
	for (int i = 0; new != NULL && i < new->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		compare_field(changes, path, new->keys[i], json_get(old, new->keys[i]), new->items[i], is_value);
	}
	for (int i = 0; old != NULL && i < old->count; i++)
		if (json_get(new, old->keys[i]) == NULL)
			compare_field(changes, path, old->keys[i], old->items[i], NULL, is_value);
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
	if (step->kind->subject == SUBJECT_VALUES && strcmp(key, step->kind->name) == 0 &&
		old_value != NULL && old_value->kind == JSON_IS_OBJECT &&
		new_value != NULL && new_value->kind == JSON_IS_OBJECT)
	{
		changes->by_name = true;
		compare_members(changes, new->path, old_value, new_value, true);
		changes->by_name = false;
	}
	else
		compare_field(changes, new->path, key, old_value, new_value, key_holds_values(step, key));
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
compare_steps(Changes *changes, const StepNode *old, const StepNode *new)
{
	const Json *before = old->step->json;
	const Json *after = new->step->json;
	const char *old_handler = handler_text(old->step);
	const char *new_handler = handler_text(new->step);

	if (strcmp(old->content, new->content) != 0)
	{
		for (int i = 0; i < after->count; i++)
			compare_step_field(changes, old, new, after->keys[i]);
		for (int i = 0; i < before->count; i++)
			if (json_get(after, before->keys[i]) == NULL)
				compare_step_field(changes, old, new, before->keys[i]);
	}
	if ((old_handler == NULL) != (new_handler == NULL))
		tell_change(changes, member_path(new->path, "on_error"), change_kind(old_handler, new_handler),
					old_handler, new_handler);
}

/* Tells how a text of a case differs. */
static void
compare_case_text(Changes *changes, const char *path, const char *old, const char *new)
{
	if (old == NULL || new == NULL ? old != new : strcmp(old, new) != 0)
		tell_change(changes, path, change_kind(old, new), old, new);
}

/* Tells how a case differs from what it was. */
static void
compare_cases(Changes *changes, const StepNode *old, const StepNode *new)
{
	compare_case_text(changes, member_path(new->path, "when"), formula_text(old->branch->when),
					  formula_text(new->branch->when));
	compare_case_text(changes, member_path(new->path, "description"), old->branch->description,
					  new->branch->description);
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
	if (node->step->unsound)
	{
		appendStringInfo(&words, "%s, which is not understood", node->title);
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

/* Turns to a step or case. */
static void
turn_to_node(Changes *changes, const StepTree *tree, const StepNode *node)
{
	turn_to(changes, CHANGE_OF_STEP, node->path, node->title);
	changes->inside = node->parent > 0 && tree->nodes[node->parent].match < 0;
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
		turn_to_node(changes, new->tree, node);
		if (before == NULL)
			tell_change(changes, node->path, CHANGE_ADDED, NULL, node_words(node));
		else if (node->moved)
			tell_change(changes, node->path, CHANGE_MOVED, before->path, node->path);
		if (before != NULL && node->step != NULL)
			compare_steps(changes, before, node);
		else if (before != NULL)
			compare_cases(changes, before, node);
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
		turn_to_node(changes, old->tree, node);
		if (node->match < 0)
			tell_change(changes, node->path, CHANGE_REMOVED, node_words(node), NULL);
	}
}

/* Turns to an input or output. */
static void
turn_to_parameter(Changes *changes, const Parameter *parameter)
{
	turn_to(changes, parameter->output ? CHANGE_OF_OUTPUT : CHANGE_OF_INPUT, parameter->location,
			parameter->name != NULL ? parameter->name : parameter->location);
}

/* How many of a list stand at a location before a parameter of it? */
static int
parameters_at(const List *parameters, const char *location, const Parameter *before)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, parameters)
	{
		if (lfirst(cell) == before)
			break;
		if (strcmp(((const Parameter *) lfirst(cell))->location, location) == 0)
			count++;
	}
	return count;
}

/*
 * Finds in one list what a parameter is in another: that of the same name. Of several
 * of one name, which is a mistake, the first is the first.
 */
static const Parameter *
parameter_like(const List *parameters, const Parameter *parameter, const List *others)
{
	int			number = parameters_at(others, parameter->location, parameter);
	ListCell   *cell;

	foreach(cell, parameters)
	{
		if (strcmp(((const Parameter *) lfirst(cell))->location, parameter->location) == 0 && number-- == 0)
			return lfirst(cell);
	}
	return NULL;
}

/* What an input or output says, in the words of the outline. */
static const char *
parameter_words(const Parameter *parameter)
{
	if (parameter->unsound)
		return psprintf("%s, which is not understood",
						parameter->name != NULL ? parameter->name : parameter->location);
	return outline_parameter_words(parameter);
}

/* Tells how one field of a parameter differs. */
static void
compare_parameter_field(Changes *changes, const Parameter *old, const Parameter *new, const char *key)
{
	const Json *before = json_get(old->json, key);
	const Json *after = json_get(new->json, key);
	bool		is_default = strcmp(key, "default") == 0;
	const char *path;

	if (is_same(before, after))
		return;
	path = member_path(new->location, key);
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
	if (old->json->kind != JSON_IS_OBJECT || new->json->kind != JSON_IS_OBJECT)
	{
		if (!is_same(old->json, new->json))
			tell_change(changes, new->location, CHANGE_CHANGED, parameter_words(old), parameter_words(new));
		return;
	}
	for (int i = 0; i < new->json->count; i++)
		compare_parameter_field(changes, old, new, new->json->keys[i]);
	for (int i = 0; i < old->json->count; i++)
		if (json_get(new->json, old->json->keys[i]) == NULL)
			compare_parameter_field(changes, old, new, old->json->keys[i]);
}

/* The place of a parameter in its list, from 0 */
static int
parameter_place(const List *parameters, const Parameter *parameter)
{
	ListCell   *cell;

	foreach(cell, parameters)
	{
		if (lfirst(cell) == parameter)
			return foreach_current_index(cell);
	}
	return -1;
}

/* Tells which parameters went past others. */
static void
tell_parameter_order(Changes *changes, const List *old_list, const List *new_list)
{
	int			most = Max(list_length(new_list), 1);
	int			count = 0;
	int		   *places = palloc(sizeof(int) * most);
	int		   *new_places = palloc(sizeof(int) * most);
	const Parameter **kept = palloc(sizeof(Parameter *) * most);
	bool	   *moved = palloc(sizeof(bool) * most);
	ListCell   *cell;

	foreach(cell, new_list)
	{
		const Parameter *old = parameter_like(old_list, lfirst(cell), new_list);

		if (old == NULL)
			continue;
		kept[count] = lfirst(cell);
		new_places[count] = foreach_current_index(cell);
		places[count++] = parameter_place(old_list, old);
	}
	places_out_of_order(places, new_places, count, moved);
	for (int i = 0; i < count; i++)
	{
		if (!moved[i])
			continue;
		turn_to_parameter(changes, kept[i]);
		tell_change(changes, kept[i]->location, CHANGE_MOVED, psprintf("place %d", places[i] + 1),
					psprintf("place %d", new_places[i] + 1));
	}
}

/* Tells how inputs or outputs differ. */
static void
tell_parameters(Changes *changes, const List *old_list, const List *new_list)
{
	ListCell   *cell;

	foreach(cell, new_list)
	{
		const Parameter *parameter = lfirst(cell);
		const Parameter *before = parameter_like(old_list, parameter, new_list);

		turn_to_parameter(changes, parameter);
		if (before == NULL)
			tell_change(changes, parameter->location, CHANGE_ADDED, NULL, parameter_words(parameter));
		else
			compare_parameter(changes, before, parameter);
	}
	foreach(cell, old_list)
	{
		const Parameter *parameter = lfirst(cell);

		turn_to_parameter(changes, parameter);
		if (parameter_like(new_list, parameter, old_list) == NULL)
			tell_change(changes, parameter->location, CHANGE_REMOVED, parameter_words(parameter), NULL);
	}
	tell_parameter_order(changes, old_list, new_list);
}

/* Tells how the headers differ. */
static void
tell_header(Changes *changes, const Json *old, const Json *new)
{
	for (const ArgumentSpec *spec = action_keys; spec->key != NULL; spec++)
	{
		if (spec->shape == ARGUMENT_STEPS || spec->shape == ARGUMENT_OBJECTS || spec->untold)
			continue;
		turn_to(changes, CHANGE_OF_HEADER, spec->key, spec->key);
		compare_field(changes, "", spec->key, json_get(old, spec->key), json_get(new, spec->key), false);
	}
}

/* For qsort(): by the text. */
static int
name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The names of what is frozen, sorted; one that is there twice comes twice. */
static const char **
frozen_names(const Json *frozen, int *count)
{
	const char **names = palloc(sizeof(char *) * Max(frozen->count, 1));

	*count = 0;
	for (int i = 0; i < frozen->count; i++)
		if (frozen->items[i]->kind == JSON_IS_STRING)
			names[(*count)++] = frozen->items[i]->text;
	qsort(names, *count, sizeof(char *), name_compare);
	return names;
}

/* Tells which of some names, both sorted, are not among others. */
static void
tell_frozen_names(Changes *changes, const char **names, int count, const char **others, int other_count, bool gone)
{
	int			other = 0;

	for (int i = 0; i < count; i++)
	{
		if (i > 0 && strcmp(names[i - 1], names[i]) == 0)
			continue;
		while (other < other_count && strcmp(others[other], names[i]) < 0)
			other++;
		if (other == other_count || strcmp(others[other], names[i]) != 0)
			tell_change(changes, "frozen", gone ? CHANGE_REMOVED : CHANGE_ADDED, gone ? names[i] : NULL,
						gone ? NULL : names[i]);
	}
}

/*
 * Tells what published definitions use, which nobody wrote into them: first what is
 * used no longer. Of a draft it is not known.
 */
static void
tell_frozen(Changes *changes, const Json *old, const Json *new)
{
	int			old_count;
	int			new_count;
	const char **old_names;
	const char **new_names;

	if (old == NULL || new == NULL || old->kind != JSON_IS_ARRAY || new->kind != JSON_IS_ARRAY)
		return;
	old_names = frozen_names(old, &old_count);
	new_names = frozen_names(new, &new_count);
	turn_to(changes, CHANGE_OF_USE, "frozen", NULL);
	changes->node = PG_INT32_MAX;	/* behind all steps */
	tell_frozen_names(changes, old_names, old_count, new_names, new_count, true);
	tell_frozen_names(changes, new_names, new_count, old_names, old_count, false);
}

/* Reads one of the definitions. */
static Side
read_side(const text * document)
{
	Side		side = {.definition = definition_read(json_parse(text_to_cstring(document)))};

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

List *
changes_between(const text * old_document, const text * new_document)
{
	Changes		changes = {0};
	Side		old = read_side(old_document);
	Side		new = read_side(new_document);

	tell_header(&changes, old.definition->json, new.definition->json);
	tell_parameters(&changes, old.definition->inputs, new.definition->inputs);
	tell_parameters(&changes, old.definition->outputs, new.definition->outputs);
	step_trees_match(old.tree, new.tree);
	tell_new_steps(&changes, &old, &new);
	tell_old_steps(&changes, &old);
	tell_frozen(&changes, json_get(old.definition->json, "frozen"), json_get(new.definition->json, "frozen"));
	list_sort(changes.rows, change_compare);
	return changes.rows;
}

/* SQL: definition_changes(old, new): what differs, a row for each field and step */
Datum
custom_action_definition_changes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, changes_between(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1)))
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
