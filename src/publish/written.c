/*
 * written.c
 *		What one action does itself, as rows: what it writes, calls and performs.
 *
 * Who asks follows the actions that are performed, since these may run with the
 * rights of somebody else.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/row_text.h"
#include "definition/facts.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_written);

/* Columns of the result */
enum
{
	WRITTEN_TABLE,
	WRITTEN_INSERTS,
	WRITTEN_UPDATES,
	WRITTEN_DELETES,
	WRITTEN_COLUMNS_SET,
	WRITTEN_OVERWRITTEN,
	WRITTEN_FUNCTION,
	WRITTEN_PERFORMS,
	WRITTEN_UNKNOWN,
	WRITTEN_COLUMNS
};

/* Adds the row of a table that is written. */
static void
put_table(ReturnSetInfo *result, const FactTable *table)
{
	Datum		values[WRITTEN_COLUMNS] = {0};
	bool		nulls[WRITTEN_COLUMNS] = {false};

	if (!table->inserts && !table->updates && !table->deletes)
		return;
	row_put_text(values, nulls, WRITTEN_TABLE, table->name);
	values[WRITTEN_INSERTS] = BoolGetDatum(table->inserts);
	values[WRITTEN_UPDATES] = BoolGetDatum(table->updates);
	values[WRITTEN_DELETES] = BoolGetDatum(table->deletes);
	values[WRITTEN_COLUMNS_SET] = texts_array(table->columns);
	values[WRITTEN_OVERWRITTEN] = texts_array(table->overwritten);
	nulls[WRITTEN_FUNCTION] = nulls[WRITTEN_PERFORMS] = nulls[WRITTEN_UNKNOWN] = true;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Adds a row for each name in one column. */
static void
put_names(ReturnSetInfo *result, const List *names, int column)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		Datum		values[WRITTEN_COLUMNS] = {0};
		bool		nulls[WRITTEN_COLUMNS];

		memset(nulls, true, sizeof(nulls));
		row_put_text(values, nulls, column, lfirst(cell));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* action_written(function): rows of tables, of functions that are called, of actions that are performed */
Datum
custom_action_written(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Facts	   *facts;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	facts = facts_of(PG_GETARG_OID(0));
	foreach(cell, facts->tables)
		put_table(result, lfirst(cell));
	put_names(result, facts->calls, WRITTEN_FUNCTION);
	put_names(result, facts->performs, WRITTEN_PERFORMS);
	if (facts->broken)
	{
		Datum		values[WRITTEN_COLUMNS] = {0};
		bool		nulls[WRITTEN_COLUMNS];

		memset(nulls, true, sizeof(nulls));
		values[WRITTEN_UNKNOWN] = BoolGetDatum(true);
		nulls[WRITTEN_UNKNOWN] = false;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
