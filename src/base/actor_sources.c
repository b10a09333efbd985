/*
 * actor_sources.c
 *		Reads custom_actions.actor_settings: names of settings, separated by
 *		commas, each perhaps with members of its JSON: "setting->>member".
 *
 * What is read stays with the setting's value, which frees it. A member whose
 * name has spaces, commas or quotes stands in single quotes, as in SQL.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/actor_sources.h"
#include "base/compat.h"

const char *actor_sources = "";
uint64		actor_sources_changes = 0;

/* Where reading is, and where what was read goes */
typedef struct ListReader
{
	const char *at;
	char	   *out;
} ListReader;

const char *
actor_source_next_part(const char *part)
{
	return part + strlen(part) + 1;
}

const char *
actor_source_next(const char *source)
{
	while (*source != '\0')
		source = actor_source_next_part(source);
	return source + 1;
}

/* Passes over white space. */
static void
skip_spaces(ListReader *reader)
{
	while (isspace((unsigned char) *reader->at))
		reader->at++;
}

/* Takes a character over, or ends a part with '\0'. */
static void
put(ListReader *reader, char character)
{
	*reader->out++ = character;
}

/* May this stand in the name of a setting? */
static bool
is_of_setting_name(const char *at, bool first)
{
	unsigned char character = *at;

	if (isalpha(character) || character == '_' || IS_HIGHBIT_SET(character))
		return true;
	return !first && (isdigit(character) || character == '$' || character == '.');
}

/* Reads the name of a setting; false: there is none. */
static bool
read_setting_name(ListReader *reader)
{
	const char *start = reader->at;

	while (is_of_setting_name(reader->at, reader->at == start))
		put(reader, *reader->at++);
	put(reader, '\0');
	return reader->at > start && reader->at[-1] != '.';
}

/* Reads what stands in single quotes. */
static bool
read_quoted(ListReader *reader)
{
	const char *start = ++reader->at;

	for (; *reader->at != '\0'; put(reader, *reader->at++))
	{
		if (*reader->at != '\'')
			continue;
		reader->at++;
		if (*reader->at == '\'')
			continue;
		put(reader, '\0');
		return reader->at - start > 1;
	}
	return false;
}

/* Reads the name of a member; false: there is none. */
static bool
read_member(ListReader *reader)
{
	const char *start = reader->at;

	if (*reader->at == '\'')
		return read_quoted(reader);
	while (*reader->at != '\0' && strchr(",'\" \t\n\r\f\v", *reader->at) == NULL &&
		   strncmp(reader->at, "->", 2) != 0)
		put(reader, *reader->at++);
	put(reader, '\0');
	return reader->at > start;
}

/* Reads one entry; false: it is none. */
static bool
read_actor_source(ListReader *reader)
{
	skip_spaces(reader);
	if (!read_setting_name(reader))
		return false;
	for (skip_spaces(reader); strncmp(reader->at, "->", 2) == 0; skip_spaces(reader))
	{
		reader->at += reader->at[2] == '>' ? 3 : 2;
		skip_spaces(reader);
		if (!read_member(reader))
			return false;
	}
	put(reader, '\0');
	return *reader->at == ',' || *reader->at == '\0';
}

/* Reads the whole list; 0, or the number of the entry that is none. */
static int
read_list(ListReader *reader)
{
	int			number = 1;

	skip_spaces(reader);
	if (*reader->at == '\0')
		put(reader, '\0');
	else
		for (;; number++, reader->at++)
		{
			if (!read_actor_source(reader))
				return number;
			if (*reader->at == '\0')
				break;
		}
	put(reader, '\0');
	return 0;
}

bool
actor_sources_check(char **newval, void **extra, GucSource source)
{
	/* an entry of one letter and its comma become a letter and two ends */
	char	   *list = guc_malloc(LOG, 2 * strlen(*newval) + 4);
	ListReader	reader = {*newval, list};
	int			wrong;

	if (list == NULL)
		return false;
	wrong = read_list(&reader);
	if (wrong > 0)
	{
		guc_free(list);
		GUC_check_errdetail("Entry %d is neither the name of a setting nor members of one, as in \"request.jwt.claims->>sub\".",
							wrong);
		GUC_check_errhint("Entries are separated by commas; a member with spaces, commas or quotes in its name is put in single quotes.");
		return false;
	}
	*extra = list;
	return true;
}

void
actor_sources_assign(const char *newval, void *extra)
{
	actor_sources = extra;
	actor_sources_changes++;
}
