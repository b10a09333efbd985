/*
 * locks.h
 *		Which locks a statement takes.
 */
#ifndef CA_LOCKS_H
#define CA_LOCKS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* A line for each table that analysed and rewritten queries lock, but for reading alone; NULL: there is none. */
extern char *locks_of_queries(List *queries);

#endif
