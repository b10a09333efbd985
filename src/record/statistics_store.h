/*
 * statistics_store.h
 *		The counters of actions, plug-ins and steps, in shared memory.
 */
#ifndef CA_STATISTICS_STORE_H
#define CA_STATISTICS_STORE_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* What counters are of. */
typedef enum StatisticsKind
{
	STATISTICS_ACTION,
	STATISTICS_PLUGIN,
	STATISTICS_STEP
} StatisticsKind;

/* Whose counters they are. Compared as bytes, so there must be none between the fields. */
typedef struct StatisticsKey
{
	Oid			database;
	uint32		kind;
	Oid			action;			/* its function */
	Oid			plugin;			/* its function, else InvalidOid */
	uint64		step;			/* hash of its path, else 0 */
} StatisticsKey;

#define STATISTICS_MESSAGE	256 /* bytes that are kept of a message, with the final 0 */
#define STATISTICS_PATH		64	/* of the path of a step, the same */

typedef struct StatisticsCounters
{
	int64		calls;			/* all that have ended, however they did */
	int64		failures;
	int64		canceled;
	int64		rows_written;
	double		total_time;		/* milliseconds, as the next three */
	double		min_time;
	double		max_time;
	double		mean_time;
	double		squares;		/* sum of the squares of differences from the mean */
	TimestampTz since;
	TimestampTz last_call;
	TimestampTz last_error_at;	/* 0: there was none, and the next two say nothing */
	int			last_sqlstate;
	char		last_error[STATISTICS_MESSAGE];
	char		step[STATISTICS_PATH];	/* its path, as far as there is room */
} StatisticsCounters;

/* What is to be counted. */
typedef struct Occurrence
{
	const char *step;			/* path of a step, else NULL */
	int			calls;			/* 1; 0: has been counted, this is what became of it since */
	int			failures;
	int			canceled;
	int64		rows_written;
	double		time;			/* milliseconds */
	TimestampTz at;
	const ErrorData *error;		/* to be kept as the last one, or NULL */
} Occurrence;

/* How the store is doing. */
typedef struct StatisticsState
{
	int64		used;			/* entries, of all databases; no int: the file would get what lies
								 * between */
	int64		evicted;		/* that had to make room since... */
	TimestampTz since;			/* the server started with none */
} StatisticsState;

/* Is there shared memory for them? Not unless the server has loaded the library. */
extern bool statistics_exist(void);

/* Asks for the memory, and sets it up; in the hooks for that. */
extern void statistics_store_request(void);
extern bool statistics_store_attach(void);	/* true: it is new, and empty */

/* All others have ended, however they did, and nobody counts any more. */
extern void statistics_stay_alone(void);

/* Adds to the counters of a key, which get an entry if they have none; raises nothing. */
extern void statistics_add(const StatisticsKey *key, const Occurrence *occurrence);

/* Brings back an entry that the server had before it was restarted; false: there is no more room. */
extern bool statistics_put(const StatisticsKey *key, const StatisticsCounters *counters);

/* Entry by entry, in no order: *place begins at 0. False: there are no more. */
extern bool statistics_next(int *place, StatisticsKey *key, StatisticsCounters *counters);

/* Forgets all entries of a database, or those of one action; returns how many there were. */
extern int	statistics_forget(Oid database, Oid action);

extern StatisticsState statistics_state(void);
extern void statistics_set_state(const StatisticsState *state);

#endif
