/*
 * plan_text.c
 *		Prints plans without costs and times, so that the same plan is the same text.
 */
#include "postgres.h"

#include "base/compat.h"
#include "commands/explain.h"
#include "explain/plan_text.h"
#include "lib/stringinfo.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

char *
plan_text(QueryDesc *query, bool ran)
{
	ExplainState *state = NewExplainState();

	state->costs = false;
	state->analyze = ran;
	state->format = EXPLAIN_FORMAT_TEXT;
	ExplainBeginOutput(state);
	ExplainPrintPlan(state, query);
	ExplainEndOutput(state);
	while (state->str->len > 0 && state->str->data[state->str->len - 1] == '\n')
		state->str->data[--state->str->len] = '\0';
	return state->str->data;
}
