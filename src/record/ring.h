/*
 * ring.h
 *		Records of failures on their way into the log, in shared memory.
 */
#ifndef CA_RING_H
#define CA_RING_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "record/chunks.h"

typedef struct RingCounts
{
	uint64		waiting;		/* in the ring */
	uint64		recorded;		/* in the log, since the server's start */
	uint64		dropped;		/* there was no room, or storing it failed */
	uint64		skipped;		/* the database had no log that we know */
} RingCounts;

/* What is to be seen of the ring. */
typedef struct RingState
{
	Size		size;
	Size		used;
	TimestampTz since;
	RingCounts	server;
	RingCounts	database;		/* ours */
} RingState;

/* Why records did not come into the log. */
typedef enum RingLoss
{
	RING_DROPPED,
	RING_SKIPPED
} RingLoss;

/* The records of one database */
typedef struct RingQueue RingQueue;

/* Records that a worker stores in one transaction */
typedef struct RingBatch
{
	RingQueue  *queue;
	ChunkReader reader;
	uint64		waiting;		/* records in the queue when it was begun */
	uint64		bundles;		/* that it holds */
	uint64		left;			/* that have not been read yet */
} RingBatch;

/* Asks for the memory; called by _PG_init. */
extern void ring_init(void);

/* For the start and end of the server, when there are no other processes: is the memory there? */
extern bool ring_has_memory(void);

/* How many records it holds */
extern uint64 ring_waiting(void);

/* Are failures recorded through the ring? Not without preload or size, nor in recovery. */
extern bool ring_is_there(void);

/*
 * Puts a record of the current database into the ring, and sees that a worker
 * comes for it. Drops and counts it if there is no room. May be called while an
 * error passes and while the process ends: waits for nothing but our lock,
 * raises nothing, touches no catalog.
 */
extern void ring_put(const void *bundle, Size size);

/* The same for a record of another start of the server; calls nobody. */
extern void ring_put_back(Oid database, const void *bundle, Size size);

extern void ring_look(RingState *state);

/* Has workers started for all databases that wait for one. */
extern void ring_call_workers(void);

/*
 * Makes this process the worker of a database; NULL: it has one, or nothing
 * waits. Gives the time before which nothing is to be tried.
 */
extern RingQueue *ring_claim(Oid database, TimestampTz *not_before);

/* Ends that if nothing waits. */
extern bool ring_leave(RingQueue *queue);

/* Ends it in any case; the next failure gets another worker, but not before a time. */
extern void ring_abandon(RingQueue *queue, TimestampTz not_before);

/* Ends it and has another worker called at once; false: there was no slot. */
extern bool ring_hand_over(RingQueue *queue, TimestampTz not_before);

/*
 * For the worker of the queue. A batch begins with what has waited longest, and
 * has no more than so many bytes, but one record; it may be begun again until it
 * is done.
 */
extern uint64 ring_batch_begin(RingBatch *batch, RingQueue *queue, Size most);
extern void ring_batch_next(RingBatch *batch, StringInfo bundle);

/* Takes the records out: they have been stored, but for so many that could not be. */
extern void ring_batch_done(RingBatch *batch, uint64 dropped);

/* Takes all out, and counts them. */
extern uint64 ring_clear(RingQueue *queue, RingLoss loss);

/* Notes that storing failed; how often that makes since it last went well. */
extern int	ring_failed(RingQueue *queue);

/* The same of connecting to the database. */
extern int	ring_connect_failed(RingQueue *queue);

/* Asks once, until something has been stored, whether to report that nothing can be. */
extern bool ring_report_once(RingQueue *queue);

/* Reads the records of all databases one after the other, when nobody else is there. */
extern void ring_each(void (*fn) (Oid database, StringInfo bundle, void *arg), void *arg);

#endif
