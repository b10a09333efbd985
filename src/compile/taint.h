/*
 * taint.h
 *		Which slots may hold what was computed from a sensitive input or output.
 *
 * Flows of values are noted while steps are compiled, and only where a summary
 * or remarks ask. What statements write into rows and read again is known from their
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

/* Where a value leaves for others to see it as it is. */
typedef struct Exit
{
	const Scope *from;			/* of the expression that is the value */
	char	   *location;
	char	   *what;			/* "input "body" of action x" */
} Exit;

/* Notes such a place, if remarks are wanted. */
extern void taint_exit(Compiler *compiler, const Expression *from, char *location, char *what);

/* All slots that may hold something of what these do; once the steps are compiled. */
extern Bitmapset *taint_spread(const Compiler *compiler, Bitmapset *slots);

/* Does a value of a statement read one of these slots? */
extern bool taint_reaches(const Placeholder *placeholder, const Bitmapset *slots);

#endif
