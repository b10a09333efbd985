/*
 * statement.h
 *		A generated SQL statement of a program: its text, its values, the rows
 *		its columns land in, and its plan.
 *
 * The text is complete when compiling ends; the plan is prepared at the first
 * execution and kept. Values are parameters, never text.
 */
#ifndef CA_STATEMENT_H
#define CA_STATEMENT_H

#include "postgres.h"

#include "compile.h"
#include "executor/spi.h"

struct Frame;

typedef struct Statement
{
	StringInfoData head;		/* a SELECT's text up to its columns, or the whole of another */
	StringInfoData tail;		/* a SELECT's text after its columns */
	bool		select;
	Oid			relation;		/* whose columns are returned */
	Scope	   *scope;
	List	   *into;			/* of Row: where returned columns land */
	bool		set_based;		/* many rows: keep no column, let the planner see values */

	SPIPlanPtr	plan;			/* NULL until first executed */
	int			nslots;			/* returned columns ... */
	int		   *slots;			/* ... and the slots they land in */
} Statement;

/* Adds a value and returns its "$n", for pasting into the text. */
extern char *statement_value(Statement *statement, Value *value);

/* Runs it; returns the number of rows. Values of the first row land in the slots. */
extern uint64 statement_execute(struct Frame *frame, Statement *statement);

/* Runs SELECT $1 and returns its value, of this type, copied into the current context. */
extern Datum statement_scalar(struct Frame *frame, Statement *statement, Oid type, bool *isnull);

extern void statement_free_plan(Statement *statement);

#endif
