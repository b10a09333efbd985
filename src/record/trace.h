/*
 * trace.h
 *		What level trace keeps of an invocation: a line for each step and plug-in,
 *		and for what action_trace() is told.
 */
#ifndef CA_TRACE_H
#define CA_TRACE_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "run/observer.h"
#include "utils/jsonb.h"

typedef struct Trace Trace;

/* Begins one; it lives as long as the invocation. */
extern Trace *trace_begin(Frame *frame);

/* Events of run/observer.h, which tells what may be done in them. */
extern void trace_step_begun(Trace *trace, const Instruction *step);
extern void trace_step_undone(Trace *trace, const Instruction *step, const ErrorData *error,
							  const char *failed_step);
extern void trace_step_ended(Trace *trace, const Instruction *step, StepEnd how, const ErrorData *error);
extern void trace_succeeded(Trace *trace, TimestampTz started_at);

/* Adds a line at the step that is running; details may be NULL. */
extern void trace_message(Trace *trace, const char *message, int length, Jsonb *details);

/*
 * The lines as rows of custom_actions.log_step, a List of OwnRow *, of about so
 * many bytes at most: those in the middle are left out. Takes memory and nothing
 * else.
 */
extern List *trace_rows(Trace *trace, Size most);

#endif
