/*
 * deferred.h
 *		Rounds of deferred triggers, each queued by the one before.
 */
#ifndef CA_DEFERRED_H
#define CA_DEFERRED_H

#include "postgres.h"

#include "utils/fmgrprotos.h"

/*
 * In which round of deferred triggers is this? 0 outside of them, 1 for what
 * the statements of the transaction queued, 2 for what these triggers queued.
 */
extern int	deferred_round(void);

/* How many triggers run, one inside the other? What PostgreSQL tells of it takes no arguments. */
static inline int
trigger_depth(void)
{
	return DatumGetInt32(pg_trigger_depth(NULL));
}

/* Is a round of deferred triggers running? */
extern bool deferred_triggers_run(void);

extern void deferred_init(void);

#endif
