/*
 * server_log.h
 *		Failures in the server's log, where there is no ring to carry them to the
 *		table.
 */
#ifndef CA_SERVER_LOG_H
#define CA_SERVER_LOG_H

#include "postgres.h"

#include "lookup/own_row.h"

/* Writes a row as one line, a JSON object by column; takes memory and nothing else. */
extern void server_log_write(const OwnRow *row);

#endif
