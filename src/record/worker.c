/*
 * worker.c
 *		The worker that moves records from the ring into the log of one database.
 *
 * It is started by the first failure (ring_put()), stores what waits, and goes on
 * in rounds with pauses between them, so that many failures are stored by few
 * transactions, and it takes a small part of a processor. When nothing has come
 * for LINGER_MS, it ends.
 *
 * It runs as the bootstrap superuser, and nothing of a user's runs in it: rows
 * are inserted directly, by no statement, and what a database sets for its
 * sessions is overruled.
 *
 * When storing fails
 *		A batch that failed is tried again, each record in a subtransaction: one
 *		that cannot be stored is dropped and counted. What is not about a record,
 *		such as a locked table or a full disk, is tried again later: the worker
 *		hands over to another one, which waits without a connection, and so is in
 *		nobody's way. Each time it waits longer, and what the database may have of
 *		the ring is small meanwhile.
 */
#include "postgres.h"

#include <unistd.h>

#include "access/xact.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/settings.h"
#include "catalog/pg_tablespace_d.h"
#include "commands/trigger.h"
#include "common/relpath.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "record/bundle.h"
#include "record/ring.h"
#include "record/ring_file.h"
#include "record/worker.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#define WRITER_NAME		"custom_actions log writer"

#define PAUSE_MS		250
#define LONGEST_PAUSE_MS	800
#define LINGER_MS		500

/* For one unit of time that it works, it rests so many. */
#define REST			19

/* What is stored by one transaction, in bytes */
#define BATCH_SIZE		(1024 * 1024)

/* Before what failed is tried again: doubled each time */
#define RETRY_MS		1000
#define LONGEST_RETRY_MS	30000

/* A database that cannot be connected to so often is given up. */
#define MOST_CONNECTS	3

typedef struct Writer
{
	Oid			database;
	RingQueue  *queue;			/* NULL: not ours, or no longer */
	bool		connected;
	MemoryContext batch;		/* reset for each record */
	StringInfoData bundle;
	StringInfoData reason;		/* why the first record of a batch was dropped */
} Writer;

static Writer writer;

static volatile sig_atomic_t asked_to_end = false;

/* What the database or the server might say otherwise */
static const struct
{
	const char *name;
	const char *value;
}			writer_settings[] = {
	{"application_name", WRITER_NAME},
	{"role", "none"},
	{"search_path", "pg_catalog, pg_temp"},
	{"lock_timeout", "500ms"},
	{"statement_timeout", "0"},
#if PG_VERSION_NUM >= 170000
	{"transaction_timeout", "0"},
#endif
	{"default_transaction_isolation", "read committed"},
	{"default_transaction_read_only", "off"},
	{"default_transaction_deferrable", "off"},
	{"max_parallel_workers_per_gather", "0"},

	/*
	 * the ring forgets what is stored: on this server's disk, but no standby
	 * is waited for
	 */
	{"synchronous_commit", "local"},
};

/* The time so many milliseconds from now */
static TimestampTz
time_in(int64 milliseconds)
{
	return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds);
}

/* How long to wait before a try, after so many failures. */
static int64
retry_delay(int failures)
{
	return Min(RETRY_MS << Min(failures - 1, 10), LONGEST_RETRY_MS);
}

/* SIGTERM: ends as any backend does, and remembers why. */
static void
writer_terminate(SIGNAL_ARGS)
{
	asked_to_end = true;
	die(SIGNAL_ARGS_GIVEN);
}

/* Gives up the records of a database that cannot be connected to. */
static void
give_up(const char *detail)
{
	uint64		lost = ring_clear(writer.queue, RING_DROPPED);

	ereport(LOG,
			(errcode(ERRCODE_UNDEFINED_DATABASE),
			 errmsg("dropped " UINT64_FORMAT " failed invocations of database %u", lost,
					writer.database),
			 errdetail_internal("%s", detail)));
}

/*
 * At the end of the process: what is left in the queue gets another worker, after
 * a rest if this one failed. Whoever ends the server gets none.
 */
static void
writer_ends(int code, Datum arg)
{
	RingQueue  *queue = writer.queue;
	int64		rest = PAUSE_MS;

	if (queue == NULL)
		return;
	if (!asked_to_end)
	{
		rest = retry_delay(ring_failed(queue));
		if (!writer.connected && ring_connect_failed(queue) >= MOST_CONNECTS)
			give_up("The database could not be connected to.");
	}
	writer.queue = NULL;
	if (!ring_leave(queue))
		(void) ring_hand_over(queue, time_in(rest));
}

/* Ends without a word if asked to, and takes up a changed configuration. */
static void
writer_checks(void)
{
	if (asked_to_end)
		proc_exit(0);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
}

/* What pg_stat_activity shows while it waits */
static uint32
wait_event(void)
{
#if PG_VERSION_NUM >= 170000
	static uint32 event = 0;

	if (event == 0)
		event = WaitEventExtensionNew("CustomActionsLogWriter");
	return event;
#else
	return PG_WAIT_EXTENSION;
#endif
}

/* Waits until a time, or until it is woken. */
static void
wait_until(TimestampTz when)
{
	long		milliseconds = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), when);

	if (milliseconds > 0)
		WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
				  wait_event());
	ResetLatch(MyLatch);
	writer_checks();
}

/* Connects to the database. */
static void
writer_connect(void)
{
	BackgroundWorkerInitializeConnectionByOid(writer.database, InvalidOid, BGWORKER_BYPASS_ALLOWCONN);
	writer.connected = true;
	for (int i = 0; i < lengthof(writer_settings); i++)
		SetConfigOption(writer_settings[i].name, writer_settings[i].value, PGC_SUSET, PGC_S_OVERRIDE);
	writer.batch = AllocSetContextCreate(TopMemoryContext, "custom action log writer",
										 ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(TopMemoryContext);
	initStringInfo(&writer.bundle);
	initStringInfo(&writer.reason);
}

/* Says once that the database has no log that we know. */
static void
report_skipped(uint64 skipped)
{
	if (ring_report_once(writer.queue))
		ereport(LOG,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("skipped " UINT64_FORMAT " failed invocations of database %u", skipped,
						writer.database),
				 errdetail("It has no table custom_actions.log as this library knows it."),
				 errhint("If the extension is older than the library, use ALTER EXTENSION custom_actions UPDATE.")));
}

/* Says that records could not be stored, and why the first of them could not be. */
static void
report_dropped(uint64 dropped)
{
	ereport(LOG,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("dropped " UINT64_FORMAT " failed invocations that could not be recorded in database %u",
					dropped, writer.database),
			 errdetail_internal("%s", writer.reason.data)));
}

/* Says that nothing can be stored for now. */
static void
report_failure(const ErrorData *error)
{
	ereport(LOG,
			(errcode(error->sqlerrcode),
			 errmsg("could not record failed invocations of database %u, will try again",
					writer.database),
			 errdetail_internal("%s", error->message)));
}

/* Stores the record that has been read. */
static void
store_bundle(void *unused)
{
	if (!bundle_store(writer.bundle.data, writer.bundle.len))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the tables of the log are not there any more")));
}

/* Stores it so that an error undoes it alone; false: it cannot be stored. */
static bool
store_apart(void)
{
	ErrorData  *error = caught_error(store_bundle, NULL);

	if (error != NULL && writer.reason.len == 0)
		appendStringInfoString(&writer.reason, error->message);
	return error == NULL;
}

/* Stores a batch in the current transaction; how many records of it could not be. */
static uint64
store_all(RingBatch *batch, bool apart)
{
	uint64		lost = 0;

	resetStringInfo(&writer.reason);
	while (batch->left > 0)
	{
		CHECK_FOR_INTERRUPTS();
		ring_batch_next(batch, &writer.bundle);
		if (!apart)
			store_bundle(NULL);
		else if (!store_apart())
			lost++;
		MemoryContextReset(writer.batch);
	}
	return lost;
}

/*
 * Has constraints and triggers that somebody made deferrable checked with each
 * record: what fails at the commit would fail with whatever is stored beside it.
 */
static void
check_at_once(void)
{
	ConstraintsSetStmt *all = makeNode(ConstraintsSetStmt);

	all->deferred = false;
	AfterTriggerSetState(all);
}

/* Stores a batch by a transaction of its own, and takes it out of the ring. */
static void
store_transaction(RingBatch *batch, bool apart)
{
	bool		known;
	uint64		lost = 0;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	MemoryContextSwitchTo(writer.batch);
	check_at_once();
	known = bundle_tables_are_ours();
	if (known)
		lost = store_all(batch, apart);
	PopActiveSnapshot();

	/* a signal to end must not come between the two */
	HOLD_INTERRUPTS();
	CommitTransactionCommand();
	if (known)
		ring_batch_done(batch, lost);
	else
		lost = ring_clear(writer.queue, RING_SKIPPED);
	RESUME_INTERRUPTS();

	if (!known)
		report_skipped(lost);
	else if (lost > 0)
		report_dropped(lost);
}

/* The same; NULL, or the error that undid it. */
static ErrorData *
try_batch(RingBatch *batch, bool apart)
{
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		store_transaction(batch, apart);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(writer.batch);
		error = CopyErrorData();
		FlushErrorState();
		AbortCurrentTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(writer.batch);
	return error;
}

/* Is this error about what others do just now, and no record's fault? */
static bool
is_obstacle(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE ||
		error->sqlerrcode == ERRCODE_QUERY_CANCELED;
}

/* Stores a batch, if need be but for those of its records that cannot be stored. */
static ErrorData *
store_batch(RingBatch *batch)
{
	ErrorData  *error = try_batch(batch, false);

	if (error == NULL || is_obstacle(error))
		return error;
	MemoryContextReset(writer.batch);
	ring_batch_begin(batch, writer.queue, BATCH_SIZE);
	return try_batch(batch, true);
}

/* Waits until a time, whoever wakes us. */
static void
sleep_until(TimestampTz when)
{
	while (GetCurrentTimestamp() < when)
		wait_until(when);
}

/* Ends, after another worker has been called that tries again later; if there is no slot, waits. */
static void
try_later(const ErrorData *error)
{
	RingQueue  *queue = writer.queue;
	int			failures = ring_failed(queue);
	TimestampTz when = time_in(retry_delay(failures));

	/* seldom, if it lasts */
	if ((failures & (failures - 1)) == 0)
		report_failure(error);
	writer.queue = NULL;
	if (ring_hand_over(queue, when))
		proc_exit(0);
	writer.queue = ring_claim(writer.database, &when);
	if (writer.queue == NULL)
		proc_exit(0);
	sleep_until(when);
}

/* Stores what waits at the begin of a round; false: nothing did. */
static bool
store_waiting(void)
{
	RingBatch	batch;
	uint64		rest = 0;
	bool		stored = false;

	while (ring_batch_begin(&batch, writer.queue, BATCH_SIZE) > 0)
	{
		ErrorData  *error;

		if (rest == 0)
			rest = batch.waiting;
		rest -= Min(rest, batch.bundles);
		error = store_batch(&batch);
		stored = true;
		if (error != NULL)
			try_later(error);
		MemoryContextReset(writer.batch);
		writer_checks();
		if (rest == 0)
			break;
	}
	return stored;
}

/* One round, shown in pg_stat_activity */
static bool
run_round(void)
{
	bool		stored;

	pgstat_report_activity(STATE_RUNNING, "recording failed invocations");
	stored = store_waiting();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	return stored;
}

/* Rests after a round that took so long. */
static void
rest_after(int64 busy_ms)
{
	TimestampTz begin = GetCurrentTimestamp();
	int64		least = Min(busy_ms * REST, LONGEST_PAUSE_MS);

	sleep_until(TimestampTzPlusMilliseconds(begin, least));
	if (least < PAUSE_MS)
		wait_until(TimestampTzPlusMilliseconds(begin, PAUSE_MS));
}

/* Round after round, until nothing has come for some time. */
static void
writer_runs(void)
{
	TimestampTz stored_at = GetCurrentTimestamp();

	for (;;)
	{
		TimestampTz begin = GetCurrentTimestamp();
		bool		stored = run_round();
		TimestampTz now = GetCurrentTimestamp();

		if (stored)
			stored_at = now;
		else if (TimestampDifferenceExceeds(stored_at, now, LINGER_MS) && ring_leave(writer.queue))
			break;
		rest_after(TimestampDifferenceMilliseconds(begin, now));
	}
	writer.queue = NULL;
}

/* Is there a directory of the database in this tablespace? */
static bool
database_is_in(Oid tablespace)
{
	char	   *path = GetDatabasePath(writer.database, tablespace);
	bool		found = access(path, F_OK) == 0;

	pfree(path);
	return found;
}

/*
 * Has the database been dropped? To ask is quieter than to try: a failed
 * connection is a FATAL line in the server log.
 */
static bool
database_is_gone(void)
{
	DIR		   *dir;
	struct dirent *entry;
	bool		found = database_is_in(DEFAULTTABLESPACE_OID);

	if (found)
		return false;
	dir = AllocateDir("pg_tblspc");
	while (!found && (entry = ReadDirExtended(dir, "pg_tblspc", LOG)) != NULL)
		found = entry->d_name[0] != '.' && database_is_in(atooid(entry->d_name));
	FreeDir(dir);
	return !found;
}

/* Becomes the worker of the database, if it needs one; else gives false. */
static bool
writer_begins(void)
{
	TimestampTz not_before;

	writer.queue = ring_claim(writer.database, &not_before);
	if (writer.queue == NULL)
		return false;
	sleep_until(not_before);
	if (!database_is_gone())
		return true;
	give_up("The database has been dropped.");
	ring_abandon(writer.queue, 0);
	writer.queue = NULL;
	return false;
}

void
custom_action_log_writer(Datum database)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, writer_terminate);
	writer.database = DatumGetObjectId(database);
	before_shmem_exit(writer_ends, (Datum) 0);
	BackgroundWorkerUnblockSignals();
	if (writer_begins())
	{
		writer_connect();
		writer_runs();
	}
	ring_call_workers();
	proc_exit(0);
}

void
custom_action_log_starter(Datum unused)
{
	BackgroundWorkerUnblockSignals();
	ring_call_workers();
	proc_exit(0);
}

void
worker_init(void)
{
	BackgroundWorker worker;

	if (!process_shared_preload_libraries_in_progress || setting_log_ring_size == 0 ||
		!ring_file_is_there())
		return;
	memset(&worker, 0, sizeof(worker));
	snprintf(worker.bgw_name, BGW_MAXLEN, "custom_actions log starter");
	snprintf(worker.bgw_type, BGW_MAXLEN, "custom_actions log starter");
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	snprintf(worker.bgw_library_name, sizeof(worker.bgw_library_name), "custom_actions");
	snprintf(worker.bgw_function_name, BGW_MAXLEN, "custom_action_log_starter");
	RegisterBackgroundWorker(&worker);
}
