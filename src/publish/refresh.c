/*
 * refresh.c
 *		Records anew what actions depend on, as after a restore.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/error.h"
#include "base/sqlstate.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "miscadmin.h"
#include "publish/check.h"
#include "publish/facts.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(custom_action_refresh_dependencies);

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
	facts_renew(refresh->function, program);
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
											   "custom action refresh",
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
