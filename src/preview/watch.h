/*
 * watch.h
 *		Watches what an action and all that it calls do: the steps, how they went,
 *		which of them was at work at which command, and the keys they told of.
 *
 * A Watch is of this backend and one run; it ends with watch_end(), also after an
 * error. They nest: what happens is told to the innermost.
 *
 * The folder preview/ holds trying an action: it is run in a subtransaction, what
 * it changed is read from two snapshots, and it is undone. It may include base/,
 * lookup/, definition/, program/, compile/, run/, steps/, plugins/ and engine/.
 */
#ifndef CA_WATCH_H
#define CA_WATCH_H

#include "postgres.h"

#include "portability/instr_time.h"
#include "run/invoke_request.h"
#include "run/observer.h"
#include "utils/hsearch.h"

/* How a step went; what was undone has been done before. */
typedef enum StepOutcome
{
	OUTCOME_DONE,
	OUTCOME_SKIPPED,
	OUTCOME_HANDLED,
	OUTCOME_FAILED,
	OUTCOME_UNDONE,
	OUTCOMES
} StepOutcome;

/* A step or plug-in, of one place in the chain of invocations, and all that it did. */
typedef struct WatchLine
{
	const Instruction *step;	/* may be gone when the invocation has ended */
	const char *path;
	const char *by;				/* "3", "3 > support.page 1", "plug-in support.f(jsonb)" */
	struct WatchLine *outer;	/* the step that its invocation runs in, or NULL */
	bool		writes;			/* by statements of its own */
	bool		counts;			/* it is of use to say how many rows */
	uint64		runs[OUTCOMES];
	uint64		rows[OUTCOMES];
	double		time[OUTCOMES]; /* milliseconds */
} WatchLine;

/* From this command on, the line was at work. */
typedef struct WatchMoment
{
	CommandId	command;
	WatchLine  *line;			/* NULL: none */
	WatchLine  *also;			/* whose work the same statement did, or NULL */
	bool		begins;			/* the line's own statement has this command, if it has one */
} WatchMoment;

/* Columns that rows of a table were told by. */
typedef struct ToldKey
{
	Oid			relation;
	int			ncolumns;
	char	  **names;
	int16	   *lengths;
	bool	   *byval;
} ToldKey;

/* A row that a step has told of. */
typedef struct ToldRow
{
	const ToldKey *key;
	NullableDatum *values;
	SubTransactionId subxact;
} ToldRow;

struct WatchOpen;
struct WatchRun;

typedef struct Watch
{
	MemoryContext mcxt;			/* of all this */
	struct Watch *outer;
	const Observer *told_before;	/* see observer_alone() */
	SubTransactionId subxact;	/* that it is all in: what ends with it is not undone for us */

	List	   *lines;			/* of WatchLine, in the order of their begins */
	HTAB	   *by_step;
	struct WatchOpen *open;		/* what runs, as a stack */
	int			nopen;
	int			open_room;
	struct WatchRun *runs;		/* what has ended, in that order */
	int			nruns;
	int			runs_room;
	WatchMoment *moments;
	int			nmoments;
	int			moments_room;
	int			telling;		/* the moment of what was told last; -1: none */

	List	   *keys;			/* of ToldKey */
	ToldRow    *rows;
	int			nrows;
	int			rows_room;
	bool		too_many;		/* rows have not been kept */

	WatchLine  *failed;			/* that the error which passes has come from, or NULL */
	List	   *volatiles;		/* of OIDs: volatile functions that the programs call, but for
								 * actions */
	List	   *foreign;		/* of OIDs: tables that rows were told of and that are kept
								 * elsewhere */
	struct CallIdentity *identity;	/* of the outermost invocation, once its inputs are bound; or
									 * NULL */
	List	   *programs;		/* that have been looked at for these: */
	List	   *written;		/* of WrittenColumn (source.h) */
	bool		sensitive;		/* some invocation knows what must not be shown */
	const InvokeRequest *request;	/* of the outermost invocation */
	List	   *outputs;		/* of WatchOutput */
} Watch;

/* An output of the outermost action. */
typedef struct WatchOutput
{
	const char *name;
	const char *text;			/* masked; NULL: null */
	Jsonb	   *json;			/* the same, if it is not ... */
	bool		masked;
	Oid			type;
	List	   *sources;		/* of ValueSource (source.h) */
	const char *word;			/* what stands for it in the token, or NULL */
} WatchOutput;

/* Begins; alone: no other observer is told of what begins until it ends. */
extern Watch *watch_begin(const InvokeRequest *request, bool alone);

/* Says which subtransaction all happens in. */
extern void watch_within(Watch *watch, SubTransactionId subxact);

/* Ends; watch->mcxt is left to the caller. */
extern void watch_end(Watch *watch);

/* From here to the end of it, what is written is by what has no step, as this is called. */
extern void watch_deferred(Watch *watch, const char *by);
extern void watch_deferred_end(Watch *watch);

/* Counts how often each step went in which way. */
extern void watch_count(Watch *watch);

/* What was at work at a command, or NULL. */
extern const WatchMoment *watch_moment(const Watch *watch, CommandId command);

extern void watch_init(void);

#endif
