/*
 * stored_values.h
 *		Outputs of an invocation as bytes, to be given again later.
 */
#ifndef CA_STORED_VALUES_H
#define CA_STORED_VALUES_H

#include "postgres.h"

#include "run/frame.h"

/* The outputs of a frame, in the current context. */
extern bytea *stored_values_pack(Frame *frame);

/*
 * Sets the outputs of a frame to what has been packed. NULL:
 * done; else a sentence that says why they cannot be read any more, and the
 * outputs are as they were.
 */
extern char *stored_values_unpack(Frame *frame, bytea *packed);

#endif
