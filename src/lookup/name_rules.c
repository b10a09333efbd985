/*
 * name_rules.c
 *		Which names are good: of actions, inputs, outputs and steps.
 */
#include "postgres.h"

#include "common/keywords.h"
#include "lib/stringinfo.h"
#include "lookup/canonical.h"
#include "lookup/name_rules.h"
#include "mb/pg_wchar.h"
#include "parser/scansup.h"

bool
name_is_reserved(const char *name)
{
	int			keyword = ScanKeywordLookup(name, &ScanKeywords);

	return word_is_reserved(name) ||
		(keyword >= 0 && (ScanKeywordCategories[keyword] == RESERVED_KEYWORD ||
						  ScanKeywordCategories[keyword] == TYPE_FUNC_NAME_KEYWORD));
}

/* Is this a character of a name, at its start or later? */
static bool
is_name_character(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/* Does a name consist of what names may consist of? */
static bool
is_well_formed(const char *name)
{
	if (name[0] == '\0' || strlen(name) >= NAMEDATALEN)
		return false;
	for (int i = 0; name[i] != '\0'; i++)
		if (!is_name_character(name[i], i == 0))
			return false;
	return true;
}

bool
name_is_valid(const char *name)
{
	return is_well_formed(name) && !name_is_reserved(name);
}

bool
action_name_is_valid(const char *name)
{
	return is_well_formed(name) && !word_is_reserved(name);
}

char *
name_proposal(const char *name)
{
	StringInfoData out;
	const char *c;

	initStringInfo(&out);
	for (c = name; *c != '\0' && out.len < NAMEDATALEN - 2; c += pg_mblen(c))
	{
		char		lower = *c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c;

		if (is_name_character(lower, out.len == 0))
			appendStringInfoChar(&out, lower);
		else if (lower >= '0' && lower <= '9')
			appendStringInfo(&out, "_%c", lower);
		else if (out.len > 0 && out.data[out.len - 1] != '_')
			appendStringInfoChar(&out, '_');
	}
	while (out.len > 1 && out.data[out.len - 1] == '_')
		out.data[--out.len] = '\0';
	if (out.len == 0)
		appendStringInfoString(&out, "name");
	if (name_is_reserved(out.data))
		appendStringInfoChar(&out, '_');
	return out.data;
}

void
name_require_length(const char *text)
{
	bool		quoted = false;
	int			length = 0;
	const char *c;

	for (c = text;; c++)
	{
		if (*c == '"' && !(quoted && c[1] == '"'))
			quoted = !quoted;
		else if (*c == '\0' || (*c == '.' && !quoted))
		{
			if (length >= NAMEDATALEN)
				ereport(ERROR,
						(errcode(ERRCODE_NAME_TOO_LONG),
						 errmsg("name \"%s\" is too long", text),
						 errdetail("Each of its parts has at most %d bytes.", NAMEDATALEN - 1)));
			if (*c == '\0')
				return;
			length = 0;
		}
		else
		{
			if (*c == '"')
				c++;
			if (quoted || !scanner_isspace(*c))
				length++;
		}
	}
}
