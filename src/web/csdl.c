/*
 * csdl.c
 *		The metadata by which clients of OData find actions: action_csdl().
 *
 * Names are noted first, then taken by actions, then by types, so that an action is
 * called as it is, whatever tables there are, and two that want one name both get one
 * with their schema: neither is ever taken for the other.
 */
#include "postgres.h"

#include "base/sql_argument.h"
#include "definition/print.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "web/csdl_action.h"
#include "web/csdl_entity.h"
#include "web/csdl_name.h"
#include "web/csdl_xml.h"
#include "web/model.h"

PG_FUNCTION_INFO_V1(custom_action_csdl);

/* Reads the actions; those that are bound to what is gone cannot be told. */
static List *
read_actions(const char *pattern, const char *visibility)
{
	List	   *actions = NIL;
	ListCell   *cell;

	foreach(cell, web_actions_read(web_actions(pattern, visibility)))
	{
		WebAction  *action = lfirst(cell);

		if (action->table == NULL || OidIsValid(action->signature->table))
			actions = lappend(actions, action);
	}
	return actions;
}

/* The document of those that web_actions() lists; namespace NULL: each schema is one. */
static Json *
csdl_document(const char *namespace, const char *pattern, const char *visibility)
{
	Csdl	   *csdl = csdl_begin(namespace);
	List	   *actions = read_actions(pattern, visibility);
	List	   *named = NIL;
	ListCell   *cell;

	foreach(cell, actions)
		csdl_note_action(csdl, lfirst(cell));
	foreach(cell, actions)
		named = lappend(named, csdl_name_action(csdl, lfirst(cell)));
	foreach(cell, actions)
		(void) csdl_table_of(csdl, lfirst(cell));
	foreach(cell, named)
	{
		CHECK_FOR_INTERRUPTS();
		csdl_add_action(csdl, lfirst(cell));
	}
	return csdl->document;
}

/* action_csdl(format text, namespace text, pattern text, visibility text) returns text */
Datum
custom_action_csdl(PG_FUNCTION_ARGS)
{
	bool		json = argument_is_second(fcinfo, 0, "action_csdl", "format", "xml", "json");
	char	   *namespace = text_argument(fcinfo, 1);
	Json	   *document;
	StringInfoData out;

	if (namespace != NULL)
		csdl_require_namespace(namespace);
	document = csdl_document(namespace, text_argument(fcinfo, 2), text_argument(fcinfo, 3));
	initStringInfo(&out);
	if (json)
		json_print_pretty(&out, document);
	else
		csdl_xml(&out, document);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
