/*
 * merge.h
 *		Two steps in a row that update one and the same row: one UPDATE.
 */
#ifndef CA_MERGE_H
#define CA_MERGE_H

#include "postgres.h"

#include "compiler.h"
#include "write.h"

/* What a merged write needs besides its statement. */
typedef struct Merge
{
	Instruction *second;		/* the step whose work the first one does, too */
	Oid			relation;
	Bitmapset  *written;		/* columns that the second step writes ... */
	Bitmapset  *read;			/* ... and reads */
	Oid			user;			/* who may do both */
} Merge;

/* Merges what can be merged in a list of compiled steps; the second of two leaves the list. */
extern void merge_steps(Compiler *compiler, Instruction **steps, int *nsteps);

/* Runs a merged write; returns the number of rows. */
extern uint64 merge_execute(struct Frame *frame, Write *write);

#endif
