/*
 * new_objects.c
 *		Event trigger: what a new object means for actions, and for protected tables.
 *
 * A function of the language that arrives by plain CREATE FUNCTION is taken
 * from PUBLIC, as activation does. And an object that a formula of an active
 * action would use from now on is told of: the action is refused when it is
 * compiled next (meaning.c). That is a warning, never an error: with a name that
 * fits anybody could stop everybody's CREATE.
 *
 * Compiling is the only way to know what a formula means, and thousands of
 * actions cannot be compiled at each CREATE. So mention.c first finds those that
 * have the name in their text. What it misses is not warned of, and is refused
 * all the same: a syntax by which a definition names objects otherwise than by
 * words of the text belongs there, and what is meant without a word (operators
 * behind LIKE, casts) into name_of(). The compiling waits for no lock, since the
 * command holds locks that others wait for: an action that cannot be looked at at
 * once is passed over.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/settings.h"
#include "base/sqlstate.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "ddl/concern.h"
#include "ddl/ddl_report.h"
#include "ddl/mention.h"
#include "ddl/touched.h"
#include "executor/spi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "program/meaning.h"
#include "protect/partitions.h"
#include "publish/check.h"
#include "publish/publish.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(custom_action_ddl_new);

/* Did a function exist when the command began? */
static bool
function_was_there(Oid function)
{
	Relation	catalog = table_open(ProcedureRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	bool		found;

	ScanKeyInit(&key, Anum_pg_proc_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	scan = systable_beginscan(catalog, ProcedureOidIndexId, true, GetActiveSnapshot(), 1, &key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/* Takes a new action that nobody activated from PUBLIC, and says so; only its session sees a temporary one. */
static void
take_from_public(Oid function)
{
	char	   *signature = format_procedure_qualified(function);

	if (isAnyTempNamespace(get_func_namespace(function)) ||
		object_aclcheck(ProcedureRelationId, function, ACL_ID_PUBLIC, ACL_EXECUTE) != ACLCHECK_OK)
		return;
	SPI_connect();
	if (SPI_execute(psprintf("REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC", signature), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not take function %s from PUBLIC", signature);
	ereport(NOTICE,
			(errmsg("EXECUTE on action \"%s\" is taken from PUBLIC", function_name_canonical(function)),
			 errhint("GRANT EXECUTE ON FUNCTION %s to those who may invoke it.", signature)));
	SPI_finish();
}

/* Is an operator meant by words of SQL or by nothing written, as by LIKE, IN and BETWEEN? */
static bool
is_meant_unwritten(const char *operator)
{
	static const char *const operators[] = {
		"=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~"
	};

	for (int i = 0; i < lengthof(operators); i++)
		if (strcmp(operator, operators[i]) == 0)
			return true;
	return false;
}

/* The name of an operator; NULL: formulas may use it without that. */
static char *
operator_name(Oid operator)
{
	char	   *name = get_opname(operator);

	return name == NULL || is_meant_unwritten(name) ? NULL : name;
}

/* The name by which a formula would call an object; NULL: by none, as LIKE calls an operator. */
static char *
name_of(const ObjectAddress *object)
{
	switch (object->classId)
	{
		case ProcedureRelationId:
			return get_func_name(object->objectId);
		case RelationRelationId:
			return get_rel_name(object->objectId);
		case OperatorRelationId:
			return operator_name(object->objectId);
		case CollationRelationId:
			return get_collation_name(object->objectId);
		case TypeRelationId:
			{
				HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(object->objectId));
				char	   *name;

				if (!HeapTupleIsValid(tuple))
					return NULL;
				name = pstrdup(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
				ReleaseSysCache(tuple);
				return name;
			}
		default:
			return NULL;
	}
}

/* An action, and what compiling it finds. */
typedef struct Look
{
	Oid			action;
	ProblemSink sink;
} Look;

static void
compile_action(void *arg)
{
	Look	   *look = arg;
	bool		active;

	(void) check_published(look->action, false, &active, &look->sink, CurrentMemoryContext);
}

/* How messages call an object that is used: a cast may be its function. */
static char *
signature_of_use(const ObjectAddress *object)
{
	Relation	catalog;
	HeapTuple	tuple;
	ObjectAddress function = {ProcedureRelationId, InvalidOid, 0};

	if (object->classId != CastRelationId)
		return meaning_signature(object);
	catalog = table_open(CastRelationId, AccessShareLock);
	tuple = get_catalog_object_by_oid(catalog, Anum_pg_cast_oid, object->objectId);
	if (HeapTupleIsValid(tuple))
		function.objectId = ((Form_pg_cast) GETSTRUCT(tuple))->castfunc;
	table_close(catalog, AccessShareLock);
	return meaning_signature(OidIsValid(function.objectId) &&
							 get_func_namespace(function.objectId) != PG_CATALOG_NAMESPACE ?
							 &function : object);
}

/* Where would an action use an object, as far as its list does not have it? NULL: nowhere. */
static char *
place_of_use(Oid action, const ObjectAddress *object)
{
	Look		look = {.action = action, .sink = {.collect = true, .mcxt = CurrentMemoryContext}};
	char	   *signature = signature_of_use(object);
	bool		missed_lock;	/* nothing is said of what could not be looked at at once */
	ListCell   *cell;

	(void) caught_trial_at_once(compile_action, &look, &missed_lock);
	foreach(cell, look.sink.problems)
	{
		const Problem *problem = lfirst(cell);

		if (problem->sqlstate == ERRCODE_CA_MEANING && strstr(problem->message, signature) != NULL)
			return problem->formula != NULL ? psprintf("%s: %s", problem->location, problem->formula) :
				problem->location;
	}
	return NULL;
}

/* Warns of the actions that an object would be in the way of. */
static void
warn_of(const Touched *touched, int count, const char *first, const char *detail)
{
	ereport(WARNING,
			(errcode(ERRCODE_CA_MEANING),
			 count == 1 ?
			 errmsg("action \"%s\" would use %s %s, and is refused until it is activated again",
					first, touched->type, identity_canonical(touched->identity)) :
			 errmsg("%d actions would use %s %s, and are refused until they are activated again",
					count, touched->type, identity_canonical(touched->identity)),
			 errdetail_internal("%s", detail),
			 errhint("If formulas shall not mean it, give it another name, or drop it.")));
}

/* The actions but those that ddl.c has looked at: they use another function of the name. */
static List *
without_namesakes(List *actions, Touched *touched)
{
	List	   *result = list_copy(actions);
	ListCell   *cell;

	if (touched->class != ProcedureRelationId)
		return actions;
	foreach(cell, uses_of(touched, false))
		result = list_delete_oid(result, ((Use *) lfirst(cell))->action);
	return result;
}

/* What to look for in the texts of actions on account of an object; NULL: they cannot mean it. */
static Mention *
mention_of(const Touched *touched)
{
	ObjectAddress object = {touched->class, touched->object, 0};
	Mention    *mention = palloc0(sizeof(Mention));
	Oid			schema;

	mention->name = name_of(&object);
	if (touched->class == CastRelationId)
		return mention;
	if (mention->name == NULL && touched->class != OperatorRelationId)
		return NULL;
	schema = get_object_namespace(&object);
	if (OidIsValid(schema) && isAnyTempNamespace(schema))
		return NULL;			/* is found only where nothing else is */
	mention->schema = OidIsValid(schema) ? get_namespace_name(schema) : NULL;
	return mention;
}

/* Looks for those of some actions that would use a new object. */
static void
look_for_uses(Touched *touched, List *actions)
{
	ObjectAddress object = {touched->class, touched->object, 0};
	char	   *first = NULL;
	int			count = 0;
	StringInfoData detail;
	ListCell   *cell;

	initStringInfo(&detail);
	foreach(cell, without_namesakes(actions, touched))
	{
		char	   *place;

		CHECK_FOR_INTERRUPTS();
		place = place_of_use(lfirst_oid(cell), &object);
		if (place == NULL)
			continue;
		if (count++ == 0)
			first = function_name_canonical(lfirst_oid(cell));
		list_action(&detail, count, function_name_canonical(lfirst_oid(cell)), place);
	}
	list_action_end(&detail, count);
	if (count > 0)
		warn_of(touched, count, first, detail.data);
}

/* Looks for actions that would use new objects. */
static void
look_at_objects(const List *objects)
{
	List	   *suspects = NIL;
	List	   *mentions = NIL;
	ListCell   *cell;
	ListCell   *mention_cell;

	foreach(cell, objects)
	{
		Mention    *mention = mention_of(lfirst(cell));

		if (mention == NULL)
			continue;
		suspects = lappend(suspects, lfirst(cell));
		mentions = lappend(mentions, mention);
	}
	if (mentions == NIL)
		return;
	mentions_find(mentions);
	forboth(cell, suspects, mention_cell, mentions)
	{
		const Mention *mention = lfirst(mention_cell);

		if (mention->actions != NIL)
			look_for_uses(lfirst(cell), mention->actions);
	}
}

/* Is a new or moved object to be looked at? Other changes are those of things that are used already. */
static bool
brings_objects(const EventTriggerData *data)
{
	return strncmp(GetCommandTagName(data->tag), "ALTER", 5) != 0 || IsA(data->parsetree, RenameStmt) ||
		IsA(data->parsetree, AlterObjectSchemaStmt);
}

/* Event trigger on ddl_command_end. */
Datum
custom_action_ddl_new(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_trigger_data(fcinfo);
	List	   *objects;
	ListCell   *cell;

	if (IsBinaryUpgrade || creating_extension)
		PG_RETURN_NULL();
	partitions_guard(data->parsetree);
	if (!check_function_bodies || publish_is_running() || !brings_objects(data) || !creating_concerns(data))
		PG_RETURN_NULL();
	objects = touched_by_commands();
	foreach(cell, objects)
	{
		const Touched *touched = lfirst(cell);

		if (touched->class == ProcedureRelationId && function_is_action(touched->object) &&
			!function_was_there(touched->object))
			take_from_public(touched->object);
	}
	if (setting_ddl_check != DDL_CHECK_OFF)
		look_at_objects(objects);
	PG_RETURN_NULL();
}
