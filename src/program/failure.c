/*
 * failure.c
 *		How an action can fail, noted while it is compiled.
 */
#include "postgres.h"

#include "lookup/table_rules.h"
#include "program/failure.h"

/* Adds one. */
static void
add_failure(Program *program, const Failure *failure)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	Failure    *copy = palloc(sizeof(Failure));

	*copy = *failure;
	program->failures->list = lappend(program->failures->list, copy);
	MemoryContextSwitchTo(old);
}

void
failure_note(Program *program, const char *path, int sqlstate, const char *message, const char *when)
{
	Failure		failure = {.sqlstate = sqlstate, .message = message, .path = path, .when = when};

	if (failures_wanted(program))
		add_failure(program, &failure);
}

void
failure_note_performed(Program *program, const char *path, Oid action)
{
	Failure		failure = {.path = path, .performed = action};

	if (failures_wanted(program) && OidIsValid(action))
		add_failure(program, &failure);
}

void
failure_note_rules(Program *program, const char *path, const List *rules)
{
	ListCell   *cell;

	foreach(cell, rules)
	{
		const TableRule *rule = lfirst(cell);

		failure_note(program, path, rule->sqlstate, rule->message, rule->when);
	}
}
