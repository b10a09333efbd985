/*
 * changed_by.c
 *		Who made a change.
 *
 * The statement of a step has the first command of the step; what its triggers and
 * cascades write has later ones. Steps without a statement of their own, plug-ins
 * and called functions have all that was written while they were at work.
 */
#include "postgres.h"

#include "preview/changed_by.h"

/* Adds a text unless it is there. */
static void
add_once(List **by, const char *text)
{
	ListCell   *cell;

	foreach(cell, *by)
	{
		if (strcmp(lfirst(cell), text) == 0)
			return;
	}
	*by = lappend(*by, pstrdup(text));
}

void
changed_by_add(List **by, const Watch *watch, CommandId command, CmdType operation,
			   CascadeTest cascades, void *arg)
{
	const WatchMoment *moment = watch_moment(watch, command);

	if (moment == NULL || moment->line == NULL)
		add_once(by, "the action");
	else if (!moment->line->writes || (moment->begins && moment->command == command))
	{
		add_once(by, moment->line->by);
		if (moment->also != NULL)
			add_once(by, moment->also->by);
	}
	else
		add_once(by, psprintf("%s of step %s", cascades(operation, arg) ? "cascade" : "trigger", moment->line->by));
}
