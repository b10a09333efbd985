/*
 * form_schema.c
 *		JSON Schemas as libraries of forms take them.
 *
 * They are made of those that are told to programs; whatever fits one that was mended is
 * taken by the action, too, or refused by it with a reason.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "web/form_schema.h"
#include "web/schema_parts.h"

/* What a browser's own fields send: seconds only where there are any */
#define LOCAL_TIME		"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?"

#define PART_PREFIX		"#/$defs/"

/* All types of JSON but null; the first is the one that a form shows. */
#define ANY_TYPES		"[\"object\", \"array\", \"string\", \"number\", \"boolean\"]"
#define SCALARS			"[\"string\", \"number\", \"boolean\", \"null\"]"
#define ANY_ITEMS		"{\"type\": " SCALARS "}"

bool
form_schema_is_anything(const Json *schema)
{
	static const char *const tells[] = {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"};

	for (int i = 0; i < lengthof(tells); i++)
		if (json_get(schema, tells[i]) != NULL)
			return false;
	return true;
}

/* A copy of an array without what is null, or stands for it. */
static Json *
without_null(const Json *array)
{
	Json	   *result = json_new_array();

	for (int i = 0; i < array->count; i++)
	{
		const Json *item = array->items[i];

		if (item->kind != JSON_IS_NULL && !(item->kind == JSON_IS_STRING && strcmp(item->text, "null") == 0) &&
			!schema_is_null(item))
			json_append(result, array->items[i]);
	}
	return result;
}

/* What is left of {"anyOf": [schema, null]} is the schema. */
static void
drop_null_of_either(Json *schema)
{
	Json	   *either = json_get(schema, "anyOf");
	Json	   *rest = either != NULL ? without_null(either) : NULL;

	if (rest == NULL || rest->count == either->count)
		return;
	json_remove(schema, "anyOf");
	if (rest->count != 1)
		json_add(schema, "anyOf", rest);
	for (int i = 0; rest->count == 1 && i < rest->items[0]->count; i++)
		json_put(schema, rest->items[0]->keys[i], rest->items[0]->items[i]);
}

/* A value that is null is what nobody fills in. */
static void
drop_null(Json *schema)
{
	const Json *type = json_get(schema, "type");
	const Json *values = json_get(schema, "enum");

	drop_null_of_either(schema);
	if (type != NULL && type->kind == JSON_IS_ARRAY && json_has_text(type, "null"))
	{
		const Json *rest = without_null(type);

		json_put(schema, "type", rest->count == 1 ? rest->items[0] : unconstify(Json *, rest));
	}
	if (values != NULL)
	{
		Json	   *rest = json_new_array();

		for (int i = 0; i < values->count; i++)
			if (values->items[i]->kind != JSON_IS_NULL)
				json_append(rest, values->items[i]);
		json_put(schema, "enum", rest);
	}
}

/* Dates, times and intervals as browsers, people and PostgreSQL write them. */
static void
loosen_format(Json *schema)
{
	const char *format = json_get_text(schema, "format");

	if (format == NULL)
		return;
	if (strcmp(format, "iso-date-time") == 0)
		json_put_string(schema, "pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T" LOCAL_TIME "$");
	else if (strcmp(format, "iso-time") == 0)
		json_put_string(schema, "pattern", "^" LOCAL_TIME "$");
	else if (strcmp(format, "time") != 0 && strcmp(format, "duration") != 0)
		return;
	json_remove(schema, "format");
}

/* Any JSON: libraries want to know a type. */
static void
tell_types(Json *schema)
{
	json_remove(schema, "not");
	json_add(schema, "type", json_parse(ANY_TYPES));
	json_add(schema, "additionalProperties", json_new_boolean(true));
	json_add(schema, "items", json_parse(ANY_ITEMS));
}

/* Libraries show the name of what has no title. */
static void
mend_members(Json *members)
{
	for (int i = 0; i < members->count; i++)
	{
		form_schema_mend(members->items[i], false);
		if (json_get(members->items[i], "title") == NULL)
			json_put_string(members->items[i], "title", form_words_of_name(members->keys[i]));
	}
}

void
form_schema_mend(Json *schema, bool keep_null)
{
	Json	   *items;
	Json	   *members;

	check_stack_depth();
	if (schema->kind != JSON_IS_OBJECT)
		return;
	if (!keep_null || json_get(schema, "anyOf") != NULL)
		drop_null(schema);
	loosen_format(schema);
	if (form_schema_is_anything(schema))
	{
		tell_types(schema);
		return;
	}
	items = json_get(schema, "items");
	members = json_get(schema, "properties");
	if (items != NULL)
		form_schema_mend(items, false);
	if (items != NULL && json_get(items, "enum") != NULL)
		json_put(schema, "uniqueItems", json_new_boolean(true));
	if (members != NULL)
		mend_members(members);
}

void
form_schema_name_none(Json *schema)
{
	const Json *values = json_get(schema, "enum");
	Json	   *choices = json_new_array();
	Json	   *none = json_parse("{\"const\": null, \"title\": \"(none)\"}");

	if (values == NULL || !schema_has_type(schema, "null"))
		return;
	if (!schema_has_type(schema, "string"))
	{
		drop_null(schema);		/* JSON Forms would show no choice */
		return;
	}
	for (int i = 0; i < values->count; i++)
	{
		Json	   *choice = json_new_object();

		if (values->items[i]->kind == JSON_IS_NULL)
			continue;
		json_add(choice, "const", values->items[i]);
		json_put_string(choice, "title", values->items[i]->text != NULL ? values->items[i]->text : json_text(values->items[i]));
		json_append(choices, choice);
	}
	json_append(choices, none);
	json_remove(schema, "enum");
	json_put(schema, "oneOf", choices);
}

/* Are the elements of a list of one kind? */
static bool
elements_are_alike(const Json *array)
{
	for (int i = 1; i < array->count; i++)
		if (array->items[i]->kind != array->items[0]->kind)
			return false;
	return true;
}

/* Does a value hold no others? */
static bool
value_is_plain(const Json *value)
{
	return value->kind != JSON_IS_ARRAY && value->kind != JSON_IS_OBJECT;
}

/* Do all that it holds hold no others? */
static bool
value_is_flat(const Json *value)
{
	for (int i = 0; i < value->count; i++)
		if (!value_is_plain(value->items[i]))
			return false;
	return true;
}

/* A list of plain values, or of flat objects. */
static bool
can_show_list(const Json *list)
{
	if (value_is_flat(list))
		return true;
	for (int i = 0; i < list->count; i++)
		if (list->items[i]->kind != JSON_IS_OBJECT || !value_is_flat(list->items[i]))
			return false;
	return true;
}

bool
form_can_show(const Json *value)
{
	check_stack_depth();
	if (value->kind == JSON_IS_ARRAY)
		return can_show_list(value);
	for (int i = 0; i < value->count; i++)
		if (!form_can_show(value->items[i]))
			return false;
	return true;
}

/* The members of an object, each as what it holds; there may be others. */
static void
show_members(Json *schema, const Json *value)
{
	Json	   *members = json_new_object();

	for (int i = 0; i < value->count; i++)
	{
		Json	   *member = json_new_object();

		form_schema_show_as(member, value->items[i]);
		json_add(members, value->keys[i], member);
	}
	json_put(schema, "properties", members);
	json_put(schema, "additionalProperties", json_new_boolean(true));
}

void
form_schema_show_as(Json *schema, const Json *value)
{
	static const char *const names[] = {NULL, "boolean", "number", "string", "array", "object"};
	Json	   *items = json_parse(ANY_ITEMS);

	check_stack_depth();
	if (value->kind == JSON_IS_ARRAY && !value_is_flat(value))
		items = json_parse("{\"type\": \"object\", \"additionalProperties\": true}");
	else if (value->kind == JSON_IS_ARRAY && value->count > 0 && elements_are_alike(value))
		form_schema_show_as(items, value->items[0]);
	json_remove(schema, "items");
	json_remove(schema, "additionalProperties");
	json_put(schema, "type", value->kind == JSON_IS_NULL ? json_parse(SCALARS) : json_new_string(names[value->kind]));
	if (value->kind == JSON_IS_ARRAY)
		json_put(schema, "items", items);
	else if (value->kind == JSON_IS_OBJECT)
		show_members(schema, value);
}

char *
form_words_of_name(const char *name)
{
	char	   *words = pstrdup(name);

	for (char *c = words; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	if (words[0] >= 'a' && words[0] <= 'z')
		words[0] -= 'a' - 'A';
	return words;
}

/* The schema that is meant: a part, if it refers to one. */
static const Json *
schema_meant(const Json *schema, const Json *parts)
{
	const char *reference = json_get_text(schema, "$ref");

	return reference != NULL && parts != NULL ? json_get(parts, reference + strlen(PART_PREFIX)) : schema;
}

/* The members of an object that are not null. */
static Json *
object_value(const Json *value, const Json *schema, const Json *parts)
{
	Json	   *result = json_new_object();
	const Json *members = json_get(schema, "properties");

	for (int i = 0; i < value->count; i++)
	{
		const Json *member = members != NULL ? json_get(members, value->keys[i]) : NULL;
		Json	   *item = member == NULL ? value->items[i] :
			value->items[i]->kind == JSON_IS_NULL ? NULL : form_value(value->items[i], member, parts);

		if (item != NULL)
			json_add(result, value->keys[i], item);
		else if (value->items[i]->kind != JSON_IS_NULL)
			return NULL;
	}
	return result;
}

/* Stands the same value in an array already? */
static bool
array_has(const Json *array, const Json *value)
{
	for (int i = 0; i < array->count; i++)
		if (strcmp(json_text(array->items[i]), json_text(value)) == 0)
			return true;
	return false;
}

/* The elements of an array; NULL: one of them does not fit, or is there twice where each is there once. */
static Json *
array_value(const Json *value, const Json *schema, const Json *parts)
{
	Json	   *result = json_new_array();
	const Json *items = json_get(schema, "items");

	for (int i = 0; i < value->count; i++)
	{
		Json	   *item = items != NULL ? form_value(value->items[i], items, parts) : value->items[i];

		if (item == NULL || (json_get(schema, "uniqueItems") != NULL && array_has(result, item)))
			return NULL;
		json_append(result, item);
	}
	return result;
}

/* A string; NULL: it says what a format has no word for. */
static Json *
fitting_string(const Json *value, const Json *schema)
{
	if (json_get(schema, "format") != NULL || json_get(schema, "pattern") != NULL)
	{
		if (strstr(value->text, "infinity") != NULL || strstr(value->text, " BC") != NULL)
			return NULL;
	}
	return json_new_string(value->text);
}

Json *
form_value(const Json *value, const Json *schema, const Json *parts)
{
	check_stack_depth();
	schema = schema_meant(schema, parts);
	if (json_get(schema, "type") == NULL)
		return json_copy(value);
	switch (value->kind)
	{
		case JSON_IS_OBJECT:
			return schema_has_type(schema, "object") ? object_value(value, schema, parts) : NULL;
		case JSON_IS_ARRAY:
			return schema_has_type(schema, "array") ? array_value(value, schema, parts) : NULL;
		case JSON_IS_STRING:
			return schema_has_type(schema, "string") ? fitting_string(value, schema) : NULL;
		case JSON_IS_NUMBER:
			if (schema_has_type(schema, "number") || schema_has_type(schema, "integer"))
				return json_new_number(value->text);
			return schema_has_type(schema, "string") ? json_new_string(value->text) : NULL;
		case JSON_IS_BOOLEAN:
			return schema_has_type(schema, "boolean") ? json_copy(value) : NULL;
		default:
			return schema_has_type(schema, "null") ? json_new_null() : NULL;
	}
}
