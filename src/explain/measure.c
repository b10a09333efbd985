/*
 * measure.c
 *		Counts what the statements of an action do, and keeps the plan of their
 *		longest run.
 *
 * They are known by their text, which names action and step. The executor's hooks,
 * which tell of their begin and end, are there while something is measured: who
 * watches the executor has actions do by statements what they could do without.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "executor/instrument.h"
#include "explain/measure.h"
#include "explain/plan_text.h"
#include "portability/instr_time.h"
#include "run/frame.h"
#include "run/mask.h"
#include "run/statement_expression.h"
#include "utils/memutils.h"

/* A statement that runs. */
typedef struct MeasuredQuery
{
	const QueryDesc *query;
	ExplainRow *row;
	instr_time	begun;
} MeasuredQuery;

static Measure *measuring = NULL;	/* the innermost, or NULL */
static bool hooked = false;
static ExecutorStart_hook_type next_start = NULL;
static ExecutorEnd_hook_type next_end = NULL;

/* The row of a query, if it is one of the action's own statements. */
static ExplainRow *
row_of_query(const QueryDesc *query, int eflags)
{
	if (measuring == NULL || innermost_frame == NULL || innermost_frame->parent != measuring->outer ||
		query->sourceText == NULL || (eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0)
		return NULL;
	return explanation_row(measuring->explanation, query->sourceText);
}

/* The query that is measured, or NULL. */
static MeasuredQuery *
measured_query(const QueryDesc *query)
{
	ListCell   *cell;

	if (measuring == NULL)
		return NULL;
	foreach(cell, measuring->open)
	{
		MeasuredQuery *measured = lfirst(cell);

		if (measured->query == query)
			return measured;
	}
	return NULL;
}

/* Notes that a query has begun; one that has failed since may have stood at its place. */
static void
open_query(const QueryDesc *query, ExplainRow *row)
{
	MemoryContext old = MemoryContextSwitchTo(measuring->explanation->mcxt);
	MeasuredQuery *measured = measured_query(query);

	if (measured == NULL)
	{
		measured = palloc(sizeof(MeasuredQuery));
		measured->query = query;
		measuring->open = lappend(measuring->open, measured);
	}
	measured->row = row;
	INSTR_TIME_SET_CURRENT(measured->begun);
	MemoryContextSwitchTo(old);
}

/* The rows that a query has written, or read. */
static uint64
rows_of_query(const QueryDesc *query)
{
	uint64		rows = query->estate->es_processed;

	if (query->operation == CMD_SELECT && query->planstate->instrument != NULL)
	{
		InstrEndLoop(query->planstate->instrument);
		rows = (uint64) query->planstate->instrument->ntuples;
	}
	return rows;
}

/* Notes what a query has done that is about to end. */
static void
close_query(QueryDesc *query, MeasuredQuery *measured)
{
	MemoryContext old = MemoryContextSwitchTo(measuring->explanation->mcxt);
	ExplainRow *row = measured->row;
	instr_time	spent;
	double		time;

	INSTR_TIME_SET_CURRENT(spent);
	INSTR_TIME_SUBTRACT(spent, measured->begun);
	time = INSTR_TIME_GET_MILLISEC(spent);
	row->runs++;
	row->rows += rows_of_query(query);
	row->time += time;
	if (time >= row->longest && !measuring->explanation->sensitive && !mask_is_needed(innermost_frame))
	{
		row->longest = time;
		row->plan = plan_text(query, true);
	}
	measuring->open = list_delete_ptr(measuring->open, measured);
	pfree(measured);
	MemoryContextSwitchTo(old);
}

/* Hook: a query begins. */
static void
measure_start(QueryDesc *query, int eflags)
{
	ExplainRow *row = row_of_query(query, eflags);

	if (row != NULL)
	{
		open_query(query, row);
		query->instrument_options |= INSTRUMENT_ROWS;
	}
	if (next_start != NULL)
		next_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
}

/* Hook: a query is about to end. */
static void
measure_finish(QueryDesc *query)
{
	MeasuredQuery *measured = measured_query(query);

	if (measured != NULL)
		close_query(query, measured);
	if (next_end != NULL)
		next_end(query);
	else
		standard_ExecutorEnd(query);
}

/* Takes the hooks away, unless somebody else has put his before them. */
static void
unhook(void)
{
	if (ExecutorStart_hook != measure_start || ExecutorEnd_hook != measure_finish)
		return;
	ExecutorStart_hook = next_start;
	ExecutorEnd_hook = next_end;
	hooked = false;
}

void
measure_begin(Measure *measure, Explanation *explanation)
{
	if (!hooked)
	{
		next_start = ExecutorStart_hook;
		next_end = ExecutorEnd_hook;
		ExecutorStart_hook = measure_start;
		ExecutorEnd_hook = measure_finish;
		hooked = true;
	}
	measure->explanation = explanation;
	measure->outer = innermost_frame;
	measure->open = NIL;
	measure->before = measuring;
	measuring = measure;
	statements_watched++;
}

void
measure_end(Measure *measure)
{
	measuring = measure->before;
	statements_watched--;
	if (measuring == NULL)
		unhook();
}
