/*
 * payload.h
 *		Inputs, outputs and the key of the target as JSON, for the record.
 *
 * Sensitive values are masked, and the texts in all others that hold one. A limit
 * is a number of bytes of text; what does not fit is left out, and said to be.
 * NULL: there are none, or the limit is 0.
 */
#ifndef CA_PAYLOAD_H
#define CA_PAYLOAD_H

#include "postgres.h"

#include "run/frame.h"

/* In a sound transaction. */
extern Jsonb *payload_inputs(Frame *frame, int limit);
extern Jsonb *payload_outputs(Frame *frame, int limit);
extern Jsonb *payload_target(Frame *frame);

/* Must inputs be captured when they are bound, so that they can be shown at a failure? */
#define payload_needs_capture(frame)	(!(frame)->program->inputs_plain)

/* Captures them. */
extern void payload_capture(Frame *frame, int limit);

/*
 * While an error passes, with no error on PostgreSQL's stack; nothing but memory
 * is touched. Inputs that were not bound yet are those of the JSON that was
 * given.
 */
extern Jsonb *payload_failed_inputs(Frame *frame, int limit);
extern Jsonb *payload_failed_target(Frame *frame);

#endif
