/*
 * row_key.h
 *		Rows by their key: the condition that picks one, and what is raised when
 *		there is none or more than one.
 */
#ifndef CA_ROW_KEY_H
#define CA_ROW_KEY_H

#include "postgres.h"

#include "base/compat.h"
#include "program/statement.h"

struct Frame;

/*
 * Is the table one whose rows are here, in one place, for everybody the same? Then a
 * plan for one row by its key is good for all keys.
 */
extern bool table_is_plain_and_local(Oid table);

/* Appends "this.id = $1 AND ...", one Value for each KeyColumn; nothing when there are none. */
extern void row_key_condition(Statement *statement, StringInfo text, Oid table,
							  const List *key, const List *values);

/* Raises that there is no row; hint NULL: it does not exist, or is not visible. */
pg_noreturn extern void row_missing(struct Frame *frame, int sqlstate, const char *message,
									const char *hint);

/* Raises P0003: the key of a view or foreign table is only a promise. */
pg_noreturn extern void row_not_alone(struct Frame *frame, Oid table);

#endif
