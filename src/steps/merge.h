/*
 * merge.h
 *		Two steps in a row that update one and the same row: one UPDATE.
 */
#ifndef CA_MERGE_H
#define CA_MERGE_H

#include "postgres.h"

#include "compile/compiler.h"

/* Merges what can be merged in a list of compiled steps; the second of two leaves the list. */
extern void merge_steps(Compiler *compiler, StepList *list);

#endif
