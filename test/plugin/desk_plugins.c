/*
 * desk_plugins.c
 *		Plug-ins of the help desk, as an example of how to write them in C.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "custom_actions.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

PG_MODULE_MAGIC;

CUSTOM_ACTIONS_PLUGIN_LIBRARY;

PG_FUNCTION_INFO_V1(desk_limit_priority);
PG_FUNCTION_INFO_V1(desk_report_change);
PG_FUNCTION_INFO_V1(desk_require_reason);
PG_FUNCTION_INFO_V1(desk_trace);

#define DEFAULT_LIMIT	3

/* The number that the registration is configured with: {"limit": 5} */
static int
configured_limit(CustomAction *action)
{
	Jsonb	   *configuration = custom_action_configuration(action);
	JsonbValue	limit;

	if (configuration == NULL || !JB_ROOT_IS_OBJECT(configuration) ||
		getKeyJsonValueFromContainer(&configuration->root, "limit", strlen("limit"), &limit) == NULL ||
		limit.type != jbvNumeric)
		return DEFAULT_LIMIT;
	return DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(limit.val.numeric)));
}

/* Takes an input down to a limit: for the stages before the operation. */
Datum
desk_limit_priority(PG_FUNCTION_ARGS)
{
	static CustomActionField bump = CUSTOM_ACTION_FIELD(INPUT, "bump", INT4OID);
	CustomAction *action = custom_action(fcinfo);
	int			limit = configured_limit(action);
	bool		isnull;
	Datum		value = custom_action_get(action, &bump, &isnull);

	if (!isnull && DatumGetInt32(value) > limit)
		custom_action_set(action, &bump, Int32GetDatum(limit), false);
	PG_RETURN_VOID();
}

/* The text of a column of an image; "nothing" for NULL. */
static char *
image_text(CustomAction *action, CustomActionField *field)
{
	bool		isnull;
	Datum		value = custom_action_get(action, field, &isnull);

	return isnull ? pstrdup("nothing") : TextDatumGetCString(value);
}

/* Sets an output from images: for stage post_operation, with images of "status". */
Datum
desk_report_change(PG_FUNCTION_ARGS)
{
	static CustomActionField before = CUSTOM_ACTION_FIELD(PRE_IMAGE, "status", TEXTOID);
	static CustomActionField after = CUSTOM_ACTION_FIELD(POST_IMAGE, "status", TEXTOID);
	static CustomActionField change = CUSTOM_ACTION_FIELD(OUTPUT, "change", TEXTOID);
	CustomAction *action = custom_action(fcinfo);
	char	   *text = psprintf("%s -> %s", image_text(action, &before), image_text(action, &after));

	custom_action_set(action, &change, CStringGetTextDatum(text), false);
	PG_RETURN_VOID();
}

/* Cancels the action, with a message of its own. */
Datum
desk_require_reason(PG_FUNCTION_ARGS)
{
	static CustomActionField reason = CUSTOM_ACTION_FIELD(INPUT, "reason", TEXTOID);
	CustomAction *action = custom_action(fcinfo);
	bool		isnull;
	Datum		value = custom_action_get(action, &reason, &isnull);

	if (isnull || VARSIZE_ANY_EXHDR(DatumGetTextPP(value)) < 3)
		custom_action_fail(action, ERRCODE_CUSTOM_ACTION_CANCELED,
						   "a reason of fewer than three characters is no reason",
						   "Say in a few words why.");
	PG_RETURN_VOID();
}

/* Appends the values of a kind, whatever they are called. */
static void
append_fields(StringInfo out, CustomAction *action, CustomActionKind kind)
{
	for (int i = 0; i < custom_action_count(action, kind); i++)
	{
		CustomActionField field = {.kind = kind, .name = custom_action_field_name(action, kind, i)};
		bool		isnull;
		Datum		value = custom_action_get(action, &field, &isnull);
		Oid			output;
		bool		is_varlena;

		getTypeOutputInfo(custom_action_type(action, &field), &output, &is_varlena);
		appendStringInfo(out, " %s=%s", field.name, isnull ? "NULL" : OidOutputFunctionCall(output, value));
	}
}

/* Tells what it is called with, whatever the action. */
Datum
desk_trace(PG_FUNCTION_ARGS)
{
	static const char *const stages[] = {"pre_validation", "pre_operation", "main_operation", "post_operation"};
	CustomAction *action = custom_action(fcinfo);
	StringInfoData values;

	initStringInfo(&values);
	for (int kind = CUSTOM_ACTION_TARGET; kind <= CUSTOM_ACTION_POST_IMAGE; kind++)
		append_fields(&values, action, (CustomActionKind) kind);
	ereport(NOTICE,
			(errmsg("%s at %s, depth %d:%s", custom_action_name(action), stages[custom_action_stage(action)],
					custom_action_depth(action), values.data)));
	PG_RETURN_VOID();
}
