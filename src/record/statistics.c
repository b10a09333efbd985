/*
 * statistics.c
 *		Counts invocations, their plug-ins and, at level trace, their steps: how
 *		often, how they ended, how long they took, how many rows they wrote.
 *
 * What is counted has ended; what ends with the connection never has. It stays
 * counted, whatever becomes of the transaction. Times include what runs inside.
 * Only in a server that has preloaded the library; elsewhere nobody is told.
 *
 * What is open, and since when, is a stack of this backend: of an invocation, its
 * plug-in, or its steps within each other, and what runs in them. Whatever an
 * error, or another observer, has kept from ending is dropped by the next
 * invocation that begins.
 */
#include "postgres.h"

#include "base/settings.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "record/level.h"
#include "record/statistics.h"
#include "record/statistics_file.h"
#include "record/statistics_store.h"
#include "run/observer.h"
#include "storage/ipc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* An invocation, plug-in or step that has begun. */
typedef struct Open
{
	const Frame *frame;
	const Instruction *step;	/* or plug-in; NULL: the invocation */
	instr_time	begun;
	TimestampTz told_at;		/* instead, of what has happened before; else 0 */
	uint64		rows;			/* that the invocation had written */
	bool		counted;		/* has ended well; what comes now corrects that */
} Open;

static Open *opened = NULL;
static int	nopened = 0;
static int	opened_room = 0;

static shmem_request_hook_type request_before_statistics = NULL;
static shmem_startup_hook_type startup_before_statistics = NULL;

/* Notes that something begins. */
static void
push_opened(const Frame *frame, const Instruction *step)
{
	if (nopened == opened_room)
	{
		int			room = Max(16, 2 * opened_room);

		opened = opened == NULL ? MemoryContextAlloc(TopMemoryContext, sizeof(Open) * room) :
			repalloc(opened, sizeof(Open) * room);
		opened_room = room;
	}
	opened[nopened].frame = frame;
	opened[nopened].step = step;
	opened[nopened].rows = frame->rows_written;
	opened[nopened].counted = false;
	INSTR_TIME_SET_CURRENT(opened[nopened].begun);
	opened[nopened].told_at = observer_told_at;
	nopened++;
}

/* Drops what is above the innermost entry of this; NULL if there is none. */
static Open *
find_opened(const Frame *frame, const Instruction *step)
{
	for (int i = nopened - 1; i >= 0; i--)
	{
		if (opened[i].frame != frame || opened[i].step != step)
			continue;
		nopened = i + 1;
		return &opened[i];
	}
	return NULL;
}

/* Is this the frame of one of the invocations that run: the innermost, or one around it? */
static bool
is_running(const Frame *frame, const Frame *innermost)
{
	while (innermost != NULL && innermost != frame)
		innermost = innermost->parent;
	return innermost != NULL;
}

/* Drops what does not run any more, when an invocation begins in this one, or in none. */
static void
drop_ended(const Frame *parent)
{
	while (nopened > 0 && !is_running(opened[nopened - 1].frame, parent))
		nopened--;
}

static double
milliseconds_since(const Open *open)
{
	instr_time	now;

	if (open->told_at != 0)
		return (observed_now() - open->told_at) / 1000.0;
	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, open->begun);
	return INSTR_TIME_GET_MILLISEC(now);
}

/* Whose counters are those of an invocation, plug-in or step? */
static StatisticsKey
key_of(const Frame *frame, const Instruction *step)
{
	StatisticsKey key = {
		.database = MyDatabaseId,
		.action = frame->program->function
	};

	if (step == NULL)
		key.kind = STATISTICS_ACTION;
	else if (step->kind == NULL)
	{
		key.kind = STATISTICS_PLUGIN;
		key.plugin = step->plugin;
	}
	else
	{
		key.kind = STATISTICS_STEP;
		key.step = DatumGetUInt64(hash_any_extended((const unsigned char *) step->path,
													strlen(step->path), 0));
	}
	return key;
}

/* Counts what has ended. */
static void
count_ended(const Open *ended, bool failed, bool canceled, const ErrorData *error)
{
	StatisticsKey key = key_of(ended->frame, ended->step);
	Occurrence	occurrence = {
		.step = key.kind == STATISTICS_STEP ? ended->step->path : NULL,
		.calls = ended->counted ? 0 : 1,
		.failures = failed,
		.canceled = canceled,
		.time = milliseconds_since(ended),
		.at = GetCurrentTimestamp(),
		.error = error
	};

	if (!failed && !canceled)
		occurrence.rows_written = ended->frame->rows_written - ended->rows;
	else if (ended->counted)
		occurrence.rows_written = -(int64) ended->frame->rows_written;
	statistics_add(&key, &occurrence);
}

static bool
count_follows(const Frame *frame)
{
	return setting_collect_statistics && OidIsValid(frame->program->function);
}

static uint32
count_begun(Frame *frame)
{
	if (!count_follows(frame))
		return 0;
	drop_ended(frame->parent);
	push_opened(frame, NULL);
	return OBSERVE_ROWS | OBSERVE_PLUGINS | OBSERVE_END |
		(level_of(frame->program->definition) == LOG_TRACE ? OBSERVE_STEPS : 0);
}

static void
count_step_begun(Frame *frame, const Instruction *step)
{
	push_opened(frame, step);
}

/* Keeps the error of a step; that it has failed is counted at its end, whatever its handler does. */
static void
count_step_undone(Frame *frame, const Instruction *step, uint64 rows_told, const ErrorData *error,
				  const char *failed_step)
{
	if (find_opened(frame, step) != NULL)
	{
		StatisticsKey key = key_of(frame, step);
		Occurrence	occurrence = {.step = step->path, .at = GetCurrentTimestamp(), .error = error};

		statistics_add(&key, &occurrence);
	}
}

/* A step whose error is dealt with has failed; what its handler does is its own time. */
static void
count_step_ended(Frame *frame, const Instruction *step, StepEnd how, const ErrorData *error,
				 const char *failed_step)
{
	const Open *ended = find_opened(frame, step);

	if (ended == NULL)
		return;
	if (how != STEP_SKIPPED)
		count_ended(ended, how == STEP_HANDLED || how == STEP_FAILED, false, error);
	nopened--;
}

/* What has ended well stays on the stack for now: it may still turn out to have failed. */
static void
count_invocation_ended(Frame *frame, InvocationEnd how, const ErrorData *error, const char *failed_step)
{
	Open	   *ended = find_opened(frame, NULL);

	if (ended == NULL)
		return;
	count_ended(ended, how == INVOCATION_FAILED, how == INVOCATION_CANCELED,
				how == INVOCATION_FAILED ? error : NULL);
	ended->counted = true;
}

static const Observer statistics_observer = {
	.follows = count_follows,
	.invocation_begun = count_begun,
	.step_begun = count_step_begun,
	.step_undone = count_step_undone,
	.step_ended = count_step_ended,
	.invocation_ended = count_invocation_ended
};

static void
request_statistics(void)
{
	if (request_before_statistics != NULL)
		request_before_statistics();
	statistics_store_request();
}

/* Keeps the statistics when the postmaster stops; after a crash nobody knows what is in them. */
static void
keep_statistics(int code, Datum argument)
{
	if (code != 0)
		return;
	statistics_stay_alone();
	statistics_file_write();
}

static void
start_statistics(void)
{
	bool		fresh;

	if (startup_before_statistics != NULL)
		startup_before_statistics();
	fresh = statistics_store_attach();
	if (IsUnderPostmaster)
		return;
	on_shmem_exit(keep_statistics, 0);
	if (fresh)
		statistics_file_read();
}

void
statistics_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	request_before_statistics = shmem_request_hook;
	shmem_request_hook = request_statistics;
	startup_before_statistics = shmem_startup_hook;
	shmem_startup_hook = start_statistics;
	observer_register(&statistics_observer);
}
