/*
 * edit_mark.c
 *		Marks where an edit of a draft begins and ends, and tells what need not be
 *		kept of it.
 *
 * What is kept to take edits back belongs to the extension: nobody may write there
 * what a later undo would then do in the name of somebody else. So the rows are
 * written as the owner of the extension, after the current user was found to be one
 * who may edit this draft.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "lookup/function_lookup.h"
#include "lookup/own_table.h"
#include "lookup/quiet.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_mark_edit);
PG_FUNCTION_INFO_V1(custom_action_keeps_whole);
PG_FUNCTION_INFO_V1(custom_action_capture);

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

/* Is an edit of this draft being made for which all its rows are kept? */
static bool
keeps_whole(const char *action)
{
	return own_table_is_marked("edit", "edit_open", action, "whole");
}

/* SQL: keeps_whole(action) */
Datum
custom_action_keeps_whole(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(keeps_whole(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

/* Are all rows of these that a statement has written ones of drafts that are kept whole? */
static bool
rows_are_kept(Relation relation, Tuplestorestate *rows)
{
	const char *column = strcmp(RelationGetRelationName(relation), "action") == 0 ? "name" : "action";
	AttrNumber	number = get_attnum(RelationGetRelid(relation), column);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	char	   *action = NULL;
	bool		kept = true;

	tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
	tuplestore_rescan(rows);
	while (kept && tuplestore_gettupleslot(rows, true, false, slot))
	{
		bool		isnull;
		char	   *other = TextDatumGetCString(slot_getattr(slot, number, &isnull));

		CHECK_FOR_INTERRUPTS();
		if (action == NULL || strcmp(action, other) != 0)
			kept = keeps_whole(action = other);
	}
	tuplestore_select_read_pointer(rows, 0);
	ExecDropSingleTupleTableSlot(slot);
	return kept;
}

/*
 * Trigger: calls the trigger function in our schema that its argument names, as quietly
 * does, unless all that the statement has written is kept already. A definition of
 * thousands of steps is as many statements.
 */
Datum
custom_action_capture(PG_FUNCTION_ARGS)
{
	const TriggerData *data = (const TriggerData *) fcinfo->context;
	Tuplestorestate *rows;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by a trigger")));
	rows = data->tg_oldtable != NULL ? data->tg_oldtable : data->tg_newtable;
	if (rows != NULL && rows_are_kept(data->tg_relation, rows))
		return PointerGetDatum(NULL);
	return custom_action_quiet_trigger(fcinfo);
}
