/*
 * json_member.c
 *		A walk over JSON text for one member.
 *
 * PostgreSQL's parser raises for what it cannot convert or what is nested too
 * deep, and builds what nobody asked for. This one reads what other programs
 * have put into settings: it is as strict, and anything that it does not like is
 * no JSON.
 */
#include "postgres.h"

#include "base/json_member.h"
#include "mb/pg_wchar.h"

#define DEEPEST		100

typedef struct Walk
{
	const char *at;
	StringInfo	out;
	bool		found;
	StringInfoData key;
} Walk;

static bool walk_value(Walk *walk, const char *path, int depth);

/* Passes over white space. */
static void
walk_spaces(Walk *walk)
{
	walk->at += strspn(walk->at, " \t\n\r");
}

/* Passes over this character, and white space after it; false: it is another. */
static bool
walk_character(Walk *walk, char character)
{
	if (*walk->at != character)
		return false;
	walk->at++;
	walk_spaces(walk);
	return true;
}

/* Reads four hexadecimal digits; -1: they are none. */
static int
walk_hex(Walk *walk)
{
	int			number = 0;

	for (int i = 0; i < 4; i++, walk->at++)
	{
		unsigned char character = *walk->at;

		if (!isxdigit(character))
			return -1;
		number = number * 16 + (isdigit(character) ? character - '0' : (character | 0x20) - 'a' + 10);
	}
	return number;
}

/* Appends a character by its number in Unicode; '?' where this encoding would ask a conversion. */
static void
append_unicode(StringInfo out, int number)
{
	char		character[MAX_MULTIBYTE_CHAR_LEN + 1] = {0};

	if (number < 0x80 || GetDatabaseEncoding() == PG_UTF8)
		unicode_to_utf8(number, (unsigned char *) character);
	else
		character[0] = '?';
	appendStringInfoString(out, character);
}

/* Reads what stands behind \u, with the second half of a pair. */
static bool
walk_unicode(Walk *walk, StringInfo out)
{
	int			number = walk_hex(walk);
	int			second;

	if (number <= 0 || is_utf16_surrogate_second(number))
		return false;
	if (is_utf16_surrogate_first(number))
	{
		if (walk->at[0] != '\\' || walk->at[1] != 'u')
			return false;
		walk->at += 2;
		second = walk_hex(walk);
		if (second < 0 || !is_utf16_surrogate_second(second))
			return false;
		number = surrogate_pair_to_codepoint(number, second);
	}
	if (out != NULL)
		append_unicode(out, number);
	return true;
}

/* Reads what stands behind a backslash. */
static bool
walk_escape(Walk *walk, StringInfo out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	char		letter = *walk->at++;
	const char *place;

	if (letter == 'u')
		return walk_unicode(walk, out);
	place = letter == '\0' ? NULL : strchr(letters, letter);
	if (place == NULL)
		return false;
	if (out != NULL)
		appendStringInfoChar(out, meanings[place - letters]);
	return true;
}

/* Reads a string and appends it, unless out is NULL. */
static bool
walk_string(Walk *walk, StringInfo out)
{
	if (*walk->at != '"')
		return false;
	walk->at++;
	while (*walk->at != '"')
	{
		const char *start = walk->at;

		if (*walk->at == '\\')
		{
			walk->at++;
			if (!walk_escape(walk, out))
				return false;
			continue;
		}
		while ((unsigned char) *walk->at >= ' ' && *walk->at != '"' && *walk->at != '\\')
			walk->at++;
		if (walk->at == start)
			return false;		/* a control character, or the end */
		if (out != NULL)
			appendBinaryStringInfo(out, start, walk->at - start);
	}
	walk->at++;
	return true;
}

/* Passes over digits; false: there are none. */
static bool
walk_digits(Walk *walk)
{
	size_t		count = strspn(walk->at, "0123456789");

	walk->at += count;
	return count > 0;
}

/* Passes over a number. */
static bool
walk_number(Walk *walk)
{
	if (*walk->at == '-')
		walk->at++;
	if (*walk->at == '0')
		walk->at++;
	else if (!walk_digits(walk))
		return false;
	if (*walk->at == '.')
	{
		walk->at++;
		if (!walk_digits(walk))
			return false;
	}
	if (*walk->at == 'e' || *walk->at == 'E')
	{
		walk->at++;
		if (*walk->at == '+' || *walk->at == '-')
			walk->at++;
		return walk_digits(walk);
	}
	return true;
}

/* Passes over a word. */
static bool
walk_word(Walk *walk, const char *word)
{
	size_t		length = strlen(word);

	if (strncmp(walk->at, word, length) != 0)
		return false;
	walk->at += length;
	return true;
}

/* Reads a scalar; the one that was asked for is appended as it is written, a string as its characters. */
static bool
walk_scalar(Walk *walk, bool wanted)
{
	const char *start = walk->at;

	if (*start == '"')
	{
		walk->found = walk->found || wanted;
		return walk_string(walk, wanted ? walk->out : NULL);
	}
	if (*start == 'n')
		return walk_word(walk, "null");
	if (!(*start == 't' ? walk_word(walk, "true") : *start == 'f' ? walk_word(walk, "false") : walk_number(walk)))
		return false;
	if (wanted)
	{
		appendBinaryStringInfo(walk->out, start, walk->at - start);
		walk->found = true;
	}
	return true;
}

/* Reads an array, in which there is nothing to find. */
static bool
walk_array(Walk *walk, int depth)
{
	walk_character(walk, '[');
	if (walk_character(walk, ']'))
		return true;
	do
	{
		if (!walk_value(walk, NULL, depth))
			return false;
	} while (walk_character(walk, ','));
	return walk_character(walk, ']');
}

/* Reads a key and its value; a repeated key takes back what was found under it. */
static bool
walk_pair(Walk *walk, const char *path, int depth)
{
	bool		looking = path != NULL && *path != '\0';
	bool		found;

	resetStringInfo(&walk->key);
	if (!walk_string(walk, looking ? &walk->key : NULL))
		return false;
	walk_spaces(walk);
	if (!walk_character(walk, ':'))
		return false;
	found = looking && strcmp(walk->key.data, path) == 0;
	if (found)
	{
		resetStringInfo(walk->out);
		walk->found = false;
	}
	return walk_value(walk, found ? path + strlen(path) + 1 : NULL, depth);
}

/* Reads an object. */
static bool
walk_object(Walk *walk, const char *path, int depth)
{
	walk_character(walk, '{');
	if (walk_character(walk, '}'))
		return true;
	do
	{
		if (!walk_pair(walk, path, depth))
			return false;
	} while (walk_character(walk, ','));
	return walk_character(walk, '}');
}

/* Reads a value, looking for what the path leads to; NULL: there is nothing to find. */
static bool
walk_value(Walk *walk, const char *path, int depth)
{
	bool		wanted = path != NULL && *path == '\0';
	bool		well;

	if (depth > DEEPEST)
		return false;
	if (*walk->at == '{')
		return walk_object(walk, path, depth + 1);
	if (*walk->at == '[')
		return walk_array(walk, depth + 1);
	well = walk_scalar(walk, wanted);
	walk_spaces(walk);
	return well;
}

bool
json_member(const char *json, const char *path, StringInfo out)
{
	Walk		walk = {.at = json, .out = out};
	bool		well;

	resetStringInfo(out);
	initStringInfo(&walk.key);
	walk_spaces(&walk);
	well = walk_value(&walk, path, 0) && *walk.at == '\0';
	pfree(walk.key.data);
	return well && walk.found;
}
