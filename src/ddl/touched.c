/*
 * touched.c
 *		What a DDL command touched, and which actions may mind.
 *
 * Actions are found through the dependencies that activation recorded, and
 * through what those cannot say: children, row types, schemas, namesakes.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
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
#include "ddl/touched.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

/* Columns of pg_event_trigger_ddl_commands() and of ..._dropped_objects() */
#define COMMAND_CLASS		1
#define COMMAND_OBJECT		2
#define COMMAND_PART		3
#define COMMAND_TYPE		5
#define COMMAND_IDENTITY	7
#define DROPPED_CLASS		1
#define DROPPED_OBJECT		2
#define DROPPED_COLUMN		3
#define DROPPED_ORIGINAL	4
#define DROPPED_TYPE		7
#define DROPPED_SCHEMA		8
#define DROPPED_IDENTITY	10

EventTriggerData *
event_trigger_data(FunctionCallInfo fcinfo)
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
touched_by_command(TupleTableSlot *slot, void *arg)
{
	Touched    *touched = palloc0(sizeof(Touched));
	bool		isnull;

	touched->class = slot_oid(slot, COMMAND_CLASS);
	touched->object = slot_oid(slot, COMMAND_OBJECT);
	touched->part = DatumGetInt32(slot_getattr(slot, COMMAND_PART, &isnull));
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
		if (strcmp(type, table_parts[i].type) == 0)
			return table_of_dropped_part(&table_parts[i], object);
	return InvalidOid;
}

/* Can expressions use objects of this catalog without naming them anywhere? */
static bool
is_used_unnamed(Oid class)
{
	return class == CastRelationId || class == OperatorClassRelationId ||
		class == OperatorFamilyRelationId;
}

/* The name of a function that was dropped, if it was an action; its row is there for the command's snapshot. */
static char *
dropped_action(Oid function, const char *schema)
{
	Relation	catalog = table_open(ProcedureRelationId, AccessShareLock);
	char	   *name = NULL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_proc_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	scan = systable_beginscan(catalog, ProcedureOidIndexId, true, GetActiveSnapshot(), 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple) && ((Form_pg_proc) GETSTRUCT(tuple))->prolang == action_language())
		name = qualified_name_canonical(schema, NameStr(((Form_pg_proc) GETSTRUCT(tuple))->proname));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return name;
}

/* Notes an action that was dropped, and what the command was about. */
static void
note_drop(Drops *drops, TupleTableSlot *slot, const Touched *touched)
{
	bool		isnull;
	bool		original = DatumGetBool(slot_getattr(slot, DROPPED_ORIGINAL, &isnull));
	char	   *action = NULL;

	if (touched->class == TriggerRelationId && !original)
		drops->triggers = lappend_oid(drops->triggers, touched->object);
	if (touched->class == ProcedureRelationId && ActiveSnapshotSet())
		action = dropped_action(touched->object, slot_text(slot, DROPPED_SCHEMA));
	if (action != NULL)
	{
		drops->actions = lappend(drops->actions, action);
		drops->alone = lappend_int(drops->alone, original);
	}
	else if (original && drops->norigins++ == 0)
		drops->origin = psprintf("%s %s", touched->type, identity_canonical(touched->identity));
}

/*
 * Makes a Touched of a row of pg_event_trigger_dropped_objects(), if it is part
 * of a table, which it touches, or something that nobody names: of what else
 * was dropped as a whole, nothing depends any more.
 */
static Touched *
touched_by_drop(TupleTableSlot *slot, void *arg)
{
	Touched    *touched = palloc0(sizeof(Touched));
	bool		isnull;
	bool		is_column = DatumGetInt32(slot_getattr(slot, DROPPED_COLUMN, &isnull)) != 0;

	touched->class = slot_oid(slot, DROPPED_CLASS);
	touched->object = slot_oid(slot, DROPPED_OBJECT);
	touched->type = slot_text(slot, DROPPED_TYPE);
	touched->identity = slot_text(slot, DROPPED_IDENTITY);
	note_drop(arg, slot, touched);
	if (is_used_unnamed(touched->class))
		return touched;
	touched->object = table_of_dropped(touched->class, touched->object, is_column, touched->type);
	touched->class = RelationRelationId;
	return OidIsValid(touched->object) ? touched : NULL;
}

/* Lists what a command touched, as one of core's functions tells it. */
static List *
touched_objects(Oid function, Touched *(*read) (TupleTableSlot *, void *), void *arg)
{
	ReturnSetInfo *result = call_event_function(function);
	TupleTableSlot *slot;
	List	   *objects = NIL;

	slot = MakeSingleTupleTableSlot(result->setDesc, &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(result->setResult, true, false, slot))
	{
		Touched    *touched = read(slot, arg);

		if (touched != NULL)
			objects = lappend(objects, touched);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(result->setResult);
	FreeExprContext(result->econtext, true);
	return objects;
}

List *
touched_by_commands(void)
{
	return touched_objects(F_PG_EVENT_TRIGGER_DDL_COMMANDS, touched_by_command, NULL);
}

List *
touched_by_drops(Drops *drops)
{
	return touched_objects(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS, touched_by_drop, drops);
}

/* Adds that an action uses an object. */
static void
add_use(List **uses, Touched *touched, Oid action, const ObjectAddress *object)
{
	Use		   *use = palloc(sizeof(Use));

	use->action = action;
	use->object = *object;
	use->touched = touched;
	use->is_rival = touched->class == ProcedureRelationId &&
		object->classId == ProcedureRelationId && object->objectId != touched->object;
	*uses = lappend(*uses, use);
}

/* Is an action in a temporary schema? It is nobody's but its session's, and minds nothing. */
static bool
is_temporary(Oid action)
{
	return isAnyTempNamespace(get_func_namespace(action));
}

/* Adds the actions that depend on one object. */
static void
add_uses(List **uses, Touched *touched, Oid class, Oid object)
{
	ObjectAddress address;
	ListCell   *cell;

	CHECK_FOR_INTERRUPTS();
	ObjectAddressSet(address, class, object);
	foreach(cell, actions_depending_on(class, object))
	{
		if (!is_temporary(lfirst_oid(cell)))
			add_use(uses, touched, lfirst_oid(cell), &address);
	}
}

/* Adds the actions that depend on a type or on arrays of it. */
static void
add_uses_of_type(List **uses, Touched *touched, Oid type)
{
	Oid			array;

	if (!OidIsValid(type))
		return;
	add_uses(uses, touched, TypeRelationId, type);
	array = get_array_type(type);
	if (OidIsValid(array))
		add_uses(uses, touched, TypeRelationId, array);
}

/* Adds the actions that depend on a relation, its row type or its children. */
static void
add_uses_of_relation(List **uses, Touched *touched, Oid relation)
{
	List	   *relations = list_make1_oid(relation);
	ListCell   *cell;

	if (has_subclass(relation))
		relations = find_all_inheritors(relation, NoLock, NULL);
	foreach(cell, relations)
	{
		add_uses(uses, touched, RelationRelationId, lfirst_oid(cell));
		add_uses_of_type(uses, touched, get_rel_type_id(lfirst_oid(cell)));
	}
}

/* Adds the actions that depend on anything in a schema. */
static void
add_uses_of_schema(List **uses, Touched *touched)
{
	List	   *all = NIL;
	ListCell   *cell;
	ListCell   *object_cell;

	add_uses(&all, touched, LanguageRelationId, action_language());
	foreach(cell, all)
	{
		Oid			action = ((Use *) lfirst(cell))->action;

		CHECK_FOR_INTERRUPTS();
		foreach(object_cell, dependencies_in_schema(action, touched->object))
			add_use(uses, touched, action, lfirst(object_cell));
	}
}

/* Adds the actions that depend on a function of this one's name: a call may now mean this one. */
static void
add_uses_of_namesakes(List **uses, Touched *touched)
{
	char	   *name = get_func_name(touched->object);
	CatCList   *namesakes;

	if (name == NULL)
		return;
	namesakes = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < namesakes->n_members; i++)
		add_uses(uses, touched, ProcedureRelationId,
				 ((Form_pg_proc) GETSTRUCT(&namesakes->members[i]->tuple))->oid);
	ReleaseSysCacheList(namesakes);
}

/*
 * Adds the actions that a function concerns, and the function itself if it is
 * an action that was altered; one being created is checked by the validator.
 */
static void
add_uses_of_function(List **uses, Touched *touched, bool altered)
{
	ObjectAddress language;

	add_uses_of_namesakes(uses, touched);
	ObjectAddressSet(language, LanguageRelationId, action_language());
	if (altered && function_is_action(touched->object) && !is_temporary(touched->object))
		add_use(uses, touched, touched->object, &language);
}

/* Adds the actions that depend on what an extension brought: it may be in another schema now. */
static void
add_uses_of_extension(List **uses, Touched *touched)
{
	ListCell   *cell;

	foreach(cell, extension_members(touched->object))
	{
		const ObjectAddress *member = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (member->classId == RelationRelationId)
			add_uses_of_relation(uses, touched, member->objectId);
		else if (member->classId == TypeRelationId)
			add_uses_of_type(uses, touched, member->objectId);
		else if (member->classId == ProcedureRelationId)
			add_uses(uses, touched, ProcedureRelationId, member->objectId);
	}
}

List *
uses_of(Touched *touched, bool altered)
{
	List	   *uses = NIL;

	switch (touched->class)
	{
		case RelationRelationId:
			add_uses_of_relation(&uses, touched, touched->object);
			break;
		case TypeRelationId:
			add_uses_of_type(&uses, touched, touched->object);
			break;
		case ProcedureRelationId:
			add_uses_of_function(&uses, touched, altered);
			break;
		case NamespaceRelationId:
			add_uses_of_schema(&uses, touched);
			break;
		case ExtensionRelationId:
			add_uses_of_extension(&uses, touched);
			break;
		default:
			if (is_used_unnamed(touched->class))
				add_uses(&uses, touched, LanguageRelationId, action_language());
			else
				add_uses(&uses, touched, touched->class, touched->object);
			break;
	}
	return uses;
}
