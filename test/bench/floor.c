/*
 * floor.c
 *		The floor of the benchmark: functions that run kept plans and nothing
 *		else, so that what a language adds to its statements can be told.
 *
 * The plans are made once per backend and are generic at once.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(floor_escalate);
PG_FUNCTION_INFO_V1(floor_escalate_merged);
PG_FUNCTION_INFO_V1(floor_check_reason);
PG_FUNCTION_INFO_V1(floor_ten_creates);
PG_FUNCTION_INFO_V1(floor_require_only);
PG_FUNCTION_INFO_V1(floor_add_one);

/* A statement with its kept plan. */
typedef struct FloorStatement
{
	const char *query;
	int			nargs;
	Oid			types[4];
	SPIPlanPtr	plan;
} FloorStatement;

static FloorStatement lock_case = {
	"SELECT c.status, c.owner_id FROM desk.case AS c WHERE c.id = $1 FOR NO KEY UPDATE",
	1, {INT8OID}
};

static FloorStatement create_task = {
	"INSERT INTO desk.task (case_id, title, due) "
	"VALUES ($1, 'Escalated: ' || $2, now() + interval '4 hours') RETURNING id",
	2, {INT8OID, TEXTOID}
};

static FloorStatement update_case = {
	"UPDATE desk.case SET status = 'escalated', priority = priority + $2 WHERE id = $1",
	2, {INT8OID, INT4OID}
};

static FloorStatement assign_case = {
	"UPDATE desk.case SET owner_id = coalesce($2, $3) WHERE id = $1",
	3, {INT8OID, INT4OID, INT4OID}
};

static FloorStatement update_and_assign_case = {
	"UPDATE desk.case SET status = 'escalated', priority = priority + $4, owner_id = coalesce($2, $3) WHERE id = $1",
	4, {INT8OID, INT4OID, INT4OID, INT4OID}
};

/* Runs a statement, whose plan is made at the first time. */
static void
run_statement(FloorStatement *statement, Datum *values, const char *nulls, int expected)
{
	if (statement->plan == NULL)
	{
		statement->plan = SPI_prepare_cursor(statement->query, statement->nargs, statement->types,
											 CURSOR_OPT_GENERIC_PLAN);
		if (statement->plan == NULL || SPI_keepplan(statement->plan) != 0)
			elog(ERROR, "could not prepare: %s", statement->query);
	}
	if (SPI_execute_plan(statement->plan, values, nulls, false, 0) != expected)
		elog(ERROR, "could not execute: %s", statement->query);
}

/* One column of the first row of the last statement. */
static Datum
result_column(int column, char *null)
{
	bool		isnull = true;
	Datum		value = (Datum) 0;

	if (SPI_processed > 0)
		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);
	*null = isnull ? 'n' : ' ';
	return value;
}

/* Locks and reads the case, creates the task and changes the case, by one UPDATE or by two. */
static Datum
escalate(FunctionCallInfo fcinfo, bool merged)
{
	Datum		target = PG_GETARG_DATUM(0);
	Datum		created[2] = {target, PG_GETARG_DATUM(1)};
	Datum		updated[2] = {target, PG_GETARG_DATUM(2)};
	Datum		values[4] = {target, PG_GETARG_DATUM(3), (Datum) 0, PG_GETARG_DATUM(2)};
	char		nulls[4] = {' ', PG_ARGISNULL(3) ? 'n' : ' ', ' ', ' '};
	Datum		task;
	char		null;

	SPI_connect();
	run_statement(&lock_case, &target, NULL, SPI_OK_SELECT);
	values[2] = result_column(2, &nulls[2]);
	run_statement(&create_task, created, NULL, SPI_OK_INSERT_RETURNING);
	task = result_column(1, &null);
	if (merged)
		run_statement(&update_and_assign_case, values, nulls, SPI_OK_UPDATE);
	else
	{
		run_statement(&update_case, updated, NULL, SPI_OK_UPDATE);
		run_statement(&assign_case, values, nulls, SPI_OK_UPDATE);
	}
	SPI_finish();
	return task;
}

/* The statements of the action "escalate" as it is written: lock and read, create, update, assign. */
Datum
floor_escalate(PG_FUNCTION_ARGS)
{
	return escalate(fcinfo, false);
}

/* The same with the two updates of one row in one statement. */
Datum
floor_escalate_merged(PG_FUNCTION_ARGS)
{
	return escalate(fcinfo, true);
}

/* Runs a statement that takes the arguments, and returns what it gives, or 1. */
static Datum
run_alone(FunctionCallInfo fcinfo, FloorStatement *statement, int expected)
{
	Datum		values[4];
	Datum		result = Int32GetDatum(1);
	char		null;

	for (int i = 0; i < statement->nargs; i++)
		values[i] = PG_GETARG_DATUM(i);
	SPI_connect();
	run_statement(statement, values, NULL, expected);
	if (SPI_tuptable != NULL)
		result = result_column(1, &null);
	SPI_finish();
	return result;
}

/* A function that runs one statement, about the number that is its argument. */
#define FLOOR_FUNCTION(name, text, expected) \
	PG_FUNCTION_INFO_V1(floor_##name); \
	Datum \
	floor_##name(PG_FUNCTION_ARGS) \
	{ \
		static FloorStatement statement = {text, 1, {INT8OID}}; \
		return run_alone(fcinfo, &statement, expected); \
	}

FLOOR_FUNCTION(get_one, "SELECT c.priority FROM desk.case AS c WHERE c.id = $1", SPI_OK_SELECT)
FLOOR_FUNCTION(create_one, "INSERT INTO desk.task (case_id, title) VALUES ($1, 'New') RETURNING id", SPI_OK_INSERT_RETURNING)
FLOOR_FUNCTION(delete_one, "DELETE FROM desk.scrap WHERE id = $1", SPI_OK_DELETE)
FLOOR_FUNCTION(wide_read, "SELECT w.c50 FROM desk.wide AS w WHERE w.id = $1", SPI_OK_SELECT)
FLOOR_FUNCTION(update_one, "UPDATE desk.case SET status = 'waiting', priority = priority + 1 WHERE id = $1", SPI_OK_UPDATE)
FLOOR_FUNCTION(update_output, "UPDATE desk.case SET status = 'waiting', priority = priority + 1 WHERE id = $1 RETURNING priority",
			   SPI_OK_UPDATE_RETURNING)
FLOOR_FUNCTION(update_other, "UPDATE desk.case SET status = 'waiting', priority = priority + 1 WHERE id = $1 RETURNING length(title)",
			   SPI_OK_UPDATE_RETURNING)

/* The ten rows of ten creates, in one statement. */
Datum
floor_ten_creates(PG_FUNCTION_ARGS)
{
	static FloorStatement statement = {
		"INSERT INTO desk.line (case_id, title) VALUES ($1, 'Line 1'), ($1, 'Line 2'), ($1, 'Line 3'), ($1, 'Line 4'), ($1, 'Line 5'),"
		" ($1, 'Line 6'), ($1, 'Line 7'), ($1, 'Line 8'), ($1, 'Line 9'), ($1, 'Line 10') RETURNING id",
		1, {INT8OID}
	};
	Datum		result;
	bool		isnull;

	SPI_connect();
	run_statement(&statement, &fcinfo->args[0].value, NULL, SPI_OK_INSERT_RETURNING);
	result = SPI_getbinval(SPI_tuptable->vals[9], SPI_tuptable->tupdesc, 1, &isnull);
	SPI_finish();
	return result;
}

/* Refuses what is not positive. */
Datum
floor_require_only(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_GETARG_INT64(0) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_RAISE_EXCEPTION),
				 errmsg("not positive")));
	return PG_GETARG_DATUM(0);
}

/* One more. */
Datum
floor_add_one(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_INT64(0) + 1);
}

/* What the plug-in in C checks, on a value that is handed in. */
Datum
floor_check_reason(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a reason is needed")));
	PG_RETURN_VOID();
}
