/*
 * loop_fits.h
 *		Can nothing tell whether the turns of a for_each run one by one, or as one
 *		statement?
 */
#ifndef CA_LOOP_FITS_H
#define CA_LOOP_FITS_H

#include "postgres.h"

#include "executor/spi.h"
#include "program/program.h"

/* Is the body of a loop with this row a step that writes one row, and no more? */
extern bool loop_body_fits(const Instruction *step, const Row *row);

/*
 * Does the rest fit: the body's statement made for the loop, which has this plan, its
 * table, and what gives the loop's rows, or NULL? in_order: errors are those of the
 * turns, since nothing is looked at in the end that a turn looks at.
 */
extern bool loop_fits(CmdType command, const Statement *looped, Statement *source, SPIPlanPtr plan, bool *in_order);

#endif
