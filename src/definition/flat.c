/*
 * flat.c
 *		Steps in row form, below each other or as one list.
 *
 * The tables hold a list, a document has steps below steps. Between the two there
 * are pointers only: jsonb copies what it puts into an array, at every level again.
 */
#include "postgres.h"

#include "base/compat.h"
#include "definition/flat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(custom_action_step_list);

/* A step by its id. */
typedef struct StepEntry
{
	int64		id;				/* hash key */
	Json	   *row;
} StepEntry;

/* The number in a member of a row; false if it is null or absent. */
static bool
row_number(const Json *row, const char *key, int64 *number)
{
	const char *text = json_get_text(row, key);

	if (text == NULL)
		return false;
	*number = strtoi64(text, NULL, 10);
	return true;
}

/* Finds the steps by their ids. */
static HTAB *
index_steps(const Json *list)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(StepEntry),
	.hcxt = CurrentMemoryContext};
	HTAB	   *index = hash_create("custom action steps", Max(list->count, 1), &control,
									HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	for (int i = 0; i < list->count; i++)
	{
		int64		id;

		if (row_number(list->items[i], "id", &id))
			((StepEntry *) hash_search(index, &id, HASH_ENTER, NULL))->row = list->items[i];
	}
	return index;
}

/* The list of a branch below a step, which is made if there is none. */
static Json *
branch_steps(Json *row, const char *name)
{
	Json	   *branches = json_get(row, "branches");
	Json	   *branch;

	if (branches == NULL)
		json_put(row, "branches", branches = json_new_array());
	for (int i = 0; i < branches->count; i++)
	{
		const char *given = json_get_text(branches->items[i], "branch");
		Json	   *steps = json_get(branches->items[i], "steps");

		if (given != NULL && steps != NULL && strcmp(given, name) == 0)
			return steps;
	}
	branch = json_new_object();
	json_put_string(branch, "branch", name);
	json_put(branch, "steps", json_new_array());
	json_append(branches, branch);
	return json_get(branch, "steps");
}

Json *
steps_nest(const Json *list)
{
	HTAB	   *index = index_steps(list);
	Json	   *top = json_new_array();

	for (int i = 0; i < list->count; i++)
	{
		Json	   *row = list->items[i];
		const char *branch = json_get_text(row, "branch");
		StepEntry  *parent = NULL;
		int64		id;

		CHECK_FOR_INTERRUPTS();
		if (!row_number(row, "parent", &id))
			json_append(top, row);
		else if (branch != NULL && (parent = hash_search(index, &id, HASH_FIND, NULL)) != NULL)
			json_append(branch_steps(parent->row, branch), row);
	}
	hash_destroy(index);
	return top;
}

/* Appends steps and those below them; parent is the place of the step they are below, counted from 1. */
static void
append_steps(Json *list, const Json *steps, int parent, const char *branch)
{
	check_stack_depth();
	for (int i = 0; steps != NULL && i < steps->count; i++)
	{
		Json	   *row = steps->items[i];
		const Json *branches = json_get(row, "branches");
		int			place;

		CHECK_FOR_INTERRUPTS();
		json_remove(row, "branches");
		if (parent > 0)
			json_put(row, "parent", json_new_number(psprintf("%d", parent)));
		json_put_string(row, "branch", branch);
		json_put(row, "position", json_new_number(psprintf("%d", i + 1)));
		json_append(list, row);
		place = list->count;
		for (int b = 0; branches != NULL && b < branches->count; b++)
			append_steps(list, json_get(branches->items[b], "steps"), place,
						 json_get_text(branches->items[b], "branch"));
	}
}

/* SQL: steps in row form as one list, each after the one it is below. */
Datum
custom_action_step_list(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	Json	   *list = json_new_array();

	append_steps(list, json_parse(JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb))), 0, NULL);
	PG_RETURN_DATUM(json_to_jsonb(list));
}
