/*
 * counted_call.h
 *		Calls of functions that pg_stat_user_functions counts.
 */
#ifndef CA_COUNTED_CALL_H
#define CA_COUNTED_CALL_H

#include "postgres.h"

#include "fmgr.h"
#include "pgstat.h"

/* Calls a function as PostgreSQL's executor would: its statistics count the call. */
static inline Datum
counted_call(FunctionCallInfo fcinfo)
{
	PgStat_FunctionCallUsage usage;
	Datum		result;

	pgstat_init_function_usage(fcinfo, &usage);
	result = FunctionCallInvoke(fcinfo);
	pgstat_end_function_usage(&usage, true);
	return result;
}

#endif
