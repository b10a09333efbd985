/*
 * observer.h
 *		The seam for whoever wants to know what invocations do, such as a log: it
 *		is told of events, and nothing below it knows of logs.
 *
 * Observers are registered when the library is loaded and stay. Each says at the
 * begin of an invocation which of its events it wants; what nobody wants is one
 * test of a field of the frame.
 *
 * The order of events
 *		An invocation has one invocation_begun, before its inputs are bound,
 *		inputs_bound when they and their defaults are, and ends with
 *		invocation_ended. A step has step_begun and step_ended, and those
 *		of the steps, rows and invocations inside lie between; a plug-in has the
 *		same events as a step, with an instruction whose kind is NULL. A step whose
 *		`when` is not true has both, and ended as skipped. Two steps that are merged
 *		into one statement are two: the second begins when the work of both is done.
 *		(Where that statement fails, the first is told of, and failed_step says whose
 *		error it is.) Of creates that are one statement rows_written comes row by row,
 *		while it runs: an observer looks at memory and catalogs alone then, writes
 *		nothing, and raises at most. For who asks for steps they run one by one.
 *		Where a step fails that has an on_error, step_undone comes when its work has
 *		been taken back: whatever was told since its step_begun has not happened.
 *		For those who do not ask for steps, it has the number of rows_written that
 *		had been told of the invocation before; what came after is undone.
 *		The handler's steps follow, then the step's step_ended, handled or failed.
 *		To the steps inside, a time limit that has passed is a cancel; the invocation
 *		whose limit it is ends with the limit's own error.
 *
 * When nothing but memory may be touched
 *		A step_ended that says failed and an invocation_ended that says failed or
 *		canceled come while the error passes, in a transaction or subtransaction
 *		that is about to be rolled back: no catalogs, no SPI, no output functions,
 *		no locks; raising there puts another error in the place of the one that the
 *		caller should see. Copying what the frame holds by value, writing to shared
 *		memory and ereport(LOG) are well. The slots may be half filled. All other
 *		events come in a sound transaction, as the user that the action runs as,
 *		inside the action's time limit, and an observer may do what a step may, but in
 *		rows_written of creates that are one statement (see above): that is still
 *		running. SPI is connected but in invocation_begun and failure_answered.
 *
 * When an observer raises
 *		It is an error of the step or the invocation that the event is about, in its
 *		place in the chain; handlers may deal with it. What is told to several
 *		observers has then been told to some of them only: a begin without an end is
 *		possible, and so is invocation_ended failed after succeeded, when another
 *		observer has raised, or the time limit was found to have passed since. The
 *		last word counts.
 *
 * Many at once
 *		Invocations of items that ran as a set (invoke_action_bulk) are told of when
 *		the work of all is done, one after the other, each with its begin, inputs,
 *		rows and end; those inside before those that they ran in. Of a set that was
 *		given up nothing is told: its items run one by one.
 *
 * What undoes work without a word
 *		Whoever calls an action may roll back to before the call: a savepoint,
 *		an exception block, try_invoke_action. That is for an observer's own
 *		subtransaction callback. Of try_invoke_action, whose frame says
 *		answers_failure, there is failure_answered as the first moment in a sound
 *		transaction, or failure_passed, where memory alone may be touched, if it
 *		does not deal with the error.
 *
 * Memory
 *		What an event shows is good while it lasts. CurrentMemoryContext is the
 *		frame's per-step memory, which the next step resets; what is to be kept
 *		until the invocation ends belongs below frame->home, or elsewhere.
 *
 * Keys of rows
 *		A row is told of by its table's primary key; without one, by the key that
 *		the step finds it by. Keys are told in programs that were compiled while an
 *		observer wanted them (wants_keys; one that was not is compiled anew when they
 *		are wanted, and keeps what it has for that when they no longer are). Where the step addresses the row by a name, they are at hand. Else
 *		the statement returns the key's columns, if the user may read them and that
 *		asks for no policy and no rule that the statement does not meet anyway, which
 *		is found out before each execution (key_rights.c); if not, and where foreign
 *		rows may be concerned, rows are counted.
 *		Of a statement no more keys are told than the observer that wants most of them
 *		asks for (most_keys). Where an update may have changed keys, there are old
 *		ones as well: always of a row found by its key, of sets from PostgreSQL 18 on.
 *		What on_conflict updated is told of apart, as an update, where it is known:
 *		before PostgreSQL 18 only of tables that are no partitioned ones.
 */
#ifndef CA_OBSERVER_H
#define CA_OBSERVER_H

#include "postgres.h"

#include "definition/definition.h"
#include "nodes/nodes.h"
#include "run/frame.h"

/* How a step ended. */
typedef enum StepEnd
{
	STEP_DONE,
	STEP_SKIPPED,				/* its `when` was not true */
	STEP_HANDLED,				/* its error was dealt with by on_error */
	STEP_FAILED
} StepEnd;

/* How an invocation ended. */
typedef enum InvocationEnd
{
	INVOCATION_SUCCEEDED,
	INVOCATION_FAILED,
	INVOCATION_CANCELED			/* by an error with the SQLSTATE of require and stop canceled */
} InvocationEnd;

/* Rows that a step has written. */
typedef struct RowsWritten
{
	const Instruction *step;
	Oid			relation;
	const char *table;			/* its canonical name; NULL where nobody wants keys */
	CmdType		command;		/* CMD_INSERT, CMD_UPDATE or CMD_DELETE */
	uint64		rows;			/* never 0 */
	const List *key;			/* of KeyColumn, the key of the table; or NIL */
	int			nkeys;			/* of how many of the rows the keys are known: the first ones */
	const NullableDatum *keys;	/* of each of them, its columns one after the other */
	const NullableDatum *old_keys;	/* likewise, what an update may have changed; or NULL */
	bool		again;			/* the event before has told of these rows: a merged step's */
} RowsWritten;

/* What an observer may want of an invocation. */
#define OBSERVE_INPUTS	0x01	/* inputs_bound */
#define OBSERVE_ROWS	0x02	/* rows_written, step_undone */
#define OBSERVE_PLUGINS	0x04	/* step_begun and step_ended of plug-ins */
#define OBSERVE_STEPS	0x08	/* the same of steps, and step_undone */
#define OBSERVE_END		0x10	/* invocation_ended */
#define OBSERVE_ALL		0x1f
#define OBSERVE_APART	0x20	/* no event: steps that would be merged run one by one, so that the
								 * one that fails is known */

/* Who wants to know. Any function but invocation_begun may be NULL. */
typedef struct Observer
{
	/*
	 * Keys in RowsWritten, as far as they can be had, for invocations of what
	 * is compiled from this definition? Asked at every call, so it must be
	 * quick.
	 */
	bool		(*wants_keys) (const Definition *definition);

	/* At most so many of each statement. */
	int			(*most_keys) (void);

	/*
	 * Does it want to be told of each step of such invocations, as it begins
	 * and ends? Then they do not run for many items at once.
	 */
	bool		(*follows_steps) (const Definition *definition);

	/*
	 * Would it want to be told of an invocation in this frame, if one began?
	 * Where nobody does, what items of a set have written is not kept until
	 * all is done. NULL: it would.
	 */
	bool		(*follows) (const Frame *frame);

	/* Answers what it wants of this invocation. */
	uint32		(*invocation_begun) (Frame *frame);
	void		(*inputs_bound) (Frame *frame);
	void		(*step_begun) (Frame *frame, const Instruction *step);

	void		(*rows_written) (Frame *frame, const RowsWritten *written);

	/*
	 * What the step did is taken back; the error will now be dealt with, or
	 * not. rows_told: how many rows_written of this invocation came before
	 * the step.
	 */
	void		(*step_undone) (Frame *frame, const Instruction *step, uint64 rows_told,
								const ErrorData *error, const char *failed_step);

	/*
	 * error: that of a step that failed, and the path of the step inside that
	 * raised it; else NULL
	 */
	void		(*step_ended) (Frame *frame, const Instruction *step, StepEnd how,
							   const ErrorData *error, const char *failed_step);

	/* The same; the path is NULL also where no step was running. */
	void		(*invocation_ended) (Frame *frame, InvocationEnd how, const ErrorData *error,
									 const char *failed_step);

	/*
	 * try_invoke_action answers with a failure, of which it has told the
	 * caller the id.
	 */
	void		(*failure_answered) (const pg_uuid_t *invocation, const ErrorData *error,
									 const char *failed_step);

	/* It throws the failure on instead. */
	void		(*failure_passed) (void);

	/*
	 * How many successes that may be rolled back has it been told of? Goes
	 * up.
	 */
	uint64		(*so_far) (void);

	/*
	 * Of those that it had been told of then, what the innermost
	 * subtransaction has is rolled back now, and runs again.
	 */
	void		(*repeated) (uint64 so_far);
} Observer;

/* Registers an observer, which lives as long as the library; only while that is loaded. */
extern void observer_register(const Observer *observer);

/* How many are registered? */
extern int	observers_count;

/*
 * Until the next call, invocations that begin are told of to this observer alone;
 * NULL: to all again. Returns what was so before, which whoever calls this puts back,
 * whatever happens: a preview, of whose invocations nothing is to remain.
 */
extern const Observer *observer_alone(const Observer *observer);

/* Does one of them want keys? */
extern bool observers_want_keys(const Definition *definition);

/* So many of each statement at most; 0: none. */
extern int	observers_most_keys(void);

/* May such invocations run for many items at once, and be told of when all is done? */
extern bool observers_allow_many(const Definition *definition);

/* Does anybody want to be told of invocations in this frame? */
extern bool observers_follow(const Frame *frame);

/*
 * While it is not 0, what is told of happened then: items that have run at once are
 * told of afterwards, each with a share of the time.
 */
extern TimestampTz observer_told_at;

static inline TimestampTz
observed_now(void)
{
	return unlikely(observer_told_at != 0) ? observer_told_at : GetCurrentTimestamp();
}

/* A frame's `watched` has eight bits for each observer. */
#define MAX_OBSERVERS	4
#define observers_of(events)	((events) * (uint32) 0x01010101)

/* Does anybody want one of these events? */
#define observed(frame, events)	unlikely(((frame)->watched & observers_of(events)) != 0)

/* Tells the observers of the begin, and asks what they want. */
extern void observe_begun(Frame *frame);

/* Tell the observers; for those who have asked observed(). */
extern void observe_inputs(Frame *frame);
extern void observe_rows(Frame *frame, const RowsWritten *written);
extern void observe_undone(Frame *frame, const Instruction *step, uint64 rows_told,
						   const ErrorData *error, const char *failed_step);
extern void observe_succeeded(Frame *frame);

/* The same in PG_CATCH(); error NULL: the one being handled. */
extern void observe_failed(Frame *frame, const ErrorData *error);

/* To all observers, but while there is one alone. */
extern void observe_answered(const pg_uuid_t *invocation, const ErrorData *error,
							 const char *failed_step);
extern void observe_passed(void);
extern void observe_repeated(uint64 so_far);

/* What so_far says, of the one observer that has it; else 0. */
extern uint64 observed_so_far(void);

/* Runs a step or plug-in and tells of its begin and end. */
extern void observe_step(Frame *frame, Instruction *step, StepEnd (*run) (void *arg), void *arg);

/* The step that is being told of, if any is, is done, and another goes on in its place: a merged one. */
extern void observe_turn(Frame *frame, Instruction *next);

#endif
