/*
 * stage.c
 *		The stages at which plug-ins run, from the rows of stage.h.
 */
#include "postgres.h"

#include "base/compat.h"
#include "custom_actions.h"
#include "definition/stage.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define STAGE_MEMBERS(symbol, name, traits) {name, CUSTOM_ACTION_##symbol, traits},

static const struct
{
	const char *name;
	int			number;
	int			traits;
}			stages[STAGES] = {

	STAGE_ROWS(STAGE_MEMBERS)
};

PG_FUNCTION_INFO_V1(custom_action_stage_number);
PG_FUNCTION_INFO_V1(custom_action_stages);

const char *
stage_name(Stage stage)
{
	return stages[stage].name;
}

int
stage_interface_number(Stage stage)
{
	return stages[stage].number;
}

bool
stage_has(Stage stage, int trait)
{
	return (stages[stage].traits & trait) != 0;
}

Stage
stage_find(const char *name)
{
	int			i = 0;

	while (i < STAGES && strcmp(stages[i].name, name) != 0)
		i++;
	return (Stage) i;
}

char *
stages_with(int trait, const char *quote)
{
	StringInfoData out;
	int			count = 0;
	int			listed = 0;

	for (int i = 0; i < STAGES; i++)
		count += stage_has(i, trait);
	initStringInfo(&out);
	for (int i = 0; i < STAGES; i++)
	{
		if (!stage_has(i, trait))
			continue;
		if (listed > 0)
			appendStringInfoString(&out, listed == count - 1 ? " and " : ", ");
		appendStringInfo(&out, "%s%s%s", quote, stages[i].name, quote);
		listed++;
	}
	return out.data;
}

/* SQL: the place of a stage in the order in which they run, from 1; NULL if there is none. */
Datum
custom_action_stage_number(PG_FUNCTION_ARGS)
{
	Stage		stage = stage_find(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (stage == STAGES)
		PG_RETURN_NULL();
	PG_RETURN_INT32(stage + 1);
}

/* SQL: the stages in the order in which they run. */
Datum
custom_action_stages(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < STAGES; i++)
	{
		Datum		values[] = {
			CStringGetTextDatum(stages[i].name), Int32GetDatum(stages[i].number),
			BoolGetDatum(stage_has(i, STAGE_TAKES_INPUT)),
			BoolGetDatum(stage_has(i, STAGE_TAKES_OUTPUT)),
			BoolGetDatum(stage_has(i, STAGE_HAS_POST_IMAGE)),
			BoolGetDatum(stage_has(i, STAGE_AROUND))
		};
		bool		nulls[lengthof(values)] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
