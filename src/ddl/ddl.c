/*
 * ddl.c
 *		Event triggers: an ALTER or DROP that breaks a published action fails.
 *
 * The objects that a command touched lead through pg_depend to the actions
 * that use them; those are compiled again. One stands in the way if it worked
 * before the command and does not after, on account of something on which its
 * owner holds a privilege. What concerns no action pays for a few probes of
 * indexes (concern.c).
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/settings.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "ddl/action_rename.h"
#include "ddl/altered_table.h"
#include "ddl/concern.h"
#include "ddl/ddl_report.h"
#include "ddl/follow.h"
#include "ddl/follow_names.h"
#include "ddl/recheck.h"
#include "ddl/touched.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "miscadmin.h"
#include "protect/dropped.h"
#include "publish/check.h"
#include "utils/guc.h"
#include "utils/hsearch.h"

#define RECHECKS_AT_FIRST	64	/* that the hash has room for */

/* Where the recheck of an action is */
typedef struct RecheckEntry
{
	Oid			action;			/* hash key */
	Recheck    *recheck;
} RecheckEntry;

PG_FUNCTION_INFO_V1(custom_action_ddl_end);
PG_FUNCTION_INFO_V1(custom_action_ddl_drop);

/* Is it to be seen to that actions still compile? */
static bool
ddl_check_applies(void)
{
	return setting_ddl_check != DDL_CHECK_OFF && check_function_bodies && any_action();
}

/* Finds the recheck of an action, or adds one. */
static Recheck *
recheck_of(List **rechecks, HTAB *by_action, Oid action)
{
	bool		found;
	RecheckEntry *entry = hash_search(by_action, &action, HASH_ENTER, &found);

	if (!found)
	{
		entry->recheck = palloc0(sizeof(Recheck));
		entry->recheck->action = action;
		*rechecks = lappend(*rechecks, entry->recheck);
	}
	return entry->recheck;
}

/* Lists the actions that a command concerns, each once. */
static List *
rechecks_of(const List *objects, bool altered)
{
	HASHCTL		control = {0};
	HTAB	   *by_action;
	List	   *rechecks = NIL;
	ListCell   *cell;
	ListCell   *use_cell;

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(RecheckEntry);
	control.hcxt = CurrentMemoryContext;
	by_action = hash_create("custom action rechecks", RECHECKS_AT_FIRST, &control,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach(cell, objects)
	{
		foreach(use_cell, uses_of(lfirst(cell), altered))
		{
			Use		   *use = lfirst(use_cell);
			Recheck    *recheck = recheck_of(&rechecks, by_action, use->action);

			recheck->uses = lappend(recheck->uses, use);
		}
	}
	hash_destroy(by_action);
	return rechecks;
}

/* The actions of rechecks, as a list of OIDs. */
static List *
actions_of(const List *rechecks)
{
	List	   *actions = NIL;
	ListCell   *cell;

	foreach(cell, rechecks)
		actions = lappend_oid(actions, ((Recheck *) lfirst(cell))->action);
	return actions;
}

/* Is a command an ALTER? */
static bool
command_alters(const EventTriggerData *data)
{
	return strncmp(GetCommandTagName(data->tag), "ALTER", 5) == 0;
}

/* Checks the actions that a command concerns; some could not follow the names that it gave. */
static void
check_command(const EventTriggerData *data, List *rechecks, const List *unfollowed)
{
	if (rechecks == NIL)
		return;
	recheck_actions(rechecks);
	recheck_unfollowed(rechecks, unfollowed);
	ddl_report(data, rechecks, setting_ddl_check == DDL_CHECK_ERROR);
	/* a cancel is this command's, not the next one's */
	CHECK_FOR_INTERRUPTS();
}

/* Leaves out the table of an ALTER TABLE: ddl_command_end comes next for it. */
static List *
leave_altered_table(List *objects, Node *command)
{
	Oid			table;
	List	   *others = NIL;
	ListCell   *cell;

	if (command == NULL || !IsA(command, AlterTableStmt))
		return objects;
	table = RangeVarGetRelid(((AlterTableStmt *) command)->relation, NoLock,
							 true);
	foreach(cell, objects)
	{
		if (((Touched *) lfirst(cell))->object != table)
			others = lappend(others, lfirst(cell));
	}
	return others;
}

/*
 * Refuses a function renamed or moved to the name of another action, whatever
 * the settings: callers would no longer know whom they call.
 */
static void
require_single_names(const List *objects)
{
	ListCell   *cell;

	foreach(cell, objects)
	{
		const Touched *touched = lfirst(cell);

		if (touched->class != ProcedureRelationId || !function_is_action(touched->object))
			continue;
		action_lock_name(function_name_canonical(touched->object));
		require_single(touched->object);
	}
}

/* Event trigger on ddl_command_end. */
Datum
custom_action_ddl_end(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_trigger_data(fcinfo);
	List	   *objects;
	List	   *rechecks;
	List	   *unfollowed = NIL;
	bool		follows = setting_follow_renames && check_function_bodies;

	if (IsBinaryUpgrade || creating_extension || !altering_concerns(data, follows))
		PG_RETURN_NULL();
	objects = touched_by_commands();
	require_single_names(objects);
	rename_follow(data->parsetree, objects);
	rechecks = rechecks_of(objects, command_alters(data));
	if (follows)
		unfollowed = names_follow(data->parsetree, objects, actions_of(rechecks));
	if (ddl_check_applies())
		check_command(data, rechecks_for_columns(data->parsetree, rechecks), unfollowed);
	PG_RETURN_NULL();
}

/* With what the function of an action was dropped, "schema support and 2 other objects"; "": by itself. */
static char *
drop_origin(const Drops *drops, bool alone)
{
	if (alone || drops->origin == NULL)
		return "";
	if (drops->norigins == 1)
		return drops->origin;
	return psprintf("%s and %d other object%s", drops->origin, drops->norigins - 1,
					drops->norigins == 2 ? "" : "s");
}

/* Leaves word in the drafts of what took their functions. */
static void
tell_drafts(const Drops *drops)
{
	ListCell   *cell;
	ListCell   *alone;

	forboth(cell, drops->actions, alone, drops->alone)
	{
		const char *texts[] = {lfirst(cell), drop_origin(drops, lfirst_int(alone)), NULL};

		CHECK_FOR_INTERRUPTS();
		(void) follow_call("note_drop", texts);
	}
}

/* Refuses what takes the protection of a table along, whatever the settings. */
static void
require_protections(const Drops *drops)
{
	ListCell   *cell;

	foreach(cell, drops->triggers)
		require_may_lift(lfirst_oid(cell));
}

/*
 * Event trigger on sql_drop. It may have dropped the last action, so it is asked
 * whether there was one; with the extension there is nothing left to tell.
 */
Datum
custom_action_ddl_drop(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_trigger_data(fcinfo);
	Drops		drops = {0};
	List	   *objects;

	if (IsBinaryUpgrade || creating_extension || !dropping_concerns(data) || !any_action_before())
		PG_RETURN_NULL();
	objects = touched_by_drops(&drops);
	require_protections(&drops);
	if (!check_function_bodies)
		PG_RETURN_NULL();
	tell_drafts(&drops);
	if (ddl_check_applies())
		check_command(data, rechecks_of(leave_altered_table(objects, data->parsetree), command_alters(data)), NIL);
	PG_RETURN_NULL();
}
