/*
 * schema_parts.c
 *		What JSON Schemas are put together of: types, patterns, closed objects, and what
 *		may be null besides.
 *
 * A strict validator wants each schema to say its type where its keywords speak of
 * one, and several types at once only if the other is null.
 */
#include "postgres.h"

#include "web/schema_parts.h"

bool
character_is_plain(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
		(character >= '0' && character <= '9') || character == '_';
}

void
schema_append_name(StringInfo out, const char *name)
{
	for (; *name != '\0'; name++)
		if (character_is_plain(*name))
			appendStringInfoChar(out, *name);
		else
			appendStringInfo(out, "-%02x", (unsigned char) *name);
}

Json *
schema_typed(const char *type)
{
	Json	   *schema = json_new_object();

	json_put_string(schema, "type", type);
	return schema;
}

Json *
schema_pattern(const char *pattern)
{
	Json	   *schema = schema_typed("string");

	json_put_string(schema, "pattern", pattern);
	return schema;
}

Json *
schema_either(Json *one, Json *other)
{
	Json	   *schema = json_new_object();
	Json	   *either = json_new_array();

	json_append(either, one);
	json_append(either, other);
	json_add(schema, "anyOf", either);
	return schema;
}

Json *
schema_closed_object(void)
{
	Json	   *schema = schema_typed("object");

	json_add(schema, "properties", json_new_object());
	json_add(schema, "additionalProperties", json_new_boolean(false));
	return schema;
}

void
schema_add_member(Json *object, const char *name, Json *schema, bool required)
{
	json_add(json_get(object, "properties"), name, schema);
	if (!required)
		return;
	if (json_get(object, "required") == NULL)
		json_add(object, "required", json_new_array());
	json_append(json_get(object, "required"), json_new_string(name));
}

Json *
schema_anything(void)
{
	Json	   *schema = json_new_object();

	json_add(schema, "not", schema_typed("null"));
	return schema;
}

bool
schema_has_type(const Json *schema, const char *name)
{
	const Json *type = json_get(schema, "type");

	if (type == NULL)
		return false;
	return type->kind == JSON_IS_ARRAY ? json_has_text(type, name) : strcmp(type->text, name) == 0;
}

bool
schema_is_null(const Json *schema)
{
	const char *type = json_get_text(schema, "type");

	return type != NULL && strcmp(type, "null") == 0;
}

/* Lets "type" be null, too; where there is a list of values, null is one. */
static void
add_null_type(Json *schema, const Json *type)
{
	Json	   *types = json_new_array();
	Json	   *values = json_get(schema, "enum");

	json_append(types, json_new_string(type->text));
	json_append(types, json_new_string("null"));
	json_put(schema, "type", types);
	if (values != NULL)
		json_append(values, json_new_null());
}

Json *
schema_or_null(Json *schema)
{
	Json	   *type = json_get(schema, "type");

	if (type != NULL && type->kind == JSON_IS_STRING)
		add_null_type(schema, type);
	else if (json_get(schema, "$ref") != NULL)
		return schema_either(schema, schema_typed("null"));
	else if (json_get(schema, "anyOf") != NULL)
		json_append(json_get(schema, "anyOf"), schema_typed("null"));
	else
		json_remove(schema, "not");
	return schema;
}
