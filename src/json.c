/*
 * json.c
 *		JSON text to tree and back; see json.h.
 *
 * Parsing is PostgreSQL's own: malformed text gives the errors that a cast to
 * json gives. Recursion over a tree is guarded against deep nesting here,
 * since a tree may also be built by hand.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "json.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "compat.h"

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
json_new_boolean(bool value)
{
	return json_new(JSON_IS_BOOLEAN, value ? "true" : "false");
}

Json *
json_new_null(void)
{
	return json_new(JSON_IS_NULL, NULL);
}

/* Makes room for one more member. */
static void
json_grow(Json *json)
{
	if (json->count < json->room)
		return;

	json->room = json->room == 0 ? 4 : json->room * 2;
	if (json->items == NULL)
		json->items = palloc(json->room * sizeof(Json *));
	else
		json->items = repalloc(json->items, json->room * sizeof(Json *));

	if (json->kind != JSON_IS_OBJECT)
		return;
	if (json->keys == NULL)
		json->keys = palloc(json->room * sizeof(char *));
	else
		json->keys = repalloc(json->keys, json->room * sizeof(char *));
}

/* Adds a member to an object, also when it has one of that key. */
void
json_add(Json *object, const char *key, Json *value)
{
	Assert(object->kind == JSON_IS_OBJECT);
	json_grow(object);
	object->keys[object->count] = pstrdup(key);
	object->items[object->count++] = value;
}

/* Adds an element to an array. */
void
json_append(Json *array, Json *value)
{
	Assert(array->kind == JSON_IS_ARRAY);
	json_grow(array);
	array->items[array->count++] = value;
}

/* Sets a member of an object, in its old place if there is one. */
void
json_put(Json *object, const char *key, Json *value)
{
	int			i;

	for (i = object->count - 1; i >= 0; i--)
	{
		if (strcmp(object->keys[i], key) == 0)
		{
			object->items[i] = value;
			return;
		}
	}
	json_add(object, key, value);
}

/* Takes a member out. */
void
json_remove(Json *object, const char *key)
{
	int			kept = 0;
	int			i;

	if (object->kind != JSON_IS_OBJECT)
		return;
	for (i = 0; i < object->count; i++)
	{
		if (strcmp(object->keys[i], key) == 0)
			continue;
		object->keys[kept] = object->keys[i];
		object->items[kept++] = object->items[i];
	}
	object->count = kept;
}

/* Sets a member to a string; does nothing without one. */
void
json_put_string(Json *object, const char *key, const char *text)
{
	if (text != NULL)
		json_put(object, key, json_new_string(text));
}

/* Finds a member; of repeated keys the last counts, as in jsonb. */
Json *
json_get(const Json *object, const char *key)
{
	int			i;

	if (object == NULL || object->kind != JSON_IS_OBJECT)
		return NULL;
	for (i = object->count - 1; i >= 0; i--)
	{
		if (strcmp(object->keys[i], key) == 0)
			return object->items[i];
	}
	return NULL;
}

/* Finds the text of a string, number or boolean member. */
const char *
json_get_text(const Json *object, const char *key)
{
	Json	   *value = json_get(object, key);

	return value == NULL ? NULL : value->text;
}

/* Finds a key that an object has twice. */
const char *
json_duplicate_key(const Json *object)
{
	int			i,
				j;

	if (object == NULL || object->kind != JSON_IS_OBJECT)
		return NULL;
	for (i = 1; i < object->count; i++)
	{
		for (j = 0; j < i; j++)
		{
			if (strcmp(object->keys[i], object->keys[j]) == 0)
				return object->keys[i];
		}
	}
	return NULL;
}

/* Copies a tree into the current memory context. */
Json *
json_copy(const Json *json)
{
	Json	   *copy;
	int			i;

	check_stack_depth();
	if (json == NULL)
		return NULL;

	copy = json_new(json->kind, json->text);
	for (i = 0; i < json->count; i++)
	{
		if (json->kind == JSON_IS_OBJECT)
			json_add(copy, json->keys[i], json_copy(json->items[i]));
		else
			json_append(copy, json_copy(json->items[i]));
	}
	return copy;
}

/* Appends a tree as text on one line. */
void
json_print(StringInfo out, const Json *json)
{
	bool		object = json->kind == JSON_IS_OBJECT;
	int			i;

	check_stack_depth();
	switch (json->kind)
	{
		case JSON_IS_NULL:
			appendStringInfoString(out, "null");
			return;
		case JSON_IS_BOOLEAN:
		case JSON_IS_NUMBER:
			appendStringInfoString(out, json->text);
			return;
		case JSON_IS_STRING:
			escape_json(out, json->text);
			return;
		case JSON_IS_ARRAY:
		case JSON_IS_OBJECT:
			break;
	}

	appendStringInfoChar(out, object ? '{' : '[');
	for (i = 0; i < json->count; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		if (object)
		{
			escape_json(out, json->keys[i]);
			appendStringInfoString(out, ": ");
		}
		json_print(out, json->items[i]);
	}
	appendStringInfoChar(out, object ? '}' : ']');
}

/* Puts a finished or just opened node where the parser stands. */
static void
builder_place(JsonBuilder *builder, Json *json)
{
	Json	   *parent;

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

/* Parser callback: an object begins. */
static JsonCallbackResult
builder_object_start(void *state)
{
	JsonBuilder *builder = state;
	Json	   *json = json_new_object();

	builder_place(builder, json);
	builder->open = lappend(builder->open, json);
	JSON_CALLBACK_DONE();
}

/* Parser callback: an array begins. */
static JsonCallbackResult
builder_array_start(void *state)
{
	JsonBuilder *builder = state;
	Json	   *json = json_new_array();

	builder_place(builder, json);
	builder->open = lappend(builder->open, json);
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

/* Reads JSON text; raises what a cast to json would raise. */
Json *
json_parse(const char *text)
{
	JsonBuilder builder = {0};
	JsonSemAction actions = {0};
	JsonLexContext *lex;

	actions.semstate = &builder;
	actions.object_start = builder_object_start;
	actions.object_end = builder_end;
	actions.array_start = builder_array_start;
	actions.array_end = builder_end;
	actions.object_field_start = builder_field_start;
	actions.scalar = builder_scalar;

	lex = makeJsonLexContext(NULL, cstring_to_text(text), true);
	pg_parse_json_or_ereport(lex, &actions);
	return builder.result;
}
