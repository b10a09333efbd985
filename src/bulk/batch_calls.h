/*
 * batch_calls.h
 *		Reads the calls of a batch.
 */
#ifndef CA_BATCH_CALLS_H
#define CA_BATCH_CALLS_H

#include "postgres.h"

#include "bulk/batch.h"

/* Reads the calls from an array, and checks them all as far as can be without running any. */
extern void batch_read(Batch *batch, Jsonb *calls);

#endif
