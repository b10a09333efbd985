/*
 * log_write.h
 *		Writes rows of the record: in the current transaction, or past its
 *		rollback.
 */
#ifndef CA_LOG_WRITE_H
#define CA_LOG_WRITE_H

#include "postgres.h"

#include "lookup/own_row.h"
#include "nodes/pg_list.h"

/* Not in a transaction that only reads, nor in recovery, nor among parallel workers. */
extern bool log_may_be_written(void);

/* Insert a row, or rows, a List of OwnRow *, in the current transaction. */
extern void log_write_row(const OwnRow *row);
extern void log_write(const List *rows);

/*
 * Sends a bundle through the ring; if there is none it becomes a line of the
 * server's log, where it is to be shown there. Touches nothing but memory.
 */
extern void log_write_past_rollback(char *bundle, Size size, bool shown);

#endif
