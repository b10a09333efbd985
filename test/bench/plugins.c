/*
 * plugins.c
 *		Plug-ins in C for the benchmark: one that does nothing, and one that
 *		checks an input.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "custom_actions.h"

CUSTOM_ACTIONS_PLUGIN_LIBRARY;

PG_FUNCTION_INFO_V1(plugin_nothing);
PG_FUNCTION_INFO_V1(plugin_check_reason);

/* Does nothing. */
Datum
plugin_nothing(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}

/* Refuses an empty reason. */
Datum
plugin_check_reason(PG_FUNCTION_ARGS)
{
	static CustomActionField reason = CUSTOM_ACTION_FIELD(INPUT, "reason", TEXTOID);
	CustomAction *action = custom_action(fcinfo);
	bool		isnull;
	Datum		value = custom_action_get(action, &reason, &isnull);

	if (isnull || VARSIZE_ANY_EXHDR(DatumGetTextPP(value)) == 0)
		custom_action_fail(action, ERRCODE_INVALID_PARAMETER_VALUE, "a reason is needed", NULL);
	PG_RETURN_VOID();
}
