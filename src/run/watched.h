/*
 * watched.h
 *		What compiled programs depend on, and whether it is still as it was.
 */
#ifndef CA_WATCHED_H
#define CA_WATCHED_H

#include "postgres.h"

#include "program/program.h"
#include "storage/lockdefs.h"

/* A relation or a function that some program depends on */
typedef struct Watched Watched;

/* One that a program depends on, as it was when the program was compiled */
typedef struct Watch
{
	Watched    *watched;
	bool		known;			/* of a relation: there is a fingerprint */
	uint64		fingerprint;
} Watch;

typedef struct Watches
{
	uint64		seen;			/* watched_changes when all was as it was */
	int			count;
	Watch		list[FLEXIBLE_ARRAY_MEMBER];
} Watches;

/* Counts up whenever something that a program depends on may have changed. */
extern uint64 watched_changes;

/*
 * Has a program watch its relations, and the functions in program->called as well as
 * that of the given hash. They are let go when the program's memory ends. It must have
 * been compiled since the last message.
 */
extern void watches_begin(Program *program, uint32 hash);

/* Has a function changed? Whoever has called it may have computed with what it gave. */
extern bool watched_functions_changed(const Program *program);

/* Compares what messages were about with what it was; see program_still_holds(). */
extern bool watches_compare(Watches *watches);

/*
 * Is all that the program was compiled for as it was? Waits for no lock; that there is
 * nothing to compare costs nothing.
 */
static inline bool
program_still_holds(const Program *program)
{
	return program->watches == NULL || program->watches->seen == watched_changes ||
		watches_compare(program->watches);
}

/*
 * Is it, in a running invocation, once the table is locked? What others did to the
 * table is known then.
 */
extern bool program_holds_under_lock(const Program *program, Oid relation, LOCKMODE lock);

/* Messages, of a relation or of the function with this hash; 0: of any. They only mark. */
extern void watched_relation_changed(Oid relation);

/* Was it one that a program depends on? */
extern bool watched_function_changed(uint32 hash);

#endif
