/*
 * statement_run.h
 *		Runs the generated statements of a program.
 */
#ifndef CA_STATEMENT_RUN_H
#define CA_STATEMENT_RUN_H

#include "postgres.h"

#include "executor/spi.h"
#include "program/statement.h"
#include "utils/plancache.h"

/* Rows that a statement wrote in one way, and the keys of the first ones. */
typedef struct KeyRows
{
	uint64		rows;
	int			count;			/* of rows whose keys are here */
	NullableDatum *keys;		/* of each of them, its columns one after the other */
	NullableDatum *old_keys;	/* likewise what an UPDATE may have changed; NULL: it cannot, or it
								 * is not known */
} KeyRows;

/* What a statement wrote; in per-step memory. */
typedef struct WrittenKeys
{
	KeyRows		rows;			/* as the statement says */
	KeyRows		updated;		/* what an INSERT updated because of on_conflict, as far as it is
								 * known */
} WrittenKeys;

/*
 * The values that the statement uses, numbered as in its text, and no others; in the
 * frame's per-step memory. They are constants for the planner.
 */
extern ParamListInfo statement_params(const struct Frame *frame, const Statement *statement);

/* Does it return the keys of what it writes now? Somebody wants some, and the user may see them. */
extern bool statement_tells_key(Statement *statement);

/* Makes its plan, that which returns keys or the other, if it has none yet: then it is known what it returns. */
extern void statement_require_plan(Statement *statement, bool with_key);

/* Steps for each of which a statement writes a row, in their order. */
typedef struct Turns
{
	struct Instruction **steps;
	int			count;
	const int  *turn_of;		/* of which step's row each column that it returns is kept */
	bool		with_key;		/* it returns the keys of its rows */

	/*
	 * Is told of each row, with its key, as soon as it is written, when
	 * frame->current is its step; NULL: nobody wants to know. The statement
	 * is running, so it looks at memory and catalogs alone.
	 */
	void		(*done) (struct Frame *frame, const struct Turns *turns, int turn, const WrittenKeys *written);
	const void *arg;
} Turns;

/*
 * Runs one that writes a row for each of the steps: what goes wrong is said of the step
 * whose turn it is. Each of them counts as a statement of a budget.
 */
extern uint64 statement_execute_in_turns(struct Frame *frame, Statement *statement, const Turns *turns);

/* Runs it; returns the number of rows. Values of the first row land in the slots. */
extern uint64 statement_execute(struct Frame *frame, Statement *statement);

/* The same, with the keys of what it writes, of no more rows than the limit of touched ones. */
extern uint64 statement_execute_for_keys(struct Frame *frame, Statement *statement,
										 WrittenKeys *written);

/* Puts the one value that it has given otherwise where it belongs. */
extern void statement_land_value(struct Frame *frame, const Statement *statement, Datum value, bool isnull);

/* Opens a cursor over the rows; each take puts one row's columns into the slots. */
extern Portal statement_open(struct Frame *frame, Statement *statement);
extern void statement_take(struct Frame *frame, const Statement *statement,
						   HeapTuple tuple, TupleDesc tupdesc);

/* Runs SELECT $1 and returns its value, of this type, copied into the current context. */
extern Datum statement_scalar(struct Frame *frame, Statement *statement, Oid type, bool *isnull);

/*
 * What the statement is as analysed and rewritten, as it would run now: views, policies
 * and defaults are in there. Of the plan; good until something changes.
 */
extern List *statement_queries(Statement *statement);

/* The same of a plan. */
extern List *statement_plan_queries(SPIPlanPtr plan);

/* What a plan was made from, if it is one for all calls and good just now; else NULL. */
extern const CachedPlanSource *statement_plan_for_all(SPIPlanPtr plan);

/*
 * Raise if what it returns is not of the types of the slots, or of the key: they were
 * fixed when the program was compiled.
 */
extern void statement_require_types(const Statement *statement, TupleDesc tupdesc);
extern void statement_require_key_types(const Statement *statement, TupleDesc tupdesc);

/* Prepares it once more, as long as SPI is connected, for who wants to see; the text is the last one made of it. */
extern SPIPlanPtr statement_spare_plan(Statement *statement, const char *text);

extern void statement_free_plan(Statement *statement);

#endif
