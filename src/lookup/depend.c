/*
 * depend.c
 *		What a published action depends on, in pg_depend.
 *
 * No edge leads back to the function itself, directly or through other actions,
 * since pg_dump warns of such circles.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "lookup/dependency.h"
#include "lookup/proc_row.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* How far before the OID of a row type that of its array type mostly is */
#define TYPE_NEIGHBOURS		4

PG_FUNCTION_INFO_V1(custom_action_release_performers);

/* Opens a scan of pg_depend by one end of its edges. */
static SysScanDesc
depend_scan(Relation depend, bool by_reference, Oid class, Oid object,
			Snapshot snapshot, ScanKeyData *key)
{
	ScanKeyInit(&key[0],
				by_reference ? Anum_pg_depend_refclassid : Anum_pg_depend_classid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class));
	ScanKeyInit(&key[1],
				by_reference ? Anum_pg_depend_refobjid : Anum_pg_depend_objid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
	return systable_beginscan(depend,
							  by_reference ? DependReferenceIndexId : DependDependerIndexId,
							  true, snapshot, 2, key);
}

/* Is there any action, as a snapshot sees it? NULL: now. */
static bool
any_action_seen(Snapshot snapshot)
{
	Oid			language = action_language();
	Relation	depend;
	SysScanDesc scan;
	ScanKeyData key[2];
	bool		found;

	if (!OidIsValid(language))
		return false;
	depend = table_open(DependRelationId, AccessShareLock);
	scan = depend_scan(depend, true, LanguageRelationId, language, snapshot, key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}

bool
any_action(void)
{
	return any_action_seen(NULL);
}

bool
any_action_before(void)
{
	return any_action_seen(ActiveSnapshotSet() ? GetActiveSnapshot() : NULL);
}

/* Reads the edges at one end of an object: a list of FormData_pg_depend *. */
static List *
edges_of(bool by_reference, Oid class, Oid object)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan = depend_scan(depend, by_reference, class, object, NULL, key);
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

/*
 * Returns the actions at the other ends of an object's edges, each once:
 * those that depend on it, or those that it depends on.
 */
static List *
actions_at_edges(bool depending, Oid class, Oid object)
{
	List	   *actions = NIL;
	ListCell   *cell;

	foreach(cell, edges_of(depending, class, object))
	{
		const FormData_pg_depend *edge = lfirst(cell);
		Oid			other = depending ? edge->objid : edge->refobjid;

		if ((depending ? edge->classid : edge->refclassid) == ProcedureRelationId &&
			function_is_action(other))
			actions = lappend_oid(actions, other);
	}
	list_sort(actions, list_oid_cmp);
	list_deduplicate_oid(actions);
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
										 actions_at_edges(false, ProcedureRelationId,
														  list_nth_oid(reached, i)));
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

/* Lets know that something else depends on what: caches forget the function, and concern.c what nothing used. */
static void
invalidate_function(Oid function)
{
	Relation	catalog = table_open(ProcedureRelationId, AccessShareLock);
	HeapTuple	tuple = proc_row(function);

	CacheInvalidateHeapTuple(catalog, tuple, NULL);
	ReleaseSysCache(tuple);
	table_close(catalog, AccessShareLock);
}

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
	invalidate_function(function);
}

List *
actions_depending_on(Oid class, Oid object)
{
	return actions_at_edges(true, class, object);
}

/* What depends on a relation or a type, as far as it was looked for. */
typedef struct Dependents
{
	IndexScanDesc scan;
	TupleTableSlot *slot;
	Oid			type;			/* that belongs to it alone: a row type, or the array type of one */
	bool		children;		/* there may be tables that inherit from it */
	bool		actions;
} Dependents;

/* Notes an edge that leads to an object, or to a neighbour of it. */
static void
note_dependent(Dependents *found, Oid object, const FormData_pg_depend *edge)
{
	if (edge->classid == ProcedureRelationId && function_is_action(edge->objid))
		found->actions = true;
	else if (edge->refobjid != object)
		return;
	else if (edge->classid == TypeRelationId && edge->deptype == DEPENDENCY_INTERNAL)
		found->type = edge->objid;
	else if (edge->classid == RelationRelationId && edge->deptype != DEPENDENCY_INTERNAL && edge->refobjsubid == 0)
		found->children = true;
}

/* Looks for what depends on an object, or on one with an OID from "first" on. */
static void
find_dependents(Dependents *found, Oid class, Oid first, Oid object)
{
	ScanKeyData key[3];

	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class));
	ScanKeyInit(&key[1], 2, BTGreaterEqualStrategyNumber, F_OIDGE, ObjectIdGetDatum(first));
	ScanKeyInit(&key[2], 2, BTLessEqualStrategyNumber, F_OIDLE, ObjectIdGetDatum(object));
	index_rescan(found->scan, key, lengthof(key), NULL, 0);
	found->type = InvalidOid;
	while (!found->actions && index_getnext_slot(found->scan, ForwardScanDirection, found->slot))
		note_dependent(found, object, (Form_pg_depend) GETSTRUCT(ExecFetchSlotHeapTuple(found->slot, false, NULL)));
}

/*
 * The types of a relation are found by their edges too: reading their rows would
 * take longer, as the command has emptied caches. An array type is made just before
 * the row type, so one scan mostly tells of both; what else is in it only counts for
 * too much.
 */
static void
find_dependents_of_relation(Dependents *found, Oid relation)
{
	Oid			row;
	Oid			first;

	find_dependents(found, RelationRelationId, relation, relation);
	row = found->type;
	if (found->actions || !OidIsValid(row))
		return;
	first = row > TYPE_NEIGHBOURS ? row - TYPE_NEIGHBOURS : row;
	find_dependents(found, TypeRelationId, first, row);
	if (!found->actions && OidIsValid(found->type) && (found->type < first || found->type > row))
		find_dependents(found, TypeRelationId, found->type, found->type);
}

bool
relation_may_be_used(Oid relation, bool *children)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	Relation	index = index_open(DependReferenceIndexId, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetCatalogSnapshot(DependRelationId));
	Dependents	found = {0};

	found.slot = table_slot_create(depend, NULL);
	found.scan = index_beginscan(depend, index, snapshot, NULL, 3, 0, 0);
	find_dependents_of_relation(&found, relation);
	index_endscan(found.scan);
	ExecDropSingleTupleTableSlot(found.slot);
	UnregisterSnapshot(snapshot);
	index_close(index, AccessShareLock);
	table_close(depend, AccessShareLock);
	*children = found.children;
	return found.actions;
}

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

/* The view whose query a rule is, or InvalidOid. */
static Oid
view_of_rule(Relation rules, Oid rule)
{
	HeapTuple	tuple = get_catalog_object_by_oid(rules, Anum_pg_rewrite_oid, rule);
	Oid			relation = HeapTupleIsValid(tuple) ? ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class : InvalidOid;

	return get_rel_relkind(relation) == RELKIND_VIEW ? relation : InvalidOid;
}

List *
views_over(Oid relation)
{
	Relation	rules = table_open(RewriteRelationId, AccessShareLock);
	List	   *views = NIL;
	ListCell   *cell;

	foreach(cell, edges_of(true, RelationRelationId, relation))
	{
		const FormData_pg_depend *edge = lfirst(cell);
		Oid			view = edge->classid == RewriteRelationId ? view_of_rule(rules, edge->objid) : InvalidOid;

		if (OidIsValid(view) && view != relation)
			views = list_append_unique_oid(views, view);
	}
	table_close(rules, AccessShareLock);
	return views;
}

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

void
dependencies_delete(Oid function)
{
	Relation	depend = table_open(DependRelationId, RowExclusiveLock);
	ScanKeyData key[2];
	SysScanDesc scan = depend_scan(depend, false, ProcedureRelationId,
								   function, NULL, key);
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
	Form_pg_proc procedure = proc_form(tuple);
	Datum		datum;
	Datum	   *types;
	int			ntypes;
	bool		isnull;

	dependency_add(dependencies, TypeRelationId, procedure->prorettype);
	for (int i = 0; i < procedure->proargtypes.dim1; i++)
		dependency_add(dependencies, TypeRelationId, procedure->proargtypes.values[i]);

	datum = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proallargtypes,
							&isnull);
	if (isnull)
		return;
	deconstruct_array(DatumGetArrayTypeP(datum), OIDOID, sizeof(Oid), true,
					  TYPALIGN_INT, &types, NULL, &ntypes);
	for (int i = 0; i < ntypes; i++)
		dependency_add(dependencies, TypeRelationId, DatumGetObjectId(types[i]));
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
	scan = depend_scan(depend, true, ProcedureRelationId, function, NULL, key);
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

void
dependencies_record_native(Oid function)
{
	HeapTuple	tuple = proc_row(function);
	Form_pg_proc procedure = proc_form(tuple);
	ObjectAddress self;
	List	   *dependencies = NIL;
	Datum		defaults;
	bool		isnull;

	dependency_add(&dependencies, NamespaceRelationId,
				   procedure->pronamespace);
	dependency_add(&dependencies, LanguageRelationId, procedure->prolang);
	dependency_add(&dependencies, ProcedureRelationId, procedure->prosupport);
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
