/*
 * import.c
 *		Writes the plug-ins of a document.
 *
 * There the author of an action names them himself, so they are not held
 * against its plugin_policy, and the action need not be active. What row
 * triggers ask for that is a flag of this file: nobody can set it by hand.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"

static bool importing = false;

PG_FUNCTION_INFO_V1(custom_action_importing);
PG_FUNCTION_INFO_V1(custom_action_write_plugins);

/* SQL: are the plug-ins of a document being written? */
Datum
custom_action_importing(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(importing);
}

/* SQL: makes a list the plug-ins of an action, as the document of the action has it. */
Datum
custom_action_write_plugins(PG_FUNCTION_ARGS)
{
	Oid			types[] = {TEXTOID, JSONBOID};
	Datum		values[] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	bool		outer = importing;

	SPI_connect();
	importing = true;
	PG_TRY();
	{
		if (SPI_execute_with_args("SELECT custom_actions.replace_plugins($1, $2)", 2, types,
								  values, NULL, false, 0) != SPI_OK_SELECT)
			elog(ERROR, "plug-ins were not written");
	}
	PG_FINALLY();
	{
		importing = outer;
	}
	PG_END_TRY();
	SPI_finish();
	PG_RETURN_VOID();
}
