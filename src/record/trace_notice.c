/*
 * trace_notice.c
 *		Lines of a trace as notices to the client, while custom_actions.trace is
 *		on.
 */
#include "postgres.h"

#include "base/settings.h"
#include "lookup/proc_row.h"
#include "miscadmin.h"
#include "record/trace_notice.h"
#include "utils/acl.h"

/* Has the session's user, or who he has become by SET ROLE, the privileges of a role? */
static bool
has_privileges_of(Oid role)
{
	return has_privs_of_role(GetSessionUserId(), role) || has_privs_of_role(GetOuterUserId(), role);
}

/* May the client see what happens inside the action? It may if it wrote it itself, in DO. */
static bool
may_see(const Program *program)
{
	HeapTuple	tuple;
	bool		answer;

	if (!OidIsValid(program->function))
		return true;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(program->function));
	if (!HeapTupleIsValid(tuple))
		return false;
	answer = has_privileges_of(proc_form(tuple)->proowner);
	ReleaseSysCache(tuple);
	return answer;
}

/* Are notices wanted, and allowed? */
static bool
is_shown(TraceNotice *allowed, const Frame *frame)
{
	if (!setting_trace)
		return false;
	if (*allowed == TRACE_NOTICE_UNKNOWN)
		*allowed = may_see(frame->program) ? TRACE_NOTICE_ALLOWED : TRACE_NOTICE_REFUSED;
	return *allowed == TRACE_NOTICE_ALLOWED;
}

/* "    action x: step 3 (update target), iteration 2" */
static char *
notice_place(const Frame *frame, const Instruction *step, int64 iteration)
{
	StringInfoData place;

	initStringInfo(&place);
	appendStringInfo(&place, "%*saction %s", 2 * (frame->depth - 1), "", frame->program->action);
	if (step != NULL)
		appendStringInfo(&place, ": %s", step->label);
	if (step != NULL && iteration > 0)
		appendStringInfo(&place, ", iteration " INT64_FORMAT, iteration);
	return place.data;
}

/* Tells the client. */
static void
send_line(const char *place, const char *what)
{
	ereport(NOTICE, (errmsg_internal("%s: %s", place, what), errhidestmt(true), errhidecontext(true)));
}

/* ", 2 rows", or "" */
static const char *
rows_text(int64 rows)
{
	return rows < 0 ? "" : psprintf(", " INT64_FORMAT " %s", rows, rows == 1 ? "row" : "rows");
}

/* "0.42 ms" */
static const char *
duration_text(TimestampTz duration)
{
	return psprintf("%.2f ms", Max(duration, 0) / 1000.0);
}

void
trace_notice_step(TraceNotice *allowed, Frame *frame, const Instruction *step, int64 iteration,
				  const char *outcome, int64 rows, TimestampTz duration)
{
	if (!is_shown(allowed, frame))
		return;
	send_line(notice_place(frame, step, iteration),
			  psprintf("%s%s, %s", outcome, rows_text(rows), duration_text(duration)));
}

void
trace_notice_undone(TraceNotice *allowed, Frame *frame, const Instruction *step,
					const ErrorData *error, const char *failed_step)
{
	const char *where = "";

	if (!is_shown(allowed, frame))
		return;
	if (failed_step != NULL && strcmp(failed_step, step->path) != 0)
		where = psprintf(" at step %s", failed_step);
	send_line(notice_place(frame, step, frame->iteration),
			  psprintf("undone after error %s%s: %s", unpack_sql_state(error->sqlerrcode), where,
					   error->message));
}

void
trace_notice_message(TraceNotice *allowed, Frame *frame, const char *message, Jsonb *details)
{
	const char *shown = "";

	if (!is_shown(allowed, frame))
		return;
	if (details != NULL)
		shown = psprintf(" %s", JsonbToCString(NULL, &details->root, VARSIZE(details)));
	send_line(notice_place(frame, frame->current, frame->iteration), psprintf("%s%s", message, shown));
}

void
trace_notice_end(TraceNotice *allowed, Frame *frame, TimestampTz duration)
{
	if (is_shown(allowed, frame))
		send_line(notice_place(frame, NULL, 0),
				  psprintf("succeeded, " UINT64_FORMAT " %s, %s", frame->rows_written,
						   frame->rows_written == 1 ? "row" : "rows", duration_text(duration)));
}
