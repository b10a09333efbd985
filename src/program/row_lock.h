/*
 * row_lock.h
 *		How rows are locked, and the words of SQL for that.
 */
#ifndef CA_ROW_LOCK_H
#define CA_ROW_LOCK_H

#include "postgres.h"

#include "nodes/lockoptions.h"

/* The lock of a row that is written; gone: it is deleted, or what others refer to changes. */
extern LockTupleMode row_lock_of_write(bool gone);

/* "FOR UPDATE" */
extern const char *row_lock_words(LockTupleMode lock);

/* The clause of a statement that reads the row as "this": " FOR UPDATE OF this". */
extern const char *row_lock_clause(LockTupleMode lock);

#endif
