/*
 * plan_text.h
 *		A plan as EXPLAIN prints it.
 */
#ifndef CA_PLAN_TEXT_H
#define CA_PLAN_TEXT_H

#include "postgres.h"

#include "executor/execdesc.h"

/* The plan of a query whose execution has begun; ran: with the rows that there were. */
extern char *plan_text(QueryDesc *query, bool ran);

#endif
