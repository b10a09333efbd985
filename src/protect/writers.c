/*
 * writers.c
 *		Which actions write a table, by the facts that are kept of them.
 *
 * One without facts is compiled for them, as its owner, and nothing of users' runs.
 * That is done where a write was refused, so it is bounded, waits for no lock and is
 * never an error. All of it is undone.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/error.h"
#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "definition/envelope.h"
#include "definition/facts.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "lookup/function_lookup.h"
#include "lookup/table_name.h"
#include "miscadmin.h"
#include "protect/writers.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#define MAX_NAMED		5		/* actions that a message names */
#define MAX_LOOKED_AT	100		/* actions that are looked at for it */

/* One look at an action. */
typedef struct WriterLook
{
	Oid			action;
	const List *tables;
	const Writing *writing;
	bool		writes;			/* the answer */
} WriterLook;

/* Is this what is asked for? An UPDATE of no columns is one of any. */
static bool
table_is_written(const FactTable *table, const WriterLook *look)
{
	ListCell   *cell;

	if (!list_member_oid(look->tables, relation_named(table->name)))
		return false;
	if (look->writing->command == CMD_INSERT)
		return table->inserts;
	if (look->writing->command == CMD_DELETE)
		return table->deletes;
	foreach(cell, look->writing->columns)
	{
		if (text_list_has(table->overwritten, lfirst(cell)))
			return true;
	}
	return table->updates && look->writing->columns == NIL;
}

/* Looks for such a write among the facts of an action, which is compiled if it has none. */
static void
look_for_write(void *arg)
{
	WriterLook *look = arg;
	ListCell   *cell;

	if (!action_envelope(look->action)->active)
		return;
	(void) set_config_option("lock_timeout", "1", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	foreach(cell, facts_of(look->action)->tables)
		look->writes = look->writes || table_is_written(lfirst(cell), look);
}

/* Adds the actions that write, of those that may be invoked or of the others. */
static List *
add_writers(WriterLook *look, const List *actions, bool invocable)
{
	List	   *names = NIL;
	int			looked_at = 0;
	bool		missed_lock;
	ListCell   *cell;

	foreach(cell, actions)
	{
		if (list_length(names) == MAX_NAMED || looked_at == MAX_LOOKED_AT)
			break;
		if (action_may_be_invoked(lfirst_oid(cell)) != invocable)
			continue;
		CHECK_FOR_INTERRUPTS();
		looked_at++;
		look->action = lfirst_oid(cell);
		look->writes = false;
		(void) caught_trial_at_once(look_for_write, look, &missed_lock);
		if (look->writes)
			names = lappend(names, function_name_canonical(look->action));
	}
	return names;
}

List *
writers_of(const List *tables, const Writing *writing, bool *invocable)
{
	WriterLook	look = {.tables = tables, .writing = writing};
	List	   *actions = NIL;
	List	   *names;
	ListCell   *cell;

	foreach(cell, tables)
		actions = list_concat_unique_oid(actions, actions_depending_on(RelationRelationId, lfirst_oid(cell)));
	names = add_writers(&look, actions, true);
	*invocable = names != NIL;
	return names != NIL ? names : add_writers(&look, actions, false);
}

List *
writers_among(const List *actions, bool *invocable)
{
	List	   *may = NIL;
	List	   *others = NIL;
	ListCell   *cell;

	foreach(cell, actions)
	{
		if (get_func_name(lfirst_oid(cell)) == NULL)
			continue;
		if (action_may_be_invoked(lfirst_oid(cell)))
			may = lappend(may, function_name_canonical(lfirst_oid(cell)));
		else
			others = lappend(others, function_name_canonical(lfirst_oid(cell)));
	}
	*invocable = may != NIL;
	return list_truncate(may != NIL ? may : others, MAX_NAMED);
}
