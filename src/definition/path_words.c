/*
 * path_words.c
 *		Reads and writes the words of paths; see path_words.h.
 */
#include "postgres.h"

#include "definition/definition.h"
#include "definition/path_words.h"
#include "definition/shape.h"
#include "definition/step_kind.h"

/* The name of the list of steps that a path begins with, which steps or cases can have; NULL: there is none. */
static const char *
list_name(const char *path, size_t length)
{
	char	   *word = pnstrdup(path, length);
	const ArgumentSpec *spec = key_find(step_trailing_keys, word);

	if (spec == NULL)
		spec = key_find(case_keys, word);
	for (int i = 0; i < step_kind_count() && spec == NULL; i++)
		spec = key_find(step_kind_at(i)->arguments, word);
	pfree(word);
	return spec != NULL && spec->shape == ARGUMENT_STEPS ? spec->key : NULL;
}

bool
path_next_link(const char **path, bool is_first, StepLink *link)
{
	const char *at = *path;
	size_t		digits;

	link->list = NULL;
	if (!is_first)
	{
		size_t		word = *at == '.' ? strcspn(at + 1, ". ") : 0;

		if (word == 0)
			return false;
		if (at[1 + word] == ' ')
			link->list = word == strlen(BRANCH_CASE) && strncmp(at + 1, BRANCH_CASE, word) == 0 ? BRANCH_CASE : NULL;
		else if (at[1 + word] == '.')
			link->list = list_name(at + 1, word);
		if (link->list == NULL)
			return false;
		at += word + 2;
	}
	digits = strspn(at, "0123456789");
	if (digits == 0 || digits > INTEGER_DIGITS || (at[digits] != '\0' && at[digits] != '.'))
		return false;
	link->number = atoi(at);
	*path = at + digits;
	return true;
}

void
path_append_link(StringInfo path, const StepLink *link)
{
	if (link->list != NULL)
		appendStringInfo(path, ".%s%c", link->list, strcmp(link->list, BRANCH_CASE) == 0 ? ' ' : '.');
	appendStringInfo(path, "%d", link->number);
}

char *
path_next_step(const char **path)
{
	StringInfoData step;
	StepLink	link;

	initStringInfo(&step);
	while (path_next_link(path, step.len == 0, &link))
		path_append_link(&step, &link);
	return step.data;
}

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
