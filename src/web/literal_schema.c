/*
 * literal_schema.c
 *		Literals of a definition as JSON that fits the schema of their type.
 *
 * No type's input function is called: who reads a schema runs nothing. So a literal
 * is told where its text alone shows what it is; "tomorrow" is not.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "definition/value_text.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "web/literal_schema.h"

/* Units of intervals, and what they are in ISO 8601 */
typedef struct IntervalUnit
{
	const char *name;
	char		letter;
	bool		of_time;
} IntervalUnit;

static const IntervalUnit interval_units[] = {
	{"year", 'Y'}, {"month", 'M'}, {"mon", 'M'}, {"day", 'D'},
	{"hour", 'H', true}, {"minute", 'M', true}, {"min", 'M', true}, {"second", 'S', true}, {"sec", 'S', true}
};

/* Passes over digits; false: there are none. */
static bool
pass_digits(const char **at)
{
	int			digits = strspn(*at, "0123456789");

	*at += digits;
	return digits > 0;
}

/* Is this a number as JSON writes it, a whole one if asked for? */
static bool
text_is_number(const char *text, bool whole)
{
	const char *at = text + (*text == '-');

	if ((*at == '0' && isdigit((unsigned char) at[1])) || !pass_digits(&at))
		return false;
	if (!whole && *at == '.')
	{
		at++;
		if (!pass_digits(&at))
			return false;
	}
	return *at == '\0';
}

/* Has a text this shape, in which 9 is any digit and x any hexadecimal one? */
static bool
text_has_shape(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text++)
		if (*shape == '9' ? !isdigit((unsigned char) *text) :
			*shape == 'x' ? !isxdigit((unsigned char) *text) : *text != *shape)
			return false;
	return *text == '\0';
}

/* The unit that a word of so many letters names, or NULL. */
static const IntervalUnit *
interval_unit(const char *word, int length)
{
	if (length > 1 && word[length - 1] == 's')
		length--;
	for (int i = 0; i < lengthof(interval_units); i++)
		if (strlen(interval_units[i].name) == length && pg_strncasecmp(interval_units[i].name, word, length) == 0)
			return &interval_units[i];
	return NULL;
}

/* "1 day 4 hours" as "P1DT4H"; NULL: it is written in another way, or repeats a unit. */
static char *
duration_of_interval(const char *text)
{
	StringInfoData out;
	int			last = -1;
	bool		in_time = false;

	initStringInfo(&out);
	appendStringInfoChar(&out, 'P');
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " "))
	{
		const char *number = text;
		const char *word;
		const IntervalUnit *unit;

		if (!pass_digits(&text))
			return NULL;
		word = text + strspn(text, " ");
		unit = interval_unit(word, strcspn(word, " "));
		if (unit == NULL || unit - interval_units <= last)
			return NULL;
		if (unit->of_time && !in_time)
			appendStringInfoChar(&out, 'T');
		in_time |= unit->of_time;
		appendStringInfo(&out, "%.*s%c", (int) (text - number), number, unit->letter);
		last = unit - interval_units;
		text = word + strcspn(word, " ");
	}
	return last >= 0 ? out.data : NULL;
}

/* The text of a scalar literal; NULL: it is none. */
static const char *
literal_text(const Json *literal)
{
	const char *rest;

	switch (literal->kind)
	{
		case JSON_IS_STRING:
			return value_text_read(literal->text, &rest) == TEXT_LITERAL ? rest : NULL;
		case JSON_IS_NUMBER:
		case JSON_IS_BOOLEAN:
			return literal->text;
		default:
			return NULL;
	}
}

/* A truth value as PostgreSQL reads it. */
static Json *
boolean_literal(const char *text)
{
	bool		value;

	return parse_bool(text, &value) ? json_new_boolean(value) : NULL;
}

/* A number, or the text of one. */
static Json *
number_literal(const char *text, bool whole, bool as_text)
{
	if (!text_is_number(text, whole))
		return NULL;
	return as_text ? json_new_string(text) : json_new_number(text);
}

/* A text if it looks as the schema of its type wants it. */
static Json *
shaped_literal(const char *text, bool fits)
{
	return fits ? json_new_string(text) : NULL;
}

/* JSON in which nothing is computed, as it will be; NULL: something is. */
static Json *
json_literal(const Json *literal)
{
	Json	   *copy = literal->kind == JSON_IS_ARRAY ? json_new_array() : json_new_object();

	check_stack_depth();
	if (literal->kind == JSON_IS_STRING)
		return literal_text(literal) != NULL ? json_new_string(literal_text(literal)) : NULL;
	if (literal->kind != JSON_IS_ARRAY && literal->kind != JSON_IS_OBJECT)
		return json_copy(literal);
	for (int i = 0; i < literal->count; i++)
	{
		Json	   *member = json_literal(literal->items[i]);

		if (member == NULL)
			return NULL;
		if (literal->kind == JSON_IS_ARRAY)
			json_append(copy, member);
		else
			json_add(copy, literal->keys[i], member);
	}
	return copy;
}

/* A list of literals; NULL: one cannot be told, or there are lists in it. */
static Json *
array_literal(const SchemaScope *scope, const Json *literal, Oid element)
{
	Json	   *list = json_new_array();

	if (literal->kind == JSON_IS_STRING)
		return strcmp(literal->text, "{}") == 0 ? list : NULL;
	if (literal->kind != JSON_IS_ARRAY)
		return NULL;
	for (int i = 0; i < literal->count; i++)
	{
		Json	   *member = literal->items[i]->kind == JSON_IS_ARRAY ? NULL :
			literal_for_schema(scope, literal->items[i], element);

		if (member == NULL)
			return NULL;
		json_append(list, member);
	}
	return list;
}

/* A literal of a type that is no list, by its text. */
static Json *
scalar_literal(const SchemaScope *scope, const char *text, Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case OIDOID:
			return number_literal(text, true, false);
		case INT8OID:
			return number_literal(text, true, scope->numbers_as_text);
		case NUMERICOID:
			return number_literal(text, false, scope->numbers_as_text);
		case FLOAT4OID:
		case FLOAT8OID:
			return number_literal(text, false, false);
		case BOOLOID:
			return boolean_literal(text);
		case UUIDOID:
			return shaped_literal(text, text_has_shape(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"));
		case DATEOID:
			return shaped_literal(text, text_has_shape(text, "9999-99-99"));
		case TIMEOID:
			return shaped_literal(text, text_has_shape(text, "99:99:99"));
		case TIMESTAMPOID:
			return shaped_literal(text, text_has_shape(text, "9999-99-99T99:99:99"));
		case TIMESTAMPTZOID:
			return shaped_literal(text, text_has_shape(text, "9999-99-99T99:99:99Z"));
		case INTERVALOID:
			return duration_of_interval(text) != NULL ? json_new_string(duration_of_interval(text)) : NULL;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
			return json_new_string(text);
		default:
			return get_typtype(type) == TYPTYPE_ENUM ? json_new_string(text) : NULL;
	}
}

Json *
literal_for_schema(const SchemaScope *scope, const Json *literal, Oid type)
{
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);
	const char *text;

	if (literal->kind == JSON_IS_NULL)
		return json_new_null();
	if (base == JSONOID || base == JSONBOID)
		return json_literal(literal);
	if (OidIsValid(element))
		return array_literal(scope, literal, element);
	text = literal_text(literal);
	return text != NULL ? scalar_literal(scope, text, base) : NULL;
}
