/*
 * target_count.h
 *		Counts the rows that have the target's key.
 */
#ifndef CA_TARGET_COUNT_H
#define CA_TARGET_COUNT_H

#include "postgres.h"

#include "run/frame.h"

/* A statement that finds them by the key; the caller keeps or frees it. */
extern SPIPlanPtr target_prepare_by_key(const Program *program);

/* How many does it find, two at the most, with the active snapshot? */
extern uint64 target_count_by_plan(const Frame *frame, SPIPlanPtr plan);

/* The same, of a statement made for this once. */
extern uint64 target_count(const Frame *frame);

#endif
