/*
 * taint.h
 *		Which slots may hold what was computed from a sensitive input or output.
 *
 * Flows of values are noted while steps are compiled, and only where a summary
 * asks. What statements write into rows and read again is known from their
 * values; what passes through a table, a plug-in or another action's own work
 * is not. A value by itself is masked when texts are shown (run/mask.h): this is
 * for what was made of one.
 */
#ifndef CA_TAINT_H
#define CA_TAINT_H

#include "postgres.h"

#include "compile/compiler.h"

/* Notes that the value of an expression, or a part of it, goes into a slot. */
extern void taint_flow(Compiler *compiler, const Expression *from, int slot);

/* Notes that a slot gets something sensitive. */
extern void taint_source(Compiler *compiler, int slot);

/* All slots that may hold something of the kind; once the steps are compiled. */
extern Bitmapset *taint_find(const Compiler *compiler);

#endif
