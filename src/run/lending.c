/*
 * lending.c
 *		Lends the statements of actions what PostgreSQL would make anew for each.
 *
 * A statement that writes is begun as ever; then the tables that it writes get states of
 * their CHECK constraints (check_states.c), and their foreign keys a shorter way
 * (key_checks.c). PostgreSQL finds these where it would have put its own. Where somebody
 * oversees who has access to what, all is left to PostgreSQL.
 */
#include "postgres.h"

#include "base/plain_path.h"
#include "base/sandbox.h"
#include "executor/executor.h"
#include "run/check_states.h"
#include "run/frame.h"
#include "run/kept.h"
#include "run/key_checks.h"
#include "run/lending.h"

static ExecutorStart_hook_type start_before_lending = NULL;

/* Lends to the tables that a statement writes; partitions are opened later, when a row comes for them. */
static void
lend(EState *estate)
{
	bool		checks = !plain_path_has(PLAIN_CHECKS);
	bool		keys = !plain_path_has(PLAIN_KEYS);
	ListCell   *cell;

	foreach(cell, estate->es_opened_result_relations)
	{
		ResultRelInfo *table = lfirst(cell);

		if (table->ri_RelationDesc->rd_rel->relkind != RELKIND_RELATION)
			continue;
		if (checks)
			check_states_lend(table);
		if (keys)
			key_checks_lend(estate, table);
	}
}

/* Begins a statement; one of an action that writes borrows. */
static void
lending_start(QueryDesc *query, int eflags)
{
	if (start_before_lending != NULL)
		start_before_lending(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
	if (innermost_frame != NULL && query->operation != CMD_SELECT && !access_is_overseen() && ExecutorCheckPerms_hook == NULL)
		lend(query->estate);
}

void
lending_init(void)
{
	start_before_lending = ExecutorStart_hook;
	ExecutorStart_hook = lending_start;
	kept_init();
}

bool
executor_start_is_watched(void)
{
	return start_before_lending != NULL || ExecutorStart_hook != lending_start;
}
