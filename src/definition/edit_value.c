/*
 * edit_value.c
 *		Values of a definition as text; see edit_value.h.
 *
 * Text is text: "5" for a column is a literal of the column's type, whatever that
 * is. Only what is JSON already is read as JSON: an object or array where there is
 * no literal text yet, and a number or true and false where there was one, or
 * where nothing else gives the value a type. A key can say that a text that is
 * JSON is read as that in any case.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/suggest.h"
#include "definition/edit_value.h"
#include "definition/value_text.h"
#include "utils/builtins.h"

#define BLANK_CHARACTERS	" \t\n\r"

/* Refuses a text that cannot be read. */
pg_noreturn static void
refuse_text(const EditValue *value, const char *wanted, const char *text, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be %s, not \"%s\"", value->what, wanted, text),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/* Is this a text that stands for itself? */
static bool
is_literal_text(const Json *json)
{
	const char *rest;

	return json != NULL && json->kind == JSON_IS_STRING &&
		value_text_read(json->text, &rest) == TEXT_LITERAL;
}

/* Does a text stand for a number that JSON keeps as it is written? */
static bool
is_plain_number(const Json *json)
{
	return json->kind == JSON_IS_NUMBER && strspn(json->text, "-.0123456789") == strlen(json->text);
}

/* Reads a value that may be anything. */
static Json *
read_any(const EditValue *value, const char *text, const Json *old)
{
	Json	   *json = is_literal_text(old) && !value->reads_json ? NULL : json_parse_or_null(text);
	bool		typeless = value->reads_json || (value->typeless && (old == NULL || old->kind == JSON_IS_STRING));

	if (json == NULL || json->kind == JSON_IS_NULL || json->kind == JSON_IS_STRING)
		return json_new_string(text);
	if (json->kind == JSON_IS_ARRAY || json->kind == JSON_IS_OBJECT)
		return json;
	if (typeless || (old != NULL && old->kind == json->kind))
		return json->kind == JSON_IS_BOOLEAN || is_plain_number(json) ? json : json_new_string(text);
	return json_new_string(text);
}

/* Reads true or false in any of the ways that PostgreSQL does. */
static Json *
read_boolean(const EditValue *value, const char *text)
{
	bool		result;

	if (!parse_bool(text, &result))
		refuse_text(value, "true or false", text, NULL);
	return json_new_boolean(result);
}

/* Reads a whole number. */
static Json *
read_integer(const EditValue *value, const char *text)
{
	Json	   *json = json_parse_or_null(text);
	int			number;

	if (json == NULL || !integer_parse(json, &number))
		refuse_text(value, "a whole number", text, NULL);
	return json;
}

/* Reads one of several words. */
static Json *
choice_read(const EditValue *value, const char *text)
{
	Suggestion	suggestion;
	StringInfoData known;
	char	   *word;

	if (choice_number(value->choices, text) >= 0)
		return json_new_string(text);
	suggestion_init(&suggestion, text);
	initStringInfo(&known);
	for (int i = 0; (word = choice_at(value->choices, i)) != NULL; i++)
	{
		suggestion_consider(&suggestion, word, word);
		appendStringInfo(&known, "%s%s", i == 0 ? "" : ", ", word);
	}
	refuse_text(value, "one of its words", text,
				suggestion_hint(suggestion.best, psprintf("It is one of: %s.", known.data)));
}

/* Where does an element end that begins here? At a comma outside of quotes and parentheses. */
static const char *
element_end(const char *text)
{
	int			depth = 0;
	char		quote = '\0';

	for (; *text != '\0'; text++)
	{
		if (quote != '\0')
			quote = *text == quote ? '\0' : quote;
		else if (*text == '"' || *text == '\'')
			quote = *text;
		else if (*text == '(' || *text == '[')
			depth++;
		else if (*text == ')' || *text == ']')
			depth--;
		else if (*text == ',' && depth <= 0)
			break;
	}
	return text;
}

/* Copies a text without the blanks around it. */
static char *
trimmed(const char *text, int length)
{
	while (length > 0 && strchr(BLANK_CHARACTERS, *text) != NULL)
		text++, length--;
	while (length > 0 && strchr(BLANK_CHARACTERS, text[length - 1]) != NULL)
		length--;
	return pnstrdup(text, length);
}

/* A name without the quotes around it, in which "" is one. */
static char *
unquoted(char *name)
{
	int			length = strlen(name);
	char	   *to = name;

	if (length < 2 || name[0] != '"' || name[length - 1] != '"')
		return name;
	for (const char *from = name + 1; from < name + length - 1; from++)
	{
		*to++ = *from;
		if (from[0] == '"' && from[1] == '"' && from < name + length - 2)
			from++;
	}
	*to = '\0';
	return name;
}

/* Reads what commas separate, in braces or not. */
static Json *
split_elements(const char *text, bool names)
{
	char	   *rest = trimmed(text, strlen(text));
	int			length = strlen(rest);
	Json	   *array = json_new_array();
	const char *start;

	if (length >= 2 && rest[0] == '{' && rest[length - 1] == '}')
		rest = trimmed(rest + 1, length - 2);
	for (start = rest; *start != '\0';)
	{
		const char *end = element_end(start);
		char	   *element = trimmed(start, end - start);

		json_append(array, json_new_string(names ? unquoted(element) : element));
		start = *end == ',' ? end + 1 : end;
	}
	return array;
}

/* Reads a list: a JSON array of strings, or what commas separate. */
static Json *
list_read(const EditValue *value, const char *text, const Json *old)
{
	Json	   *json = json_parse_or_null(text);
	bool		names = value->shape == ARGUMENT_NAMES;

	if (json != NULL && json->kind == JSON_IS_ARRAY)
	{
		for (int i = 0; i < json->count; i++)
			if (json->items[i]->kind != JSON_IS_STRING)
				refuse_text(value, "a list of texts", text, "Write it as a, b.");
		return json;
	}
	json = split_elements(text, names);
	if (!names && json->count == 1 && (old == NULL || old->kind == JSON_IS_STRING))
		return json->items[0];
	return json;
}

/* Reads an object. */
static Json *
read_object(const EditValue *value, const char *text)
{
	Json	   *json = json_parse_or_null(text);

	if (json == NULL || json->kind != JSON_IS_OBJECT)
		refuse_text(value, "an object", text, "Add a dot and the name of the value that you mean.");
	return json;
}

/* Reads a list of steps, which can only be an empty one. */
static Json *
read_steps(const EditValue *value, const char *text)
{
	Json	   *json = json_parse_or_null(text);

	if (json == NULL || json->kind != JSON_IS_ARRAY || json->count > 0)
		refuse_text(value, "[], a list without steps", text, "Steps are added by add_step.");
	return json;
}

Json *
edit_value_read(const EditValue *value, const char *text, const Json *old)
{
	switch (value->shape)
	{
		case ARGUMENT_VALUE:
			return read_any(value, text, old);
		case ARGUMENT_VALUES:
		case ARGUMENT_OBJECT:
			return read_object(value, text);
		case ARGUMENT_CONDITION:
		case ARGUMENT_TEXT:
		case ARGUMENT_NAME:
			return json_new_string(text);
		case ARGUMENT_NAMES:
		case ARGUMENT_ORDER:
			return list_read(value, text, old);
		case ARGUMENT_BOOLEAN:
			return read_boolean(value, text);
		case ARGUMENT_INTEGER:
			return read_integer(value, text);
		case ARGUMENT_CHOICE:
			return choice_read(value, text);
		case ARGUMENT_OBJECTS:
		case ARGUMENT_STEPS:
		case ARGUMENT_CASES:
			return read_steps(value, text);
	}
	return NULL;
}

/* Does a name need quotes among others? */
static bool
needs_quotes(const char *name)
{
	return name[0] == '\0' || strpbrk(name, "\",'()[]{}" BLANK_CHARACTERS) != NULL;
}

/* A name in quotes, which are doubled inside. */
static char *
quoted(const char *name)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '"');
	for (; *name != '\0'; name++)
	{
		if (*name == '"')
			appendStringInfoChar(&out, '"');
		appendStringInfoChar(&out, *name);
	}
	appendStringInfoChar(&out, '"');
	return out.data;
}

/* An array of strings as commas separate them; NULL: it is something else. */
static char *
list_text(const Json *array, bool names)
{
	StringInfoData out;

	if (array->kind != JSON_IS_ARRAY || array->count == 0)
		return NULL;
	initStringInfo(&out);
	for (int i = 0; i < array->count; i++)
	{
		const char *text = array->items[i]->text;

		if (array->items[i]->kind != JSON_IS_STRING || (!names && *element_end(text) != '\0'))
			return NULL;
		appendStringInfo(&out, "%s%s", i == 0 ? "" : ", ", names && needs_quotes(text) ? quoted(text) : text);
	}
	return out.data;
}

char *
edit_value_text(ArgumentShape shape, const Json *json)
{
	char	   *list = NULL;

	if (json == NULL)
		return NULL;
	if (json->kind == JSON_IS_STRING)
		return pstrdup(json->text);
	if (json->kind == JSON_IS_NULL)
		return pstrdup("=NULL");	/* a null among values: SQL NULL removes */
	if (shape == ARGUMENT_NAMES || shape == ARGUMENT_ORDER)
		list = list_text(json, shape == ARGUMENT_NAMES);
	return list != NULL ? list : json_text(json);
}
