/*
 * reshape.c
 *		Gives the function of a published action other arguments: optional inputs
 *		more, or any others.
 *
 * CREATE OR REPLACE cannot change arguments, and DROP would take grants, comment
 * and settings along. So the row of pg_proc gets the arguments first, under the
 * lock of the action's name, and CREATE OR REPLACE does the rest. The function
 * stays the same object: who performs it goes on to do so. Statements are analysed
 * anew, since the function has changed; a call that is running by then is refused
 * by the handler, unless it only passes fewer arguments than there are, whose
 * defaults are taken. What depends on the function has its arguments in trees of
 * its own, so that is refused; actions that perform it have its types in their
 * programs, and go on only if inputs are added.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/function_lookup.h"
#include "lookup/proc_row.h"
#include "publish/reshape.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* The view or table that a rule belongs to; any other object itself. */
static ObjectAddress
whole_object(Oid class, Oid object)
{
	ObjectAddress address;
	Relation	rules;
	HeapTuple	tuple;

	ObjectAddressSet(address, class, object);
	if (class != RewriteRelationId)
		return address;
	rules = table_open(RewriteRelationId, AccessShareLock);
	tuple = get_catalog_object_by_oid(rules, Anum_pg_rewrite_oid, object);
	if (HeapTupleIsValid(tuple))
		ObjectAddressSet(address, RelationRelationId, ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class);
	table_close(rules, AccessShareLock);
	return address;
}

/* Appends what depends on a function, a line each; other actions only if they count. */
static void
list_dependants(StringInfo list, Oid function, bool actions)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(function));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, lengthof(key), key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);
		ObjectAddress address;

		if (row->classid == ProcedureRelationId && !actions && function_is_action(row->objid))
			continue;
		if (list->len > 0)
			appendStringInfoChar(list, '\n');
		address = whole_object(row->classid, row->objid);
		if (row->classid == ProcedureRelationId && function_is_action(row->objid))
			appendStringInfo(list, "Action \"%s\" performs it.", function_name_canonical(row->objid));
		else
			appendStringInfo(list, "%s depends on it.", getObjectDescription(&address, false));
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
}

/* Refuses to add inputs to a function that other objects have in trees of theirs. */
static void
require_no_trees(Oid function, const char *action)
{
	StringInfoData list;

	initStringInfo(&list);
	list_dependants(&list, function, false);
	if (list.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot add an input to action \"%s\" because other objects depend on its function",
						action),
				 errdetail_internal("%s", list.data),
				 errhint("Drop them, activate the action, and create them again.")));
	pfree(list.data);
}

/* Appends the actions that perform a function without a dependency. */
static void
list_unrecorded(StringInfo list, Oid function)
{
	Oid			type = OIDOID;

	LOCAL_FCINFO(fcinfo, 1);
	FmgrInfo	unrecorded;
	Datum		lines;

	fmgr_info(own_function("unrecorded_performers", buildoidvector(&type, 1)), &unrecorded);
	InitFunctionCallInfoData(*fcinfo, &unrecorded, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = ObjectIdGetDatum(function);
	fcinfo->args[0].isnull = false;
	lines = FunctionCallInvoke(fcinfo);
	if (!fcinfo->isnull)
		appendStringInfo(list, "%s%s", list->len > 0 ? "\n" : "", TextDatumGetCString(lines));
}

/* Refuses to change the signature of a function that anything depends on. */
static void
require_no_dependants(Oid function, const char *action)
{
	StringInfoData list;

	initStringInfo(&list);
	list_dependants(&list, function, true);
	list_unrecorded(&list, function);
	if (list.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot change the signature of action \"%s\" because other objects depend on its function",
						action),
				 errdetail_internal("%s", list.data),
				 errhint("Deactivate the actions among them, drop the others, activate this action, then adapt and activate or create them again.")));
	pfree(list.data);
}

/* The types of the inputs of a signature. */
static oidvector *
input_types(const Signature *signature)
{
	Oid		   *types = palloc(sizeof(Oid) * signature->ninputs);

	for (int i = 0; i < signature->ninputs; i++)
		types[i] = signature->inputs[i].type;
	return buildoidvector(types, signature->ninputs);
}

/* Refuses arguments that another function of the name has. */
static void
require_free_arguments(Form_pg_proc procedure, oidvector *types, const char *action)
{
	Oid			other = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
										CStringGetDatum(NameStr(procedure->proname)),
										PointerGetDatum(types), ObjectIdGetDatum(procedure->pronamespace));

	if (OidIsValid(other) && other != procedure->oid)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_FUNCTION),
				 errmsg("cannot change the inputs of action \"%s\" because function %s exists already", action,
						format_procedure(other)),
				 errhint("Rename or drop that function.")));
}

/* Sets the columns of pg_proc that hold types, names and modes of all arguments. */
static void
set_arguments(const Signature *signature, Datum *values, bool *nulls, bool *replace)
{
	int			count = signature->ninputs + signature->noutputs;
	Datum	   *types = palloc(sizeof(Datum) * count);
	Datum	   *names = palloc(sizeof(Datum) * count);
	Datum	   *modes = palloc(sizeof(Datum) * count);

	for (int i = 0; i < count; i++)
	{
		bool		output = i >= signature->ninputs;
		const Argument *argument = output ? &signature->outputs[i - signature->ninputs] :
			&signature->inputs[i];

		types[i] = ObjectIdGetDatum(argument->type);
		names[i] = CStringGetTextDatum(argument->name);
		modes[i] = CharGetDatum(output ? PROARGMODE_OUT : PROARGMODE_IN);
	}
	replace[Anum_pg_proc_proallargtypes - 1] = true;
	replace[Anum_pg_proc_proargmodes - 1] = true;
	replace[Anum_pg_proc_proargnames - 1] = true;
	nulls[Anum_pg_proc_proargnames - 1] = count == 0;
	values[Anum_pg_proc_proargnames - 1] =
		PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
	nulls[Anum_pg_proc_proallargtypes - 1] = signature->noutputs == 0;
	nulls[Anum_pg_proc_proargmodes - 1] = signature->noutputs == 0;
	if (signature->noutputs == 0)
		return;
	values[Anum_pg_proc_proallargtypes - 1] =
		PointerGetDatum(construct_array(types, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
	values[Anum_pg_proc_proargmodes - 1] =
		PointerGetDatum(construct_array(modes, count, CHAROID, 1, true, TYPALIGN_CHAR));
}

/* The type of what a function of a signature returns. */
static Oid
result_type(const Signature *signature)
{
	if (signature->noutputs == 0)
		return VOIDOID;
	return signature->noutputs == 1 ? signature->outputs[0].type : RECORDOID;
}

/* Puts the arguments of a signature into a row of pg_proc, without their defaults. */
static HeapTuple
reshaped_tuple(Relation relation, HeapTuple tuple, const Signature *signature, oidvector *types)
{
	Datum		values[Natts_pg_proc] = {0};
	bool		nulls[Natts_pg_proc] = {0};
	bool		replace[Natts_pg_proc] = {0};

	values[Anum_pg_proc_pronargs - 1] = Int16GetDatum(signature->ninputs);
	values[Anum_pg_proc_pronargdefaults - 1] = Int16GetDatum(0);
	values[Anum_pg_proc_prorettype - 1] = ObjectIdGetDatum(result_type(signature));
	values[Anum_pg_proc_proargtypes - 1] = PointerGetDatum(types);
	nulls[Anum_pg_proc_proargdefaults - 1] = true;
	replace[Anum_pg_proc_pronargs - 1] = true;
	replace[Anum_pg_proc_pronargdefaults - 1] = true;
	replace[Anum_pg_proc_prorettype - 1] = true;
	replace[Anum_pg_proc_proargtypes - 1] = true;
	replace[Anum_pg_proc_proargdefaults - 1] = true;
	set_arguments(signature, values, nulls, replace);
	return heap_modify_tuple(tuple, RelationGetDescr(relation), values, nulls, replace);
}

/* Gives the row of a function the arguments of a signature. */
static void
write_arguments(HeapTuple tuple, const Signature *signature, const char *action)
{
	oidvector  *types = input_types(signature);
	Relation	relation;
	HeapTuple	reshaped;

	require_free_arguments(proc_form(tuple), types, action);
	relation = table_open(ProcedureRelationId, RowExclusiveLock);
	reshaped = reshaped_tuple(relation, tuple, signature, types);
	CatalogTupleUpdate(relation, &reshaped->t_self, reshaped);
	table_close(relation, RowExclusiveLock);
	CommandCounterIncrement();
}

void
function_widen(Oid function, const Signature *signature, const char *action)
{
	HeapTuple	tuple = proc_row(function);

	if (proc_form(tuple)->pronargs < signature->ninputs)
	{
		require_no_trees(function, action);
		write_arguments(tuple, signature, action);
	}
	ReleaseSysCache(tuple);
}

void
function_reshape(Oid function, const Signature *signature, const char *action)
{
	HeapTuple	tuple = proc_row(function);

	require_no_dependants(function, action);
	write_arguments(tuple, signature, action);
	ReleaseSysCache(tuple);
}
