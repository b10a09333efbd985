/*
 * ring.c
 *		Records of failures on their way into the log, in shared memory.
 *
 * A bounded piece of memory is made of chunks. Each database with records has a
 * queue: a chain of chunks that backends write at its end and one worker reads
 * from its begin (worker.c). There is no launcher: who puts a record into a queue
 * without a worker registers one, which stores what is there, lingers, and ends.
 *
 * Locking
 *		One LWLock protects all of it, Ring and RingQueue and the chunks, with one
 *		exception below. It is a leaf: while it is held no other lock is taken,
 *		nothing is allocated, nothing raises, no latch is set and no worker is
 *		registered; so it is held for a copy of one record at most. That makes
 *		ring_put() sound while an error passes, whatever other locks the code that
 *		raised may hold, and in the callbacks of a process that ends. (As long as it
 *		has a PGPROC; after that a record is lost.) LWLockAcquire() holds interrupts
 *		off, so nobody is terminated inside.
 *
 *		The exception: the worker of a queue, and nobody else, moves the begin of
 *		its chain and frees chunks. From when it looked at the end under the lock,
 *		what lies between does not change: backends append after it, and set the
 *		link of the last chunk only. So the worker reads without the lock. There is
 *		one worker, since it is who made `worker` WORKER_THERE under the lock
 *		(ring_claim()); a second one that was called because the first was late
 *		finds that and ends.
 *
 *		The postmaster takes no lock: it fills the ring before there are other
 *		processes and saves it after they have gone in order (ring_file.c).
 *
 * Nothing twice, nothing lost
 *		A worker reads a batch, commits, and takes the batch out by
 *		ring_batch_done(), with interrupts held from before the commit: a signal to
 *		end comes before both or after both. A crash between them takes the ring
 *		with it.
 *
 * Sharing
 *		A queue may grow while it is not larger than seven times what would be left
 *		then, so that there is always room for a database that comes. Where storing
 *		fails, it may have a third of what is left, and what is more is dropped.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "base/settings.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "record/ring.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define RING_NAME			"custom_actions log ring"
#define RING_QUEUES			128

/* A worker that was called and has not come by then will not: it could not be forked. */
#define CALL_TIMEOUT_MS		5000

#define HEALTHY_SHARE(left)	(7 * (int64) (left))
#define FAILING_SHARE(left)	((left) / 3)

typedef enum WorkerState
{
	WORKER_NONE,
	WORKER_CALLED,				/* registered */
	WORKER_THERE
} WorkerState;

struct RingQueue
{
	Oid			database;		/* InvalidOid: this one was never used */
	ChunkChain	chain;			/* of a Size and a bundle each */
	RingCounts	counts;
	TimestampTz put_at;			/* the last record; queues that are empty are taken by age */

	WorkerState worker;
	TimestampTz called_at;
	TimestampTz not_before;		/* a worker is of no use before that time */
	Latch	   *latch;			/* of the worker */
	bool		woken;			/* and it has been told that it gets tight */
	int			failures;		/* of storing, since it last went well */
	int			connects_failed;	/* the same of connecting to the database */
	bool		reported;
};

typedef struct Ring
{
	LWLock	   *lock;
	TimestampTz since;
	RingCounts	counts;
	bool		slots_reported; /* that there was none */
	int			nqueues;
	RingQueue	queues[RING_QUEUES];
	ChunkPool	pool;			/* to the end */
} Ring;

static Ring *ring = NULL;

static shmem_request_hook_type previous_shmem_request = NULL;
static shmem_startup_hook_type previous_shmem_startup = NULL;

/* How many chunks the setting makes. */
static int
configured_chunks(void)
{
	return (int) ((Size) setting_log_ring_size * 1024 / CHUNK_SIZE);
}

/* The memory with so many chunks */
static Size
memory_size(void)
{
	return add_size(offsetof(Ring, pool), chunk_pool_size(configured_chunks()));
}

/* Asks for memory and a lock, before there is any. */
static void
request_memory(void)
{
	if (previous_shmem_request != NULL)
		previous_shmem_request();
	if (setting_log_ring_size == 0)
		return;
	RequestAddinShmemSpace(memory_size());
	RequestNamedLWLockTranche(RING_NAME, 1);
}

/* Makes an empty ring. */
static void
ring_make(void)
{
	memset(ring, 0, offsetof(Ring, pool));
	ring->lock = &GetNamedLWLockTranche(RING_NAME)->lock;
	ring->since = GetCurrentTimestamp();
	for (int i = 0; i < RING_QUEUES; i++)
		chain_init(&ring->queues[i].chain);
	chunk_pool_init(&ring->pool, configured_chunks());
}

/* Gets the memory, at the server's start and anew after a crash. */
static void
attach_memory(void)
{
	bool		found;

	if (previous_shmem_startup != NULL)
		previous_shmem_startup();
	ring = NULL;
	if (setting_log_ring_size == 0)
		return;
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	ring = ShmemInitStruct(RING_NAME, memory_size(), &found);
	if (!found)
		ring_make();
	LWLockRelease(AddinShmemInitLock);
}

void
ring_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_shmem_request = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = attach_memory;
}

bool
ring_has_memory(void)
{
	return ring != NULL;
}

uint64
ring_waiting(void)
{
	return ring->counts.waiting;
}

bool
ring_is_there(void)
{
	return ring != NULL && !RecoveryInProgress();
}

/* The queue of a database, or NULL. */
static RingQueue *
queue_find(Oid database)
{
	for (int i = 0; i < ring->nqueues; i++)
		if (ring->queues[i].database == database)
			return &ring->queues[i];
	return NULL;
}

/* A queue that nothing waits in, the one that has been so for longest; NULL: there is none. */
static RingQueue *
queue_idle(void)
{
	RingQueue  *oldest = NULL;

	for (int i = 0; i < ring->nqueues; i++)
	{
		RingQueue  *queue = &ring->queues[i];

		if (queue->counts.waiting == 0 && queue->worker == WORKER_NONE &&
			(oldest == NULL || queue->put_at < oldest->put_at))
			oldest = queue;
	}
	return oldest;
}

/* The queue of a database, made if need be; NULL: too many databases are at it. */
static RingQueue *
queue_of(Oid database)
{
	RingQueue  *queue = queue_find(database);

	if (queue != NULL)
		return queue;
	if (ring->nqueues < RING_QUEUES)
		queue = &ring->queues[ring->nqueues++];
	else
		queue = queue_idle();
	if (queue == NULL)
		return NULL;
	memset(queue, 0, sizeof(RingQueue));
	queue->database = database;
	chain_init(&queue->chain);
	return queue;
}

/* Counts records that are lost. */
static void
count_loss(RingQueue *queue, RingLoss loss, uint64 bundles)
{
	if (loss == RING_SKIPPED)
		ring->counts.skipped += bundles;
	else
		ring->counts.dropped += bundles;
	if (queue == NULL)
		return;
	if (loss == RING_SKIPPED)
		queue->counts.skipped += bundles;
	else
		queue->counts.dropped += bundles;
}

/* Takes records out of the count of those that wait. */
static void
count_out(RingQueue *queue, uint64 bundles)
{
	queue->counts.waiting -= bundles;
	ring->counts.waiting -= bundles;
}

/* May the queue have so many more bytes? */
static bool
queue_has_room(const RingQueue *queue, Size size)
{
	int			needs;
	int			left;

	if (size > Min((Size) ring->pool.total * CHUNK_SIZE, MaxAllocSize / 2))
		return false;
	needs = chain_needs(&queue->chain, size);
	left = ring->pool.left - needs;
	if (needs == 0)
		return true;
	if (left < 0)
		return false;
	return queue->chain.chunks + needs <=
		(queue->failures > 0 ? FAILING_SHARE(left) : HEALTHY_SHARE(left));
}

/* Puts a record into a queue, or counts it. */
static void
queue_put(RingQueue *queue, const void *bundle, Size size)
{
	if (queue == NULL || !queue_has_room(queue, sizeof(Size) + size))
	{
		count_loss(queue, RING_DROPPED, 1);
		return;
	}
	chain_append(&ring->pool, &queue->chain, &size, sizeof(Size));
	chain_append(&ring->pool, &queue->chain, bundle, size);
	queue->counts.waiting++;
	ring->counts.waiting++;
}

/* The latch to set when the ring is more than half full, once a batch; or NULL. */
static Latch *
latch_to_set(RingQueue *queue)
{
	if (queue == NULL || queue->worker != WORKER_THERE || queue->woken || queue->failures > 0 ||
		ring->pool.left > ring->pool.total / 2)
		return NULL;
	queue->woken = true;
	return queue->latch;
}

/* Does a queue wait for a worker, and nobody has called one? */
static bool
queue_lacks_worker(const RingQueue *queue, TimestampTz now)
{
	if (queue->counts.waiting == 0)
		return false;
	switch (queue->worker)
	{
		case WORKER_NONE:
			return now >= queue->not_before;
		case WORKER_CALLED:
			return TimestampDifferenceExceeds(queue->called_at, now, CALL_TIMEOUT_MS);
		case WORKER_THERE:
			break;
	}
	return false;
}

/* Marks a queue that is about to get a worker, and gives its database; InvalidOid: there is none. */
static Oid
mark_called(TimestampTz now)
{
	for (int i = 0; i < ring->nqueues; i++)
	{
		RingQueue  *queue = &ring->queues[i];

		if (queue_lacks_worker(queue, now))
		{
			queue->worker = WORKER_CALLED;
			queue->called_at = now;
			return queue->database;
		}
	}
	return InvalidOid;
}

/* Takes back that a worker has been called; should we say that there was no slot? */
static bool
unmark_called(Oid database)
{
	RingQueue  *queue;
	bool		report;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	queue = queue_find(database);
	if (queue != NULL && queue->worker == WORKER_CALLED)
		queue->worker = WORKER_NONE;
	report = !ring->slots_reported && IsUnderPostmaster;
	ring->slots_reported = true;
	LWLockRelease(ring->lock);
	return report;
}

/* Has the postmaster start a worker for a database. */
static bool
register_worker(Oid database)
{
	BackgroundWorker worker;

	memset(&worker, 0, sizeof(worker));
	snprintf(worker.bgw_name, BGW_MAXLEN, "custom_actions log writer for database %u", database);
	snprintf(worker.bgw_type, BGW_MAXLEN, "custom_actions log writer");
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
#ifdef BGWORKER_INTERRUPTIBLE
	worker.bgw_flags |= BGWORKER_INTERRUPTIBLE;
#endif
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	snprintf(worker.bgw_library_name, sizeof(worker.bgw_library_name), "custom_actions");
	snprintf(worker.bgw_function_name, BGW_MAXLEN, "custom_action_log_writer");
	worker.bgw_main_arg = ObjectIdGetDatum(database);
	return RegisterDynamicBackgroundWorker(&worker, NULL);
}

/* Registers a worker for a database that is marked; without our lock. */
static bool
call_worker(Oid database)
{
	if (register_worker(database))
		return true;
	if (unmark_called(database))
		ereport(LOG_SERVER_ONLY,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("out of background worker slots for the log of custom_actions"),
				 errdetail("Failed invocations wait in shared memory; the next one tries again."),
				 errhint("You might need to increase max_worker_processes.")));
	return false;
}

/* Calls workers, the first for a database that is marked already. */
static void
call_workers_from(Oid database)
{
	while (OidIsValid(database) && call_worker(database))
	{
		LWLockAcquire(ring->lock, LW_EXCLUSIVE);
		database = mark_called(GetCurrentTimestamp());
		LWLockRelease(ring->lock);
	}
}

void
ring_call_workers(void)
{
	Oid			database;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	database = mark_called(GetCurrentTimestamp());
	LWLockRelease(ring->lock);
	call_workers_from(database);
}

void
ring_put(const void *bundle, Size size)
{
	TimestampTz now = GetCurrentTimestamp();
	RingQueue  *queue;
	Latch	   *latch;
	Oid			database;

	if (ring == NULL || MyProc == NULL || !OidIsValid(MyDatabaseId))
		return;
	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	queue = queue_of(MyDatabaseId);
	queue_put(queue, bundle, size);
	if (queue != NULL)
		queue->put_at = now;
	latch = latch_to_set(queue);
	database = mark_called(now);
	LWLockRelease(ring->lock);
	if (latch != NULL)
		SetLatch(latch);
	call_workers_from(database);
}

void
ring_put_back(Oid database, const void *bundle, Size size)
{
	RingQueue  *queue = queue_of(database);

	queue_put(queue, bundle, size);
	if (queue != NULL)
		queue->put_at = GetCurrentTimestamp();
}

void
ring_look(RingState *state)
{
	RingQueue  *queue;

	memset(state, 0, sizeof(RingState));
	LWLockAcquire(ring->lock, LW_SHARED);
	queue = queue_find(MyDatabaseId);
	state->size = (Size) ring->pool.total * CHUNK_SIZE;
	state->used = (Size) (ring->pool.total - ring->pool.left) * CHUNK_SIZE;
	state->since = ring->since;
	state->server = ring->counts;
	if (queue != NULL)
		state->database = queue->counts;
	LWLockRelease(ring->lock);
}

RingQueue *
ring_claim(Oid database, TimestampTz *not_before)
{
	RingQueue  *queue;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	queue = queue_find(database);
	if (queue != NULL && queue->worker != WORKER_THERE && queue->counts.waiting > 0)
	{
		queue->worker = WORKER_THERE;
		queue->latch = MyLatch;
		queue->woken = false;
		ring->slots_reported = false;
		*not_before = queue->not_before;
	}
	else
	{
		if (queue != NULL && queue->worker == WORKER_CALLED)
			queue->worker = WORKER_NONE;
		queue = NULL;
	}
	LWLockRelease(ring->lock);
	return queue;
}

bool
ring_leave(RingQueue *queue)
{
	bool		leaves;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	leaves = queue->counts.waiting == 0;
	if (leaves)
		queue->worker = WORKER_NONE;
	LWLockRelease(ring->lock);
	return leaves;
}

void
ring_abandon(RingQueue *queue, TimestampTz not_before)
{
	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	queue->worker = WORKER_NONE;
	queue->not_before = not_before;
	LWLockRelease(ring->lock);
}

bool
ring_hand_over(RingQueue *queue, TimestampTz not_before)
{
	Oid			database;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	database = queue->database;
	queue->worker = WORKER_CALLED;
	queue->called_at = GetCurrentTimestamp();
	queue->not_before = not_before;
	LWLockRelease(ring->lock);
	return call_worker(database);
}

/* Passes over the next record of a batch. */
static void
batch_pass(RingBatch *batch)
{
	Size		size;

	chain_read(&ring->pool, &batch->reader, &size, sizeof(Size));
	chain_read(&ring->pool, &batch->reader, NULL, size);
	batch->left--;
}

uint64
ring_batch_begin(RingBatch *batch, RingQueue *queue, Size most)
{
	RingBatch	whole;

	batch->queue = queue;
	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	queue->woken = false;
	batch->waiting = batch->bundles = batch->left = queue->counts.waiting;
	chain_reader_begin(&queue->chain, &batch->reader);
	LWLockRelease(ring->lock);

	whole = *batch;
	while (whole.left > 0 && (Size) whole.reader.passed * CHUNK_SIZE < most)
		batch_pass(&whole);
	batch->bundles -= whole.left;
	batch->left = batch->bundles;
	return batch->bundles;
}

void
ring_batch_next(RingBatch *batch, StringInfo bundle)
{
	Size		size;

	Assert(batch->left > 0);
	chain_read(&ring->pool, &batch->reader, &size, sizeof(Size));
	resetStringInfo(bundle);
	enlargeStringInfo(bundle, (int) size);
	chain_read(&ring->pool, &batch->reader, bundle->data, size);
	bundle->len = (int) size;
	batch->left--;
}

void
ring_batch_done(RingBatch *batch, uint64 dropped)
{
	RingQueue  *queue = batch->queue;

	Assert(batch->left == 0);
	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	chain_free_before(&ring->pool, &queue->chain, &batch->reader);
	count_out(queue, batch->bundles);
	count_loss(queue, RING_DROPPED, dropped);
	queue->counts.recorded += batch->bundles - dropped;
	ring->counts.recorded += batch->bundles - dropped;
	queue->failures = queue->connects_failed = 0;
	queue->not_before = 0;
	if (dropped < batch->bundles)
		queue->reported = false;
	LWLockRelease(ring->lock);
}

uint64
ring_clear(RingQueue *queue, RingLoss loss)
{
	uint64		lost;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	lost = queue->counts.waiting;
	chain_free_all(&ring->pool, &queue->chain);
	count_out(queue, lost);
	count_loss(queue, loss, lost);
	queue->failures = queue->connects_failed = 0;
	queue->not_before = 0;
	LWLockRelease(ring->lock);
	return lost;
}

/* Finds the record that a queue which fails may keep as its last one. */
static void
find_share(RingBatch *share, RingQueue *queue)
{
	/* where all else is free; the chunk of the place is not passed */
	int			most = ring->pool.total / 4 - 1;

	share->queue = queue;
	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	share->bundles = share->left = queue->counts.waiting;
	chain_reader_begin(&queue->chain, &share->reader);
	LWLockRelease(ring->lock);
	while (share->left > 0 && share->reader.passed < most)
		batch_pass(share);
	share->bundles -= share->left;
}

int
ring_failed(RingQueue *queue)
{
	RingBatch	share;
	uint64		lost;
	int			failures;

	find_share(&share, queue);
	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	failures = ++queue->failures;
	lost = queue->counts.waiting - share.bundles;
	if (share.left > 0)
	{
		chain_free_after(&ring->pool, &queue->chain, &share.reader);
		count_out(queue, lost);
		count_loss(queue, RING_DROPPED, lost);
	}
	LWLockRelease(ring->lock);
	return failures;
}

int
ring_connect_failed(RingQueue *queue)
{
	int			failed;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	failed = ++queue->connects_failed;
	LWLockRelease(ring->lock);
	return failed;
}

bool
ring_report_once(RingQueue *queue)
{
	bool		report;

	LWLockAcquire(ring->lock, LW_EXCLUSIVE);
	report = !queue->reported;
	queue->reported = true;
	LWLockRelease(ring->lock);
	return report;
}

void
ring_each(void (*fn) (Oid database, StringInfo bundle, void *arg), void *arg)
{
	StringInfoData bundle;

	initStringInfo(&bundle);
	for (int i = 0; i < ring->nqueues; i++)
	{
		RingBatch	batch;

		batch.queue = &ring->queues[i];
		batch.left = batch.queue->counts.waiting;
		chain_reader_begin(&batch.queue->chain, &batch.reader);
		while (batch.left > 0)
		{
			ring_batch_next(&batch, &bundle);
			fn(batch.queue->database, &bundle, arg);
		}
	}
	pfree(bundle.data);
}
