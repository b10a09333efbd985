/*
 * counted_call.c
 *		Calls of functions that pg_stat_user_functions counts.
 */
#include "postgres.h"

#include "base/counted_call.h"
#include "pgstat.h"

Datum
counted_call(FunctionCallInfo fcinfo)
{
	PgStat_FunctionCallUsage usage;
	Datum		result;

	pgstat_init_function_usage(fcinfo, &usage);
	result = FunctionCallInvoke(fcinfo);
	pgstat_end_function_usage(&usage, true);
	return result;
}
