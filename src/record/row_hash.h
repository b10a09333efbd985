/*
 * row_hash.h
 *		A number for a row of a table, by which the log is searched: of the table's
 *		name and the key as the record has it, {"id": 42}.
 *
 * Two rows may have one number; who searches compares the keys as well. The
 * numbers are stored, so a row's may not change.
 */
#ifndef CA_ROW_HASH_H
#define CA_ROW_HASH_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Of a key that is a jsonb object. */
extern uint64 row_hash(const char *table, const Jsonb *key);

/* Of one that is still a tree of values, jbvObject, in jsonb's order of keys. */
extern uint64 row_hash_of_tree(const char *table, const JsonbValue *key);

#endif
