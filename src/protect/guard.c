/*
 * guard.c
 *		The trigger functions of protected tables: what they let pass, and what not.
 *
 * A row trigger gets here for what is written outside of actions alone (outside.c),
 * after the statement: the row is final, whatever other triggers have made of it.
 *
 * A row that an UPDATE moves to another partition is a DELETE there and an INSERT
 * here, of one command, one right after the other. Where columns are protected, the
 * first is kept until the second comes, and the two are compared. Both events are
 * queued in a list that is worked off in its order; what triggers do in between are
 * commands of their own.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "base/compat.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "lookup/protection_actions.h"
#include "protect/cascade.h"
#include "protect/outside.h"
#include "protect/protection.h"
#include "protect/refusal.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(custom_action_protect_row);
PG_FUNCTION_INFO_V1(custom_action_protect_statement);

/* A row on its way to another partition */
typedef struct Move
{
	CommandId	command;
	HeapTuple	row;
	TupleDesc	tupdesc;
} Move;

/* Those of this transaction, in its memory: of each command the last one */
static List *moves = NIL;
static bool moves_kept = false; /* the callback is registered, which must be so once */
static MemoryContextCallback moves_callback;

/* The transaction has ended, and its memory with it. */
static void
moves_forget(void *arg)
{
	moves = NIL;
	moves_kept = false;
}

/* The row of a command that is on its way, or NULL. */
static Move *
move_find(CommandId command)
{
	ListCell   *cell;

	foreach(cell, moves)
	{
		if (((Move *) lfirst(cell))->command == command)
			return lfirst(cell);
	}
	return NULL;
}

/* The row that has arrived here, or NULL. Other tables than PostgreSQL's own do not tell the command: the last one then. */
static Move *
move_to(const TriggerData *data)
{
	if (moves == NIL)
		return NULL;
	return rows_have_commands(data->tg_relation) ?
		move_find(HeapTupleHeaderGetCmin(data->tg_trigtuple->t_data)) : llast(moves);
}

/* The row has arrived. */
static void
move_end(Move *move)
{
	moves = list_delete_ptr(moves, move);
	heap_freetuple(move->row);
	FreeTupleDesc(move->tupdesc);
	pfree(move);
}

/* Keeps a row that leaves its partition. */
static void
move_begin(const TriggerData *data)
{
	CommandId	command = HeapTupleHeaderGetCmax(data->tg_trigtuple->t_data);
	Move	   *lost = move_find(command);
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	Move	   *move = palloc(sizeof(Move));

	if (lost != NULL)
		move_end(lost);
	if (!moves_kept)
	{
		moves_kept = true;
		moves_callback.func = moves_forget;
		MemoryContextRegisterResetCallback(TopTransactionContext, &moves_callback);
	}
	move->command = command;
	move->row = heap_copytuple(data->tg_trigtuple);
	move->tupdesc = CreateTupleDescCopy(RelationGetDescr(data->tg_relation));
	moves = lappend(moves, move);
	MemoryContextSwitchTo(old);
}

/* Are two values the same, to the last bit of what is stored? */
static bool
values_are_same(Datum a, Datum b, Form_pg_attribute attribute)
{
	if (attribute->attlen == -1 && VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(a)) &&
		VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(b)) &&
		memcmp(DatumGetPointer(a), DatumGetPointer(b), VARSIZE_EXTERNAL(DatumGetPointer(a))) == 0)
		return true;			/* not worth fetching */
	return datum_image_eq(a, b, attribute->attbyval, attribute->attlen);
}

/* Has a column of a row changed? */
static bool
column_changed(HeapTuple before, TupleDesc before_desc, AttrNumber before_column,
			   HeapTuple after, TupleDesc after_desc, AttrNumber after_column)
{
	bool		was_null;
	bool		is_null;
	Datum		was = heap_getattr(before, before_column, before_desc, &was_null);
	Datum		is = heap_getattr(after, after_column, after_desc, &is_null);

	if (was_null || is_null)
		return was_null != is_null;
	return !values_are_same(was, is, TupleDescAttr(after_desc, after_column - 1));
}

/* The number of a column by its name, or InvalidAttrNumber. */
static AttrNumber
column_named(TupleDesc tupdesc, const char *name)
{
	for (int i = 0; i < tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(tupdesc, i)->attname), name) == 0)
			return i + 1;
	return InvalidAttrNumber;
}

/*
 * The protected columns that differ between a row and what it has become. One that
 * cannot be found has changed, by the number 0.
 */
static Bitmapset *
changed_columns(const Protection *protection, HeapTuple before, TupleDesc before_desc,
				HeapTuple after, TupleDesc after_desc)
{
	bool		same = before_desc == after_desc;
	int			count = protection->ncolumns > 0 ? protection->ncolumns : after_desc->natts;
	Bitmapset  *changed = NULL;

	for (int i = 0; i < count; i++)
	{
		AttrNumber	column = protection->ncolumns > 0 ? protection->columns[i] : i + 1;
		AttrNumber	other = column;

		if (column == InvalidAttrNumber)
			changed = bms_add_member(changed, 0);
		if (column == InvalidAttrNumber || TupleDescAttr(after_desc, column - 1)->attisdropped)
			continue;
		if (!same)
			other = column_named(before_desc, NameStr(TupleDescAttr(after_desc, column - 1)->attname));
		if (other == InvalidAttrNumber ||
			column_changed(before, before_desc, other, after, after_desc, column))
			changed = bms_add_member(changed, column);
	}
	return changed;
}

/* What a row trigger protects, kept for the other rows of the statement. */
static Protection *
protection_of_call(FunctionCallInfo fcinfo, const TriggerData *data)
{
	Protection *protection = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (protection != NULL)
		return protection;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	protection = protection_read(data->tg_relation, data->tg_trigger);
	fcinfo->flinfo->fn_extra = protection;
	MemoryContextSwitchTo(old);
	return protection;
}

/*
 * An UPDATE of protected columns. Where whole rows are protected, a foreign key may
 * have changed more than its columns, by generated columns and triggers of the table.
 */
static void
guard_update(const TriggerData *data, Protection *protection)
{
	TupleDesc	tupdesc = RelationGetDescr(data->tg_relation);
	Bitmapset  *changed = changed_columns(protection, data->tg_trigtuple, tupdesc, data->tg_newtuple, tupdesc);

	if (changed != NULL && !cascade_explains(data, protection->ncolumns > 0 ? changed : NULL, &protection->keys, protection->mcxt))
		refuse_write(data, protection, changed);
	bms_free(changed);
}

/* A DELETE, or the first half of a move. */
static void
guard_delete(const TriggerData *data, Protection *protection)
{
	if (protection->ncolumns == 0)
	{
		if (!cascade_explains(data, NULL, &protection->keys, protection->mcxt))
			refuse_write(data, protection, NULL);
	}
	else if (rows_have_commands(data->tg_relation) &&
			 HeapTupleHeaderIndicatesMovedPartitions(data->tg_trigtuple->t_data))
		move_begin(data);
}

/* An INSERT, or the second half of a move. */
static void
guard_insert(const TriggerData *data, const Protection *protection)
{
	Move	   *move;
	Bitmapset  *changed;

	if (protection->ncolumns == 0)
		refuse_write(data, protection, NULL);
	move = move_to(data);
	if (move == NULL)
		return;
	changed = changed_columns(protection, move->row, move->tupdesc, data->tg_trigtuple,
							  RelationGetDescr(data->tg_relation));
	move_end(move);
	if (changed != NULL)
		refuse_write(data, protection, changed);
}

/* Refuses calls by anything but a trigger of ours. */
static TriggerData *
trigger_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by a trigger")));
	return (TriggerData *) fcinfo->context;
}

/* Trigger of a protected table, AFTER ... FOR EACH ROW: a row was written outside of actions. */
Datum
custom_action_protect_row(PG_FUNCTION_ARGS)
{
	TriggerData *data = trigger_data(fcinfo);
	Protection *protection;

	if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must be an AFTER trigger for each row", data->tg_trigger->tgname),
				 errhint("protect_table() makes the triggers that protect a table.")));
	protection = protection_of_call(fcinfo, data);
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		guard_update(data, protection);
	else if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		guard_delete(data, protection);
	else
		guard_insert(data, protection);
	return PointerGetDatum(NULL);
}

/*
 * Trigger of a protected table, FOR EACH STATEMENT: TRUNCATE, of a partition too. For
 * UPDATE it only holds the names of the columns.
 */
Datum
custom_action_protect_statement(PG_FUNCTION_ARGS)
{
	TriggerData *data = trigger_data(fcinfo);
	const Trigger *row_trigger;

	if (!TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		return PointerGetDatum(NULL);
	row_trigger = protecting_trigger(data->tg_relation, protecting_row_function());
	if (row_trigger == NULL)
		row_trigger = data->tg_trigger;
	if (outside_of_actions(protection_actions(row_trigger)))
		refuse_truncate(data, row_trigger);
	return PointerGetDatum(NULL);
}
