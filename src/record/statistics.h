/*
 * statistics.h
 *		Counts invocations, for the view custom_actions.statistics.
 */
#ifndef CA_STATISTICS_H
#define CA_STATISTICS_H

#include "postgres.h"

/* Begins to count, if the server is loading the library; called by _PG_init. */
extern void statistics_init(void);

#endif
