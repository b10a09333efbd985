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
