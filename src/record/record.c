/*
 * record.c
 *		Records invocations: one row of custom_actions.log each.
 *
 * That an action succeeded is written in the caller's transaction, so that the
 * row is there exactly if the work is. That one failed is written past the
 * rollback: through the ring, or as a line of the server's log where there is
 * none. What try_invoke_action answers is a row in the caller's transaction
 * again, so failures inside it wait until it has answered (unanswered.c). Level
 * trace keeps what it inserted until the transaction ends, and sends it if that
 * is rolled back (rolled_back.c).
 *
 * While an error passes nothing but memory may be touched (observer.h): names
 * and whatever else the catalogs must be asked for are taken at the begin.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lookup/role_name.h"
#include "miscadmin.h"
#include "record/bundle.h"
#include "record/cut_json.h"
#include "record/level.h"
#include "record/log_row.h"
#include "record/log_write.h"
#include "record/payload.h"
#include "record/record.h"
#include "record/rolled_back.h"
#include "record/rows_touched.h"
#include "record/trace.h"
#include "record/unanswered.h"
#include "run/context.h"
#include "run/observer.h"
#include "run/summary.h"
#include "run/who.h"
#include "storage/ipc.h"

PG_FUNCTION_INFO_V1(custom_action_trace);

#define BUNDLE_MOST		(64 * 1024) /* bytes of a bundle with lines of a trace */
#define ERROR_TEXTS		4		/* an error's texts get this part of that each */

/* What is known of an invocation that is recorded; lives in its frame->mcxt. */
typedef struct Recorded
{
	Frame	   *frame;
	struct Recorded *outer;		/* the one that it began in, or NULL */
	LogLevel	level;
	TimestampTz started_at;
	bool		succeeded;		/* it is in the log so */
	Touched    *touched;		/* the rows that its steps wrote, or NULL */
	Trace	   *trace;			/* at level trace; else NULL */
	const Who  *who;
	const char *caller;
	const char *invoker;		/* or NULL */
	const char *session_user;
} Recorded;

static Recorded *innermost_recorded = NULL; /* that is open, or NULL */

/* Is a record shown in the server's log? That of a traced invocation is, since its lines are nowhere else. */
static bool
is_shown_alone(const Recorded *recorded)
{
	return recorded->frame->parent == NULL || recorded->trace != NULL;
}

/* Bytes of lines that go past a rollback; one record must not fill a small ring. */
static Size
most_of_bundle(void)
{
	return setting_log_ring_size > 0 ? Min(BUNDLE_MOST, (Size) setting_log_ring_size * 1024 / 8) : BUNDLE_MOST;
}

/* Bytes that inputs may take of a record in the ring. */
static int
failed_payload_limit(void)
{
	int64		room = (int64) setting_log_ring_size * 1024 / 4;

	return room > 0 ? (int) Min(setting_log_payload_limit, room) : setting_log_payload_limit;
}

/* Says who; mostly it is the caller, whose name is there already. */
static void
set_role(OwnRow *row, int column, const Recorded *recorded, const char *name)
{
	if (name == recorded->caller && name != NULL)
		log_row_set(row, column, row->values[LOG_CALLER]);
	else
		log_row_set_text(row, column, name);
}

/* A row with what is told of every invocation. */
static OwnRow *
invocation_row(const Recorded *recorded, const char *status)
{
	Frame	   *frame = recorded->frame;
	const Program *program = frame->program;
	OwnRow	   *row = log_row_make(&log_table);

	log_row_set_uuid(row, LOG_ID, invocation_id(frame));
	if (frame->parent != NULL)
		log_row_set_uuid(row, LOG_PARENT, invocation_id(frame->parent));
	log_row_set_uuid(row, LOG_CORRELATION, correlation_id(frame));
	log_row_set_text(row, LOG_ACTION, program->action);
	log_row_set(row, LOG_VERSION, Int32GetDatum(program->version));
	log_row_set_text(row, LOG_STATUS, status);
	log_row_set(row, LOG_STARTED_AT, TimestampTzGetDatum(recorded->started_at));
	log_row_set_duration(row, LOG_DURATION, recorded->started_at, observed_now());
	log_row_set(row, LOG_DEPTH, Int32GetDatum(frame->depth));
	log_row_set_text(row, LOG_CALLER, recorded->caller);
	set_role(row, LOG_INVOKER, recorded, recorded->invoker);
	set_role(row, LOG_SESSION_USER, recorded, recorded->session_user);
	log_row_set_text(row, LOG_ACTOR, recorded->who->actor);
	log_row_set_jsonb(row, LOG_CLIENT, recorded->who->client);
	log_row_set_text(row, LOG_TRACEPARENT, recorded->who->traceparent);
	log_row_set_text(row, LOG_TAG, recorded->who->tag);
	log_row_set(row, LOG_ROWS_WRITTEN, Int64GetDatum((int64) frame->rows_written));
	if (OidIsValid(program->function))
		log_row_set(row, LOG_FUNCTION_ID, ObjectIdGetDatum(program->function));
	if (OidIsValid(frame->invoker))
		log_row_set(row, LOG_INVOKER_ID, ObjectIdGetDatum(frame->invoker));
	return row;
}

/* What the row's target and the steps were: of a failure the target alone. */
static void
set_touched(OwnRow *row, const Recorded *recorded, bool failed)
{
	Jsonb	   *target = row->nulls[LOG_TARGET] ? NULL : DatumGetJsonbP(row->values[LOG_TARGET]);
	ArrayType  *rows;

	log_row_set_jsonb(row, LOG_TOUCHED, failed ? touched_failed_json(recorded->frame, target, &rows) :
					  touched_json(recorded->touched, target, &rows));
	if (rows != NULL)
		log_row_set(row, LOG_TOUCHED_ROWS, PointerGetDatum(rows));
}

/* Adds a text of an error; one without end is cut, or the record would find no room in the ring. */
static void
set_error_text(OwnRow *row, int column, const Frame *frame, const char *text)
{
	int			most = most_of_bundle() / ERROR_TEXTS;

	if (text != NULL && strlen(text) > most)
		text = cut_text(frame, text, strlen(text), most);
	log_row_set_text(row, column, text);
}

/* Says what went wrong. */
static void
set_error(OwnRow *row, const Frame *frame, const ErrorData *error, const char *failed_step)
{
	log_row_set_text(row, LOG_STEP, failed_step);
	if (error->sqlerrcode != 0)
		log_row_set_text(row, LOG_SQLSTATE, unpack_sql_state(error->sqlerrcode));
	set_error_text(row, LOG_MESSAGE, frame, error->message);
	set_error_text(row, LOG_DETAIL, frame, error->detail);
	set_error_text(row, LOG_HINT, frame, error->hint);
}

/*
 * The invocation, this one or one around it, whose failure try_invoke_action
 * answers; or NULL. One that is not recorded would not tell of its end.
 */
static Frame *
answering_frame(Frame *frame)
{
	while (frame != NULL && !(frame->answers_failure && frame->recorded != NULL))
		frame = frame->parent;
	return frame;
}

/* Sends a record past the rollback, once try_invoke_action has answered for an invocation, if one is given. */
static void
pass_on(const pg_uuid_t *answering, char *bundle, Size size, bool shown)
{
	if (answering != NULL)
		unanswered_keep(answering, bundle, size, shown);
	else
		log_write_past_rollback(bundle, size, shown);
}

static void
record_failure(Recorded *recorded, const char *status, const ErrorData *error, const char *failed_step)
{
	Frame	   *frame = recorded->frame;
	Frame	   *answering = answering_frame(frame);
	OwnRow	   *row;
	List	   *rows;
	char	   *bundle;
	Size		size;

	if (recorded->succeeded)
		rolled_back_forget(invocation_id(frame));
	row = invocation_row(recorded, status);
	log_row_set(row, LOG_ROWS_WRITTEN, Int64GetDatum(0));	/* they will not have been written */
	log_row_set_jsonb(row, LOG_TARGET, payload_failed_target(frame));
	set_touched(row, recorded, true);
	log_row_set_jsonb(row, LOG_INPUT, payload_failed_inputs(frame, failed_payload_limit()));
	set_error(row, frame, error, failed_step);
	rows = list_make1(row);
	if (recorded->trace != NULL)
		rows = list_concat(rows, trace_rows(recorded->trace, most_of_bundle()));
	bundle = bundle_make(rows, &size);
	pass_on(answering != NULL ? invocation_id(answering) : NULL, bundle, size, is_shown_alone(recorded));
}

/* Keeps what a traced invocation has inserted, in case that it is rolled back; nothing of it has happened then. */
static void
watch_success(Recorded *recorded, OwnRow *row)
{
	log_row_set_text(row, LOG_STATUS, "rolled back");
	log_row_set(row, LOG_ROWS_WRITTEN, Int64GetDatum(0));
	row->nulls[LOG_TOUCHED] = row->nulls[LOG_TOUCHED_ROWS] = true;
	set_touched(row, recorded, true);
	rolled_back_watch(invocation_id(recorded->frame),
					  lcons(row, trace_rows(recorded->trace, most_of_bundle())));
}

/* Says what was done, or why that cannot be said. */
static void
set_summary(OwnRow *row, Frame *frame)
{
	text	   *summary = summary_text(frame);

	if (summary != NULL)
		log_row_set(row, LOG_SUMMARY, PointerGetDatum(summary));
}

static void
record_success(Recorded *recorded)
{
	Frame	   *frame = recorded->frame;
	OwnRow	   *row;

	if (recorded->trace != NULL)
		trace_succeeded(recorded->trace, recorded->started_at);
	if (recorded->level < LOG_BASIC || !log_may_be_written())
		return;
	recorded->succeeded = true;
	row = invocation_row(recorded, "succeeded");
	log_row_set_jsonb(row, LOG_TARGET, payload_target(frame));
	set_touched(row, recorded, false);
	if (recorded->level >= LOG_FULL)
	{
		log_row_set_jsonb(row, LOG_INPUT, payload_inputs(frame, setting_log_payload_limit));
		log_row_set_jsonb(row, LOG_OUTPUT, payload_outputs(frame, setting_log_payload_limit));
	}
	if (frame->replayed)
		log_row_set_text(row, LOG_MESSAGE, "answered by the response that is stored under its idempotency key");
	else
		set_summary(row, frame);
	log_write_row(row);
	if (recorded->trace == NULL)
		return;
	log_write(trace_rows(recorded->trace, SIZE_MAX));
	watch_success(recorded, row);
}

/*
 * Takes what a traced invocation had inserted before that was rolled back. If
 * it was inside try_invoke_action, it waits for the answer: that invocation is
 * running, or has failed just now and is the one that the last failure waits for.
 */
static void
record_rolled_back(char *bundle, Size size)
{
	Frame	   *answering = answering_frame(innermost_frame);

	pass_on(answering != NULL ? invocation_id(answering) : unanswered_last(), bundle, size, true);
}

/* Tells of the invocations that the end of the process leaves open. */
static void
record_at_exit(int code, Datum arg)
{
	static const ErrorData ended = {
		.message = "the server process ended while the action was running",
		.hint = "Whether its transaction has been committed is not known here; most probably not."
	};

	for (Recorded *recorded = innermost_recorded; recorded != NULL; recorded = recorded->outer)
		record_failure(recorded, "unknown", &ended,
					   recorded->frame->current != NULL ? recorded->frame->current->path : NULL);
	innermost_recorded = NULL;
	unanswered_send();
}

/* Runs before what ends the transaction, since it is registered after that. */
static void
register_exit(void)
{
	static bool registered = false;

	if (!registered)
		before_shmem_exit(record_at_exit, (Datum) 0);
	registered = true;
}

static bool
record_follows(const Frame *frame)
{
	return level_of(frame->program->definition) != LOG_OFF;
}

static uint32
record_begun(Frame *frame)
{
	LogLevel	level = level_of(frame->program->definition);
	Recorded   *recorded;

	frame->recorded = NULL;
	if (!record_follows(frame))
		return 0;
	register_exit();
	recorded = MemoryContextAllocZero(frame->mcxt, sizeof(Recorded));
	recorded->frame = frame;
	recorded->outer = innermost_recorded;
	recorded->level = level;
	recorded->started_at = observed_now();
	(void) invocation_id(frame);	/* so that ids are in the order of the begins */
	recorded->who = frame_who(frame);
	recorded->caller = kept_role_name(frame->caller);
	recorded->invoker = frame->invoker == frame->caller ? recorded->caller : kept_role_name(frame->invoker);
	recorded->session_user = GetSessionUserId() == frame->caller ? recorded->caller :
		kept_role_name(GetSessionUserId());
	if (level >= LOG_BASIC)
		recorded->touched = touched_make(frame);
	if (level >= LOG_TRACE)
		recorded->trace = trace_begin(frame);
	/* last: what raises here has no end that would take it from the list */
	frame->recorded = recorded;
	innermost_recorded = recorded;
	return OBSERVE_END | (level >= LOG_BASIC ? OBSERVE_ROWS : 0) |
		(payload_needs_capture(frame) ? OBSERVE_INPUTS : 0) |
		(level >= LOG_TRACE ? OBSERVE_STEPS | OBSERVE_PLUGINS | OBSERVE_APART : 0);
}

static void
record_inputs(Frame *frame)
{
	payload_capture(frame, setting_log_payload_limit);
}

static void
record_step_begun(Frame *frame, const Instruction *step)
{
	trace_step_begun(frame->recorded->trace, step);
}

static void
record_step_ended(Frame *frame, const Instruction *step, StepEnd how, const ErrorData *error,
				  const char *failed_step)
{
	trace_step_ended(frame->recorded->trace, step, how, error);
}

static void
record_rows(Frame *frame, const RowsWritten *written)
{
	touched_add(frame->recorded->touched, written);
}

static void
record_undone(Frame *frame, const Instruction *step, uint64 rows_told, const ErrorData *error,
			  const char *failed_step)
{
	touched_undo(frame->recorded->touched, rows_told);
	if (frame->recorded->trace != NULL)
		trace_step_undone(frame->recorded->trace, step, error, failed_step);
}

static void
record_ended(Frame *frame, InvocationEnd how, const ErrorData *error, const char *failed_step)
{
	Recorded   *recorded = frame->recorded;

	if (how == INVOCATION_SUCCEEDED)
	{
		record_success(recorded);
		if (frame->answers_failure)
			unanswered_insert(invocation_id(frame));
	}
	/* before what may raise for the last time: the frame is gone then */
	innermost_recorded = recorded->outer;
	if (how != INVOCATION_SUCCEEDED)
		record_failure(recorded, how == INVOCATION_CANCELED ? "canceled" : "failed", error, failed_step);
}

static void
record_answered(const pg_uuid_t *invocation, const ErrorData *error, const char *failed_step)
{
	if (invocation != NULL)
		unanswered_insert(invocation);
}

static void
record_passed(void)
{
	unanswered_send();
}

/* Nothing is open after a transaction; what has waited until then was not answered. */
static void
record_at_transaction_end(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	innermost_recorded = NULL;
	unanswered_send();
}

static bool
record_wants_keys(const Definition *definition)
{
	return level_of(definition) >= LOG_BASIC;
}

static int
record_most_keys(void)
{
	return setting_touched_limit;
}

static bool
record_follows_steps(const Definition *definition)
{
	return level_of(definition) >= LOG_TRACE;
}

static const Observer record = {
	.follows_steps = record_follows_steps,
	.wants_keys = record_wants_keys,
	.most_keys = record_most_keys,
	.follows = record_follows,
	.invocation_begun = record_begun,
	.inputs_bound = record_inputs,
	.step_begun = record_step_begun,
	.rows_written = record_rows,
	.step_undone = record_undone,
	.step_ended = record_step_ended,
	.invocation_ended = record_ended,
	.failure_answered = record_answered,
	.failure_passed = record_passed,
	.so_far = rolled_back_count,
	.repeated = rolled_back_repeated
};

void
record_init(void)
{
	own_rows_init();
	RegisterXactCallback(record_at_transaction_end, NULL);
	/* its callback comes before ours, since it is registered later */
	rolled_back_init(record_rolled_back);
	observer_register(&record);
}

/* action_trace(message text, details jsonb): a line of the invocation that it is called in */
Datum
custom_action_trace(PG_FUNCTION_ARGS)
{
	Recorded   *recorded = innermost_frame != NULL ? innermost_frame->recorded : NULL;
	text	   *message;

	if (recorded == NULL || recorded->trace == NULL || PG_ARGISNULL(0))
		PG_RETURN_VOID();
	message = PG_GETARG_TEXT_PP(0);
	trace_message(recorded->trace, VARDATA_ANY(message), VARSIZE_ANY_EXHDR(message),
				  PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1));
	PG_RETURN_VOID();
}
