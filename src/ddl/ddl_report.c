/*
 * ddl_report.c
 *		What is said of a command and the actions that it breaks.
 *
 * A command is named as it was typed: a rename by the names before and after.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/problem.h"
#include "base/sqlstate.h"
#include "catalog/pg_proc.h"
#include "ddl/ddl_report.h"
#include "ddl/recheck.h"
#include "definition/envelope.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"

/* How many actions a message lists */
#define MAX_LISTED	20

/* Actions of which the same is to be said. */
typedef struct Group
{
	int			count;
	const Recheck *first;
	StringInfoData detail;
} Group;

/* A command in words. */
typedef struct Wording
{
	const char *verb;			/* "alter" */
	const char *gerund;			/* "altering" */
	const char *object;			/* "table desk.note" */
} Wording;

void
list_action(StringInfo list, int number, const char *action, const char *what)
{
	if (number > MAX_LISTED)
		return;
	appendStringInfo(list, "%sAction \"%s\"", number > 1 ? "\n" : "", action);
	if (what != NULL)
		appendStringInfo(list, ", %s", what);
}

void
list_action_end(StringInfo list, int count)
{
	if (count > MAX_LISTED)
		appendStringInfo(list, "\nAnd %d more.", count - MAX_LISTED);
}

/* Puts an action into a group. */
static void
group_add(Group *group, const Recheck *recheck)
{
	if (group->count++ == 0)
	{
		group->first = recheck;
		initStringInfo(&group->detail);
	}
	list_action(&group->detail, group->count, recheck->name,
				recheck->result != RECHECK_UNKNOWN ? recheck->problems : NULL);
}

/* Says of what a group consists. */
static const char *
group_detail(Group *group)
{
	list_action_end(&group->detail, group->count);
	return group->detail.data;
}

/* The kind of an object, a column without the kind of its table. */
static const char *
plain_type(const char *type)
{
	const char *last = strrchr(type, ' ');

	return last != NULL && strcmp(last, " column") == 0 ? last + 1 : type;
}

/* What an object was called before the command. */
static const char *
old_identity(const Touched *touched)
{
	return identity_canonical(touched->old_identity != NULL ? touched->old_identity : touched->identity);
}

/* Does a command make an action inactive? */
static bool
is_deactivated(const EventTriggerData *data, const Touched *touched)
{
	return data->parsetree != NULL && IsA(data->parsetree, CreateFunctionStmt) &&
		touched->class == ProcedureRelationId && function_is_action(touched->object) &&
		!action_envelope(touched->object)->active;
}

/* What a command does, in words. */
static Wording
wording(const char *verb, const char *gerund, const char *object)
{
	Wording		result = {
		.verb = verb,
		.gerund = gerund,
		.object = object,
	};

	return result;
}

/* Puts a command into words. */
static Wording
wording_of(const EventTriggerData *data, const Touched *touched)
{
	const char *tag = GetCommandTagName(data->tag);
	const char *object = psprintf("%s %s", touched->type, identity_canonical(touched->identity));

	if (data->parsetree != NULL && IsA(data->parsetree, RenameStmt))
		return wording("rename", "renaming",
					   psprintf("%s %s to %s", plain_type(touched->type), old_identity(touched),
								quote_identifier(((RenameStmt *) data->parsetree)->newname)));
	if (data->parsetree != NULL && IsA(data->parsetree, AlterObjectSchemaStmt))
		return wording("move", "moving",
					   psprintf("%s %s to schema %s", touched->type, old_identity(touched),
								quote_identifier(((AlterObjectSchemaStmt *) data->parsetree)->newschema)));
	if (is_deactivated(data, touched))
		return wording("deactivate", "deactivating",
					   psprintf("action \"%s\"", function_name_canonical(touched->object)));
	if (strncmp(tag, "DROP", 4) == 0)
		return wording("drop", "dropping", object);
	if (strncmp(tag, "CREATE", 6) != 0)
		return wording("alter", "altering", object);
	return touched->old_identity != NULL ?
		wording("replace", "replacing", object) : wording("create", "creating", object);
}

/* Tells of actions that others kept from being checked. */
static void
warn_unknown(Group *unknown)
{
	ereport(WARNING,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 unknown->count == 1 ?
			 errmsg("what this command does to action \"%s\" was not checked", unknown->first->name) :
			 errmsg("what this command does to %d actions was not checked", unknown->count),
			 unknown->count == 1 ?
			 errdetail("Others hold locks on what the action uses, and the command does not wait for them.") :
			 errdetail("Others hold locks on what the actions use, and the command does not wait for them.\n%s",
					   group_detail(unknown)),
			 errhint("refresh_action_dependencies() tells later whether it still works.")));
}

/* Tells of actions that could not run before the command either. */
static void
warn_broken_before(Group *before)
{
	ereport(WARNING,
			(errcode(ERRCODE_CA_CHECK_FAILED),
			 before->count == 1 ?
			 errmsg("action \"%s\" cannot run, so what this command does to it was not checked",
					before->first->name) :
			 errmsg("%d actions cannot run, so what this command does to them was not checked",
					before->count),
			 errdetail_internal("%s", group_detail(before))));
}

/* Tells of actions that a command breaks and that must not stand in its way. */
static void
warn_breaks(const EventTriggerData *data, Group *breaks)
{
	Wording		wording = wording_of(data, ((Use *) linitial(breaks->first->uses))->touched);

	ereport(WARNING,
			(errcode(ERRCODE_CA_CHECK_FAILED),
			 breaks->count == 1 ?
			 errmsg("%s %s breaks action \"%s\"", wording.gerund, wording.object, breaks->first->name) :
			 errmsg("%s %s breaks %d actions", wording.gerund, wording.object, breaks->count),
			 errdetail_internal("%s", group_detail(breaks)),
			 errhint("Change the draft and activate it, or deactivate the action.")));
}

/* Refuses what a command does to one object, or warns. */
static void
report_touching(const EventTriggerData *data, Group *broken, bool refuse)
{
	const Touched *touched = broken->first->blamed;
	Wording		wording = wording_of(data, touched);
	bool		is_itself = broken->first->action == touched->object;

	ereport(refuse ? ERROR : WARNING,
			(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
			 broken->count == 1 ?
			 errmsg("cannot %s %s because action \"%s\" %s", wording.verb, wording.object,
					broken->first->name, is_itself ? "would not work any more" : "needs it") :
			 errmsg("cannot %s %s because %d actions %s", wording.verb, wording.object,
					broken->count, is_itself ? "would not work any more" : "need it"),
			 errdetail_internal("%s", group_detail(broken)),
			 errhint("Deactivate the action with deactivate_action(), or SET custom_actions.ddl_check = 'off'; then change its draft and activate it.")));
}

/* Refuses the command, or warns, by the objects on account of which actions mind. */
static void
report_command(const EventTriggerData *data, List *blaming, bool refuse)
{
	while (blaming != NIL)
	{
		const Touched *touched = ((Recheck *) linitial(blaming))->blamed;
		Group		group = {0};
		ListCell   *cell;

		foreach(cell, blaming)
		{
			const Recheck *recheck = lfirst(cell);

			if (recheck->blamed != touched)
				continue;
			group_add(&group, recheck);
			blaming = foreach_delete_current(blaming, cell);
		}
		report_touching(data, &group, refuse);
	}
}

/*
 * May somebody learn of an action that did not work before either? Only who can
 * mend it, so that nobody's DDL is pestered with the actions of strangers.
 */
static bool
may_mend(const Recheck *recheck)
{
	return has_privs_of_role(GetUserId(), recheck->owner);
}

/* Sorts rechecks by action. */
static int
compare_rechecks(const ListCell *a, const ListCell *b)
{
	const Recheck *first = lfirst(a);
	const Recheck *second = lfirst(b);

	return first->action < second->action ? -1 : first->action > second->action;
}

void
ddl_report(const EventTriggerData *data, const List *rechecks, bool refuse)
{
	bool		creates = strncmp(GetCommandTagName(data->tag), "CREATE", 6) == 0;
	Group		groups[RECHECK_BREAKS + 1] = {0};
	List	   *blaming = NIL;
	List	   *sorted = list_copy(rechecks);
	ListCell   *cell;

	list_sort(sorted, compare_rechecks);
	foreach(cell, sorted)
	{
		const Recheck *recheck = lfirst(cell);

		if (recheck->result == RECHECK_SOUND ||
			(recheck->result == RECHECK_BROKEN_BEFORE && (creates || !may_mend(recheck))))
			continue;
		if (recheck->result == RECHECK_BREAKS && recheck->blamed != NULL && !creates)
			blaming = lappend(blaming, lfirst(cell));
		else
			group_add(&groups[recheck->result], recheck);
	}
	if (groups[RECHECK_UNKNOWN].count > 0)
		warn_unknown(&groups[RECHECK_UNKNOWN]);
	if (groups[RECHECK_BROKEN_BEFORE].count > 0)
		warn_broken_before(&groups[RECHECK_BROKEN_BEFORE]);
	if (groups[RECHECK_BREAKS].count > 0)
		warn_breaks(data, &groups[RECHECK_BREAKS]);
	report_command(data, blaming, refuse);
}
