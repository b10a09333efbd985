/*
 * trace_notice.h
 *		Lines of a trace as notices to the client, while custom_actions.trace is
 *		on.
 *
 * They say what happens inside, so they are for those alone who have the
 * privileges of the action's owner. None is sent while an error passes.
 */
#ifndef CA_TRACE_NOTICE_H
#define CA_TRACE_NOTICE_H

#include "postgres.h"

#include "run/frame.h"

/* May this invocation's lines be shown? Zero: nobody has asked yet. */
typedef enum TraceNotice
{
	TRACE_NOTICE_UNKNOWN,
	TRACE_NOTICE_REFUSED,
	TRACE_NOTICE_ALLOWED
} TraceNotice;

/* How a step that has not failed ended; rows -1: it does not write any. */
extern void trace_notice_step(TraceNotice *allowed, Frame *frame, const Instruction *step, int64 iteration,
							  const char *outcome, int64 rows, TimestampTz duration);

/* The step's work is taken back. */
extern void trace_notice_undone(TraceNotice *allowed, Frame *frame, const Instruction *step,
								const ErrorData *error, const char *failed_step);

/* What action_trace() was told; details may be NULL. */
extern void trace_notice_message(TraceNotice *allowed, Frame *frame, const char *message, Jsonb *details);

/* The invocation has succeeded. */
extern void trace_notice_end(TraceNotice *allowed, Frame *frame, TimestampTz duration);

#endif
