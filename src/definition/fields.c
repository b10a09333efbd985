/*
 * fields.c
 *		Reads parts of a document into their structs, and says in words what
 *		they hold.
 *
 * Nothing is reported here: shape.c has looked at the document, and what is of
 * the wrong kind counts as left out.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "definition/fields.h"
#include "definition/value_text.h"
#include "nodes/pg_list.h"

#define field_of(part, spec, type) ((type *) ((char *) (part) + (spec)->offset))

/* The strings of an array. */
static List *
read_names(const Json *value)
{
	List	   *names = NIL;

	if (value == NULL || value->kind != JSON_IS_ARRAY)
		return NIL;
	for (int i = 0; i < value->count; i++)
		if (value->items[i]->kind == JSON_IS_STRING)
			names = lappend(names, value->items[i]->text);
	return names;
}

/* The number of a word among the choices; of the implied one where there is none. */
static int
read_choice(const ArgumentSpec *spec, const Json *value, const char *implied)
{
	int			number = -1;

	if (value != NULL && value->kind == JSON_IS_STRING)
		number = choice_number(spec->choices, value->text);
	if (number < 0 && implied != NULL)
		number = choice_number(spec->choices, implied);
	return number;
}

/* Reads the field of a key. */
static void
read_field(const ArgumentSpec *spec, const Json *json, void *part)
{
	const char *implied = key_implied(spec, json);
	Json	   *value = json_get(json, spec->key);
	int			number;

	switch (spec->shape)
	{
		case ARGUMENT_NAME:
		case ARGUMENT_CONDITION:
			*field_of(part, spec, char *) = value != NULL && value->kind == JSON_IS_STRING ? value->text : NULL;
			break;
		case ARGUMENT_BOOLEAN:
			*field_of(part, spec, bool) = json_get_boolean(json, spec->key,
														   implied != NULL && strcmp(implied, "true") == 0);
			break;
		case ARGUMENT_INTEGER:
			if (value == NULL || !integer_parse(value, &number))
				number = implied != NULL ? atoi(implied) : 0;
			*field_of(part, spec, int) = number;
			break;
		case ARGUMENT_CHOICE:
			*field_of(part, spec, int) = read_choice(spec, value, implied);
			break;
		case ARGUMENT_NAMES:
			*field_of(part, spec, List *) = read_names(value);
			break;
		case ARGUMENT_VALUES:
		case ARGUMENT_OBJECT:
			*field_of(part, spec, Json *) = value != NULL && value->kind == JSON_IS_OBJECT ? value : NULL;
			break;
		default:
			*field_of(part, spec, Json *) = value;
			break;
	}
}

void
fields_read(const ArgumentSpec *keys, const Json *json, void *part)
{
	for (; keys != NULL && keys->key != NULL; keys++)
		if (keys->offset != 0)
			read_field(keys, json, part);
}

/* A value as people read it; NULL if it goes without saying. */
static const char *
field_text(const ArgumentSpec *spec, const Json *json, const void *part)
{
	const char *implied = key_implied(spec, json);
	const char *text;
	const List *names;

	switch (spec->shape)
	{
		case ARGUMENT_NAME:
			return *field_of(part, spec, char *);
		case ARGUMENT_CONDITION:
			text = *field_of(part, spec, char *);
			return text != NULL ? formula_text(text) : NULL;
		case ARGUMENT_BOOLEAN:
			text = *field_of(part, spec, bool) ? "true" : "false";
			return strcmp(text, implied != NULL ? implied : "false") != 0 ? text : NULL;
		case ARGUMENT_INTEGER:
			text = psprintf("%d", *field_of(part, spec, int));
			return strcmp(text, implied != NULL ? implied : "0") != 0 ? text : NULL;
		case ARGUMENT_CHOICE:
			return choice_at(spec->choices, *field_of(part, spec, int));
		case ARGUMENT_NAMES:
			names = *field_of(part, spec, List *);
			return names != NIL ? text_list_join(names) : NULL;
		default:
			return *field_of(part, spec, Json *) != NULL ? value_text(*field_of(part, spec, Json *)) : NULL;
	}
}

char *
field_words(const ArgumentSpec *spec, const Json *json, const void *part)
{
	const char *value = spec->words != NULL && spec->offset != 0 ? field_text(spec, json, part) : NULL;
	const char *place;

	if (value == NULL)
		return NULL;
	place = strstr(spec->words, "%s");
	if (place == NULL)
		return pstrdup(spec->words);
	return psprintf("%.*s%s%s", (int) (place - spec->words), spec->words, value, place + 2);
}

void
fields_describe(StringInfo out, const ArgumentSpec *keys, const Json *json, const void *part)
{
	for (; keys != NULL && keys->key != NULL; keys++)
	{
		char	   *words = field_words(keys, json, part);

		if (words != NULL)
			appendStringInfoString(out, words);
	}
}
