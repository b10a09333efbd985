/*
 * counted_call.h
 *		Calls of functions that pg_stat_user_functions counts.
 */
#ifndef CA_COUNTED_CALL_H
#define CA_COUNTED_CALL_H

#include "postgres.h"

#include "fmgr.h"

/* Calls a function as PostgreSQL's executor would: its statistics count the call. */
extern Datum counted_call(FunctionCallInfo fcinfo);

#endif
