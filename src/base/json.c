/*
 * json.c
 *		JSON text to tree and back; see json.h.
 *
 * Parsing is PostgreSQL's own: malformed text gives the errors that a cast to
 * json gives. Recursion over a tree is guarded against deep nesting here,
 * since a tree may also be built by hand.
 */
#include "postgres.h"

#include <limits.h>

#include "base/compat.h"
#include "base/json.h"
#include "common/jsonapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/memutils.h"

typedef struct JsonBuilder
{
	List	   *open;			/* of Json: objects and arrays not yet closed */
	char	   *key;			/* of the field being read */
	Json	   *result;
} JsonBuilder;

/* Makes an empty node. */
static Json *
json_new(JsonKind kind, const char *text)
{
	Json	   *json = palloc0(sizeof(Json));

	json->kind = kind;
	json->text = text == NULL ? NULL : pstrdup(text);
	return json;
}

Json *
json_new_object(void)
{
	return json_new(JSON_IS_OBJECT, NULL);
}

Json *
json_new_array(void)
{
	return json_new(JSON_IS_ARRAY, NULL);
}

Json *
json_new_string(const char *text)
{
	return json_new(JSON_IS_STRING, text);
}

Json *
json_new_number(const char *text)
{
	return json_new(JSON_IS_NUMBER, text);
}

Json *
json_new_null(void)
{
	return json_new(JSON_IS_NULL, NULL);
}

Json *
json_new_boolean(bool value)
{
	return json_new(JSON_IS_BOOLEAN, value ? "true" : "false");
}

Json *
json_new_strings(const List *texts)
{
	Json	   *array = json_new_array();
	ListCell   *cell;

	foreach(cell, texts)
		json_append(array, json_new_string(lfirst(cell)));
	return array;
}

/* A longer copy of an array of pointers, which may be part of a bigger chunk. */
static void *
pointers_grow(const void *pointers, int count, int room)
{
	void	   *longer = palloc(room * sizeof(void *));

	if (count > 0)
		memcpy(longer, pointers, count * sizeof(void *));
	return longer;
}

/* Makes room for one more member. */
static void
json_grow(Json *json)
{
	if (json->count < json->room)
		return;
	json->room = json->room == 0 ? 4 : json->room * 2;
	json->items = pointers_grow(json->items, json->count, json->room);
	if (json->kind == JSON_IS_OBJECT)
		json->keys = pointers_grow(json->keys, json->count, json->room);
}

/* Refuses what is of another kind: functions that designers may call get their JSON from anywhere. */
static void
require_json_kind(const Json *json, JsonKind kind)
{
	if (json->kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("JSON value is not %s", kind == JSON_IS_OBJECT ? "an object" : "an array")));
}

void
json_add(Json *object, const char *key, Json *value)
{
	require_json_kind(object, JSON_IS_OBJECT);
	json_grow(object);
	object->keys[object->count] = pstrdup(key);
	object->items[object->count++] = value;
}

void
json_append(Json *array, Json *value)
{
	require_json_kind(array, JSON_IS_ARRAY);
	json_grow(array);
	array->items[array->count++] = value;
}

void
json_put(Json *object, const char *key, Json *value)
{
	require_json_kind(object, JSON_IS_OBJECT);
	for (int i = object->count - 1; i >= 0; i--)
	{
		if (strcmp(object->keys[i], key) == 0)
		{
			object->items[i] = value;
			return;
		}
	}
	json_add(object, key, value);
}

void
json_remove(Json *object, const char *key)
{
	int			kept = 0;

	if (object->kind != JSON_IS_OBJECT)
		return;
	for (int i = 0; i < object->count; i++)
	{
		if (strcmp(object->keys[i], key) == 0)
			continue;
		object->keys[kept] = object->keys[i];
		object->items[kept++] = object->items[i];
	}
	object->count = kept;
}

void
json_put_string(Json *object, const char *key, const char *text)
{
	if (text != NULL)
		json_put(object, key, json_new_string(text));
}

Json *
json_get(const Json *object, const char *key)
{
	if (object == NULL || object->kind != JSON_IS_OBJECT)
		return NULL;
	for (int i = object->count - 1; i >= 0; i--)
		if (strcmp(object->keys[i], key) == 0)
			return object->items[i];
	return NULL;
}

const char *
json_get_text(const Json *object, const char *key)
{
	Json	   *value = json_get(object, key);

	return value == NULL ? NULL : value->text;
}

/* A key and where it stands. */
typedef struct KeyPlace
{
	const char *key;
	int			place;
} KeyPlace;

/* Sorts keys, and equal ones by their places. */
static int
compare_key_places(const void *first, const void *second)
{
	const KeyPlace *a = first;
	const KeyPlace *b = second;
	int			order = strcmp(a->key, b->key);

	return order != 0 ? order : a->place < b->place ? -1 : 1;
}

bool
json_has_text(const Json *array, const char *text)
{
	for (int i = 0; i < array->count; i++)
		if (array->items[i]->kind == JSON_IS_STRING && strcmp(array->items[i]->text, text) == 0)
			return true;
	return false;
}

const char *
json_duplicate_key(const Json *object)
{
	KeyPlace   *places;
	int			found;

	if (object == NULL || object->kind != JSON_IS_OBJECT || object->count < 2)
		return NULL;
	places = palloc(object->count * sizeof(KeyPlace));
	for (int i = 0; i < object->count; i++)
	{
		places[i].key = object->keys[i];
		places[i].place = i;
	}
	qsort(places, object->count, sizeof(KeyPlace), compare_key_places);

	found = object->count;
	for (int i = 1; i < object->count; i++)
		if (places[i].place < found && strcmp(places[i - 1].key, places[i].key) == 0)
			found = places[i].place;
	pfree(places);
	return found < object->count ? object->keys[found] : NULL;
}

/* The length of a tree in one chunk. */
static Size
json_size(const Json *json)
{
	Size		size = MAXALIGN(sizeof(Json));

	check_stack_depth();
	if (json->text != NULL)
		size += MAXALIGN(strlen(json->text) + 1);
	size += MAXALIGN(json->count * sizeof(Json *));
	if (json->kind == JSON_IS_OBJECT)
		size += MAXALIGN(json->count * sizeof(char *));
	for (int i = 0; i < json->count; i++)
	{
		size += json_size(json->items[i]);
		if (json->kind == JSON_IS_OBJECT)
			size += MAXALIGN(strlen(json->keys[i]) + 1);
	}
	return size;
}

/* Takes the next part of a chunk. */
static void *
chunk_take(char **next, Size size)
{
	void	   *part = *next;

	*next += MAXALIGN(size);
	return part;
}

static char *
chunk_text(char **next, const char *text)
{
	return strcpy(chunk_take(next, strlen(text) + 1), text);
}

/* Copies a tree into a chunk. */
static Json *
json_place(char **next, const Json *json)
{
	Json	   *copy = chunk_take(next, sizeof(Json));

	CHECK_FOR_INTERRUPTS();
	*copy = *json;
	copy->room = json->count;
	if (json->text != NULL)
		copy->text = chunk_text(next, json->text);
	copy->items = chunk_take(next, json->count * sizeof(Json *));
	if (json->kind == JSON_IS_OBJECT)
		copy->keys = chunk_take(next, json->count * sizeof(char *));
	for (int i = 0; i < json->count; i++)
	{
		copy->items[i] = json_place(next, json->items[i]);
		if (json->kind == JSON_IS_OBJECT)
			copy->keys[i] = chunk_text(next, json->keys[i]);
	}
	return copy;
}

Json *
json_copy(const Json *json)
{
	char	   *next;

	if (json == NULL)
		return NULL;
	next = palloc(json_size(json));
	return json_place(&next, json);
}

bool
json_get_boolean(const Json *object, const char *key, bool absent_value)
{
	Json	   *value = json_get(object, key);

	if (value == NULL || value->kind != JSON_IS_BOOLEAN)
		return absent_value;
	return strcmp(value->text, "true") == 0;
}

Datum
json_to_jsonb(const Json *json)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json_text(json)));
}

void
json_print(StringInfo out, const Json *json)
{
	(void) json_print_within(out, json, INT_MAX);
}

char *
json_text(const Json *json)
{
	StringInfoData out;

	initStringInfo(&out);
	json_print(&out, json);
	return out.data;
}

bool
json_print_within(StringInfo out, const Json *json, int end)
{
	bool		object = json->kind == JSON_IS_OBJECT;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch (json->kind)
	{
		case JSON_IS_NULL:
			appendStringInfoString(out, "null");
			return out->len <= end;
		case JSON_IS_BOOLEAN:
		case JSON_IS_NUMBER:
			appendStringInfoString(out, json->text);
			return out->len <= end;
		case JSON_IS_STRING:
			escape_json(out, json->text);
			return out->len <= end;
		case JSON_IS_ARRAY:
		case JSON_IS_OBJECT:
			break;
	}

	appendStringInfoChar(out, object ? '{' : '[');
	for (int i = 0; i < json->count; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		if (object)
		{
			escape_json(out, json->keys[i]);
			appendStringInfoString(out, ": ");
		}
		if (!json_print_within(out, json->items[i], end))
			return false;
	}
	appendStringInfoChar(out, object ? '}' : ']');
	return out->len <= end;
}

/* Puts a finished or just opened node where the parser stands. */
static void
builder_place(JsonBuilder *builder, Json *json)
{
	Json	   *parent;

	CHECK_FOR_INTERRUPTS();
	if (builder->open == NIL)
	{
		builder->result = json;
		return;
	}
	parent = llast(builder->open);
	if (parent->kind == JSON_IS_OBJECT)
		json_add(parent, builder->key, json);
	else
		json_append(parent, json);
}

/* Places an object or array, and goes on inside. */
static void
builder_enter(JsonBuilder *builder, Json *json)
{
	builder_place(builder, json);
	builder->open = lappend(builder->open, json);
}

/* Parser callback: an object begins. */
static JsonCallbackResult
builder_object_start(void *state)
{
	builder_enter(state, json_new_object());
	JSON_CALLBACK_DONE();
}

/* Parser callback: an array begins. */
static JsonCallbackResult
builder_array_start(void *state)
{
	builder_enter(state, json_new_array());
	JSON_CALLBACK_DONE();
}

/* Parser callback: an object or array ends. */
static JsonCallbackResult
builder_end(void *state)
{
	JsonBuilder *builder = state;

	builder->open = list_delete_last(builder->open);
	JSON_CALLBACK_DONE();
}

/* Parser callback: a key was read. */
static JsonCallbackResult
builder_field_start(void *state, char *name, bool isnull)
{
	JsonBuilder *builder = state;

	builder->key = name;
	JSON_CALLBACK_DONE();
}

/* Parser callback: a string, number, boolean or null was read. */
static JsonCallbackResult
builder_scalar(void *state, char *token, JsonTokenType type)
{
	Json	   *json;

	switch (type)
	{
		case JSON_TOKEN_STRING:
			json = json_new_string(token);
			break;
		case JSON_TOKEN_NUMBER:
			json = json_new_number(token);
			break;
		case JSON_TOKEN_TRUE:
			json = json_new_boolean(true);
			break;
		case JSON_TOKEN_FALSE:
			json = json_new_boolean(false);
			break;
		default:
			json = json_new_null();
			break;
	}
	builder_place(state, json);
	JSON_CALLBACK_DONE();
}

/* Reads JSON text; of what is none raises what a cast to json would raise, or gives NULL. What the parser leaves behind is not kept. */
static Json *
parse_text(const char *text, bool or_null)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action parser",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	JsonBuilder builder = {0};
	JsonSemAction actions = {0};
	JsonLexContext *lex;
	Json	   *result = NULL;

	actions.semstate = &builder;
	actions.object_start = builder_object_start;
	actions.object_end = builder_end;
	actions.array_start = builder_array_start;
	actions.array_end = builder_end;
	actions.object_field_start = builder_field_start;
	actions.scalar = builder_scalar;

	lex = makeJsonLexContext(NULL, cstring_to_text(text), true);
	if (!or_null)
		pg_parse_json_or_ereport(lex, &actions);
	else if (pg_parse_json(lex, &actions) != JSON_SUCCESS)
		builder.result = NULL;
	MemoryContextSwitchTo(old);
	if (builder.result != NULL)
		result = json_copy(builder.result);
	MemoryContextDelete(scratch);
	return result;
}

Json *
json_parse(const char *text)
{
	return parse_text(text, false);
}

Json *
json_parse_or_null(const char *text)
{
	return parse_text(text, true);
}
