/*
 * loop_set.h
 *		A for_each whose body is one write, run as one statement.
 */
#ifndef CA_LOOP_SET_H
#define CA_LOOP_SET_H

#include "postgres.h"

#include "access/htup.h"
#include "program/program.h"
#include "run/frame.h"

/* What a loop needs for that; and one run of it */
typedef struct LoopSet LoopSet;
typedef struct LoopSetRun LoopSetRun;

/* Gives all rows of the loop to loop_set_take_row() or loop_set_take_value(). */
typedef void (*LoopFill) (LoopSetRun *run, void *arg);

/*
 * Looks at the compiled steps of a loop: NULL, if they are none that could be one
 * statement. source: what gives the loop's rows, or NULL for the elements of an array,
 * which land in row's column "value".
 */
extern LoopSet *loop_set_make(const Row *row, int index_slot, const StepList *steps, struct Statement *source);

/* May it run now, for at least so many rows? */
extern bool loop_set_may_run(Frame *frame, LoopSet *set, uint64 rows);

/*
 * Runs it; false: nothing is done, and the turns are to run one by one. all_there: to
 * fill it is not to fail.
 */
extern bool loop_set_run(Frame *frame, LoopSet *set, LoopFill fill, void *arg, bool all_there);

/* For whoever fills it. */
extern void loop_set_take_row(LoopSetRun *run, HeapTuple tuple, TupleDesc tupdesc);
extern void loop_set_take_value(LoopSetRun *run, Datum value, bool isnull);

#endif
