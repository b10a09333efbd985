/*
 * writers.c
 *		Which actions write a table: they are compiled as their owners for what they
 *		use, and nothing of users' runs.
 *
 * That is done where a write was refused, so it is bounded, waits for no lock and is
 * never an error. All of it is undone.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/error.h"
#include "catalog/pg_class.h"
#include "definition/envelope.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "lookup/function_lookup.h"
#include "miscadmin.h"
#include "program/use.h"
#include "protect/writers.h"
#include "publish/check.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#define MAX_NAMED		5		/* actions that a message names */
#define MAX_COMPILED	100		/* actions that are looked at for it */

/* One look at an action. */
typedef struct WriterLook
{
	Oid			action;
	const List *tables;
	const Writing *writing;
	bool		writes;			/* the answer */
} WriterLook;

/* Is a use a write of what is asked for? A table as such is written by INSERT, its whole rows by DELETE. */
static bool
use_writes(const Use *use, const WriterLook *look)
{
	ListCell   *cell;

	if (!use->writes || !list_member_oid(look->tables, use->relation))
		return false;
	if (look->writing->command == CMD_INSERT)
		return use->column == NULL;
	if (look->writing->command == CMD_DELETE)
		return use->column != NULL && strcmp(use->column, USE_WHOLE_ROW) == 0;
	foreach(cell, look->writing->columns)
	{
		if (use->column != NULL && strcmp(lfirst(cell), use->column) == 0)
			return true;
	}
	return look->writing->columns == NIL;
}

/* Compiles an action and looks for such a use. */
static void
look_for_write(void *arg)
{
	WriterLook *look = arg;
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	CompileOptions options = {.sink = &sink, .note_uses = true};
	Envelope   *envelope = action_envelope(look->action);
	Program    *program;
	ListCell   *cell;

	if (!envelope->active)
		return;
	(void) set_config_option("lock_timeout", "1", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	sink.action = options.action = function_name_canonical(look->action);
	program = check_document(envelope->definition, function_owner(look->action), &options);
	foreach(cell, program == NULL ? NIL : uses_sorted(program))
		look->writes = look->writes || use_writes(lfirst(cell), look);
}

/* Adds the actions that write, of those that may be invoked or of the others. */
static List *
add_writers(WriterLook *look, const List *actions, bool invocable)
{
	List	   *names = NIL;
	int			compiled = 0;
	bool		missed_lock;
	ListCell   *cell;

	foreach(cell, actions)
	{
		if (list_length(names) == MAX_NAMED || compiled == MAX_COMPILED)
			break;
		if (action_may_be_invoked(lfirst_oid(cell)) != invocable)
			continue;
		CHECK_FOR_INTERRUPTS();
		compiled++;
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
