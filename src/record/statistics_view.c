/*
 * statistics_view.c
 *		The statistics as SQL sees them: what the views custom_actions.statistics
 *		and custom_actions.statistics_info show, and forgetting them.
 *
 * Names are looked up when somebody looks, so that they are those of today; what
 * was dropped is not shown. Only of the current database, and only to the owner
 * of an action, and to members of pg_read_all_stats. The filter is here, not in
 * the view: whoever may select from that calls this function himself.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "base/settings.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/proc_row.h"
#include "miscadmin.h"
#include "record/statistics_store.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define STATISTICS_COLUMNS	17
#define STATE_COLUMNS		5

PG_FUNCTION_INFO_V1(custom_action_statistics);
PG_FUNCTION_INFO_V1(custom_action_statistics_state);
PG_FUNCTION_INFO_V1(custom_action_forget_statistics);
PG_FUNCTION_INFO_V1(custom_action_forget_all_statistics);

/* Says why there are no statistics; false: there are. */
static bool
tell_of_none(void)
{
	if (statistics_exist())
		return false;
	ereport(NOTICE,
			(errmsg("there are no statistics, because the server has not loaded custom_actions"),
			 errhint("Add custom_actions to shared_preload_libraries and restart the server.")));
	return true;
}

/* May the current user see the statistics of an action, and is there still such an action? */
static bool
may_see_statistics(const StatisticsKey *key)
{
	return key->database == MyDatabaseId && function_is_action(key->action) &&
		(object_ownercheck(ProcedureRelationId, key->action, GetUserId()) ||
		 has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS));
}

/* One row, column by column */
typedef struct StatisticsRow
{
	int			count;
	Datum		values[STATISTICS_COLUMNS];
	bool		nulls[STATISTICS_COLUMNS];
} StatisticsRow;

static void
add_value(StatisticsRow *row, Datum value)
{
	row->nulls[row->count] = false;
	row->values[row->count++] = value;
}

static void
add_null(StatisticsRow *row)
{
	row->values[row->count] = (Datum) 0;
	row->nulls[row->count++] = true;
}

static void
add_text_or_null(StatisticsRow *row, const char *text)
{
	if (text != NULL)
		add_value(row, CStringGetTextDatum(text));
	else
		add_null(row);
}

static void
add_moment(StatisticsRow *row, TimestampTz moment)
{
	if (moment != 0)
		add_value(row, TimestampTzGetDatum(moment));
	else
		add_null(row);
}

/* A plug-in as its registration shows it. */
static char *
plugin_name(Oid function)
{
	HeapTuple	tuple = proc_row(function);
	Oid			argument = proc_form(tuple)->proargtypes.values[0];

	ReleaseSysCache(tuple);
	return psprintf("%s(%s)", function_name_canonical(function), format_type_be(argument));
}

/* What the counters are of. */
static void
add_key(StatisticsRow *row, const StatisticsKey *key, const StatisticsCounters *counters)
{
	add_value(row, CStringGetTextDatum(function_name_canonical(key->action)));
	add_text_or_null(row, key->kind == STATISTICS_PLUGIN ? plugin_name(key->plugin) : NULL);
	add_text_or_null(row, key->kind == STATISTICS_STEP ? counters->step : NULL);
}

static void
add_times(StatisticsRow *row, const StatisticsCounters *counters)
{
	double		deviation = counters->calls > 1 ? sqrt(counters->squares / counters->calls) : 0;

	add_value(row, Float8GetDatum(counters->total_time));
	add_value(row, Float8GetDatum(counters->min_time));
	add_value(row, Float8GetDatum(counters->max_time));
	add_value(row, Float8GetDatum(counters->mean_time));
	add_value(row, Float8GetDatum(deviation));
}

static void
add_last_error(StatisticsRow *row, const StatisticsCounters *counters)
{
	bool		failed = counters->last_error_at != 0;

	add_moment(row, counters->last_error_at);
	add_text_or_null(row, failed ? unpack_sql_state(counters->last_sqlstate) : NULL);
	add_text_or_null(row, failed ? counters->last_error : NULL);
}

/* Adds one row of the view. */
static void
put_statistics_row(ReturnSetInfo *result, const StatisticsKey *key, const StatisticsCounters *counters)
{
	StatisticsRow row = {0};

	add_key(&row, key, counters);
	add_value(&row, Int64GetDatum(counters->calls));
	add_value(&row, Int64GetDatum(counters->failures));
	add_value(&row, Int64GetDatum(counters->canceled));
	add_times(&row, counters);
	add_value(&row, Int64GetDatum(counters->rows_written));
	add_moment(&row, counters->last_call);
	add_last_error(&row, counters);
	add_moment(&row, counters->since);
	Assert(row.count == STATISTICS_COLUMNS);
	tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
}

/* SQL: the statistics of this database that the current user may see */
Datum
custom_action_statistics(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	StatisticsKey key;
	StatisticsCounters counters;
	int			place = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (tell_of_none())
		PG_RETURN_NULL();
	while (statistics_next(&place, &key, &counters))
	{
		CHECK_FOR_INTERRUPTS();
		if (may_see_statistics(&key) &&
			(key.kind != STATISTICS_PLUGIN || SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(key.plugin))))
			put_statistics_row(result, &key, &counters);
	}
	PG_RETURN_NULL();
}

/* SQL: how much room the statistics take, in one row */
Datum
custom_action_statistics_state(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	StatisticsState state = {0};
	Datum		values[STATE_COLUMNS];
	bool		nulls[STATE_COLUMNS] = {false};

	InitMaterializedSRF(fcinfo, 0);
	if (statistics_exist())
		state = statistics_state();
	values[0] = BoolGetDatum(statistics_exist());
	values[1] = Int32GetDatum((int32) state.used);
	values[2] = Int32GetDatum(statistics_exist() ? setting_max_statistics : 0);
	values[3] = Int64GetDatum(state.evicted);
	values[4] = TimestampTzGetDatum(state.since);
	nulls[4] = !statistics_exist();
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	PG_RETURN_NULL();
}

/* SQL: forgets the statistics of an action, for its owner. */
Datum
custom_action_forget_statistics(PG_FUNCTION_ARGS)
{
	Oid			function = PG_GETARG_OID(0);

	if (!function_is_action(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %u is no action", function)));
	if (!object_ownercheck(ProcedureRelationId, function, GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of action \"%s\"", function_name_canonical(function))));
	PG_RETURN_INT32(tell_of_none() ? 0 : statistics_forget(MyDatabaseId, function));
}

/* SQL: forgets all statistics of this database; for those it is granted to. */
Datum
custom_action_forget_all_statistics(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(tell_of_none() ? 0 : statistics_forget(MyDatabaseId, InvalidOid));
}
