/*
 * state_transitions.c
 *		Which states of a table's rows lead to which others, as rows.
 */
#include "postgres.h"

#include "base/compat.h"
#include "document/state_column.h"
#include "document/transitions.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_state_transitions);

/* Columns of the result */
enum
{
	STATE_FROM,
	STATE_TO,
	STATE_ACTION,
	STATE_PATH,
	STATE_CREATES,
	STATE_FORMULA,
	STATE_COLUMNS
};

/* Puts a state into its column, or what gives it among the formulas. */
static void
put_state(Datum *value, bool *isnull, const StateValue *state, const char *word, StringInfo formulas)
{
	if (state->formula != NULL)
		appendStringInfo(formulas, "%s%s %s", formulas->len > 0 ? " " : "", word, state->formula);
	else if (state->state != NULL)
	{
		*value = CStringGetTextDatum(state->state);
		*isnull = false;
	}
}

/* Adds a row for one state that a transition starts at; from NULL: any, or there was no row. */
static void
put_transition(ReturnSetInfo *result, const Transition *transition, const StateValue *from)
{
	Datum		values[STATE_COLUMNS] = {0};
	bool		nulls[STATE_COLUMNS];
	StringInfoData formulas;

	memset(nulls, true, sizeof(nulls));
	initStringInfo(&formulas);
	if (from != NULL)
		put_state(&values[STATE_FROM], &nulls[STATE_FROM], from, "from", &formulas);
	put_state(&values[STATE_TO], &nulls[STATE_TO], transition->to, "to", &formulas);
	values[STATE_ACTION] = CStringGetTextDatum(transition->action);
	values[STATE_PATH] = CStringGetTextDatum(transition->path);
	values[STATE_CREATES] = BoolGetDatum(transition->creates);
	nulls[STATE_ACTION] = nulls[STATE_PATH] = nulls[STATE_CREATES] = false;
	if (formulas.len > 0)
	{
		values[STATE_FORMULA] = CStringGetTextDatum(formulas.data);
		nulls[STATE_FORMULA] = false;
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* state_transitions(table, column): a row for each state that a step starts at */
Datum
custom_action_state_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const StateColumn *column = state_column_asked_for(fcinfo);
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, column->transitions)
	{
		const Transition *transition = lfirst(cell);
		ListCell   *from;

		if (transition->from == NIL)
			put_transition(result, transition, NULL);
		foreach(from, transition->from)
			put_transition(result, transition, lfirst(from));
	}
	return (Datum) 0;
}
