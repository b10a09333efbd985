/*
 * statement_plan.h
 *		How a generated statement would be executed.
 */
#ifndef CA_STATEMENT_PLAN_H
#define CA_STATEMENT_PLAN_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "program/statement.h"

/* What is known of a statement without running it; in the current context. */
typedef struct StatementPlan
{
	const char *plan;			/* or why there is none */
	const char *locks;			/* a line for each table; or NULL */
} StatementPlan;

/*
 * Plans a statement, whose text this is, once more: for the values that the frame has
 * of the known slots, or for any values if it is NULL. SPI is connected.
 */
extern StatementPlan statement_plan(struct Frame *frame, Statement *statement, const char *text,
									const Bitmapset *known);

#endif
