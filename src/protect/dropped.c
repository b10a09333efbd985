/*
 * dropped.c
 *		Protections that a command takes along: whoever owns an action, or something
 *		that one uses, would lift them by CASCADE.
 *
 * The trigger's row is gone by then, and may be newer than the transaction's snapshot.
 * So it is looked for among all that there are, as the one that this transaction has
 * deleted.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/pg_trigger.h"
#include "lookup/canonical.h"
#include "lookup/table_name.h"
#include "miscadmin.h"
#include "protect/dropped.h"
#include "protect/protection.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

/* Has this transaction deleted a row of a catalog? */
static bool
is_deleted_here(HeapTuple tuple)
{
	return !(tuple->t_data->t_infomask & (HEAP_XMAX_INVALID | HEAP_XMAX_IS_MULTI)) &&
		TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetRawXmax(tuple->t_data));
}

/* The table that a trigger protected, or InvalidOid. */
static Oid
table_protected_by(Oid trigger)
{
	Oid			row = protecting_row_function();
	Oid			statement = protecting_statement_function();
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	Oid			table = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(trigger));
	scan = systable_beginscan(catalog, TriggerOidIndexId, true, SnapshotAny, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);

		if (is_deleted_here(tuple) && !OidIsValid(form->tgparentid) &&
			(form->tgfoid == row || form->tgfoid == statement))
			table = form->tgrelid;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return table;
}

void
require_may_lift(Oid trigger)
{
	Oid			table = table_protected_by(trigger);
	Oid			owner = OidIsValid(table) ? table_owner(table) : InvalidOid;

	if (!OidIsValid(owner))
		return;					/* the table has gone, too */
	if (has_privs_of_role(GetUserId(), owner))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("table %s would not be protected any more", relation_name_canonical(table)),
			 errdetail("Something that its protection names would be dropped, and CASCADE takes the protection along."),
			 errhint("It is for role %s to lift it: SELECT unprotect_table(%s)",
					 quote_identifier(GetUserNameFromId(owner, false)),
					 quote_literal_cstr(relation_name_canonical(table)))));
}
