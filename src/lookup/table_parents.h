/*
 * table_parents.h
 *		The tables above a table.
 */
#ifndef CA_TABLE_PARENTS_H
#define CA_TABLE_PARENTS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* OIDs of those that it inherits from or is a partition of, one level up. */
extern List *table_parents(Oid table);

#endif
