/*
 * edit_mark.c
 *		Marks where an edit of a draft begins and ends.
 *
 * What is kept to take edits back belongs to the extension: nobody may write there
 * what a later undo would then do in the name of somebody else. So the rows are
 * written as the owner of the extension, after the current user was found to be one
 * who may edit this draft.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/function_lookup.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_mark_edit);

/* SQL: mark_edit(action, mark, what): see write_edit() for the marks */
Datum
custom_action_mark_edit(PG_FUNCTION_ARGS)
{
	Oid			types[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		action = PG_GETARG_DATUM(0);

	(void) OidFunctionCall1(own_function("require_editable", buildoidvector(types, 1)), action);
	(void) OidFunctionCall4(own_function("write_edit", buildoidvector(types, 4)), action,
							PG_GETARG_DATUM(1), PG_GETARG_DATUM(2),
							CStringGetTextDatum(GetUserNameFromId(GetUserId(), false)));
	PG_RETURN_VOID();
}
