/*
 * dependency.c
 *		What a published action depends on, in pg_depend.
 *
 * Whole objects only: an edge to a column would refuse every change of its
 * type, also a harmless one; ddl.c looks closer. No edge leads back to the
 * function itself, directly or through other actions, since pg_dump warns of
 * such circles.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/error.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/dependency.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "publish/check.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"

PG_FUNCTION_INFO_V1(custom_action_refresh_dependencies);
PG_FUNCTION_INFO_V1(custom_action_release_performers);

/* Adds an object to a list, unless pinned or there already. */
void
dependency_add(List **dependencies, Oid class, Oid object)
{
	ObjectAddress *address;
	ListCell   *cell;

	if (!OidIsValid(object) || object < FirstUnpinnedObjectId)
		return;
	foreach(cell, *dependencies)
	{
		address = lfirst(cell);
		if (address->classId == class && address->objectId == object)
			return;
	}
	address = palloc(sizeof(ObjectAddress));
	ObjectAddressSet(*address, class, object);
	*dependencies = lappend(*dependencies, address);
}

/* Adds a type. */
static void
add_type(List **dependencies, Oid type)
{
	dependency_add(dependencies, TypeRelationId, type);
}

/* Adds a function. */
static void
add_function(List **dependencies, Oid function)
{
	dependency_add(dependencies, ProcedureRelationId, function);
}

/* Adds an operator. */
static void
add_operator(List **dependencies, Oid operator)
{
	dependency_add(dependencies, OperatorRelationId, operator);
}

/* Adds what a constant names: 'a_sequence'::regclass and its like. */
static void
add_constant(List **dependencies, const Const *constant)
{
	Oid			object;

	add_type(dependencies, constant->consttype);
	if (constant->constisnull || constant->constlen != sizeof(Oid))
		return;

	object = DatumGetObjectId(constant->constvalue);
	switch (constant->consttype)
	{
		case REGCLASSOID:
			dependency_add(dependencies, RelationRelationId, object);
			break;
		case REGTYPEOID:
			add_type(dependencies, object);
			break;
		case REGPROCOID:
		case REGPROCEDUREOID:
			add_function(dependencies, object);
			break;
		case REGOPEROID:
		case REGOPERATOROID:
			add_operator(dependencies, object);
			break;
		case REGCOLLATIONOID:
			dependency_add(dependencies, CollationRelationId, object);
			break;
		case REGCONFIGOID:
			dependency_add(dependencies, TSConfigRelationId, object);
			break;
		case REGDICTIONARYOID:
			dependency_add(dependencies, TSDictionaryRelationId, object);
			break;
	}
}

/* Adds the operators of a list of OIDs. */
static void
add_operators(List **dependencies, const List *operators)
{
	ListCell   *cell;

	foreach(cell, operators)
		add_operator(dependencies, lfirst_oid(cell));
}

/* Adds the types of a list of OIDs. */
static void
add_types(List **dependencies, const List *types)
{
	ListCell   *cell;

	foreach(cell, types)
		add_type(dependencies, lfirst_oid(cell));
}

/* Adds what one node of an expression refers to by itself. */
static void
add_node(List **dependencies, Node *node)
{
	switch (nodeTag(node))
	{
		case T_Const:
			add_constant(dependencies, (Const *) node);
			break;
		case T_FuncExpr:
			add_function(dependencies, ((FuncExpr *) node)->funcid);
			add_type(dependencies, exprType(node));
			break;
		case T_Aggref:
			add_function(dependencies, ((Aggref *) node)->aggfnoid);
			add_type(dependencies, exprType(node));
			break;
		case T_WindowFunc:
			add_function(dependencies, ((WindowFunc *) node)->winfnoid);
			add_type(dependencies, exprType(node));
			break;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			/* one struct under three tags */
			add_operator(dependencies, ((OpExpr *) node)->opno);
			add_type(dependencies, exprType(node));
			break;
		case T_ScalarArrayOpExpr:
			add_operator(dependencies, ((ScalarArrayOpExpr *) node)->opno);
			break;
		case T_RowCompareExpr:
			add_operators(dependencies, ((RowCompareExpr *) node)->opnos);
			break;
		case T_SortGroupClause:
			add_operator(dependencies, ((SortGroupClause *) node)->eqop);
			add_operator(dependencies, ((SortGroupClause *) node)->sortop);
			break;
		case T_CollateExpr:
			dependency_add(dependencies, CollationRelationId,
						   ((CollateExpr *) node)->collOid);
			break;
		case T_TableFunc:
			add_types(dependencies, ((TableFunc *) node)->coltypes);
			break;
		case T_FieldSelect:
			add_type(dependencies, exprType((Node *) ((FieldSelect *) node)->arg));
			break;
		case T_FieldStore:
			add_type(dependencies, ((FieldStore *) node)->resulttype);
			break;
		case T_Param:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_CoerceToDomain:
		case T_RowExpr:
		case T_ArrayExpr:
		case T_SubscriptingRef:
		case T_MinMaxExpr:
		case T_CaseExpr:
		case T_CoalesceExpr:
#if PG_VERSION_NUM >= 160000
		case T_JsonConstructorExpr:
#endif
#if PG_VERSION_NUM >= 170000
		case T_JsonExpr:
#endif
			add_type(dependencies, exprType(node));
			dependency_add(dependencies, CollationRelationId,
						   exprCollation(node));
			break;
		default:
			break;
	}
}

/* Adds the tables of a query and the types its functions are told to return. */
static void
add_range_table(List **dependencies, const Query *query)
{
	ListCell   *cell;

	foreach(cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);
		ListCell   *function;

		if (entry->rtekind == RTE_RELATION)
			dependency_add(dependencies, RelationRelationId, entry->relid);
		foreach(function, entry->functions)
		{
			RangeTblFunction *called = lfirst(function);
			ListCell   *type;

			foreach(type, called->funccoltypes)
				add_type(dependencies, lfirst_oid(type));
		}
	}
}

/* Walks queries and expressions. */
static bool
dependency_walker(Node *node, List **dependencies)
{
	if (node == NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, Query))
	{
		add_range_table(dependencies, (Query *) node);
		return query_tree_walker((Query *) node, dependency_walker,
								 dependencies,
								 QTW_IGNORE_JOINALIASES |
								 QTW_EXAMINE_SORTGROUP);
	}
	add_node(dependencies, node);
	return expression_tree_walker(node, dependency_walker, dependencies);
}

/* Adds what an analysed query or expression refers to. */
void
dependencies_of_query(List **dependencies, Node *query)
{
	(void) dependency_walker(query, dependencies);
}

/* Opens a scan of pg_depend by one end of its edges. */
static SysScanDesc
depend_scan(Relation depend, bool by_reference, Oid class, Oid object,
			ScanKeyData *key)
{
	ScanKeyInit(&key[0],
				by_reference ? Anum_pg_depend_refclassid : Anum_pg_depend_classid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class));
	ScanKeyInit(&key[1],
				by_reference ? Anum_pg_depend_refobjid : Anum_pg_depend_objid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
	return systable_beginscan(depend,
							  by_reference ? DependReferenceIndexId : DependDependerIndexId,
							  true, NULL, 2, key);
}

bool
any_action(void)
{
	Oid			language = action_language();
	Relation	depend;
	SysScanDesc scan;
	ScanKeyData key[2];
	bool		found;

	if (!OidIsValid(language))
		return false;
	depend = table_open(DependRelationId, AccessShareLock);
	scan = depend_scan(depend, true, LanguageRelationId, language, key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}

/* Reads the edges at one end of an object: a list of FormData_pg_depend *. */
static List *
edges_of(bool by_reference, Oid class, Oid object)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan = depend_scan(depend, by_reference, class, object, key);
	HeapTuple	tuple;
	List	   *edges = NIL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		FormData_pg_depend *edge = palloc(sizeof(FormData_pg_depend));

		*edge = *(Form_pg_depend) GETSTRUCT(tuple);
		edges = lappend(edges, edge);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return edges;
}

/* Returns the actions that a function depends on, as a list of OIDs. */
static List *
actions_needed_by(Oid function)
{
	List	   *actions = NIL;
	ListCell   *cell;

	foreach(cell, edges_of(false, ProcedureRelationId, function))
	{
		const FormData_pg_depend *edge = lfirst(cell);

		if (edge->refclassid == ProcedureRelationId &&
			function_is_action(edge->refobjid))
			actions = list_append_unique_oid(actions, edge->refobjid);
	}
	return actions;
}

/* Does an action depend on a function, directly or through others? */
static bool
action_needs(Oid action, Oid function)
{
	List	   *reached = list_make1_oid(action);

	for (int i = 0; i < list_length(reached); i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (list_nth_oid(reached, i) == function)
			return true;
		reached = list_concat_unique_oid(reached,
										 actions_needed_by(list_nth_oid(reached, i)));
	}
	return false;
}

/* Would an edge from a function to this object lead back to it? */
static bool
closes_circle(Oid function, const ObjectAddress *address)
{
	return address->classId == ProcedureRelationId &&
		(address->objectId == function ||
		 (function_is_action(address->objectId) &&
		  action_needs(address->objectId, function)));
}

/* Records a list for a function. */
void
dependencies_record(Oid function, const List *dependencies)
{
	ObjectAddress self;
	ObjectAddress *targets;
	int			ntargets = 0;
	ListCell   *cell;

	ObjectAddressSet(self, ProcedureRelationId, function);
	targets = palloc(sizeof(ObjectAddress) * (list_length(dependencies) + 1));
	foreach(cell, dependencies)
	{
		const ObjectAddress *address = lfirst(cell);

		if (!closes_circle(function, address))
			targets[ntargets++] = *address;
	}
	recordMultipleDependencies(&self, targets, ntargets, DEPENDENCY_NORMAL);
}

/* Returns the actions whose functions depend on an object. */
List *
actions_depending_on(Oid class, Oid object)
{
	List	   *actions = NIL;
	ListCell   *cell;

	foreach(cell, edges_of(true, class, object))
	{
		const FormData_pg_depend *edge = lfirst(cell);

		if (edge->classid == ProcedureRelationId &&
			function_is_action(edge->objid))
			actions = lappend_oid(actions, edge->objid);
	}
	list_sort(actions, list_oid_cmp);
	list_deduplicate_oid(actions);
	return actions;
}

/* Lists what belongs to an extension. */
List *
extension_members(Oid extension)
{
	List	   *edges = edges_of(true, ExtensionRelationId, extension);
	List	   *members = NIL;
	ListCell   *cell;

	foreach(cell, edges)
	{
		const FormData_pg_depend *edge = lfirst(cell);
		ObjectAddress *member = palloc(sizeof(ObjectAddress));

		ObjectAddressSet(*member, edge->classid, edge->objid);
		if (edge->deptype == DEPENDENCY_EXTENSION)
			members = lappend(members, member);
	}
	list_free_deep(edges);
	return members;
}

/* Lists what a function depends on in a schema, and the schema. */
List *
dependencies_in_schema(Oid function, Oid schema)
{
	List	   *found = NIL;
	ListCell   *cell;

	foreach(cell, edges_of(false, ProcedureRelationId, function))
	{
		const FormData_pg_depend *edge = lfirst(cell);
		ObjectAddress address;

		ObjectAddressSet(address, edge->refclassid, edge->refobjid);
		if (edge->refclassid == NamespaceRelationId ? edge->refobjid == schema :
			get_object_namespace(&address) == schema)
			dependency_add(&found, address.classId, address.objectId);
	}
	return found;
}

/* Lists the relations that a function depends on, for their row types too. */
List *
relations_needed_by(Oid function)
{
	List	   *relations = NIL;
	ListCell   *cell;

	foreach(cell, edges_of(false, ProcedureRelationId, function))
	{
		const FormData_pg_depend *edge = lfirst(cell);
		Oid			relation = edge->refclassid == RelationRelationId ? edge->refobjid :
			edge->refclassid == TypeRelationId ? get_typ_typrelid(edge->refobjid) : InvalidOid;

		if (OidIsValid(relation))
			relations = list_append_unique_oid(relations, relation);
	}
	return relations;
}

/* Deletes the ordinary dependencies of a function; others keep theirs. */
static void
dependencies_delete(Oid function)
{
	Relation	depend = table_open(DependRelationId, RowExclusiveLock);
	ScanKeyData key[2];
	SysScanDesc scan = depend_scan(depend, false, ProcedureRelationId,
								   function, key);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (((Form_pg_depend) GETSTRUCT(tuple))->deptype == DEPENDENCY_NORMAL)
			CatalogTupleDelete(depend, &tuple->t_self);
	}
	systable_endscan(scan);
	table_close(depend, RowExclusiveLock);
}

/* Adds the types of a function's arguments and result. */
static void
add_argument_types(List **dependencies, HeapTuple tuple)
{
	Form_pg_proc procedure = (Form_pg_proc) GETSTRUCT(tuple);
	Datum		datum;
	Datum	   *types;
	int			ntypes;
	bool		isnull;

	add_type(dependencies, procedure->prorettype);
	for (int i = 0; i < procedure->proargtypes.dim1; i++)
		add_type(dependencies, procedure->proargtypes.values[i]);

	datum = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proallargtypes,
							&isnull);
	if (isnull)
		return;
	deconstruct_array(DatumGetArrayTypeP(datum), OIDOID, sizeof(Oid), true,
					  TYPALIGN_INT, &types, NULL, &ntypes);
	for (int i = 0; i < ntypes; i++)
		add_type(dependencies, DatumGetObjectId(types[i]));
}

/* release_performers(function regprocedure): actions that perform it no longer keep it from being dropped */
Datum
custom_action_release_performers(PG_FUNCTION_ARGS)
{
	Oid			function = PG_GETARG_OID(0);
	Relation	depend;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	if (!object_ownercheck(ProcedureRelationId, function, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FUNCTION, function_name_canonical(function));
	depend = table_open(DependRelationId, RowExclusiveLock);
	scan = depend_scan(depend, true, ProcedureRelationId, function, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend edge = (Form_pg_depend) GETSTRUCT(tuple);

		if (edge->classid == ProcedureRelationId && edge->deptype == DEPENDENCY_NORMAL &&
			function_is_action(edge->objid))
			CatalogTupleDelete(depend, &tuple->t_self);
	}
	systable_endscan(scan);
	table_close(depend, RowExclusiveLock);
	CommandCounterIncrement();
	PG_RETURN_VOID();
}

/* Records what CREATE FUNCTION itself records for a function. */
static void
dependencies_record_native(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc procedure;
	ObjectAddress self;
	List	   *dependencies = NIL;
	Datum		defaults;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	procedure = (Form_pg_proc) GETSTRUCT(tuple);
	dependency_add(&dependencies, NamespaceRelationId,
				   procedure->pronamespace);
	dependency_add(&dependencies, LanguageRelationId, procedure->prolang);
	add_function(&dependencies, procedure->prosupport);
	add_argument_types(&dependencies, tuple);
	dependencies_record(function, dependencies);

	defaults = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargdefaults,
							   &isnull);
	ObjectAddressSet(self, ProcedureRelationId, function);
	if (!isnull)
		recordDependencyOnExpr(&self,
							   stringToNode(TextDatumGetCString(defaults)),
							   NIL, DEPENDENCY_NORMAL);
	ReleaseSysCache(tuple);
}

/* Returns the active and inactive actions that the current user may act for. */
static List *
own_actions(void)
{
	Relation	catalog;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	List	   *actions = NIL;

	ScanKeyInit(&key, Anum_pg_proc_prolang, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(action_language()));
	catalog = table_open(ProcedureRelationId, AccessShareLock);
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_proc procedure = (Form_pg_proc) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		if (has_privs_of_role(GetUserId(), procedure->proowner))
			actions = lappend_oid(actions, procedure->oid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);

	list_sort(actions, list_oid_cmp);
	return actions;
}

/* One action whose dependencies are recorded anew. */
typedef struct Refresh
{
	Oid			function;
	ProblemSink sink;
	bool		done;
} Refresh;

/* Compiles an action and replaces what is recorded for it. */
static void
refresh_one(void *arg)
{
	Refresh    *refresh = arg;
	bool		active;
	Program    *program = check_published(refresh->function, true, &active,
										  &refresh->sink,
										  CurrentMemoryContext);

	if (!active || program == NULL || problem_any_error(&refresh->sink))
		return;
	dependencies_delete(refresh->function);
	CommandCounterIncrement();
	dependencies_record_native(refresh->function);
	dependencies_record(refresh->function, program->dependencies);
	CommandCounterIncrement();
	refresh->done = true;
}

/* Says why an action was skipped. */
static void
warn_skipped(const Refresh *refresh, const ErrorData *error)
{
	StringInfoData detail;

	initStringInfo(&detail);
	problems_print(&detail, &refresh->sink);
	if (error != NULL)
		appendStringInfo(&detail, "%s%s", detail.len > 0 ? "\n" : "",
						 error->message);
	ereport(WARNING,
			(errcode(ERRCODE_CA_CHECK_FAILED),
			 errmsg("dependencies of action \"%s\" were not recorded",
					function_name_canonical(refresh->function)),
			 errdetail_internal("%s", detail.data),
			 errhint("Correct its draft and activate it, or deactivate it.")));
}

/* refresh_dependencies() returns integer: how many actions were done */
Datum
custom_action_refresh_dependencies(PG_FUNCTION_ARGS)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext,
											   "custom_actions refresh",
											   ALLOCSET_DEFAULT_SIZES);
	List	   *actions = OidIsValid(action_language()) ? own_actions() : NIL;
	ListCell   *cell;
	int32		done = 0;

	foreach(cell, actions)
	{
		MemoryContext caller = MemoryContextSwitchTo(mcxt);
		Refresh		refresh = {lfirst_oid(cell), {NULL, true, NIL, mcxt}, false};
		ErrorData  *error = caught_error(refresh_one, &refresh);

		CHECK_FOR_INTERRUPTS();
		if (error != NULL || problem_any_error(&refresh.sink))
			warn_skipped(&refresh, error);
		else if (refresh.done)
			done++;
		MemoryContextSwitchTo(caller);
		MemoryContextReset(mcxt);
	}
	MemoryContextDelete(mcxt);
	PG_RETURN_INT32(done);
}
