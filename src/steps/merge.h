/*
 * merge.h
 *		Two steps in a row that update one and the same row: one UPDATE.
 */
#ifndef CA_MERGE_H
#define CA_MERGE_H

#include "postgres.h"

#include "compile/compiler.h"
#include "steps/write.h"

/* Merges what can be merged in a list of compiled steps; the second of two leaves the list. */
extern void merge_steps(Compiler *compiler, StepList *list);

/*
 * What an instruction writes with one statement, merged or not; NULL: it is no such
 * one. first: what it does first where the steps are not one any more.
 */
extern const Write *merge_write(const Instruction *instruction, const Write **first);

#endif
