/*
 * unanswered.c
 *		Records of failures inside try_invoke_action, until it has answered.
 *
 * What it answers is a row in the caller's transaction, so it cannot be sent
 * past the rollback before it is known whether the caller gets an answer or the
 * error. They wait in TopMemoryContext, in the order in which they were kept.
 */
#include "postgres.h"

#include "lookup/own_row.h"
#include "record/bundle.h"
#include "record/log_columns.h"
#include "record/log_write.h"
#include "record/rolled_back.h"
#include "record/unanswered.h"
#include "utils/memutils.h"

#define MOST_WAITING	(4 * 1024 * 1024)	/* bytes */

typedef struct Unanswered
{
	pg_uuid_t	answering;		/* the invocation that it waits for */
	bool		shown;			/* in the server's log, where there is no ring */
	bool		releasing;		/* that is going on */
	Size		size;
	char	   *bundle;
} Unanswered;

static List *waiting = NIL;		/* of Unanswered * */
static Size waiting_size = 0;

static void
forget_record(Unanswered *record)
{
	waiting_size -= record->size;
	waiting = list_delete_ptr(waiting, record);
	pfree(record->bundle);
	pfree(record);
}

static void
send_record(const Unanswered *record)
{
	log_write_past_rollback(record->bundle, record->size, record->shown);
}

/* What waits must not grow: the oldest do not wait any more. */
static void
bound_waiting(void)
{
	while (waiting_size > MOST_WAITING && !((Unanswered *) linitial(waiting))->releasing)
	{
		send_record(linitial(waiting));
		forget_record(linitial(waiting));
	}
}

void
unanswered_keep(const pg_uuid_t *answering, const char *bundle, Size size, bool shown)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	Unanswered *record = palloc0(sizeof(Unanswered));

	record->answering = *answering;
	record->shown = shown;
	record->size = size;
	record->bundle = palloc(size);
	memcpy(record->bundle, bundle, size);
	waiting = lappend(waiting, record);
	waiting_size += size;
	MemoryContextSwitchTo(old);
	bound_waiting();
}

const pg_uuid_t *
unanswered_last(void)
{
	return waiting != NIL ? &((Unanswered *) llast(waiting))->answering : NULL;
}

/* The first record that waits for this invocation; for any, if there is none given. */
static Unanswered *
first_record(const pg_uuid_t *answering)
{
	ListCell   *cell;

	foreach(cell, waiting)
	{
		Unanswered *record = lfirst(cell);

		if (answering == NULL || memcmp(&record->answering, answering, sizeof(pg_uuid_t)) == 0)
			return record;
	}
	return NULL;
}

/* Does something with each record that waits for this invocation, or any, and forgets it. */
static void
release_records(const pg_uuid_t *answering, void (*release) (const Unanswered *record))
{
	Unanswered *record;

	while ((record = first_record(answering)) != NULL)
	{
		record->releasing = true;
		release(record);
		forget_record(record);
	}
}

/* Inserts the rows of a record; those of a traced invocation are watched as if it had inserted them. */
static void
insert_record(const Unanswered *record)
{
	List	   *rows;

	if (!log_may_be_written())
	{
		send_record(record);
		return;
	}
	rows = bundle_rows(record->bundle, record->size);
	log_write(rows);
	if (list_length(rows) > 1)
		rolled_back_watch(DatumGetUUIDP(((OwnRow *) linitial(rows))->values[LOG_ID]), rows);
}

void
unanswered_insert(const pg_uuid_t *answering)
{
	release_records(answering, insert_record);
}

void
unanswered_send(void)
{
	release_records(NULL, send_record);
}
