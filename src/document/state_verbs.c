/*
 * state_verbs.c
 *		Says which actions work from a state: for who was refused another.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "document/state_verbs.h"
#include "document/transitions.h"

#define MAX_NAMED		8		/* actions that a message names */

/* The names of the actions that work from a state. */
static List *
actions_from(const StateColumn *column, const char *state)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, column->transitions)
	{
		const Transition *transition = lfirst(cell);

		if (transition_starts_at(column, transition, state) && !text_list_has(names, transition->action))
			names = lappend(names, unconstify(char *, transition->action));
	}
	return names;
}

char *
state_verbs_sentence(Oid relation, const char *column, const char *state)
{
	StateColumn *states = state_column(relation, column);
	const char *shown = state != NULL ? psprintf("\"%s\"", state) : "an empty state";
	List	   *names;
	int			count;

	states->of_rows_only = true;
	transitions_of_actions(states, InvalidOid);
	names = actions_from(states, state);
	count = list_length(names);
	if (count == 0)
		return psprintf("No action works from %s.", shown);
	if (count > MAX_NAMED)
		return psprintf("From %s these work: %s, and %d others.", shown,
						text_list_join(list_truncate(names, MAX_NAMED)), count - MAX_NAMED);
	return psprintf(count == 1 ? "From %s this works: %s." : "From %s these work: %s.", shown,
					text_list_join(names));
}
