/*
 * path_words.c
 *		Reads and writes the words of paths; see path_words.h.
 */
#include "postgres.h"

#include "definition/path_words.h"
#include "definition/shape.h"

/* Is this where a word of a path ends? */
static bool
word_ends(char next)
{
	return next == '\0' || next == '.' || next == '[';
}

size_t
path_known_length(const char *path, const Json *object)
{
	size_t		longest = 0;

	for (int i = 0; object != NULL && object->kind == JSON_IS_OBJECT && i < object->count; i++)
	{
		size_t		length = strlen(object->keys[i]);

		if (length > longest && strncmp(path, object->keys[i], length) == 0 && word_ends(path[length]))
			longest = length;
	}
	return longest;
}

/* Reads a key in double quotes and goes past it; NULL: they do not end. */
static char *
quoted_key(const char **path)
{
	StringInfoData key;
	const char *at = *path + 1;

	initStringInfo(&key);
	for (; *at != '"' || at[1] == '"'; at++)
	{
		if (*at == '\0')
			return NULL;
		appendStringInfoChar(&key, *at);
		at += *at == '"';
	}
	*path = at + 1;
	return key.data;
}

char *
path_next_key(const char **path, const Json *object)
{
	size_t		length = path_known_length(*path, object);
	char	   *key;

	if (length == 0 && **path == '"')
		key = quoted_key(path);
	else
	{
		if (length == 0)
			length = strcspn(*path, ".[");
		key = pnstrdup(*path, length);
		*path += length;
	}
	if (key == NULL || key[0] == '\0' || !word_ends(**path) || strcmp(*path, ".") == 0)
		return NULL;
	return key;
}

int
path_next_number(const char **path)
{
	size_t		digits = strspn(*path + 1, "0123456789");
	int			number = atoi(*path + 1);

	if (digits == 0 || digits > INTEGER_DIGITS || (*path)[1 + digits] != ']')
		return 0;
	*path += digits + 2;
	return number;
}

char *
path_key(const char *key)
{
	StringInfoData out;

	if (key[0] != '\0' && strpbrk(key, ".\"[]") == NULL)
		return pstrdup(key);
	initStringInfo(&out);
	appendStringInfoChar(&out, '"');
	for (; *key != '\0'; key++)
	{
		if (*key == '"')
			appendStringInfoChar(&out, '"');
		appendStringInfoChar(&out, *key);
	}
	appendStringInfoChar(&out, '"');
	return out.data;
}
