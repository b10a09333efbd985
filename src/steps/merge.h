/*
 * merge.h
 *		Two steps in a row that update one and the same row: one UPDATE.
 */
#ifndef CA_MERGE_H
#define CA_MERGE_H

#include "postgres.h"

#include "compile/compiler.h"
#include "steps/write.h"

/* What a merged write needs besides its statement. */
typedef struct Merge
{
	Statement  *alone;			/* the first step's own work ... */
	Instruction *second;		/* ... and the step whose work it does, too */
	Oid			relation;
	Bitmapset  *written;		/* columns that the second step writes ... */
	Bitmapset  *read;			/* ... and reads */
	Oid			user;			/* who is known to be allowed both */
} Merge;

/* Merges what can be merged in a list of compiled steps; the second of two leaves the list. */
extern void merge_steps(Compiler *compiler, Instruction **steps, int *nsteps);

/* May the first step do the work of both, in this invocation? */
extern bool merge_holds(const struct Frame *frame, Merge *merge);

/* Runs the statement that does both; returns the number of rows. */
extern uint64 merge_execute(struct Frame *frame, const Write *write);

#endif
