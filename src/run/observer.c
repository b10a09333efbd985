/*
 * observer.c
 *		Tells the observers of events. Each is called in the frame's per-step
 *		memory; what they leave in a context of their own is their affair.
 */
#include "postgres.h"

#include "base/error.h"
#include "executor/executor.h"
#include "run/mask.h"
#include "run/observer.h"

int			observers_count = 0;
TimestampTz observer_told_at = 0;

static const Observer *observers[MAX_OBSERVERS];
static const Observer *told_alone = NULL;	/* nobody else is told of what begins now */

/* The bits of one observer in a frame's `watched` */
#define bits_of(observer, events)	((uint32) (events) << (8 * (observer)))

/* Calls what each observer that wants one of the events has for it. */
#define TELL(events, event, ...) \
	do { \
		for (int i = 0; i < observers_count; i++) \
			if ((frame->watched & bits_of(i, events)) != 0 && observers[i]->event != NULL) \
				observers[i]->event(__VA_ARGS__); \
	} while (0)

/* Calls what each observer has for an event that is no invocation's. */
#define TELL_ALL(event, ...) \
	do { \
		for (int i = 0; i < observers_count; i++) \
			if (is_told(i) && observers[i]->event != NULL) \
				observers[i]->event(__VA_ARGS__); \
	} while (0)

const Observer *
observer_alone(const Observer *observer)
{
	const Observer *before = told_alone;

	told_alone = observer;
	return before;
}

/* Is this observer told of invocations that begin? */
static bool
is_told(int observer)
{
	return told_alone == NULL || observers[observer] == told_alone;
}

void
observer_register(const Observer *observer)
{
	if (observers_count == MAX_OBSERVERS)
		elog(ERROR, "too many observers");
	observers[observers_count++] = observer;
}

bool
observers_want_keys(const Definition *definition)
{
	for (int i = 0; i < observers_count; i++)
		if (observers[i]->wants_keys != NULL && observers[i]->wants_keys(definition))
			return true;
	return false;
}

int
observers_most_keys(void)
{
	int			most = 0;

	for (int i = 0; i < observers_count; i++)
		if (observers[i]->most_keys != NULL)
			most = Max(most, observers[i]->most_keys());
	return most;
}

bool
observers_allow_many(const Definition *definition)
{
	if (told_alone != NULL)
		return false;
	for (int i = 0; i < observers_count; i++)
		if (observers[i]->follows_steps != NULL && observers[i]->follows_steps(definition))
			return false;
	return true;
}

bool
observers_follow(const Frame *frame)
{
	for (int i = 0; i < observers_count; i++)
		if (is_told(i) && (observers[i]->follows == NULL || observers[i]->follows(frame)))
			return true;
	return false;
}

/* Goes to the memory that observers are called in; returns where we were. */
static MemoryContext
enter_memory(Frame *frame)
{
	return MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
}

void
observe_begun(Frame *frame)
{
	MemoryContext old = enter_memory(frame);

	for (int i = 0; i < observers_count; i++)
		if (is_told(i))
			frame->watched |= bits_of(i, observers[i]->invocation_begun(frame));
	MemoryContextSwitchTo(old);
}

void
observe_inputs(Frame *frame)
{
	MemoryContext old = enter_memory(frame);

	TELL(OBSERVE_INPUTS, inputs_bound, frame);
	MemoryContextSwitchTo(old);
}

void
observe_rows(Frame *frame, const RowsWritten *written)
{
	MemoryContext old = enter_memory(frame);

	frame->rows_told++;
	frame->rows_written += written->rows;
	TELL(OBSERVE_ROWS, rows_written, frame, written);
	MemoryContextSwitchTo(old);
}

void
observe_undone(Frame *frame, const Instruction *step, uint64 rows_told,
			   const ErrorData *error, const char *failed_step)
{
	MemoryContext old = enter_memory(frame);

	TELL(OBSERVE_ROWS | OBSERVE_STEPS, step_undone, frame, step, rows_told, error, failed_step);
	MemoryContextSwitchTo(old);
}

void
observe_succeeded(Frame *frame)
{
	MemoryContext old = enter_memory(frame);

	TELL(OBSERVE_END, invocation_ended, frame, INVOCATION_SUCCEEDED, NULL, NULL);
	MemoryContextSwitchTo(old);
}

/* The path of the step that has failed, or NULL. */
static const char *
failed_step(const Frame *frame)
{
	return frame->current != NULL ? frame->current->path : NULL;
}

void
observe_failed(Frame *frame, const ErrorData *error)
{
	MemoryContext old = enter_memory(frame);
	InvocationEnd how;

	if (error == NULL)
		error = CopyErrorData();
	how = error_is_canceling(error) ? INVOCATION_CANCELED : INVOCATION_FAILED;
	TELL(OBSERVE_END, invocation_ended, frame, how, error, failed_step(frame));
	MemoryContextSwitchTo(old);
}

void
observe_answered(const pg_uuid_t *invocation, const ErrorData *error, const char *step)
{
	TELL_ALL(failure_answered, invocation, error, step);
}

void
observe_passed(void)
{
	TELL_ALL(failure_passed);
}

void
observe_repeated(uint64 so_far)
{
	TELL_ALL(repeated, so_far);
}

uint64
observed_so_far(void)
{
	for (int i = 0; i < observers_count; i++)
		if (is_told(i) && observers[i]->so_far != NULL)
			return observers[i]->so_far();
	return 0;
}

/* Which of the events tell of this: a step, or a plug-in? */
static uint32
step_events(const Instruction *step)
{
	return step->kind != NULL ? OBSERVE_STEPS : OBSERVE_PLUGINS;
}

/* Tells that a step begins. */
static void
begin_step(Frame *frame, const Instruction *step)
{
	MemoryContext old = enter_memory(frame);

	TELL(step_events(step), step_begun, frame, step);
	MemoryContextSwitchTo(old);
}

/* Tells that a step has ended without an error, or with one that was dealt with. */
static void
end_step(Frame *frame, const Instruction *step, StepEnd how)
{
	MemoryContext old = enter_memory(frame);

	TELL(step_events(step), step_ended, frame, step, how, NULL, NULL);
	MemoryContextSwitchTo(old);
}

/* Tells that a step has failed with the error being handled. */
static void
fail_step(Frame *frame, const Instruction *step)
{
	MemoryContext old = enter_memory(frame);
	ErrorData  *error = CopyErrorData();

	mask_error(frame, error, CurrentMemoryContext);
	TELL(step_events(step), step_ended, frame, step, STEP_FAILED, error, failed_step(frame));
	MemoryContextSwitchTo(old);
}

/* Which step's end is due is known to the frame, for observe_turn(), and restored whatever happens. */
void
observe_step(Frame *frame, Instruction *step, StepEnd (*run) (void *arg), void *arg)
{
	Instruction *volatile *outer = frame->due;
	Instruction *volatile due = step;

	PG_TRY();
	{
		StepEnd		how;

		frame->due = &due;
		begin_step(frame, step);
		how = run(arg);
		frame->due = outer;
		end_step(frame, due, how);
	}
	PG_CATCH();
	{
		frame->due = outer;
		fail_step(frame, due);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

void
observe_turn(Frame *frame, Instruction *next)
{
	if (frame->due == NULL)
		return;
	end_step(frame, *frame->due, STEP_DONE);
	*frame->due = next;
	begin_step(frame, next);
}
