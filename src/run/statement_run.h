/*
 * statement_run.h
 *		Runs the generated statements of a program.
 */
#ifndef CA_STATEMENT_RUN_H
#define CA_STATEMENT_RUN_H

#include "postgres.h"

#include "executor/spi.h"
#include "program/statement.h"

/* Runs it; returns the number of rows. Values of the first row land in the slots. */
extern uint64 statement_execute(struct Frame *frame, Statement *statement);

/* Opens a cursor over the rows; each take puts one row's columns into the slots. */
extern Portal statement_open(struct Frame *frame, Statement *statement);
extern void statement_take(struct Frame *frame, const Statement *statement,
						   HeapTuple tuple, TupleDesc tupdesc);

/* Runs SELECT $1 and returns its value, of this type, copied into the current context. */
extern Datum statement_scalar(struct Frame *frame, Statement *statement, Oid type, bool *isnull);

extern void statement_free_plan(Statement *statement);

#endif
