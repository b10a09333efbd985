/*
 * schema_sample.c
 *		Values that fit a JSON Schema, as examples.
 *
 * Only schemas as type_schema.c makes them are read. Where a pattern asks for what
 * no value here is known to have, there is no example: none is better than a wrong one.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "web/schema_sample.h"

/* A composite may hold itself. */
#define DEEPEST_SAMPLE	8

/* Texts of a format, or of a pattern that is no domain's */
static const struct
{
	const char *key;
	const char *begins;
	const char *sample;
}			text_samples[] = {
	{"format", "date-time", "2026-01-31T09:30:00Z"},
	{"format", "date", "2026-01-31"},
	{"format", "time", "09:30:00Z"},
	{"format", "iso-date-time", "2026-01-31T09:30:00"},
	{"format", "iso-time", "09:30:00"},
	{"format", "duration", "P1D"},
	{"format", "uuid", "01234567-89ab-4def-8123-456789abcdef"},
	{"pattern", "^-?[0-9]", "1"},
	{"pattern", "^-?0", "0"},
	{"pattern", "^[01]*", "1"},
	{"pattern", "^\\\\x", "\\x00"},
	{"pattern", "^\\{[\\s\\S]*", "{}"}
};

static Json *sample_at(const Json *schema, const Json *parts, int depth);

/* The type of a schema, or the one besides null. */
static const char *
type_named(const Json *schema)
{
	const Json *type = json_get(schema, "type");

	if (type != NULL && type->kind == JSON_IS_ARRAY && type->count > 0)
		type = type->items[0];
	return type != NULL && type->kind == JSON_IS_STRING ? type->text : "";
}

/* A number in a schema; otherwise if it is not there. */
static double
number_in(const Json *schema, const char *key, double otherwise)
{
	const char *text = json_get_text(schema, key);

	return text != NULL ? strtod(text, NULL) : otherwise;
}

/* 1, or what the bounds leave; NULL: they are such that no number is known. */
static Json *
sample_number(const Json *schema)
{
	double		lowest = number_in(schema, "minimum", 1);
	double		highest = number_in(schema, "maximum", 1);
	double		step = number_in(schema, "multipleOf", 0);
	const char *bound = lowest > 1 ? json_get_text(schema, "minimum") : highest < 1 ? json_get_text(schema, "maximum") : "1";

	if (json_get(schema, "exclusiveMinimum") != NULL || json_get(schema, "exclusiveMaximum") != NULL)
		return NULL;
	if (step > 1)
		bound = lowest <= 0 && highest >= 0 ? "0" : NULL;
	return bound != NULL ? json_new_number(bound) : NULL;
}

/* A text; NULL: a pattern asks for what is not known. */
static Json *
sample_text(const Json *schema)
{
	int			shortest = (int) number_in(schema, "minLength", 0);
	int			longest = (int) number_in(schema, "maxLength", 4);
	StringInfoData text;

	for (int i = 0; i < lengthof(text_samples); i++)
	{
		const char *given = json_get_text(schema, text_samples[i].key);
		bool		fits = given != NULL && (text_samples[i].key[0] == 'f' ? strcmp(given, text_samples[i].begins) == 0 :
											 strncmp(given, text_samples[i].begins, strlen(text_samples[i].begins)) == 0);

		if (fits && json_get(schema, "minLength") == NULL && json_get(schema, "allOf") == NULL)
			return json_new_string(text_samples[i].sample);
	}
	if (json_get(schema, "pattern") != NULL || json_get(schema, "allOf") != NULL || shortest > 100)
		return NULL;
	initStringInfo(&text);
	appendBinaryStringInfo(&text, "text", Max(Min(longest, 4), 0));
	while (text.len < shortest)
		appendStringInfoChar(&text, 'x');
	return json_new_string(text.data);
}

/* A list of as many as there must be. */
static Json *
sample_list(const Json *schema, const Json *parts, int depth)
{
	Json	   *list = json_new_array();
	int			count = (int) number_in(schema, "maxItems", 1) < 1 ? 0 : Max((int) number_in(schema, "minItems", 1), 1);
	Json	   *item = json_get(schema, "items") != NULL ? sample_at(json_get(schema, "items"), parts, depth + 1) : NULL;

	if (item == NULL || count > 10)
		return number_in(schema, "minItems", 0) > 0 ? NULL : list;
	for (int i = 0; i < count; i++)
		json_append(list, item);
	return list;
}

/* Must this member be there? */
static bool
member_must_be(const Json *object, const char *name)
{
	const Json *required = json_get(object, "required");

	return required != NULL && json_has_text(required, name);
}

/* An object with the members that there must be. */
static Json *
sample_object(const Json *schema, const Json *parts, int depth)
{
	Json	   *object = json_new_object();
	const Json *members = json_get(schema, "properties");

	for (int i = 0; members != NULL && i < members->count; i++)
	{
		Json	   *member;

		if (!member_must_be(schema, members->keys[i]))
			continue;
		member = sample_at(members->items[i], parts, depth + 1);
		if (member == NULL)
			return NULL;
		json_add(object, members->keys[i], member);
	}
	return object;
}

/* The part that a reference leads to, or NULL. */
static const Json *
referred_part(const Json *parts, const char *reference)
{
	const char *slash = strrchr(reference, '/');

	return slash != NULL ? json_get(parts, slash + 1) : NULL;
}

/* By the type alone. */
static Json *
sample_of_type(const Json *schema, const Json *parts, int depth)
{
	const char *type = type_named(schema);

	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
		return sample_number(schema);
	if (strcmp(type, "string") == 0)
		return sample_text(schema);
	if (strcmp(type, "boolean") == 0)
		return json_new_boolean(true);
	if (strcmp(type, "array") == 0)
		return sample_list(schema, parts, depth);
	if (strcmp(type, "object") == 0)
		return sample_object(schema, parts, depth);
	return type[0] == '\0' ? json_new_object() : json_new_null();
}

static Json *
sample_at(const Json *schema, const Json *parts, int depth)
{
	const Json *list;
	const char *reference = json_get_text(schema, "$ref");

	check_stack_depth();
	if (depth > DEEPEST_SAMPLE)
		return NULL;
	if (reference != NULL)
		return referred_part(parts, reference) != NULL ? sample_at(referred_part(parts, reference), parts, depth + 1) : NULL;
	if (json_get(schema, "default") != NULL)
		return json_get(schema, "default");
	if ((list = json_get(schema, "examples")) != NULL)
		return list->items[0];
	if ((list = json_get(schema, "enum")) != NULL)
		return json_get(schema, "allOf") == NULL && json_get(schema, "pattern") == NULL ? list->items[0] : NULL;
	if ((list = json_get(schema, "anyOf")) != NULL && list->count > 0 && json_get(schema, "type") == NULL)
		return sample_at(list->items[0], parts, depth + 1);
	return sample_of_type(schema, parts, depth);
}

Json *
schema_sample(const Json *schema, const Json *parts)
{
	return sample_at(schema, parts, 0);
}
