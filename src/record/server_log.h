/*
 * server_log.h
 *		Failures in the server's log, where there is no ring to carry them to the
 *		table.
 */
#ifndef CA_SERVER_LOG_H
#define CA_SERVER_LOG_H

#include "postgres.h"

#include "nodes/pg_list.h"

/*
 * Writes rows, a List of OwnRow *, as one line: a JSON object, by column, of the
 * invocation's, with those of its steps as "trace". Takes memory and nothing else.
 */
extern void server_log_write(const List *rows);

#endif
