/*
 * statement_run.c
 *		Prepares and runs generated statements; what they return goes straight
 *		from the executor's tuple into the frame's slots.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "program/parser_hooks.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "tcop/dest.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/portal.h"

/*
 * Receives the rows of a statement; keeps the columns of the first. They go
 * into the slots when the statement is done: until then it may read from them.
 * Meanwhile they are in the frame's per-step memory.
 */
typedef struct SlotReceiver
{
	DestReceiver base;
	Frame	   *frame;
	const Statement *statement;
	uint64		rows;
	NullableDatum *values;		/* of the first row */
} SlotReceiver;

static bool
receiver_take(TupleTableSlot *tuple, DestReceiver *self)
{
	SlotReceiver *receiver = (SlotReceiver *) self;
	const Statement *statement = receiver->statement;
	MemoryContext old;

	if (receiver->rows++ > 0 || statement->nslots == 0)
		return true;
	old = MemoryContextSwitchTo(receiver->frame->econtext->ecxt_per_tuple_memory);
	receiver->values = palloc(statement->nslots * sizeof(NullableDatum));
	slot_getallattrs(tuple);
	for (int i = 0; i < statement->nslots; i++)
	{
		const Slot *slot = &statement->scope->program->slots[statement->slots[i]];

		receiver->values[i].isnull = tuple->tts_isnull[i];
		if (!tuple->tts_isnull[i])
			receiver->values[i].value = datumCopy(tuple->tts_values[i], slot->byval, slot->length);
	}
	MemoryContextSwitchTo(old);
	return true;
}

/* Complains that a table or function changed its types under a running action. */
pg_noreturn static void
refuse_changed(const Statement *statement)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("a type that action \"%s\" uses was changed while it was running",
					statement->scope->program->action),
			 errhint("Invoke the action again.")));
}

/* The slots' types were fixed when the program was compiled. */
static void
require_types(const Statement *statement, TupleDesc tupdesc)
{
	const Slot *slots = statement->scope->program->slots;

	if (tupdesc->natts < statement->nslots)
		refuse_changed(statement);
	for (int i = 0; i < statement->nslots; i++)
		if (TupleDescAttr(tupdesc, i)->atttypid != slots[statement->slots[i]].type)
			refuse_changed(statement);
}

static void
receiver_nothing(DestReceiver *self)
{
}

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc tupdesc)
{
	require_types(((SlotReceiver *) self)->statement, tupdesc);
}

/*
 * Values do not matter to the plan for one row by its key, so it is made once;
 * of all others PostgreSQL decides, by plan_cache_mode and by what plans have
 * cost. What is read to the end may be read by several processes; a call step
 * stays where its effects belong.
 */
static int
planner_options(const Statement *statement)
{
	if (statement->by_key && !statement->has_subselect)
		return CURSOR_OPT_GENERIC_PLAN;
	return statement->select && !statement->set_based && !statement->wants_result ?
		CURSOR_OPT_PARALLEL_OK : 0;
}

/* Prepares the plan and keeps it for the life of the program. */
static void
statement_prepare(Statement *statement)
{
	SPIPrepareOptions options = {0};
	SPIPlanPtr	plan;

	options.parserSetup = formula_parser_setup;
	options.parserSetupArg = statement->scope;
	options.parseMode = RAW_PARSE_DEFAULT;
	options.cursorOptions = planner_options(statement);
	plan = SPI_prepare_extended(statement_text(statement), &options);
	if (plan == NULL)
		elog(ERROR, "could not prepare a statement of action \"%s\": %s",
			 statement->scope->program->action, SPI_result_code_string(SPI_result));
	SPI_keepplan(plan);
	statement->plan = plan;
}

/* Is the name that a returned column is for a name of the row just now? */
static bool
column_is_present(const Frame *frame, const Statement *statement, int column)
{
	return statement->guards[column] < 0 || !frame_isnull(frame, statement->guards[column]);
}

/* Puts the first row's columns where they belong. */
static void
statement_land(Frame *frame, const Statement *statement, const SlotReceiver *receiver)
{
	for (int i = 0; i < statement->nslots && receiver->rows > 0; i++)
		if (column_is_present(frame, statement, i))
			frame_set(frame, statement->slots[i], receiver->values[i].value,
					  receiver->values[i].isnull);
	if (statement->own != NULL && statement->own->may_be_absent &&
		(receiver->rows > 0 || SPI_processed > 0))
		frame_set(frame, statement->own->present_slot, BoolGetDatum(true), false);
}

/*
 * The values that the statement uses, numbered as in its text, and no others:
 * whoever logs statements logs their parameters. They are constants for the
 * planner.
 */
static ParamListInfo
statement_params(const Frame *frame, const Statement *statement)
{
	const List *slots = statement->scope->parameters;
	MemoryContext old;
	ParamListInfo params;

	if (slots == NIL)
		return NULL;
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	params = makeParamList(list_length(slots));
	MemoryContextSwitchTo(old);
	for (int i = 0; i < params->numParams; i++)
		params->params[i] = frame->params->params[list_nth_int(slots, i)];
	return params;
}

uint64
statement_execute(Frame *frame, Statement *statement)
{
	SPIExecuteOptions options = {0};
	SlotReceiver receiver = {0};
	int			code;

	if (statement->plan == NULL)
		statement_prepare(statement);
	receiver.base.receiveSlot = receiver_take;
	receiver.base.rStartup = receiver_startup;
	receiver.base.rShutdown = receiver_nothing;
	receiver.base.rDestroy = receiver_nothing;
	receiver.base.mydest = DestTuplestore;
	receiver.frame = frame;
	receiver.statement = statement;

	options.params = statement_params(frame, statement);
	options.read_only = frame->read_only;
	options.dest = (DestReceiver *) &receiver;
	code = SPI_execute_plan_extended(statement->plan, &options);
	if (code < 0)
		elog(ERROR, "could not run a statement of action \"%s\": %s",
			 frame->program->action, SPI_result_code_string(code));
	statement_land(frame, statement, &receiver);
	return SPI_processed;
}

Portal
statement_open(Frame *frame, Statement *statement)
{
	Portal		portal;

	if (statement->plan == NULL)
		statement_prepare(statement);
	portal = SPI_cursor_open_with_paramlist(NULL, statement->plan, statement_params(frame, statement),
											frame->read_only);
	if (portal == NULL)
		elog(ERROR, "could not open a cursor of action \"%s\": %s", frame->program->action,
			 SPI_result_code_string(SPI_result));
	PinPortal(portal);
	return portal;
}

void
statement_take(Frame *frame, const Statement *statement, HeapTuple tuple, TupleDesc tupdesc)
{
	require_types(statement, tupdesc);
	for (int i = 0; i < statement->nslots; i++)
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, i + 1, tupdesc, &isnull);

		frame_set(frame, statement->slots[i], value, isnull);
	}
}

Datum
statement_scalar(Frame *frame, Statement *statement, Oid type, bool *isnull)
{
	SPIExecuteOptions options = {0};
	TupleDesc	tupdesc;
	Datum		value;
	MemoryContext caller = CurrentMemoryContext;

	if (statement->plan == NULL)
		statement_prepare(statement);
	options.params = statement_params(frame, statement);
	options.read_only = frame->read_only;
	if (SPI_execute_plan_extended(statement->plan, &options) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "formula of action \"%s\" gave no row", frame->program->action);
	tupdesc = SPI_tuptable->tupdesc;
	if (TupleDescAttr(tupdesc, 0)->atttypid != type)
		refuse_changed(statement);
	value = SPI_getbinval(SPI_tuptable->vals[0], tupdesc, 1, isnull);
	if (!*isnull)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, 0);
		MemoryContext old = MemoryContextSwitchTo(caller);

		value = datumCopy(value, attribute->attbyval, attribute->attlen);
		MemoryContextSwitchTo(old);
	}
	SPI_freetuptable(SPI_tuptable);
	return value;
}

void
statement_free_plan(Statement *statement)
{
	if (statement->plan != NULL)
		SPI_freeplan(statement->plan);
	statement->plan = NULL;
}
