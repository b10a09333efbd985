/*
 * log_mode.c
 *		Says where failures are recorded, and how the ring is doing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xlog.h"
#include "base/settings.h"
#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "record/ring.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(custom_action_log_ring);

/* The columns of the result: these, then both counts, then since when */
enum
{
	RING_MODE,
	RING_REASON,
	RING_SIZE,
	RING_USED,
	RING_COUNTS,
	RING_SINCE = RING_COUNTS + 8,
	RING_COLUMNS
};

/* Why there is no ring to record through, or NULL. */
static const char *
reason_for_none(void)
{
	if (ring_is_there())
		return NULL;
	if (ring_has_memory())
		return "the server is in recovery";
	if (setting_log_ring_size == 0)
		return "custom_actions.log_ring_size is 0";
	return "custom_actions is not in shared_preload_libraries";
}

/* Enters four counts. */
static void
enter_counts(Datum *values, const RingCounts *counts)
{
	values[0] = Int64GetDatum((int64) counts->waiting);
	values[1] = Int64GetDatum((int64) counts->recorded);
	values[2] = Int64GetDatum((int64) counts->dropped);
	values[3] = Int64GetDatum((int64) counts->skipped);
}

/* Enters how the ring is doing. */
static void
enter_ring(Datum *values, bool *nulls)
{
	RingState	state;

	ring_look(&state);
	values[RING_SIZE] = Int64GetDatum((int64) state.size);
	values[RING_USED] = Int64GetDatum((int64) state.used);
	enter_counts(&values[RING_COUNTS], &state.database);
	enter_counts(&values[RING_COUNTS + 4], &state.server);
	values[RING_SINCE] = TimestampTzGetDatum(state.since);
	memset(&nulls[RING_SIZE], false, sizeof(bool) * (RING_COLUMNS - RING_SIZE));
}

/* SQL: the row of custom_actions.log_mode; the numbers are for those who watch servers. */
Datum
custom_action_log_ring(PG_FUNCTION_ARGS)
{
	const char *reason = reason_for_none();
	Datum		values[RING_COLUMNS] = {0};
	bool		nulls[RING_COLUMNS];
	TupleDesc	descriptor;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	memset(nulls, true, sizeof(nulls));
	values[RING_MODE] = CStringGetTextDatum(reason == NULL ? "durable" : "server log");
	nulls[RING_MODE] = false;
	if (reason != NULL)
		values[RING_REASON] = CStringGetTextDatum(reason);
	nulls[RING_REASON] = reason == NULL;
	if (ring_has_memory() && has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS))
		enter_ring(values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}
