/*
 * clock_word.c
 *		What stands for times of the clock.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "preview/clock_word.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* "now() + 2 days 00:00:05" */
static char *
offset_word(const char *clock, int64 offset)
{
	int64		seconds = offset / USECS_PER_SEC;
	uint64		amount = seconds < 0 ? -seconds : seconds;

	if (seconds == 0)
		return pstrdup(clock);
	return psprintf("%s %c " UINT64_FORMAT " days %02d:%02d:%02d", clock, seconds < 0 ? '-' : '+', amount / SECS_PER_DAY,
					(int) (amount % SECS_PER_DAY / SECS_PER_HOUR), (int) (amount % SECS_PER_HOUR / SECS_PER_MINUTE),
					(int) (amount % SECS_PER_MINUTE));
}

/*
 * The word of a time, given what the clocks say in the same way, or NULL. Its
 * microseconds tell that it was reckoned from now(): should another time have the
 * same by chance, it would be another time away from the next now(), and refused.
 */
static char *
time_word(int64 value, int64 now, int64 statement, int64 begun, int64 ended)
{
	if (value == now)
		return pstrdup("now()");
	if (value == statement)
		return pstrdup("the time of the statement");
	if (value >= begun && value <= ended)
		return pstrdup("a time during the call");
	if (now % USECS_PER_SEC != 0 && (value - now) % USECS_PER_SEC == 0)
		return offset_word("now()", value - now);
	return NULL;
}

/* The same moment as a time of this session. */
static int64
as_local(TimestampTz moment)
{
	return DatumGetTimestamp(DirectFunctionCall1(timestamptz_timestamp, TimestampTzGetDatum(moment)));
}

char *
clock_word(Oid type, Datum value, TimestampTz begun)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	TimestampTz statement = GetCurrentStatementStartTimestamp();
	TimestampTz ended = GetCurrentTimestamp();

	if (getBaseType(type) == TIMESTAMPTZOID && !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(value)))
		return time_word(DatumGetTimestampTz(value), now, statement, begun, ended);
	if (getBaseType(type) == TIMESTAMPOID && !TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)))
		return time_word(DatumGetTimestamp(value), as_local(now), as_local(statement), as_local(begun),
						 as_local(ended));
	return NULL;
}
