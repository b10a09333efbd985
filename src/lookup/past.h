/*
 * past.h
 *		The catalogs as the current command found them.
 */
#ifndef CA_PAST_H
#define CA_PAST_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* Is it known what the current command found? */
extern bool past_is_known(void);

/*
 * Calls fn(arg), to which the catalogs are as the current command found them,
 * with what this transaction did before. What fn() looks up it must not keep.
 * relations: those that the command may have changed.
 */
extern void past_call(const List *relations, void (*fn) (void *arg), void *arg);

#endif
