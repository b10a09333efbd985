/*
 * worker.h
 *		The worker that moves records from the ring into the log.
 */
#ifndef CA_WORKER_H
#define CA_WORKER_H

#include "postgres.h"

/* Has workers started for what an earlier server has left; called by _PG_init. */
extern void worker_init(void);

/* What the processes run: the worker of a database, and who calls the first ones */
extern PGDLLEXPORT void custom_action_log_writer(Datum database);
extern PGDLLEXPORT void custom_action_log_starter(Datum unused);

#endif
