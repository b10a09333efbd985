/*
 * rows_touched.h
 *		Which rows the steps of one invocation wrote, as the record shows them:
 *
 *		{"support.case": {"updated": [{"id": 42}]},
 *		 "support.task": {"created": [{"id": 7}, ...], "more created": 150, "deleted": 3}}
 *
 * By table, then by what was done, each key once; a number where keys are not
 * known. What comes beyond custom_actions.log_touched_limit, or has no known key,
 * is counted under "more"; there a row counts as often as it was written. A row
 * that the invocation created is not said to be updated, too. "target" has the
 * row that the action was called for, where its steps did nothing to it.
 */
#ifndef CA_ROWS_TOUCHED_H
#define CA_ROWS_TOUCHED_H

#include "postgres.h"

#include "run/observer.h"
#include "utils/array.h"

typedef struct Touched Touched;

/* Begins, with nothing; lives in the frame's memory of values. NULL: the setting says to record none. */
extern Touched *touched_make(Frame *frame);

/* Takes note of written rows; of nothing if it is NULL. */
extern void touched_add(Touched *touched, const RowsWritten *written);

/* Forgets what came after the first rows_told events of the invocation. */
extern void touched_undo(Touched *touched, uint64 rows_told);

/*
 * What there is at the end, and an array of the rows' numbers (row_hash.h); target:
 * the key of the target as the record has it, or NULL. In a sound transaction, but
 * touched_failed_json(), which touches memory alone: what the steps did is undone
 * then, and there is only the target. NULL: nothing.
 */
extern Jsonb *touched_json(const Touched *touched, Jsonb *target, ArrayType **rows);
extern Jsonb *touched_failed_json(Frame *frame, Jsonb *target, ArrayType **rows);

#endif
