/*
 * write_many.h
 *		Steps that change rows, for many items at once.
 */
#ifndef CA_WRITE_MANY_H
#define CA_WRITE_MANY_H

#include "postgres.h"

#include "steps/many.h"
#include "steps/write.h"

/* Of the kinds that share write_execute(). */
extern bool write_fits_many(ManyShape *shape, const Instruction *instruction);
extern void write_execute_many(ItemSet *set, Instruction *instruction);

/* The same for what a step writes; also: a step that is done by the same statement, or NULL. */
extern bool write_many_fits(ManyShape *shape, const Write *write);
extern void write_many_run(ItemSet *set, const Write *write, Instruction *step, Instruction *also);

/* Is it the first to write the table of the targets, and they? Then it may find them where they were locked. */
extern bool write_may_be_placed(const ManyShape *shape, const ManyUse *use);

#endif
