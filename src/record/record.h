/*
 * record.h
 *		Records invocations: the observer behind custom_actions.log.
 *
 * The folder record/ holds what is kept of invocations: the log, the ring and
 * the worker that carry failures past a rollback, statistics. It may include
 * base/, lookup/, definition/, program/ and run/. It is told of invocations by
 * run/observer.h; none of those knows of it.
 */
#ifndef CA_RECORD_H
#define CA_RECORD_H

#include "postgres.h"

extern void record_init(void);

#endif
