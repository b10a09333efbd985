/*
 * action_name.c
 *		What an action's name means to the caller, and the search_path that a new
 *		action keeps.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/namespace.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/name_rules.h"
#include "lookup/own_table.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(custom_action_canonical_name);
PG_FUNCTION_INFO_V1(custom_action_canonical_path);
PG_FUNCTION_INFO_V1(custom_action_capture_search_path);
PG_FUNCTION_INFO_V1(custom_action_require_name);

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
			 name_is_reserved(name) ? errdetail("\"%s\" is a reserved word.", name) :
			 strlen(name) >= NAMEDATALEN ?
			 errdetail("A name has at most %d characters.", NAMEDATALEN - 1) :
			 errdetail("A name consists of up to 63 lower-case letters, digits and underscores, after an optional schema and a period."),
			 errhint("Use a name such as \"%s\".", proposal)));
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
	char	   *given;
	List	   *parts;
	char	   *schema = NULL;
	char	   *name;
	char	   *stored;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("name of the action must not be null"),
				 errhint("Give it with its schema, as in support.escalate_case. The view custom_actions.actions lists all actions.")));
	given = text_to_cstring(PG_GETARG_TEXT_PP(0));
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

/* SQL: a qualified name of something, folded and quoted the one way it is stored. */
Datum
custom_action_canonical_path(PG_FUNCTION_ARGS)
{
	char	   *what = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *given = text_to_cstring(PG_GETARG_TEXT_PP(1));
	List	   *parts;

	if (!SplitIdentifierString(pstrdup(given), '.', &parts) || parts == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("%s name \"%s\" is not valid", what, given)));
	if (list_length(parts) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("%s name \"%s\" is not of the form \"schema.name\"", what, given)));
	name_require_length(given);
	PG_RETURN_TEXT_P(cstring_to_text(qualified_name_canonical(linitial(parts), lsecond(parts))));
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
