/*
 * diff.c
 *		What differs between two definitions, in words: the header by its
 *		columns, inputs and outputs by their names, steps by their titles, the
 *		list of what is frozen by its names.
 *
 * Two lists of steps are walked side by side. A step's title is its kind and
 * subject. Where the titles differ, and the old one comes later in the new
 * list, the new step was added; where the new one comes later in the old list,
 * the old step was removed; else the one was made of the other. Where a title
 * stands for the last time is found by sorting, once for each pair of lists,
 * so that the whole costs n log n.
 */
#include "postgres.h"

#include "definition/definition.h"
#include "definition/key_order.h"
#include "definition/rows.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_compare_definitions);

/* What is gathered while two definitions are compared. */
typedef struct Diff
{
	List	   *lines;			/* of char * */
	MemoryContext scratch;		/* emptied after each comparison of values */
} Diff;

/* A member of two objects or lists under one name; NULL where it is absent. */
typedef struct Pair
{
	const char *name;
	const Json *old;
	const Json *new;
} Pair;

/* A step in one of two lists that are compared. */
typedef struct ListedStep
{
	const Json *row;			/* in row form */
	char	   *title;
	bool		is_new;			/* in the new list */
	int			place;			/* in its list, from 0 */
	int			last_old;		/* place of the last step of this title in the old list, -1: none */
	int			last_new;		/* the same in the new list */
} ListedStep;

/* Two lists of steps that are compared. */
typedef struct StepLists
{
	ListedStep *old;
	ListedStep *new;
	int			old_count;
	int			new_count;
} StepLists;

static void compare_steps(Diff *diff, const Json *old_steps, const Json *new_steps, const char *prefix);

/* Adds a line. */
static void
tell(Diff *diff, char *line)
{
	diff->lines = lappend(diff->lines, line);
}

/* Do two values mean the same: in any order of keys, however a number is written? */
static bool
means_the_same(Diff *diff, const Json *one, const Json *other)
{
	MemoryContext old;
	bool		same;

	if (one == NULL || other == NULL)
		return one == other;
	old = MemoryContextSwitchTo(diff->scratch);
	same = DatumGetBool(DirectFunctionCall2(jsonb_eq, json_to_jsonb(one), json_to_jsonb(other)));
	MemoryContextSwitchTo(old);
	MemoryContextReset(diff->scratch);
	return same;
}

/* The name under which a member is paired: its key, itself if it is a string, else what it has under a key. */
static const char *
member_name(const Json *json, int index, const char *key)
{
	if (json->kind == JSON_IS_OBJECT)
		return json->keys[index];
	if (json->items[index]->kind == JSON_IS_STRING)
		return json->items[index]->text;
	return json_get_text(json->items[index], key);
}

/* For qsort(): by name, of one name the old before the new. */
static int
pair_compare(const void *a, const void *b)
{
	const Pair *one = a;
	const Pair *other = b;
	int			order = strcmp(one->name, other->name);

	return order != 0 ? order : (one->new != NULL) - (other->new != NULL);
}

/*
 * Brings the members of two objects or lists together by name, in the order of
 * the names; either may be NULL. A name that one of them has twice counts once.
 */
static Pair *
pair_up(const Json *old_json, const Json *new_json, const char *key, int *count)
{
	int			old_count = old_json == NULL ? 0 : old_json->count;
	int			total = old_count + (new_json == NULL ? 0 : new_json->count);
	Pair	   *pairs = palloc(total * sizeof(Pair));

	for (int i = 0; i < total; i++)
	{
		bool		is_new = i >= old_count;
		const Json *json = is_new ? new_json : old_json;
		int			index = is_new ? i - old_count : i;

		pairs[i].name = member_name(json, index, key);
		pairs[i].old = is_new ? NULL : json->items[index];
		pairs[i].new = is_new ? json->items[index] : NULL;
	}
	qsort(pairs, total, sizeof(Pair), pair_compare);

	*count = 0;
	for (int i = 0; i < total; i++)
	{
		Pair	   *last = *count > 0 ? &pairs[*count - 1] : NULL;

		if (last == NULL || strcmp(last->name, pairs[i].name) != 0)
			pairs[(*count)++] = pairs[i];
		else if (pairs[i].new != NULL)
			last->new = pairs[i].new;
	}
	return pairs;
}

/* Compares the headers. */
static void
compare_headers(Diff *diff, const Json *old_header, const Json *new_header)
{
	int			count;
	Pair	   *pairs = pair_up(old_header, new_header, NULL, &count);

	for (int i = 0; i < count; i++)
		if (!means_the_same(diff, pairs[i].old, pairs[i].new))
			tell(diff, psprintf("Changed %s.", pairs[i].name));
}

/* "Added", "Removed" or "Changed" */
static const char *
pair_change(const Pair *pair)
{
	if (pair->old == NULL)
		return "Added";
	return pair->new == NULL ? "Removed" : "Changed";
}

/* Compares those inputs and outputs that are now, or if they are gone were, of a direction. */
static void
compare_parameters(Diff *diff, const Json *old_rows, const Json *new_rows, const char *direction)
{
	int			count;
	Pair	   *pairs = pair_up(old_rows, new_rows, "name", &count);

	for (int i = 0; i < count; i++)
	{
		const Json *row = pairs[i].new != NULL ? pairs[i].new : pairs[i].old;

		CHECK_FOR_INTERRUPTS();
		if (strcmp(json_get_text(row, "direction"), direction) == 0 &&
			!means_the_same(diff, pairs[i].old, pairs[i].new))
			tell(diff, psprintf("%s %s \"%s\".", pair_change(&pairs[i]),
								strcmp(direction, "out") == 0 ? "output" : "input", pairs[i].name));
	}
}

/* Kind and subject of a step. A subject that is no text is printed. */
static char *
step_row_title(const Json *row)
{
	const Json *subject = json_get(row, "subject");
	const char *kind = json_get_text(row, "kind");

	if (subject == NULL)
		return pstrdup(kind);
	if (subject->kind == JSON_IS_STRING)
		return psprintf("%s %s", kind, subject->text);
	return psprintf("%s %s", kind, DatumGetCString(DirectFunctionCall1(jsonb_out, json_to_jsonb(subject))));
}

/* For qsort(): steps by title. */
static int
title_compare(const void *a, const void *b)
{
	return strcmp((*(ListedStep *const *) a)->title, (*(ListedStep *const *) b)->title);
}

/* Tells steps of one title where the last of them stands in either list. */
static void
find_last_places(ListedStep **steps, int count)
{
	int			last_old = -1;
	int			last_new = -1;

	for (int i = 0; i < count; i++)
	{
		int		   *last = steps[i]->is_new ? &last_new : &last_old;

		*last = Max(*last, steps[i]->place);
	}
	for (int i = 0; i < count; i++)
	{
		steps[i]->last_old = last_old;
		steps[i]->last_new = last_new;
	}
}

/* Lists two lists of steps, of which either may be NULL, with their titles. */
static StepLists
list_steps(const Json *old_steps, const Json *new_steps)
{
	StepLists	lists = {
		.old_count = old_steps == NULL ? 0 : old_steps->count,
		.new_count = new_steps == NULL ? 0 : new_steps->count,
	};
	int			total = lists.old_count + lists.new_count;
	ListedStep **by_title = palloc(total * sizeof(ListedStep *));
	int			start = 0;

	lists.old = palloc(total * sizeof(ListedStep));
	lists.new = lists.old + lists.old_count;
	for (int i = 0; i < total; i++)
	{
		ListedStep *step = &lists.old[i];

		CHECK_FOR_INTERRUPTS();
		step->is_new = i >= lists.old_count;
		step->place = step->is_new ? i - lists.old_count : i;
		step->row = (step->is_new ? new_steps : old_steps)->items[step->place];
		step->title = step_row_title(step->row);
		by_title[i] = step;
	}

	qsort(by_title, total, sizeof(ListedStep *), title_compare);
	for (int i = 1; i <= total; i++)
	{
		if (i < total && title_compare(&by_title[start], &by_title[i]) == 0)
			continue;
		find_last_places(by_title + start, i - start);
		start = i;
	}
	pfree(by_title);
	return lists;
}

/* A step as its row has it, without what is below it, and in whatever order. */
static Json *
step_alone(const Json *row)
{
	Json	   *alone = json_new_object();

	for (int i = 0; i < row->count; i++)
		if (strcmp(row->keys[i], "branches") != 0 && strcmp(row->keys[i], KEY_ORDER_COLUMN) != 0)
			json_add(alone, row->keys[i], row->items[i]);
	return alone;
}

/* Compares a step with what it was made of, and what is below the two. */
static void
compare_step(Diff *diff, const ListedStep *old_step, const ListedStep *new_step, const char *path)
{
	int			count;
	Pair	   *branches = pair_up(json_get(old_step->row, "branches"),
								   json_get(new_step->row, "branches"), "branch", &count);

	if (!means_the_same(diff, step_alone(old_step->row), step_alone(new_step->row)))
		tell(diff, psprintf("Changed step %s (%s).", path, new_step->title));
	for (int i = 0; i < count; i++)
		compare_steps(diff,
					  branches[i].old == NULL ? NULL : json_get(branches[i].old, "steps"),
					  branches[i].new == NULL ? NULL : json_get(branches[i].new, "steps"),
					  psprintf("%s.%s", path, branches[i].name));
}

/* The path of a step in a list; cases are numbered behind the name of their list. */
static char *
step_path(const char *prefix, const ListedStep *step)
{
	bool		is_case = strcmp(json_get_text(step->row, "kind"), BRANCH_CASE) == 0;

	return psprintf("%s%s%d", prefix, is_case ? " " : prefix[0] != '\0' ? "." : "", step->place + 1);
}

/* Compares two lists of steps, of which either may be NULL; prefix is their path, "" at the top. */
static void
compare_steps(Diff *diff, const Json *old_steps, const Json *new_steps, const char *prefix)
{
	StepLists	lists = list_steps(old_steps, new_steps);
	int			i = 0;			/* place in the old list */
	int			j = 0;			/* place in the new list */

	check_stack_depth();
	while (i < lists.old_count || j < lists.new_count)
	{
		const ListedStep *old_step = i < lists.old_count ? &lists.old[i] : NULL;
		const ListedStep *new_step = j < lists.new_count ? &lists.new[j] : NULL;
		bool		differ = old_step == NULL || new_step == NULL ||
			strcmp(old_step->title, new_step->title) != 0;

		CHECK_FOR_INTERRUPTS();
		if (old_step == NULL || (differ && new_step != NULL && old_step->last_new > j))
		{
			tell(diff, psprintf("Added step %s (%s).", step_path(prefix, new_step), new_step->title));
			j++;
		}
		else if (new_step == NULL || (differ && new_step->last_old > i))
		{
			tell(diff, psprintf("Removed step %s (%s).", step_path(prefix, old_step), old_step->title));
			i++;
		}
		else
		{
			compare_step(diff, old_step, new_step, step_path(prefix, new_step));
			i++;
			j++;
		}
	}
}

/* Compares what is frozen: first what is gone, then what is new. */
static void
compare_frozen(Diff *diff, const Json *old_names, const Json *new_names)
{
	int			count;
	Pair	   *pairs = pair_up(old_names, new_names, NULL, &count);

	for (int i = 0; i < count; i++)
		if (pairs[i].new == NULL)
			tell(diff, psprintf("Uses %s no longer.", pairs[i].name));
	for (int i = 0; i < count; i++)
		if (pairs[i].old == NULL)
			tell(diff, psprintf("Uses %s now.", pairs[i].name));
}

/* A sentence (char *) for everything that differs; raises if one of the two is not sound in shape. */
static List *
definition_diff(Json *old_document, Json *new_document)
{
	const Json *old_rows = definition_rows(old_document);
	const Json *new_rows = definition_rows(new_document);
	const Json *old_parameters = json_get(old_rows, "parameters");
	const Json *new_parameters = json_get(new_rows, "parameters");
	Diff		diff = {
		.scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action comparison",
										 ALLOCSET_DEFAULT_SIZES)
	};

	compare_headers(&diff, json_get(old_rows, "action"), json_get(new_rows, "action"));
	compare_parameters(&diff, old_parameters, new_parameters, "in");
	compare_parameters(&diff, old_parameters, new_parameters, "out");
	compare_steps(&diff, json_get(old_rows, "steps"), json_get(new_rows, "steps"), "");
	compare_frozen(&diff, json_get(old_document, "frozen"), json_get(new_document, "frozen"));
	MemoryContextDelete(diff.scratch);
	return diff.lines;
}

/* SQL: one sentence for everything that differs between two definitions. */
Datum
custom_action_compare_definitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List	   *lines;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	lines = definition_diff(json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0))),
							json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1))));
	foreach(cell, lines)
	{
		Datum		line = CStringGetTextDatum(lfirst(cell));
		bool		isnull = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &line, &isnull);
	}
	return (Datum) 0;
}
