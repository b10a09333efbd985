/*
 * trace.c
 *		What level trace keeps of an invocation: a line for each step and plug-in,
 *		and for what action_trace() is told.
 *
 * Lines are numbered and listed in the order in which they began, in memory of
 * the invocation. Of many the first ones and the last ones are kept, and the open
 * ones, so that loops do not grow; one line then says how many are left out.
 * Texts are masked and cut before they are kept.
 */
#include "postgres.h"

#include "base/jsonb_value.h"
#include "base/settings.h"
#include "lib/ilist.h"
#include "mb/pg_wchar.h"
#include "record/cut_json.h"
#include "record/log_row.h"
#include "record/trace.h"
#include "record/trace_notice.h"
#include "run/context.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define MOST_LINES		1000	/* that are kept of an invocation */
#define MOST_BYTES		(256 * 1024)	/* that they take */
#define FIRST_OF(most)	((most) / 4)	/* of which the first ones take this */
#define LINE_BYTES		240		/* that a line takes besides its texts */
#define MESSAGE_LENGTH	1024	/* bytes of a message; of an error's, the invocation's row has all */

typedef struct TraceLine
{
	dlist_node	node;
	struct TraceLine *outer;	/* the one that was open when it began, or NULL */
	const Instruction *step;	/* that was running, or NULL */
	const char *kind;
	const char *outcome;		/* NULL: of a message */
	bool		open;
	bool		has_rows;
	int64		number;
	int64		iteration;		/* 0: outside of loops */
	uint64		rows;			/* while it is open: the frame's when it began */
	TimestampTz started_at;
	TimestampTz ended_at;		/* 0: it took no time */
	char	   *sqlstate;
	char	   *message;
	Jsonb	   *details;
	Size		size;
} TraceLine;

struct Trace
{
	Frame	   *frame;
	MemoryContext mcxt;
	dlist_head	lines;
	TraceLine  *open;			/* the innermost that is, or NULL */
	TraceLine  *first_part;		/* the last of the first ones, when these are complete; else NULL */
	int64		numbered;		/* lines so far */
	int			count;			/* in the list */
	Size		size;
	int64		left_out;
	int64		first_left_out; /* its number */
	bool		told;			/* the error that passes stands on a line */
	TraceNotice notice;
};

Trace *
trace_begin(Frame *frame)
{
	MemoryContext mcxt = AllocSetContextCreate(frame->mcxt, "custom action trace", ALLOCSET_DEFAULT_SIZES);
	Trace	   *trace = MemoryContextAllocZero(mcxt, sizeof(Trace));

	trace->frame = frame;
	trace->mcxt = mcxt;
	dlist_init(&trace->lines);
	return trace;
}

/* Forgets a line. */
static void
line_drop(Trace *trace, TraceLine *line)
{
	if (trace->left_out == 0 || line->number < trace->first_left_out)
		trace->first_left_out = line->number;
	trace->left_out++;
	trace->count--;
	trace->size -= line->size;
	dlist_delete(&line->node);
	if (line->sqlstate != NULL)
		pfree(line->sqlstate);
	if (line->message != NULL)
		pfree(line->message);
	if (line->details != NULL)
		pfree(line->details);
	pfree(line);
}

/* The line after another one, or NULL. */
static TraceLine *
line_after(Trace *trace, TraceLine *line)
{
	if (!dlist_has_next(&trace->lines, &line->node))
		return NULL;
	return dlist_container(TraceLine, node, dlist_next_node(&trace->lines, &line->node));
}

/*
 * The oldest line that may be dropped, or NULL: not the first ones, nor open
 * ones, of which there are few, nor the last one.
 */
static TraceLine *
oldest_line(Trace *trace)
{
	TraceLine  *line = trace->first_part;

	do
		line = line_after(trace, line);
	while (line != NULL && line->open);
	return line != NULL && line_after(trace, line) != NULL ? line : NULL;
}

/* Drops what is more than is kept. */
static void
drop_surplus(Trace *trace)
{
	while (trace->count > MOST_LINES || trace->size > MOST_BYTES)
	{
		TraceLine  *line = oldest_line(trace);

		if (line == NULL)
			break;
		line_drop(trace, line);
	}
}

/* Adds a line at the place of the frame. */
static TraceLine *
line_add(Trace *trace, const Instruction *step, const char *kind)
{
	TraceLine  *line = MemoryContextAllocZero(trace->mcxt, sizeof(TraceLine));

	line->outer = trace->open;
	line->step = step;
	line->kind = kind;
	line->number = ++trace->numbered;
	line->iteration = trace->frame->iteration;
	line->started_at = GetCurrentTimestamp();
	line->size = LINE_BYTES;
	dlist_push_tail(&trace->lines, &line->node);
	trace->count++;
	trace->size += line->size;
	if (trace->first_part == NULL &&
		(trace->count >= FIRST_OF(MOST_LINES) || trace->size >= FIRST_OF(MOST_BYTES)))
		trace->first_part = line;
	return line;
}

/* Counts what the texts of a line take. */
static void
line_has_texts(Trace *trace, TraceLine *line)
{
	Size		size = LINE_BYTES;

	size += line->message != NULL ? strlen(line->message) : 0;
	size += line->details != NULL ? VARSIZE(line->details) : 0;
	trace->size += size - line->size;
	line->size = size;
}

void
trace_step_begun(Trace *trace, const Instruction *step)
{
	TraceLine  *line = line_add(trace, step, step->kind != NULL ? step->kind->name : "plug-in");

	line->open = true;
	line->rows = trace->frame->rows_written;
	trace->open = line;
	trace->told = false;
	drop_surplus(trace);
}

/* Says what went wrong, but for the message if a step inside has it. */
static void
line_set_error(Trace *trace, TraceLine *line, const ErrorData *error, bool with_message)
{
	MemoryContext old = MemoryContextSwitchTo(trace->mcxt);

	if (line->sqlstate == NULL)
		line->sqlstate = pstrdup(unpack_sql_state(error->sqlerrcode));
	if (with_message && line->message == NULL && error->message != NULL)
		line->message = pnstrdup(error->message,
								 pg_mbcliplen(error->message, strlen(error->message), MESSAGE_LENGTH));
	line_has_texts(trace, line);
	MemoryContextSwitchTo(old);
}

/* The open line of a step, or NULL. */
static TraceLine *
line_of(Trace *trace, const Instruction *step)
{
	TraceLine  *line = trace->open;

	while (line != NULL && line->step != step)
		line = line->outer;
	return line;
}

/* Marks what lines after this one have done as taken back. */
static void
mark_undone(Trace *trace, const TraceLine *line)
{
	dlist_iter	iter;

	dlist_reverse_foreach(iter, &trace->lines)
	{
		TraceLine  *inner = dlist_container(TraceLine, node, iter.cur);

		if (inner->number <= line->number)
			break;
		if (inner->outcome != NULL && (strcmp(inner->outcome, "run") == 0 || strcmp(inner->outcome, "handled") == 0))
			inner->outcome = "undone";
	}
}

void
trace_step_undone(Trace *trace, const Instruction *step, const ErrorData *error, const char *failed_step)
{
	TraceLine  *line = line_of(trace, step);

	if (line == NULL)
		return;
	mark_undone(trace, line);
	line_set_error(trace, line, error, true);
	drop_surplus(trace);
	trace_notice_undone(&trace->notice, trace->frame, step, error, failed_step);
}

/*
 * Closes the line of a step that has begun; NULL: there is none. Those inside
 * that have not been ended have failed.
 */
static TraceLine *
line_close(Trace *trace, const Instruction *step)
{
	TraceLine  *line = line_of(trace, step);

	if (line == NULL)
		return NULL;
	for (TraceLine *inner = trace->open; inner != line; inner = inner->outer)
	{
		inner->open = false;
		inner->outcome = "failed";
	}
	line->open = false;
	line->ended_at = GetCurrentTimestamp();
	trace->open = line->outer;
	return line;
}

/* Does a step write rows, or has it, or one inside? */
static bool
line_writes(const TraceLine *line, uint64 rows)
{
	return rows > 0 || (line->step->kind != NULL && line->step->kind->writes);
}

void
trace_step_ended(Trace *trace, const Instruction *step, StepEnd how, const ErrorData *error)
{
	static const char *const outcomes[] = {
		[STEP_DONE] = "run",
		[STEP_SKIPPED] = "skipped",
		[STEP_HANDLED] = "handled",
		[STEP_FAILED] = "failed"
	};
	TraceLine  *line = line_close(trace, step);

	if (line == NULL)
		return;
	line->outcome = outcomes[how];
	line->rows = trace->frame->rows_written - line->rows;
	line->has_rows = (how == STEP_DONE || how == STEP_HANDLED) && line_writes(line, line->rows);
	if (how == STEP_FAILED)
		line_set_error(trace, line, error, !trace->told);
	trace->told = how == STEP_FAILED;
	if (how != STEP_FAILED)
		trace_notice_step(&trace->notice, trace->frame, step, line->iteration, line->outcome,
						  line->has_rows ? (int64) line->rows : -1, line->ended_at - line->started_at);
	drop_surplus(trace);
}

void
trace_succeeded(Trace *trace, TimestampTz started_at)
{
	trace_notice_end(&trace->notice, trace->frame, GetCurrentTimestamp() - started_at);
}

/* The details as they may be shown; made in the current memory. */
static Jsonb *
shown_details(const Frame *frame, Jsonb *details)
{
	JsonbValue	value;

	if (details == NULL || setting_log_payload_limit == 0)
		return NULL;
	jsonb_value_set_jsonb(&value, details);
	return cut_value(frame, &value, setting_log_payload_limit);
}

/* What is made on the way is left to the caller's memory. */
void
trace_message(Trace *trace, const char *message, int length, Jsonb *details)
{
	Frame	   *frame = trace->frame;
	TraceLine  *line = line_add(trace, frame->current, "message");
	char	   *shown = cut_text(frame, message, length, MESSAGE_LENGTH);
	MemoryContext old;

	details = shown_details(frame, details);
	old = MemoryContextSwitchTo(trace->mcxt);
	line->message = pstrdup(shown);
	line->details = details != NULL ? DatumGetJsonbPCopy(JsonbPGetDatum(details)) : NULL;
	line_has_texts(trace, line);
	MemoryContextSwitchTo(old);
	drop_surplus(trace);
	trace_notice_message(&trace->notice, frame, shown, details);
}

/* A row of custom_actions.log_step. */
static OwnRow *
line_row(Trace *trace, const TraceLine *line)
{
	OwnRow	   *row = log_row_make(&log_step_table);

	log_row_set_uuid(row, LOG_STEP_INVOCATION, invocation_id(trace->frame));
	log_row_set(row, LOG_STEP_NUMBER, Int64GetDatum(line->number));
	if (line->step != NULL)
		log_row_set_text(row, LOG_STEP_STEP, line->step->path);
	if (line->iteration > 0)
		log_row_set(row, LOG_STEP_ITERATION, Int64GetDatum(line->iteration));
	log_row_set_text(row, LOG_STEP_KIND, line->kind);
	log_row_set_text(row, LOG_STEP_OUTCOME, line->open ? "unfinished" : line->outcome);
	if (line->has_rows)
		log_row_set(row, LOG_STEP_ROWS_WRITTEN, Int64GetDatum((int64) line->rows));
	log_row_set(row, LOG_STEP_STARTED_AT, TimestampTzGetDatum(line->started_at));
	if (line->ended_at != 0)
		log_row_set_duration(row, LOG_STEP_DURATION, line->started_at, line->ended_at);
	log_row_set_text(row, LOG_STEP_SQLSTATE, line->sqlstate);
	log_row_set_text(row, LOG_STEP_MESSAGE, line->message);
	log_row_set_jsonb(row, LOG_STEP_DETAILS, line->details);
	return row;
}

/* The row in place of lines that are left out, of which this was the first. */
static OwnRow *
left_out_row(Trace *trace, int64 number, int64 left_out, TimestampTz at)
{
	TraceLine	line = {.kind = "left out", .number = number, .started_at = at};

	line.message = psprintf(INT64_FORMAT " lines are left out here", left_out);
	return line_row(trace, &line);
}

/* Numbers of lines that are left out: those between. */
typedef struct Gap
{
	int64		after;
	int64		before;
} Gap;

/* What to leave out so that the others take no more than so many bytes. */
static Gap
gap_for(Trace *trace, Size most)
{
	Gap			gap = {0, 0};
	Size		size = 0;
	dlist_iter	iter;

	if (trace->size <= most)
		return gap;
	dlist_foreach(iter, &trace->lines)
	{
		TraceLine  *line = dlist_container(TraceLine, node, iter.cur);

		size += line->size;
		if (size > FIRST_OF(most))
			break;
		gap.after = line->number;
	}
	size = 0;
	dlist_reverse_foreach(iter, &trace->lines)
	{
		TraceLine  *line = dlist_container(TraceLine, node, iter.cur);

		size += line->size;
		if (size > most - FIRST_OF(most))
			break;
		gap.before = line->number;
	}
	if (gap.before == 0)
		gap.before = trace->numbered + 1;
	return gap;
}

static bool
in_gap(const Gap *gap, const TraceLine *line)
{
	return line->number > gap->after && line->number < gap->before;
}

/* The rows of lines that are not left out; counts those that are. */
static List *
rows_beside(Trace *trace, const Gap *gap, int64 *first, int64 *left_out)
{
	List	   *rows = NIL;
	dlist_iter	iter;

	dlist_foreach(iter, &trace->lines)
	{
		TraceLine  *line = dlist_container(TraceLine, node, iter.cur);

		if (!in_gap(gap, line))
		{
			rows = lappend(rows, line_row(trace, line));
			continue;
		}
		if (*left_out == 0 || line->number < *first)
			*first = line->number;
		(*left_out)++;
	}
	return rows;
}

List *
trace_rows(Trace *trace, Size most)
{
	Gap			gap = gap_for(trace, most);
	int64		first = trace->first_left_out;
	int64		left_out = trace->left_out;
	List	   *rows = rows_beside(trace, &gap, &first, &left_out);
	int			place = 0;

	if (left_out == 0)
		return rows;
	while (place < list_length(rows) &&
		   DatumGetInt64(((OwnRow *) list_nth(rows, place))->values[LOG_STEP_NUMBER]) < first)
		place++;
	return list_insert_nth(rows, place, left_out_row(trace, first, left_out, GetCurrentTimestamp()));
}
