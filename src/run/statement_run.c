/*
 * statement_run.c
 *		Prepares and runs generated statements; what they return goes straight
 *		from the executor's tuple into the frame's slots.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "access/xact.h"
#include "lookup/key.h"
#include "program/parser_hooks.h"
#include "program/sub_select.h"
#include "run/budget.h"
#include "run/frame.h"
#include "run/frame_path.h"
#include "run/key_rights.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "tcop/dest.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#define KEYS_AT_FIRST	4		/* rows whose keys there is room for; then it doubles */

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

/* The same of a statement that returns the keys of the rows it writes. */
typedef struct KeyReceiver
{
	SlotReceiver slots;
	WrittenKeys *written;
	int			most;			/* keys of each way of writing */
} KeyReceiver;

/* The same of a statement that writes a row for each of some steps. */
typedef struct TurnReceiver
{
	SlotReceiver slots;
	const Turns *turns;
	uint64		left;			/* rows of steps that budgets allow; one more is too many */
	NullableDatum *key;			/* of the last row */
} TurnReceiver;

/* Receives the one value of SELECT $1. */
typedef struct ScalarReceiver
{
	DestReceiver base;
	const Statement *statement;
	MemoryContext mcxt;			/* where the value goes */
	Oid			type;			/* that it has to be of */
	uint64		rows;
	Datum		value;
	bool		isnull;
} ScalarReceiver;

/* Keeps a column of a row, until it goes into its slot. */
static inline void
keep_column(SlotReceiver *receiver, const TupleTableSlot *tuple, int column)
{
	const Statement *statement = receiver->statement;
	const Slot *slot = &statement->scope->program->slots[statement->slots[column]];
	NullableDatum *kept = &receiver->values[column];

	kept->isnull = tuple->tts_isnull[column];
	if (!kept->isnull)
		kept->value = datumCopy(tuple->tts_values[column], slot->byval, slot->length);
}

static bool
receiver_take(TupleTableSlot *tuple, DestReceiver *self)
{
	SlotReceiver *receiver = (SlotReceiver *) self;
	const Statement *statement = receiver->statement;
	MemoryContext old;

	if (receiver->rows++ > 0 || statement->nslots == 0)
	{
		if (unlikely(statement->counts_turns))
			receiver->frame->iteration++;
		return true;
	}
	old = MemoryContextSwitchTo(receiver->frame->econtext->ecxt_per_tuple_memory);
	receiver->values = palloc(statement->nslots * sizeof(NullableDatum));
	slot_getallattrs(tuple);
	for (int i = 0; i < statement->nslots; i++)
		keep_column(receiver, tuple, i);
	MemoryContextSwitchTo(old);
	return true;
}

/* Copies the values of a key's columns. */
static void
copy_key(NullableDatum *copy, const TupleTableSlot *tuple, const StatementKey *key, const int *places, int first)
{
	for (int i = 0; i < list_length(key->columns); i++)
	{
		const KeyColumn *column = list_nth(key->columns, i);
		int			place = places != NULL ? places[i] : first + i;

		copy[i].isnull = tuple->tts_isnull[place];
		if (!copy[i].isnull)
			copy[i].value = datumCopy(tuple->tts_values[place], column->byval, column->length);
	}
}

/* Makes room for keys, or for as many again. */
static NullableDatum *
more_keys(NullableDatum *keys, int count, int columns)
{
	if (keys == NULL)
		return palloc(KEYS_AT_FIRST * columns * sizeof(NullableDatum));
	return repalloc(keys, 2 * count * columns * sizeof(NullableDatum));
}

/* Takes the keys of a row, unless there are enough. */
static void
take_key(KeyRows *rows, int most, const TupleTableSlot *tuple, const StatementKey *key)
{
	int			columns = list_length(key->columns);

	rows->rows++;
	if (rows->count >= most)
		return;
	if (rows->count == 0 || (rows->count >= KEYS_AT_FIRST && (rows->count & (rows->count - 1)) == 0))
	{
		rows->keys = more_keys(rows->keys, rows->count, columns);
		if (key->old_place >= 0)
			rows->old_keys = more_keys(rows->old_keys, rows->count, columns);
	}
	copy_key(rows->keys + rows->count * columns, tuple, key, key->places, 0);
	if (key->old_place >= 0)
		copy_key(rows->old_keys + rows->count * columns, tuple, key, NULL, key->old_place);
	rows->count++;
}

static bool
key_receiver_take(TupleTableSlot *tuple, DestReceiver *self)
{
	KeyReceiver *receiver = (KeyReceiver *) self;
	const StatementKey *key = receiver->slots.statement->key;
	WrittenKeys *written = receiver->written;
	MemoryContext old = MemoryContextSwitchTo(receiver->slots.frame->econtext->ecxt_per_tuple_memory);
	bool		inserted;

	slot_getallattrs(tuple);
	inserted = key->inserted_place < 0 || DatumGetBool(tuple->tts_values[key->inserted_place]);
	take_key(inserted ? &written->rows : &written->updated, receiver->most, tuple, key);
	MemoryContextSwitchTo(old);
	return receiver_take(tuple, self);
}

/* Keeps the columns of this row that are its step's. */
static void
keep_of_turn(TurnReceiver *receiver, const TupleTableSlot *tuple)
{
	SlotReceiver *slots = &receiver->slots;
	const Statement *statement = slots->statement;

	if (slots->rows == 0)
		slots->values = palloc0(Max(statement->nslots, 1) * sizeof(NullableDatum));
	for (int i = 0; i < statement->nslots; i++)
		if (receiver->turns->turn_of[i] == slots->rows)
			keep_column(slots, tuple, i);
}

/* Tells of this row, and of its key. Whoever wrote anything then would begin another command inside this one. */
static pg_noinline void
tell_turn(TurnReceiver *receiver, const TupleTableSlot *tuple)
{
	const Turns *turns = receiver->turns;
	const StatementKey *key = receiver->slots.statement->key;
	WrittenKeys written = {.rows = {.rows = 1}};
	CommandId	command PG_USED_FOR_ASSERTS_ONLY = GetCurrentCommandId(false);

	if (turns->with_key)
	{
		if (receiver->key == NULL)
			receiver->key = palloc(list_length(key->columns) * sizeof(NullableDatum));
		copy_key(receiver->key, tuple, key, key->places, 0);
		written.rows.keys = receiver->key;
		written.rows.count = 1;
	}
	turns->done(receiver->slots.frame, turns, receiver->slots.rows, &written);
	Assert(GetCurrentCommandId(false) == command);
}

/*
 * Takes what is kept of this row; from here on it is the next step's turn. With a row that
 * is too many for a budget it ends, and nobody is told of that.
 */
static bool
turn_receiver_take(TupleTableSlot *tuple, DestReceiver *self)
{
	TurnReceiver *receiver = (TurnReceiver *) self;
	SlotReceiver *slots = &receiver->slots;
	MemoryContext old = MemoryContextSwitchTo(slots->frame->econtext->ecxt_per_tuple_memory);
	bool		fits = slots->rows < receiver->left;

	slot_getallattrs(tuple);
	keep_of_turn(receiver, tuple);
	if (receiver->turns->done != NULL && fits)
		tell_turn(receiver, tuple);
	MemoryContextSwitchTo(old);
	slots->rows++;
	if (slots->rows < receiver->turns->count && fits)
		slots->frame->current = receiver->turns->steps[slots->rows];
	return fits;
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

void
statement_require_types(const Statement *statement, TupleDesc tupdesc)
{
	const Slot *slots = statement->scope->program->slots;

	if (tupdesc->natts < statement->nslots)
		refuse_changed(statement);
	for (int i = 0; i < statement->nslots; i++)
		if (TupleDescAttr(tupdesc, i)->atttypid != slots[statement->slots[i]].type)
			refuse_changed(statement);
}

void
statement_require_key_types(const Statement *statement, TupleDesc tupdesc)
{
	const StatementKey *key = statement->key;

	for (int i = 0; i < list_length(key->columns); i++)
	{
		Oid			type = ((KeyColumn *) list_nth(key->columns, i))->type;

		if (TupleDescAttr(tupdesc, key->places[i])->atttypid != type ||
			(key->old_place >= 0 && TupleDescAttr(tupdesc, key->old_place + i)->atttypid != type))
			refuse_changed(statement);
	}
}

static void
receiver_nothing(DestReceiver *self)
{
}

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc tupdesc)
{
	statement_require_types(((SlotReceiver *) self)->statement, tupdesc);
}

static void
key_receiver_startup(DestReceiver *self, int operation, TupleDesc tupdesc)
{
	receiver_startup(self, operation, tupdesc);
	statement_require_key_types(((SlotReceiver *) self)->statement, tupdesc);
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

/* Sets up the analysis of a statement, now or when its plan is to be made anew. */
static void
statement_parser_setup(ParseState *pstate, void *arg)
{
	frame_path_analyse(arg);
	formula_parser_setup(pstate, arg);
}

SPIPlanPtr
statement_spare_plan(Statement *statement, const char *text)
{
	SPIPrepareOptions options = {0};
	SPIPlanPtr	plan;

	options.parserSetup = statement_parser_setup;
	options.parserSetupArg = statement->scope;
	options.parseMode = RAW_PARSE_DEFAULT;
	options.cursorOptions = planner_options(statement);
	plan = SPI_prepare_extended(text, &options);
	if (plan == NULL)
		elog(ERROR, "could not prepare a statement of action \"%s\": %s",
			 statement->scope->program->action, SPI_result_code_string(SPI_result));
	return plan;
}

/* Prepares a plan and keeps it for the life of the program. */
static SPIPlanPtr
prepare_plan(Statement *statement, bool with_key)
{
	SPIPlanPtr	plan = statement_spare_plan(statement, statement_text(statement, with_key));

	SPI_keepplan(plan);
	return plan;
}

void
statement_require_plan(Statement *statement, bool with_key)
{
	if (with_key && statement->key->plan == NULL)
		statement->key->plan = prepare_plan(statement, true);
	else if (!with_key && statement->plan == NULL)
		statement->plan = prepare_plan(statement, false);
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

void
statement_land_value(Frame *frame, const Statement *statement, Datum value, bool isnull)
{
	NullableDatum values = {value, isnull};
	SlotReceiver row = {.rows = 1, .values = &values};

	statement_land(frame, statement, &row);
}

/* Whoever logs statements logs their parameters: no others are among them. */
ParamListInfo
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

/* What comes before a plan of the statement's is run. */
static inline void
plan_begin(const Frame *frame)
{
	if (frame->program->path != NULL)
		frame_path_before();
}

/* What comes after. */
static inline void
plan_end(Frame *frame, const Statement *statement, SPIPlanPtr plan)
{
	if (unlikely(statement->scope->analysed))
		frame_path_after(frame, statement->scope, plan);
}

/* Sends a plan of the statement's for a receiver that has its functions. */
static inline void
send_plan(Frame *frame, const Statement *statement, SPIPlanPtr plan, SlotReceiver *receiver)
{
	SPIExecuteOptions options = {0};
	int			code;

	receiver->base.rShutdown = receiver_nothing;
	receiver->base.rDestroy = receiver_nothing;
	receiver->base.mydest = DestTuplestore;
	receiver->frame = frame;
	receiver->statement = statement;

	options.params = statement_params(frame, statement);
	options.read_only = frame->read_only;
	options.dest = (DestReceiver *) receiver;
	plan_begin(frame);
	code = SPI_execute_plan_extended(plan, &options);
	if (code < 0)
		elog(ERROR, "could not run a statement of action \"%s\": %s",
			 frame->program->action, SPI_result_code_string(code));
	plan_end(frame, statement, plan);
}

/* Runs it, as what one step does. */
static inline uint64
run_plan(Frame *frame, const Statement *statement, SPIPlanPtr plan, SlotReceiver *receiver)
{
	send_plan(frame, statement, plan, receiver);
	budget_count(frame, statement->select ? 0 : SPI_processed);
	statement_land(frame, statement, receiver);
	return SPI_processed;
}

uint64
statement_execute(Frame *frame, Statement *statement)
{
	SlotReceiver receiver = {0};

	statement_require_plan(statement, false);
	receiver.base.receiveSlot = receiver_take;
	receiver.base.rStartup = receiver_startup;
	return run_plan(frame, statement, statement->plan, &receiver);
}

/* Counts the work of each step, which one statement has done. */
static pg_noinline void
count_turns(Frame *frame, const Turns *turns, uint64 rows)
{
	for (uint64 i = 0; i < rows; i++)
	{
		frame->current = turns->steps[i];
		budget_count(frame, 1);
	}
}

uint64
statement_execute_in_turns(Frame *frame, Statement *statement, const Turns *turns)
{
	TurnReceiver receiver = {.turns = turns, .left = PG_UINT64_MAX};
	uint64		rows;

	receiver.slots.base.receiveSlot = turn_receiver_take;
	receiver.slots.base.rStartup = turns->with_key ? key_receiver_startup : receiver_startup;
	if (unlikely(frame->budget != NULL))
		receiver.left = budget_left(frame);
	send_plan(frame, statement, turns->with_key ? statement->key->plan : statement->plan, &receiver.slots);
	rows = SPI_processed;
	if (unlikely(frame->budget != NULL))
		count_turns(frame, turns, rows);
	statement_land(frame, statement, &receiver.slots);
	return rows;
}

bool
statement_tells_key(Statement *statement)
{
	return statement->key != NULL && !statement->select && observers_most_keys() > 0 &&
		statement_may_return_key(statement);
}

uint64
statement_execute_for_keys(Frame *frame, Statement *statement, WrittenKeys *written)
{
	KeyReceiver receiver = {0};
	uint64		rows;

	if (!statement_tells_key(statement))
	{
		rows = statement_execute(frame, statement);
		written->rows.rows = rows;
		return rows;
	}
	statement_require_plan(statement, true);
	receiver.most = observers_most_keys();
	receiver.slots.base.receiveSlot = key_receiver_take;
	receiver.slots.base.rStartup = key_receiver_startup;
	receiver.written = written;
	rows = run_plan(frame, statement, statement->key->plan, &receiver.slots);
	written->rows.rows = rows - Min(rows, written->updated.rows);
	return rows;
}

Portal
statement_open(Frame *frame, Statement *statement)
{
	Portal		portal;

	statement_require_plan(statement, false);
	plan_begin(frame);
	portal = SPI_cursor_open_with_paramlist(NULL, statement->plan, statement_params(frame, statement),
											frame->read_only);
	if (portal == NULL)
		elog(ERROR, "could not open a cursor of action \"%s\": %s", frame->program->action,
			 SPI_result_code_string(SPI_result));
	plan_end(frame, statement, statement->plan);
	PinPortal(portal);
	budget_count(frame, 0);
	return portal;
}

void
statement_take(Frame *frame, const Statement *statement, HeapTuple tuple, TupleDesc tupdesc)
{
	statement_require_types(statement, tupdesc);
	for (int i = 0; i < statement->nslots; i++)
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, i + 1, tupdesc, &isnull);

		frame_set(frame, statement->slots[i], value, isnull);
	}
}

/* As of a sub-SELECT inside another statement. */
pg_noreturn static void
refuse_second_row(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("more than one row returned by a subquery used as an expression")));
}

static bool
scalar_receiver_take(TupleTableSlot *tuple, DestReceiver *self)
{
	ScalarReceiver *receiver = (ScalarReceiver *) self;
	Form_pg_attribute attribute = TupleDescAttr(tuple->tts_tupleDescriptor, 0);
	Datum		value = slot_getattr(tuple, 1, &receiver->isnull);
	MemoryContext old;

	if (receiver->rows++ > 0)
		refuse_second_row();
	if (receiver->isnull)
		return true;
	old = MemoryContextSwitchTo(receiver->mcxt);
	receiver->value = datumCopy(value, attribute->attbyval, attribute->attlen);
	MemoryContextSwitchTo(old);
	return true;
}

static void
scalar_receiver_startup(DestReceiver *self, int operation, TupleDesc tupdesc)
{
	const ScalarReceiver *receiver = (const ScalarReceiver *) self;

	if (TupleDescAttr(tupdesc, 0)->atttypid != receiver->type)
		refuse_changed(receiver->statement);
}

Datum
statement_scalar(Frame *frame, Statement *statement, Oid type, bool *isnull)
{
	SPIExecuteOptions options = {0};
	ScalarReceiver receiver = {
		.base = {
			.receiveSlot = scalar_receiver_take,
			.rStartup = scalar_receiver_startup,
			.rShutdown = receiver_nothing,
			.rDestroy = receiver_nothing,
			.mydest = DestTuplestore
		},
		.statement = statement,
		.mcxt = CurrentMemoryContext,
		.type = type
	};

	statement_require_plan(statement, false);
	options.params = statement_params(frame, statement);
	options.read_only = frame->read_only;
	options.dest = (DestReceiver *) &receiver;
	plan_begin(frame);
	if (SPI_execute_plan_extended(statement->plan, &options) != SPI_OK_SELECT)
		elog(ERROR, "formula of action \"%s\" is no SELECT", frame->program->action);
	if (receiver.rows == 0 && !sub_select_none(statement->scope, &receiver.value, &receiver.isnull))
		elog(ERROR, "formula of action \"%s\" gave no row", frame->program->action);
	plan_end(frame, statement, statement->plan);
	budget_count(frame, 0);
	*isnull = receiver.isnull;
	return receiver.value;
}

const CachedPlanSource *
statement_plan_for_all(SPIPlanPtr plan)
{
	const CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));

	return source->is_valid && source->gplan != NULL && source->gplan->is_valid ? source : NULL;
}

List *
statement_plan_queries(SPIPlanPtr plan)
{
	/* which analyses it anew if need be */
	ReleaseCachedPlan(SPI_plan_get_cached_plan(plan), CurrentResourceOwner);
	return ((CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan)))->query_list;
}

List *
statement_queries(Statement *statement)
{
	MemoryContext old = CurrentMemoryContext;

	statement_require_plan(statement, false);

	/*
	 * SPI leaves its own memory as the current one, which ends with the
	 * invocation
	 */
	MemoryContextSwitchTo(old);
	return statement_plan_queries(statement->plan);
}

void
statement_free_plan(Statement *statement)
{
	if (statement->plan != NULL)
		SPI_freeplan(statement->plan);
	statement->plan = NULL;
	if (statement->looped != NULL)
		statement_free_plan(statement->looped);
	if (statement->key == NULL)
		return;
	if (statement->key->plan != NULL)
		SPI_freeplan(statement->key->plan);
	statement->key->plan = NULL;
}
