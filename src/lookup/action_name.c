/*
 * action_name.c
 *		Names of actions, inputs, outputs and steps: which are good, what an
 *		action's name means to the caller, and the search_path a new action
 *		keeps.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "common/keywords.h"
#include "definition/definition.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/own_table.h"
#include "mb/pg_wchar.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "base/compat.h"

PG_FUNCTION_INFO_V1(custom_action_canonical_name);
PG_FUNCTION_INFO_V1(custom_action_capture_search_path);
PG_FUNCTION_INFO_V1(custom_action_require_name);

/* Is this a word that SQL would not take as a plain name, in this release or by our rule? */
static bool
is_reserved(const char *name)
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
	int			i;

	if (name[0] == '\0' || strlen(name) >= NAMEDATALEN)
		return false;
	for (i = 0; name[i] != '\0'; i++)
	{
		if (!is_name_character(name[i], i == 0))
			return false;
	}
	return true;
}

/* Is this a name that inputs, outputs and steps may have? Formulas use it. */
bool
name_is_valid(const char *name)
{
	return is_well_formed(name) && !is_reserved(name);
}

/* Is this a name that actions may have? They keep it when a release makes it a keyword. */
static bool
action_name_is_valid(const char *name)
{
	return is_well_formed(name) && !word_is_reserved(name);
}

/* Makes a good name that resembles a bad one. */
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
	if (is_reserved(out.data))
		appendStringInfoChar(&out, '_');
	return out.data;
}

/* Raises that a text is no name of an action, with one that is. */
pg_noreturn static void
refuse_name(const char *text, const char *schema, const char *name)
{
	char	   *proposal = name_proposal(name);

	if (schema != NULL)
		proposal = qualified_name_canonical(schema, proposal);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_NAME),
			 errmsg("invalid name of an action: \"%s\"", text),
			 is_reserved(name) ? errdetail("\"%s\" is a reserved word.", name) :
			 strlen(name) >= NAMEDATALEN ?
			 errdetail("A name has at most %d characters.", NAMEDATALEN - 1) :
			 errdetail("A name consists of lower-case letters, digits and underscores, after an optional schema and a period."),
			 errhint("Use a name such as \"%s\".", proposal)));
}

/* Raises if a part of a qualified name would be cut to the length of identifiers. */
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

/* Finds the last part of a name as written, before it was cut to the length of identifiers. */
static char *
last_part(const char *text)
{
	const char *dot = strrchr(text, '.');
	const char *start = dot == NULL ? text : dot + 1;
	char	   *part;
	int			length;

	start += strspn(start, " \t\n\r\f\"");
	part = pstrdup(start);
	length = strlen(part);
	while (length > 0 && strchr(" \t\n\r\f\"", part[length - 1]) != NULL)
		part[--length] = '\0';
	return part;
}

/* Gives the owner in the draft of this qualified name, or NULL. */
char *
draft_owner(const char *name)
{
	return own_table_text("action", name, "owner");
}

/* Gives the name of the draft of an action as it is stored, or NULL. */
static char *
stored_name(const char *schema, const char *name)
{
	char	  **spellings = name_spellings(schema, name);

	for (; *spellings != NULL; spellings++)
		if (draft_owner(*spellings) != NULL)
			return *spellings;
	return NULL;
}

/* Finds the schema that an unqualified name means: where the action is, else where it would be made. */
static char *
schema_of_unqualified(const char *name)
{
	List	   *path = fetch_search_path(false);
	ListCell   *cell;

	foreach(cell, path)
	{
		char	   *schema = get_namespace_name(lfirst_oid(cell));

		if (schema == NULL || isAnyTempNamespace(lfirst_oid(cell)))
			continue;
		if (OidIsValid(action_find_in_schema(lfirst_oid(cell), name, false)) ||
			stored_name(schema, name) != NULL)
			return schema;
	}
	foreach(cell, path)
	{
		if (!isAnyTempNamespace(lfirst_oid(cell)))
			return get_namespace_name(lfirst_oid(cell));
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_SCHEMA),
			 errmsg("no schema has been selected to create action \"%s\" in", name),
			 errhint("Write the name as \"schema.%s\".", name)));
	return NULL;				/* not reached */
}

/* SQL: the name of an action as "schema.name", folded and checked. */
Datum
custom_action_canonical_name(PG_FUNCTION_ARGS)
{
	char	   *given = text_to_cstring(PG_GETARG_TEXT_PP(0));
	List	   *parts;
	char	   *schema = NULL;
	char	   *name;
	char	   *stored;

	if (!SplitIdentifierString(pstrdup(given), '.', &parts) ||
		list_length(parts) < 1 || list_length(parts) > 2)
		refuse_name(given, NULL, last_part(given));

	name = llast(parts);
	if (list_length(parts) == 2)
		schema = linitial(parts);
	if (strlen(last_part(given)) >= NAMEDATALEN)
		refuse_name(given, schema, last_part(given));
	name_require_length(given);
	if (!action_name_is_valid(name))
		refuse_name(given, schema, name);
	if (schema == NULL)
		schema = schema_of_unqualified(name);
	stored = stored_name(schema, name);
	PG_RETURN_TEXT_P(cstring_to_text(stored ? stored : qualified_name_canonical(schema, name)));
}

/* SQL: refuses what cannot be the name of an action, input, output or step. */
Datum
custom_action_require_name(PG_FUNCTION_ARGS)
{
	char	   *what = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (strcmp(what, "action") == 0 ? !action_name_is_valid(name) : !name_is_valid(name))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg(NAME_MESSAGE, what, name),
				 errdetail(NAME_DETAIL),
				 errhint(NAME_HINT, name_proposal(name))));
	PG_RETURN_VOID();
}

/* SQL: the search_path in force as existing schemas, pg_temp last. */
Datum
custom_action_capture_search_path(PG_FUNCTION_ARGS)
{
	List	   *path = fetch_search_path(false);
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	foreach(cell, path)
	{
		char	   *schema = get_namespace_name(lfirst_oid(cell));

		if (schema != NULL && !isAnyTempNamespace(lfirst_oid(cell)))
			appendStringInfo(&out, "%s, ", name_canonical(schema));
	}
	appendStringInfoString(&out, "pg_temp");
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}
