/*
 * loop_set.c
 *		A for_each whose body is one write, run as one statement: its rows become a
 *		relation, from which an INSERT ... SELECT, an UPDATE ... FROM or a DELETE ...
 *		USING does the work of all turns.
 *
 * Only where nothing can tell, which loop_fits.c finds out.
 *
 * An INSERT does for each row what a turn does, in their order, but that foreign keys
 * are looked at in the end. Where the table has none, the error is that of the turn, and
 * how many rows have been written tells which one that is.
 *
 * All others run in a subtransaction. Whatever goes wrong undoes the statement, and the
 * turns run one by one: the error is then that of the turn that fails first. So it is
 * where two turns mean the same row, or one finds none: fewer rows are written than there
 * are turns. Numbers that the statement has drawn from sequences are gone then. A loop
 * that has failed so is not tried again for a while. In such a subtransaction the loop's
 * rows are fetched, too, if not all are there yet, since that may fail later than a turn.
 *
 * An UPDATE or DELETE finds its rows in the order of the turns, by their key: so they are
 * locked, and told of. Where PostgreSQL would not plan it so, the turns run one by one.
 *
 * The turns run one by one as well where somebody wants to know of each, or counts
 * statements, and where the table has changed under a running action.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "base/compat.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/plain_path.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "run/code_changes.h"
#include "run/item_plan.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "run/watched.h"
#include "steps/loop_fits.h"
#include "steps/loop_set.h"
#include "steps/write.h"
#include "steps/written.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

/* With fewer turns, the subtransaction costs more than it saves. */
#define TURNS_AT_LEAST	4

/* A plan that finds rows by keys is good for that many times more, or less, turns. */
#define PLAN_HOLDS		4

/* For how many runs at most a loop is not tried again. */
#define LONGEST_PAUSE	64

typedef enum LoopFit
{
	FIT_UNKNOWN,
	FIT_YES,
	FIT_NO
} LoopFit;

struct LoopSet
{
	Instruction *step;			/* the body */
	const Write *write;
	const Row  *row;			/* of the loop */
	int			index_slot;		/* or -1 */
	Statement  *source;			/* or NULL */
	LoopFit		fit;
	uint64		looked;			/* at this count of code_changes */
	bool		in_order;		/* its errors are those of the turns */
	Statement  *looped;			/* the body's, made for the loop */
	TupleDesc	tupdesc;		/* of the rows that it reads ... */
	int		   *places;			/* ... and where each column comes from: of the source's, from 0 */
	uint64		planned_for[2]; /* turns; the plan that returns keys is the second */
	int			pause;			/* for how many runs it is not tried ... */
	int			last_pause;		/* ... and was not before */
};

struct LoopSetRun
{
	Frame	   *frame;
	LoopSet    *set;
	LoopFill	fill;
	void	   *arg;
	Tuplestorestate *rows;
	uint64		turns;
	Datum	   *values;
	bool	   *nulls;
	bool		undo;			/* it is not what the turns would have done */
	ItemsRelation *relation;	/* while it is known to SPI, or NULL */
	bool		with_key;		/* the statement returns the keys of its rows */
	int			most_keys;		/* of how many rows the loop's own are kept */
	WrittenKeys written;
};

/* A column of the loop's row that is in its number's place */
#define PLACE_OF_INDEX	(-1)

/* The table that the body writes. */
static Oid
written_table(const Write *write)
{
	return write->address != NULL ? write->address->relation : write->statement->relation;
}

LoopSet *
loop_set_make(const Row *row, int index_slot, const StepList *steps, Statement *source)
{
	LoopSet    *set;

	if (steps->count != 1 || plain_path_has(PLAIN_SETS) || !loop_body_fits(steps->steps[0], row))
		return NULL;
	set = palloc0(sizeof(LoopSet));
	set->step = steps->steps[0];
	set->write = set->step->data;
	set->row = row;
	set->index_slot = index_slot;
	set->source = source;
	return set;
}

/* Has what was found held since? Checks of a table or a domain, and functions, may have begun to look around. */
static inline bool
look_holds(const LoopSet *set)
{
	return set->fit != FIT_UNKNOWN && set->looked == code_changes;
}

/* Need nobody look again? */
static bool
is_known_unfit(const LoopSet *set)
{
	return set->fit == FIT_NO && (set->looped == NULL || look_holds(set));
}

bool
loop_set_may_run(Frame *frame, LoopSet *set, uint64 rows)
{
	const Statement *statement = set->write->statement;

	if (rows < TURNS_AT_LEAST || is_known_unfit(set) || frame->budget != NULL || observed(frame, OBSERVE_STEPS) ||
		(set->write->command != CMD_INSERT && IsolationIsSerializable()))
		return false;
	if (statement->key != NULL && (statement->key->may_change || statement->key->may_update))
		return false;
	if (set->pause > 0)
	{
		set->pause--;
		return false;
	}
	return program_holds_under_lock(frame->program, written_table(set->write), RowExclusiveLock);
}

/* Is the slot one of the loop's row? */
static bool
slot_is_of_loop(const LoopSet *set, int slot)
{
	ListCell   *cell;

	foreach(cell, set->row->columns)
	{
		if (((RowColumn *) lfirst(cell))->slot == slot)
			return true;
	}
	return false;
}

/* Which column of the source lands in the slot? */
static int
place_of_slot(const LoopSet *set, int slot)
{
	if (slot == set->index_slot)
		return PLACE_OF_INDEX;
	for (int i = 0; set->source != NULL && i < set->source->nslots; i++)
		if (set->source->slots[i] == slot)
			return i;
	if (set->source != NULL)
		elog(ERROR, "a loop has no column for slot %d", slot);
	return 0;
}

/* Which slots of the loop's row does the statement read? It returns nothing to any other. */
static bool
collect_slots(const LoopSet *set, List **slots)
{
	const Statement *statement = set->write->statement;
	const Program *program = statement->scope->program;
	ListCell   *cell;

	*slots = NIL;
	for (int i = 0; i < statement->nslots; i++)
		if (!slot_is_of_loop(set, statement->slots[i]))
			return false;
	foreach(cell, statement->scope->parameters)
	{
		int			slot = lfirst_int(cell);

		if (!slot_is_of_loop(set, slot))
			continue;
		if (list_member_int(program->row_slots, slot))
			return false;
		*slots = lappend_int(*slots, slot);
	}
	return *slots != NIL;
}

/* Makes the statement, once; false: it cannot be made. */
static bool
make_statement(LoopSet *set)
{
	Statement  *statement = set->write->statement;
	const Program *program = statement->scope->program;
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	List	   *slots;

	if (statement->slots == NULL)
		pfree(statement_text(statement, false));
	if (collect_slots(set, &slots))
	{
		int			place = 0;
		ListCell   *cell;

		set->looped = statement_for_loop(statement, slots);
		set->tupdesc = items_tupdesc(program, slots, false, false);
		set->places = palloc(sizeof(int) * list_length(slots));
		foreach(cell, slots)
			set->places[place++] = place_of_slot(set, lfirst_int(cell));
	}
	MemoryContextSwitchTo(old);
	return set->looped != NULL;
}

/* The plan of this run. */
static SPIPlanPtr *
plan_of_run(const LoopSetRun *run)
{
	return run->with_key ? &run->set->looped->key->plan : &run->set->looped->plan;
}

/* Was it made for about so many turns? */
static bool
plan_holds(const LoopSetRun *run)
{
	uint64		planned_for = run->set->planned_for[run->with_key];

	return run->set->write->command == CMD_INSERT ||
		(run->turns <= planned_for * PLAN_HOLDS && run->turns * PLAN_HOLDS >= planned_for);
}

/* Does the plan go from row to row of the loop, and from each to the one that it writes? */
static bool
plan_is_in_order(const PlannedStmt *planned)
{
	const Plan *plan = planned->planTree;

	if (!IsA(plan, ModifyTable))
		return false;
	plan = outerPlan(plan);
	if (IsA(plan, Result) && outerPlan(plan) != NULL)
		plan = outerPlan(plan);
	return IsA(plan, NestLoop) && IsA(outerPlan(plan), NamedTuplestoreScan);
}

/* Has PostgreSQL plan the statement for good, without joins that mix the turns. */
static void
plan_anew(SPIPlanPtr plan)
{
	bool		hash_joins = enable_hashjoin;
	bool		merge_joins = enable_mergejoin;
	CachedPlan *cached = NULL;

	enable_hashjoin = enable_mergejoin = false;
	PG_TRY();
	{
		cached = SPI_plan_get_cached_plan(plan);
	}
	PG_FINALLY();
	{
		enable_hashjoin = hash_joins;
		enable_mergejoin = merge_joins;
	}
	PG_END_TRY();
	if (cached != NULL)
		ReleaseCachedPlan(cached, CurrentResourceOwner);
}

/*
 * Is the statement planned so that rows are locked, and told of, in the order of
 * the turns: its author may have chosen that so that two calls do not wait for each other.
 * False: it does not, as where the table has few rows. The plan stays until something
 * changes.
 */
static bool
plan_in_order(SPIPlanPtr plan)
{
	const CachedPlanSource *source;

	if (statement_plan_for_all(plan) == NULL)
		plan_anew(plan);
	source = statement_plan_for_all(plan);
	return source != NULL && plan_is_in_order(linitial_node(PlannedStmt, source->gplan->stmt_list));
}

/* Makes the plan ready, whose relation SPI knows; false: it would take the turns in another order. */
static bool
make_plan(const LoopSetRun *run)
{
	LoopSet    *set = run->set;
	SPIPlanPtr *plan = plan_of_run(run);
	MemoryContext old = CurrentMemoryContext;

	if (*plan == NULL || !plan_holds(run))
	{
		if (*plan != NULL)
			SPI_freeplan(*plan);
		*plan = NULL;
		*plan = statement_spare_plan(set->looped, statement_loop_text(set->looped, run->with_key, set->in_order));
		SPI_keepplan(*plan);
		set->planned_for[run->with_key] = run->turns;
		MemoryContextSwitchTo(old);
	}
	return set->write->command == CMD_INSERT || plan_in_order(*plan);
}

/* Keeps the key of a turn's row, as the step finds it. */
static void
keep_key(LoopSetRun *run)
{
	const Write *write = run->set->write;
	const List *slots = run->set->looped->scope->item_slots;
	KeyRows    *rows = &run->written.rows;
	NullableDatum *key = rows->keys + rows->count++ * list_length(write->key);
	MemoryContext old = MemoryContextSwitchTo(run->frame->econtext->ecxt_per_tuple_memory);

	for (int i = 0; i < list_length(write->key); i++)
	{
		const KeyColumn *column = list_nth(write->key, i);
		int			slot = write->key_slots[i];
		int			place = 0;

		while (place < list_length(slots) && list_nth_int(slots, place) != slot)
			place++;
		key[i].isnull = place < list_length(slots) ? run->nulls[place] : frame_isnull(run->frame, slot);
		if (!key[i].isnull)
			key[i].value = datumCopy(place < list_length(slots) ? run->values[place] : frame_value(run->frame, slot),
									 column->byval, column->length);
	}
	MemoryContextSwitchTo(old);
}

/* Adds a row whose values are there but for its number. */
static void
put_turn(LoopSetRun *run)
{
	CHECK_FOR_INTERRUPTS();
	run->turns++;
	for (int i = 0; i < run->set->tupdesc->natts; i++)
		if (run->set->places[i] == PLACE_OF_INDEX)
			run->values[i] = Int64GetDatum((int64) run->turns);
	tuplestore_putvalues(run->rows, run->set->tupdesc, run->values, run->nulls);
	if (unlikely(run->written.rows.count < run->most_keys))
		keep_key(run);
}

void
loop_set_take_row(LoopSetRun *run, HeapTuple tuple, TupleDesc tupdesc)
{
	for (int i = 0; i < run->set->tupdesc->natts; i++)
		if (run->set->places[i] != PLACE_OF_INDEX)
			run->values[i] = heap_getattr(tuple, run->set->places[i] + 1, tupdesc, &run->nulls[i]);
	put_turn(run);
}

void
loop_set_take_value(LoopSetRun *run, Datum value, bool isnull)
{
	for (int i = 0; i < run->set->tupdesc->natts; i++)
		if (run->set->places[i] != PLACE_OF_INDEX)
		{
			run->values[i] = value;
			run->nulls[i] = isnull;
		}
	put_turn(run);
}

/* Makes the rows known to SPI; what it keeps of them lives as long as the invocation. */
static void
show_rows(LoopSetRun *run)
{
	MemoryContext old = MemoryContextSwitchTo(run->frame->mcxt);

	run->relation = items_register(run->turns, run->set->tupdesc, run->rows);
	MemoryContextSwitchTo(old);
}

/* Takes them away again, also after an error. */
static void
hide_rows(LoopSetRun *run)
{
	if (run->relation == NULL)
		return;
	items_unregister();
	pfree(run->relation);
	run->relation = NULL;
}

/* Looks whether the loop fits, by a plan of its statement that nobody runs. */
static void
look_at_set(void *arg)
{
	LoopSetRun *run = arg;
	LoopSet    *set = run->set;
	SPIPlanPtr	plan;

	show_rows(run);
	plan = statement_spare_plan(set->looped, statement_loop_text(set->looped, false, false));
	SPI_keepplan(plan);
	set->fit = loop_fits(set->write->command, set->looped, set->source, plan, &set->in_order) ? FIT_YES : FIT_NO;
	SPI_freeplan(plan);
	hide_rows(run);
}

/* The same, once, and when code has changed; what is wrong with the statement is said by the turns. */
static bool
look_once(LoopSetRun *run)
{
	LoopSet    *set = run->set;
	Caught	   *caught;

	if (look_holds(set))
		return set->fit == FIT_YES;
	set->fit = FIT_NO;
	set->looked = code_changes;
	if (set->looped == NULL && !make_statement(set))
		return false;
	caught = caught_call(look_at_set, run);
	if (caught != NULL)
	{
		hide_rows(run);
		if (!caught_may_be_handled(caught))
			error_throw_on(caught->error);
		caught_free(caught);
	}
	set->looped->counts_turns = set->in_order;
	return set->fit == FIT_YES;
}

/* Collects the rows and runs the statement for them; returns how many it has written. */
static uint64
collect_and_run(LoopSetRun *run)
{
	MemoryContext mcxt = AllocSetContextCreate(CurTransactionContext, "custom action loop", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	int			columns = run->set->tupdesc->natts;
	uint64		rows = 0;

	run->values = palloc(sizeof(Datum) * columns);
	run->nulls = palloc0(sizeof(bool) * columns);
	run->rows = tuplestore_begin_heap(false, false, work_mem);
	run->fill(run, run->arg);
	MemoryContextSwitchTo(mcxt);
	show_rows(run);
	if (make_plan(run))
	{
		/* an error that passes may be about any of the rows that are found */
		run->frame->iteration = run->set->in_order ? 1 : 0;
		rows = run->with_key ? statement_execute_for_keys(run->frame, run->set->looped, &run->written) :
			statement_execute(run->frame, run->set->looped);
	}
	hide_rows(run);
	tuplestore_end(run->rows);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(mcxt);
	return rows;
}

/* The same in a subtransaction, which is undone unless each turn has written its row. */
static void
run_in_subtransaction(void *arg)
{
	LoopSetRun *run = arg;

	run->undo = collect_and_run(run) != run->turns;
}

/* Finds out which keys observers are to be told, and from where. */
static pg_noinline void
begin_keys(LoopSetRun *run)
{
	const LoopSet *set = run->set;
	int			most = observers_most_keys();

	if (set->write->key_slots == NULL)
		run->with_key = statement_tells_key(set->looped);
	else if (most > 0)
	{
		run->most_keys = most;
		run->written.rows.keys = MemoryContextAlloc(run->frame->econtext->ecxt_per_tuple_memory,
													sizeof(NullableDatum) * most * list_length(set->write->key));
	}
}

/* Tells the observers of the rows. */
static pg_noinline void
tell_set(LoopSetRun *run)
{
	run->written.rows.rows = run->turns;
	written_tell(run->frame, run->set->write, run->set->write->statement, &run->written, false);
}

/* What went wrong is undone; what nobody deals with is thrown on. */
static void
after_failure(LoopSetRun *run, Caught *caught)
{
	LoopSet    *set = run->set;

	hide_rows(run);
	set->last_pause = Min(Max(2 * set->last_pause, 1), LONGEST_PAUSE);
	set->pause = set->last_pause;
	if (caught == NULL)
		return;
	if (!caught_may_be_handled(caught))
		error_throw_on(caught->error);
	caught_free(caught);
	frame_forget_states(run->frame);
}

/* Runs it so that whatever goes wrong is undone; false: it was. */
static bool
run_and_undo(LoopSetRun *run)
{
	Caught	   *caught = caught_unless(run_in_subtransaction, run, &run->undo);

	if (caught != NULL || run->undo)
	{
		after_failure(run, caught);
		return false;
	}
	run->set->last_pause = 0;
	return true;
}

/* Runs it where errors are those of the turns. */
static void
run_in_order(LoopSetRun *run)
{
	if (collect_and_run(run) != run->turns)
		elog(ERROR, "a loop of action \"%s\" has not created its rows", run->frame->program->action);
}

bool
loop_set_run(Frame *frame, LoopSet *set, LoopFill fill, void *arg, bool all_there)
{
	LoopSetRun	run = {.frame = frame, .set = set, .fill = fill, .arg = arg};
	Instruction *outer = frame->current;
	int64		iteration = frame->iteration;
	bool		done = true;

	frame->current = set->step;
	if (!look_once(&run))
	{
		frame->current = outer;
		return false;
	}
	if (observed(frame, OBSERVE_ROWS))
		begin_keys(&run);
	if (set->in_order && all_there)
		run_in_order(&run);
	else
		done = run_and_undo(&run);
	frame->iteration = iteration;
	if (done && observed(frame, OBSERVE_ROWS))
		tell_set(&run);
	frame->current = outer;
	if (done)
		deadlines_check();
	return done;
}
