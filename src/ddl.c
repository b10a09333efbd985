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
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "caught.h"
#include "check.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "ddl.h"
#include "depend.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/parsenodes.h"
#include "published.h"
#include "signature.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

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

/* Columns of pg_event_trigger_ddl_commands() and of ..._dropped_objects() */
#define COMMAND_CLASS		1
#define COMMAND_OBJECT		2
#define COMMAND_TYPE		5
#define COMMAND_IDENTITY	7
#define DROPPED_CLASS		1
#define DROPPED_OBJECT		2
#define DROPPED_COLUMN		3
#define DROPPED_TYPE		7
#define DROPPED_IDENTITY	10

/* One object that a command touched. */
typedef struct Touched
{
	Oid			class;
	Oid			object;
	char	   *type;			/* "table column" */
	char	   *identity;		/* "support.case.tier" */
} Touched;

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

/* Calls one of core's set-returning event trigger functions. */
static ReturnSetInfo *
call_event_function(Oid oid)
{
	LOCAL_FCINFO(fcinfo, 0);
	FmgrInfo	flinfo;
	ReturnSetInfo *result = makeNode(ReturnSetInfo);

	result->econtext = CreateStandaloneExprContext();
	result->allowedModes = SFRM_Materialize;
	result->returnMode = SFRM_Materialize;
	fmgr_info(oid, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, 0, InvalidOid,
							 NULL, (Node *) result);
	(void) FunctionCallInvoke(fcinfo);
	return result;
}

/* Reads a text column of a row. */
static char *
slot_text(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? pstrdup("") : TextDatumGetCString(value);
}

/* Reads an oid column of a row; InvalidOid for NULL, as GRANT has it. */
static Oid
slot_oid(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? InvalidOid : DatumGetObjectId(value);
}

/* Makes a Touched of a row of pg_event_trigger_ddl_commands(). */
static Touched *
touched_by_command(TupleTableSlot *slot)
{
	Touched    *touched = palloc(sizeof(Touched));

	touched->class = slot_oid(slot, COMMAND_CLASS);
	touched->object = slot_oid(slot, COMMAND_OBJECT);
	touched->type = slot_text(slot, COMMAND_TYPE);
	touched->identity = slot_text(slot, COMMAND_IDENTITY);
	return OidIsValid(touched->object) ? touched : NULL;
}

/* The table of a unique index. */
static Oid
table_of_index(HeapTuple tuple)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);

	return index->indisunique ? index->indrelid : InvalidOid;
}

/* The table of a trigger. */
static Oid
table_of_trigger(HeapTuple tuple)
{
	return ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
}

/* The table of a rule. */
static Oid
table_of_rule(HeapTuple tuple)
{
	return ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class;
}

/* Where the catalogs say to what table a part belongs. */
static const struct TablePart
{
	const char *type;			/* as pg_event_trigger_dropped_objects() has it */
	Oid			catalog;
	Oid			index;			/* on the one key column */
	AttrNumber	key;
	Oid			(*table) (HeapTuple tuple);
}			table_parts[] = {
	{"index", IndexRelationId, IndexRelidIndexId, Anum_pg_index_indexrelid, table_of_index},
	{"trigger", TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_oid, table_of_trigger},
	{"rule", RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, table_of_rule}
};

/*
 * The table of a part that is being dropped: its row is gone for us, but not
 * for the snapshot that the command started with.
 */
static Oid
table_of_dropped_part(const struct TablePart *part, Oid object)
{
	Relation	catalog = table_open(part->catalog, AccessShareLock);
	Oid			table = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, part->key, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object));
	scan = systable_beginscan(catalog, part->index, true, GetActiveSnapshot(), 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		table = part->table(tuple);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(table)) ? table : InvalidOid;
}

/* The table that a dropped object was a column or another part of, or InvalidOid. */
static Oid
table_of_dropped(Oid class, Oid object, bool is_column, const char *type)
{
	if (is_column && class == RelationRelationId)
		return object;
	for (int i = 0; i < lengthof(table_parts) && ActiveSnapshotSet(); i++)
	{
		if (strcmp(type, table_parts[i].type) == 0)
			return table_of_dropped_part(&table_parts[i], object);
	}
	return InvalidOid;
}

/* Can expressions use objects of this catalog without naming them anywhere? */
static bool
is_used_unnamed(Oid class)
{
	return class == CastRelationId || class == OperatorClassRelationId ||
		class == OperatorFamilyRelationId;
}

/*
 * Makes a Touched of a row of pg_event_trigger_dropped_objects(), if it is part
 * of a table, which it touches, or something that nobody names: of what else
 * was dropped as a whole, nothing depends any more.
 */
static Touched *
touched_by_drop(TupleTableSlot *slot)
{
	Touched    *touched = palloc(sizeof(Touched));
	bool		isnull;
	bool		is_column = DatumGetInt32(slot_getattr(slot, DROPPED_COLUMN, &isnull)) != 0;

	touched->class = slot_oid(slot, DROPPED_CLASS);
	touched->object = slot_oid(slot, DROPPED_OBJECT);
	touched->type = slot_text(slot, DROPPED_TYPE);
	touched->identity = slot_text(slot, DROPPED_IDENTITY);
	if (is_used_unnamed(touched->class))
		return touched;
	touched->object = table_of_dropped(touched->class, touched->object, is_column, touched->type);
	touched->class = RelationRelationId;
	return OidIsValid(touched->object) ? touched : NULL;
}

/* Lists what a command touched, as one of core's functions tells it. */
static List *
touched_objects(Oid function, Touched *(*read) (TupleTableSlot *))
{
	ReturnSetInfo *result = call_event_function(function);
	TupleTableSlot *slot;
	List	   *objects = NIL;

	slot = MakeSingleTupleTableSlot(result->setDesc, &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(result->setResult, true, false, slot))
	{
		Touched    *touched = read(slot);

		if (touched != NULL)
			objects = lappend(objects, touched);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(result->setResult);
	FreeExprContext(result->econtext, true);
	return objects;
}

/* Adds the actions that depend on one object. */
static void
add_actions(List **actions, Oid class, Oid object)
{
	*actions = list_concat_unique_oid(*actions,
									  actions_depending_on(class, object));
}

/* Adds the actions that depend on a type or on arrays of it. */
static void
add_actions_of_type(List **actions, Oid type)
{
	Oid			array;

	if (!OidIsValid(type))
		return;
	add_actions(actions, TypeRelationId, type);
	array = get_array_type(type);
	if (OidIsValid(array))
		add_actions(actions, TypeRelationId, array);
}

/* Adds the actions that depend on a relation, its row type or its children. */
static void
add_actions_of_relation(List **actions, Oid relation)
{
	List	   *relations = list_make1_oid(relation);
	ListCell   *cell;

	if (has_subclass(relation))
		relations = find_all_inheritors(relation, NoLock, NULL);
	foreach(cell, relations)
	{
		add_actions(actions, RelationRelationId, lfirst_oid(cell));
		add_actions_of_type(actions, get_rel_type_id(lfirst_oid(cell)));
	}
}

/* Adds the actions that depend on anything in a schema. */
static void
add_actions_of_schema(List **actions, Oid schema)
{
	List	   *all = actions_depending_on(LanguageRelationId,
										   action_language());
	ListCell   *cell;

	foreach(cell, all)
	{
		if (function_depends_on_schema(lfirst_oid(cell), schema))
			*actions = list_append_unique_oid(*actions, lfirst_oid(cell));
	}
}

/* Adds the actions that depend on a function of this one's name: a call may now mean this one. */
static void
add_actions_of_namesakes(List **actions, Oid function)
{
	char	   *name = get_func_name(function);
	CatCList   *namesakes;

	if (name == NULL)
		return;
	namesakes = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < namesakes->n_members; i++)
		add_actions(actions, ProcedureRelationId,
					((Form_pg_proc) GETSTRUCT(&namesakes->members[i]->tuple))->oid);
	ReleaseSysCacheList(namesakes);
}

/*
 * Adds the actions that a function concerns, and the function itself if it is
 * an action that was altered; one being created is checked by the validator.
 */
static void
add_actions_of_function(List **actions, Oid function, bool altered)
{
	add_actions_of_namesakes(actions, function);
	if (altered && function_is_action(function))
		*actions = list_append_unique_oid(*actions, function);
}

/* Lists the actions that may mind a change of an object. */
static List *
actions_concerned(const Touched *touched, bool altered)
{
	List	   *actions = NIL;

	switch (touched->class)
	{
		case RelationRelationId:
			add_actions_of_relation(&actions, touched->object);
			break;
		case TypeRelationId:
			add_actions_of_type(&actions, touched->object);
			break;
		case ProcedureRelationId:
			add_actions_of_function(&actions, touched->object, altered);
			break;
		case NamespaceRelationId:
			add_actions_of_schema(&actions, touched->object);
			break;
		default:
			if (is_used_unnamed(touched->class))
				actions = actions_depending_on(LanguageRelationId, action_language());
			else
				add_actions(&actions, touched->class, touched->object);
			break;
	}
	return actions;
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
		check_touched(data, lfirst(cell), &checked);
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
	objects = touched_objects(F_PG_EVENT_TRIGGER_DDL_COMMANDS, touched_by_command);
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
	objects = touched_objects(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS,
							  touched_by_drop);
	check_command(data, leave_altered_table(objects, data->parsetree));
	PG_RETURN_NULL();
}
