/*
 * ddl.c
 *		Event triggers: an ALTER or DROP that breaks a published action fails.
 *
 * The objects that a command touched lead through pg_depend to the actions
 * that need them; those are compiled again, as their owners, never run, in a
 * subtransaction that is undone, so that no lock of it stays. A database
 * without actions pays for one index probe, other commands for the list of
 * what they touched.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "caught.h"
#include "check.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "ddl.h"
#include "depend.h"
#include "miscadmin.h"
#include "published.h"
#include "touched.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "compat.h"

/* How many broken actions an error lists */
#define MAX_LISTED	20

typedef enum DdlCheck
{
	DDL_CHECK_OFF,
	DDL_CHECK_WARN,
	DDL_CHECK_ERROR
} DdlCheck;

static const struct config_enum_entry ddl_check_options[] = {
	{"off", DDL_CHECK_OFF, false},
	{"warn", DDL_CHECK_WARN, false},
	{"error", DDL_CHECK_ERROR, false},
	{NULL, 0, false}
};

static int	ddl_check = DDL_CHECK_ERROR;

/* An action that is compiled again. */
typedef struct Recheck
{
	Oid			function;
	ProblemSink sink;
} Recheck;

/* Actions that do not compile, for one sort of reasons. */
typedef struct Broken
{
	int			count;
	Oid			function;		/* of the first one */
	char	   *name;			/* of the first one */
	StringInfoData detail;
} Broken;

PG_FUNCTION_INFO_V1(custom_action_ddl_end);
PG_FUNCTION_INFO_V1(custom_action_ddl_drop);

/* Defines the settings of this file. */
void
ddl_init(void)
{
	DefineCustomEnumVariable("custom_actions.ddl_check",
							 "What happens when DDL breaks a published action.",
							 "The command fails, warns, or is not looked at.",
							 &ddl_check, DDL_CHECK_ERROR, ddl_check_options,
							 PGC_USERSET, 0, NULL, NULL, NULL);
}

/* Is there any action in this database? */
static bool
any_action(void)
{
	Oid			language = action_language();
	Relation	depend;
	SysScanDesc scan;
	ScanKeyData key[2];
	bool		found;

	if (!OidIsValid(language))
		return false;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(LanguageRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(language));
	depend = table_open(DependRelationId, AccessShareLock);
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2,
							  key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}

/* Is there anything to protect from this command? */
static bool
anything_to_protect(void)
{
	return !IsBinaryUpgrade && !creating_extension && any_action();
}

/* Is it to be seen to that actions still compile? */
static bool
ddl_check_applies(void)
{
	return ddl_check != DDL_CHECK_OFF && check_function_bodies && anything_to_protect();
}

/* Returns the event trigger's data; raises if called otherwise. */
static EventTriggerData *
event_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by an event trigger")));
	return (EventTriggerData *) fcinfo->context;
}

/* Compiles an action again. */
static void
recheck(void *arg)
{
	Recheck    *work = arg;
	bool		active;

	(void) check_published(work->function, &active, &work->sink,
						   CurrentMemoryContext);
}

/* Adds what is wrong with an action to the report. */
static void
report_broken(Broken *broken, const Recheck *work, const ErrorData *error)
{
	StringInfoData problems;
	char	   *name = function_name_canonical(work->function);

	if (broken->count++ == 0)
	{
		broken->function = work->function;
		broken->name = name;
	}
	if (broken->count > MAX_LISTED)
		return;

	initStringInfo(&problems);
	problems_print(&problems, &work->sink);
	if (error != NULL)
	{
		if (problems.len > 0)
			appendStringInfoChar(&problems, '\n');
		appendStringInfoString(&problems, error->message);
		if (error->detail != NULL)
			appendStringInfo(&problems, " (%s)", error->detail);
	}
	appendStringInfo(&broken->detail, "%sAction \"%s\", %s",
					 broken->count > 1 ? "\n" : "", name, problems.data);
}

/*
 * Is a finding no fault of the command's? What the owner may not do, or a setting
 * that nobody may make, kept the action from running before as well.
 */
static bool
not_by_command(int sqlstate, const char *location)
{
	return sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE ||
		(location != NULL && strcmp(location, LOCATION_SETTINGS) == 0);
}

/* Could an action not have run anyway? */
static bool
was_broken_before(const Recheck *work, const ErrorData *error)
{
	ListCell   *cell;

	if (error != NULL && not_by_command(error->sqlerrcode, NULL))
		return true;
	foreach(cell, work->sink.problems)
	{
		const Problem *problem = lfirst(cell);

		if (!problem->warning && not_by_command(problem->sqlstate, problem->location))
			return true;
	}
	return false;
}

/*
 * Compiles actions again and collects those that no longer do, and those that
 * did not before. The locks of the work go with it.
 */
static void
recheck_actions(Broken *broken, Broken *before, List *actions)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext,
											   "custom_actions recheck",
											   ALLOCSET_DEFAULT_SIZES);
	ListCell   *cell;

	list_sort(actions, list_oid_cmp);
	foreach(cell, actions)
	{
		MemoryContext caller = MemoryContextSwitchTo(mcxt);
		Recheck		work = {lfirst_oid(cell), {NULL, true, NIL, mcxt}};
		ErrorData  *error = caught_trial(recheck, &work);

		MemoryContextSwitchTo(caller);
		if (error != NULL || problem_any_error(&work.sink))
			report_broken(was_broken_before(&work, error) ? before : broken, &work, error);
		MemoryContextReset(mcxt);
	}
	MemoryContextDelete(mcxt);
}

/* Says what the command did to the object. */
static const char *
command_verb(const EventTriggerData *data, const Touched *touched)
{
	const char *tag = GetCommandTagName(data->tag);

	if (strncmp(tag, "DROP", 4) == 0)
		return "drop";
	if (strncmp(tag, "CREATE", 6) != 0)
		return "alter";
	return touched->class != ProcedureRelationId ||
		actions_depending_on(touched->class, touched->object) != NIL ? "replace" : "create";
}

/* Says that the list is longer. */
static void
note_unlisted(Broken *broken)
{
	if (broken->count > MAX_LISTED)
		appendStringInfo(&broken->detail, "\nAnd %d more.",
						 broken->count - MAX_LISTED);
}

/* Tells of actions that could not run before the command either. */
static void
warn_not_checked(Broken *before)
{
	note_unlisted(before);
	ereport(WARNING,
			(errcode(ERRCODE_CA_CHECK_FAILED),
			 before->count == 1 ?
			 errmsg("action \"%s\" cannot run, so what this command does to it was not checked",
					before->name) :
			 errmsg("%d actions cannot run, so what this command does to them was not checked",
					before->count),
			 errdetail_internal("%s", before->detail.data)));
}

/* Refuses the command, or warns. */
static void
refuse_command(const char *verb, const Touched *touched, Broken *broken)
{
	bool		is_needed = strcmp(verb, "create") != 0 && broken->function != touched->object;

	note_unlisted(broken);
	ereport(ddl_check == DDL_CHECK_WARN ? WARNING : ERROR,
			(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
			 broken->count == 1 ?
			 errmsg("cannot %s %s %s because action \"%s\" %s", verb,
					touched->type, touched->identity, broken->name,
					is_needed ? "needs it" : "would not work any more") :
			 errmsg("cannot %s %s %s because %d actions %s", verb,
					touched->type, touched->identity, broken->count,
					is_needed ? "need it" : "would not work any more"),
			 errdetail_internal("%s", broken->detail.data),
			 errhint("Deactivate the action with deactivate_action(), or SET custom_actions.ddl_check = 'off'; then change its draft and activate it.")));
}

/* Checks the actions that one object concerns and that were not checked yet. */
static void
check_touched(const EventTriggerData *data, const Touched *touched,
			  List **checked)
{
	const char *verb = command_verb(data, touched);
	List	   *actions = actions_concerned(touched, strcmp(verb, "alter") == 0);
	List	   *remaining = list_difference_oid(actions, *checked);
	Broken		broken = {0};
	Broken		before = {0};

	if (remaining == NIL)
		return;
	*checked = list_concat(*checked, remaining);
	initStringInfo(&broken.detail);
	initStringInfo(&before.detail);
	recheck_actions(&broken, &before, remaining);
	if (before.count > 0)
		warn_not_checked(&before);
	if (broken.count > 0)
		refuse_command(verb, touched, &broken);
}

/* Checks all objects that a command touched. */
static void
check_command(const EventTriggerData *data, const List *objects)
{
	List	   *checked = NIL;
	ListCell   *cell;

	foreach(cell, objects)
	{
		check_touched(data, lfirst(cell), &checked);
		/* a cancel is this command's, not the next one's */
		CHECK_FOR_INTERRUPTS();
	}
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
check_names(const List *objects)
{
	ListCell   *cell;

	foreach(cell, objects)
	{
		const Touched *touched = lfirst(cell);

		if (touched->class != ProcedureRelationId || !function_is_action(touched->object))
			continue;
		action_lock_name(function_name_canonical(touched->object));
		check_single(touched->object);
	}
}

/* Event trigger on ddl_command_end. */
Datum
custom_action_ddl_end(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_data(fcinfo);
	List	   *objects;

	if (!anything_to_protect())
		PG_RETURN_NULL();
	objects = touched_by_commands();
	check_names(objects);
	if (ddl_check_applies())
		check_command(data, objects);
	PG_RETURN_NULL();
}

/* Event trigger on sql_drop. */
Datum
custom_action_ddl_drop(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_data(fcinfo);
	List	   *objects;

	if (!ddl_check_applies())
		PG_RETURN_NULL();
	objects = touched_by_drops();
	check_command(data, leave_altered_table(objects, data->parsetree));
	PG_RETURN_NULL();
}
