/*
 * key_order.c
 *		The order of keys as written, beside arguments in jsonb; see key_order.h.
 *
 * An object is found by the keys that lead to it, with dots between them: a dot
 * in a key is doubled, elements of arrays count from 0. Where the order is
 * canonical anyway, none is kept: of the arguments of a step, but where they are
 * names and values, and of what has keys that are known.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "definition/key_order.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

/* A key, and where it belongs. */
typedef struct PlacedKey
{
	char	   *key;
	Json	   *item;
	int			place;			/* in the list of the order, or after all of it */
} PlacedKey;

/* Appends a key to a path; returns the length to cut it back to. */
static int
path_descend(StringInfo path, const char *key)
{
	int			length = path->len;

	if (length > 0)
		appendStringInfoChar(path, '.');
	for (; *key != '\0'; key++)
	{
		if (*key == '.')
			appendStringInfoChar(path, '.');
		appendStringInfoChar(path, *key);
	}
	return length;
}

/* Cuts a path back. */
static void
path_ascend(StringInfo path, int length)
{
	path->len = length;
	path->data[length] = '\0';
}

/* Would jsonb keep the keys of an object as they stand? */
static bool
is_jsonb_order(const Json *object)
{
	for (int i = 1; i < object->count; i++)
		if (jsonb_tree_compare(object->keys[i - 1], object->keys[i]) > 0)
			return false;
	return true;
}

/* Notes the order of an object, unless jsonb keeps it. */
static void
note_object(Json *order, const Json *object, const char *path)
{
	Json	   *keys;

	if (is_jsonb_order(object))
		return;
	keys = json_new_array();
	for (int i = 0; i < object->count; i++)
		json_append(keys, json_new_string(object->keys[i]));
	json_add(order, path, keys);
}

/* The key of a member: of an array its number. */
static const char *
member_key(const Json *json, int index)
{
	return json->kind == JSON_IS_OBJECT ? json->keys[index] : psprintf("%d", index);
}

/* Notes the order of all objects in a value. */
static void
note_inside(Json *order, const Json *json, StringInfo path, bool itself)
{
	check_stack_depth();
	if (json->kind != JSON_IS_OBJECT && json->kind != JSON_IS_ARRAY)
		return;
	CHECK_FOR_INTERRUPTS();
	if (itself && json->kind == JSON_IS_OBJECT)
		note_object(order, json, path->data);
	for (int i = 0; i < json->count; i++)
	{
		const Json *item = json->items[i];
		int			length;

		if (item->kind != JSON_IS_OBJECT && item->kind != JSON_IS_ARRAY)
			continue;
		length = path_descend(path, member_key(json, i));
		note_inside(order, item, path, true);
		path_ascend(path, length);
	}
}

Json *
key_order_of(const StepKind *kind, const Json *arguments)
{
	Json	   *order = json_new_object();
	StringInfoData path;

	initStringInfo(&path);
	if (kind->subject == SUBJECT_VALUES)
		note_object(order, arguments, "");
	for (int i = 0; i < arguments->count; i++)
	{
		const ArgumentSpec *spec = key_find(kind->arguments, arguments->keys[i]);

		path_descend(&path, arguments->keys[i]);
		note_inside(order, arguments->items[i], &path, spec == NULL || spec->members == NULL);
		path_ascend(&path, 0);
	}
	return order->count > 0 ? order : NULL;
}

/* For bsearch(): a key among keys that jsonb has sorted. */
static int
sorted_key_compare(const void *key, const void *element)
{
	return jsonb_tree_compare(key, *(char *const *) element);
}

/* The list for the object at a path, or NULL. */
static const Json *
find_list(const Json *order, const char *path)
{
	char	  **found;
	const Json *list;

	if (order->count == 0)
		return NULL;
	found = bsearch(path, order->keys, order->count, sizeof(char *), sorted_key_compare);
	list = found != NULL ? order->items[found - order->keys] : NULL;
	return list != NULL && list->kind == JSON_IS_ARRAY ? list : NULL;
}

/* For qsort(): by key, of one key the earlier place. */
static int
placed_by_key(const void *a, const void *b)
{
	const PlacedKey *one = a;
	const PlacedKey *other = b;
	int			order = strcmp(one->key, other->key);

	return order != 0 ? order : (one->place > other->place) - (one->place < other->place);
}

/* For qsort(): by place. */
static int
placed_by_place(const void *a, const void *b)
{
	return (((const PlacedKey *) a)->place > ((const PlacedKey *) b)->place) -
		(((const PlacedKey *) a)->place < ((const PlacedKey *) b)->place);
}

/* The keys of a list with their places, sorted by key. */
static PlacedKey *
sort_list(const Json *list, int *count)
{
	PlacedKey  *keys = palloc(sizeof(PlacedKey) * Max(list->count, 1));

	*count = 0;
	for (int i = 0; i < list->count; i++)
		if (list->items[i]->kind == JSON_IS_STRING)
			keys[(*count)++] = (PlacedKey)
		{
			list->items[i]->text, NULL, i
		};
	qsort(keys, *count, sizeof(PlacedKey), placed_by_key);
	return keys;
}

/* For bsearch(): a key among keys sorted by themselves. */
static int
placed_key_compare(const void *key, const void *element)
{
	return strcmp(key, ((const PlacedKey *) element)->key);
}

/* Puts the members of an object in the order of a list. */
static void
order_object(Json *object, const Json *list)
{
	PlacedKey  *members = palloc(sizeof(PlacedKey) * Max(object->count, 1));
	int			count;
	PlacedKey  *listed = sort_list(list, &count);

	for (int i = 0; i < object->count; i++)
	{
		const PlacedKey *found = NULL;

		if (count > 0)
			found = bsearch(object->keys[i], listed, count, sizeof(PlacedKey), placed_key_compare);
		members[i] = (PlacedKey)
		{
			object->keys[i], object->items[i],
				found != NULL ? found->place : list->count + i
		};
	}
	qsort(members, object->count, sizeof(PlacedKey), placed_by_place);
	for (int i = 0; i < object->count; i++)
	{
		object->keys[i] = members[i].key;
		object->items[i] = members[i].item;
	}
	pfree(members);
	pfree(listed);
}

/* Puts all objects in a value in order. */
static void
apply_to_value(Json *json, const Json *order, StringInfo path)
{
	const Json *list;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	list = json->kind == JSON_IS_OBJECT ? find_list(order, path->data) : NULL;
	if (list != NULL)
		order_object(json, list);
	for (int i = 0; i < json->count; i++)
	{
		Json	   *item = json->items[i];
		int			length;

		if (item->kind != JSON_IS_OBJECT && item->kind != JSON_IS_ARRAY)
			continue;
		length = path_descend(path, member_key(json, i));
		apply_to_value(item, order, path);
		path_ascend(path, length);
	}
}

void
key_order_apply(Json *arguments, const Json *order)
{
	StringInfoData path;

	if (order == NULL || order->kind != JSON_IS_OBJECT || arguments == NULL)
		return;
	initStringInfo(&path);
	apply_to_value(arguments, order, &path);
}
