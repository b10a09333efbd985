/*
 * statement_expression.h
 *		Runs SELECT f(...) as an expression.
 */
#ifndef CA_STATEMENT_EXPRESSION_H
#define CA_STATEMENT_EXPRESSION_H

#include "postgres.h"

#include "run/frame.h"
#include "run/statement_run.h"

/* How many want to see statements begin and end: while there are any, each runs as one. */
extern int	statements_watched;

/* Lets a statement run as an expression, once it has been seen to be no more; while it is compiled. */
extern void statement_allow_expression(Statement *statement);

/* Runs a statement that gives one row, as an expression if it can. */
extern void statement_evaluate(Frame *frame, Statement *statement);

/* Frees what was made of the statement's plan, with it. */
extern void statement_free_expression(Statement *statement);

#endif
