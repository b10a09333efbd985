/*
 * diagram_trace.c
 *		What became of the steps of one invocation, for its picture.
 *
 * It is given as an object: for each step an object of its outcomes with how often
 * there were, of "turn", the first that failed, and of "message":
 *		{"6.do.1": {"run": 2, "failed": 1, "turn": 3, "message": "..."}}
 */
#include "postgres.h"

#include "document/diagram_label.h"
#include "document/diagram_trace.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#define MESSAGE_WIDTH	34
#define MESSAGE_LINES	3

#define FIRST_OUTCOME	DIAGRAM_SKIPPED

static const char *const state_names[DIAGRAM_STATES] = {
	[DIAGRAM_PLAIN] = "plain",
	[DIAGRAM_DISABLED] = "disabled",
	[DIAGRAM_SKIPPED] = "skipped",
	[DIAGRAM_RUN] = "run",
	[DIAGRAM_UNDONE] = "undone",
	[DIAGRAM_UNFINISHED] = "unfinished",
	[DIAGRAM_HANDLED] = "handled",
	[DIAGRAM_FAILED] = "failed"
};

const char *
diagram_state_name(DiagramState state)
{
	return state_names[state];
}

/* How often a step had an outcome. */
static int64
outcome_count(const Json *step, DiagramState state)
{
	const char *count = json_get_text(step, state_names[state]);

	return count == NULL ? 0 : strtoll(count, NULL, 10);
}

/* How often a step had any. */
static int64
outcomes_count(const Json *step)
{
	int64		count = 0;

	for (int state = FIRST_OUTCOME; state < DIAGRAM_STATES; state++)
		count += outcome_count(step, state);
	return count;
}

/* "3×", in the encoding of the database. */
static const char *
times_text(int64 count)
{
	return psprintf(INT64_FORMAT "%s", count, GetDatabaseEncoding() == PG_UTF8 ? "\xc3\x97" : "x");
}

/* Appends what went wrong, and in which turn. */
static void
append_failure(StringInfo out, const Json *step)
{
	const char *turn = json_get_text(step, "turn");
	const char *message = json_get_text(step, "message");

	if (turn != NULL)
		appendStringInfo(out, " in turn %s", turn);
	if (message != NULL)
		appendStringInfo(out, ":\n%s", label_wrap(message, MESSAGE_WIDTH, MESSAGE_LINES));
}

/* What a node says of its step: nothing if it simply ran, once. */
static const char *
state_words(const Json *step, DiagramState state)
{
	int64		all = outcomes_count(step);
	bool		ran = outcome_count(step, DIAGRAM_RUN) == all;
	StringInfoData out;

	if (ran)
		return all == 1 ? NULL : times_text(all);
	initStringInfo(&out);
	for (int other = FIRST_OUTCOME; other < DIAGRAM_STATES; other++)
	{
		int64		count = outcome_count(step, other);

		if (count == 0)
			continue;
		if (out.len > 0)
			appendStringInfoString(&out, ", ");
		if (all > 1)
			appendStringInfo(&out, "%s ", times_text(count));
		appendStringInfoString(&out, state_names[other]);
	}
	if (state >= DIAGRAM_HANDLED)
		append_failure(&out, step);
	return out.data;
}

DiagramState
trace_state(const Json *traced, const char *step, const char **words)
{
	const Json *outcomes = traced == NULL ? NULL : json_get(traced, step);

	*words = NULL;
	if (outcomes == NULL)
		return DIAGRAM_PLAIN;
	for (int state = DIAGRAM_STATES - 1; state >= FIRST_OUTCOME; state--)
	{
		if (outcome_count(outcomes, state) == 0)
			continue;
		*words = state_words(outcomes, state);
		return state;
	}
	return DIAGRAM_PLAIN;
}

int64
trace_count(const Json *traced, const char *step)
{
	const Json *outcomes = traced == NULL ? NULL : json_get(traced, step);

	return outcomes == NULL ? 0 : outcomes_count(outcomes);
}
