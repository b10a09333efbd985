/*
 * planned_call.c
 *		Typed calls whose statement began before the signature of their action changed.
 *
 * Such a call has its arguments in the order and of the types that there were, and its
 * statement takes the result for what it was. Types are in the call itself. Names are
 * not: they are in the row of pg_proc that the statement's snapshot shows, which is
 * looked at only if that is not the one the program was made from.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/sqlstate.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "run/planned_call.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* Is a value of one type good as one of another, as it stands? */
static bool
type_serves(Oid given, Oid wanted)
{
	return given == wanted || IsBinaryCoercible(getBaseType(given), getBaseType(wanted));
}

/* Is a call that was planned earlier one of this signature? */
static bool
call_serves(const FuncExpr *call, const Signature *signature)
{
	Oid			wanted = signature->noutputs == 0 ? VOIDOID : RECORDOID;
	ListCell   *cell;

	if (signature->noutputs == 1)
		wanted = signature->outputs[0].type;
	if (!type_serves(call->funcresulttype, wanted) ||
		list_length(call->args) > signature->ninputs)
		return false;
	foreach(cell, call->args)
	{
		if (!type_serves(exprType(lfirst(cell)), signature->inputs[foreach_current_index(cell)].type))
			return false;
	}
	return true;
}

/* Has a function the names of a signature, the first inputs of which it may have alone? */
static bool
names_serve(HeapTuple function, const Signature *signature)
{
	Oid		   *types;
	char	  **names;
	char	   *modes;
	int			count = get_func_arg_info(function, &types, &names, &modes);
	int			ninputs = 0;
	int			noutputs = 0;

	for (int i = 0; i < count; i++)
	{
		bool		is_input = modes == NULL || modes[i] == PROARGMODE_IN;
		int			number = is_input ? ninputs++ : noutputs++;

		if (names == NULL || number >= (is_input ? signature->ninputs : signature->noutputs) ||
			strcmp(names[i], is_input ? signature->inputs[number].name : signature->outputs[number].name) != 0)
			return false;
	}
	return noutputs == signature->noutputs;
}

/* Had the function these names when the running statement began? One that was not there then had no others. */
static bool
names_served(Oid function, const Signature *signature)
{
	Relation	catalog = table_open(ProcedureRelationId, AccessShareLock);
	bool		served = true;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_proc_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(function));
	scan = systable_beginscan(catalog, ProcedureOidIndexId, true, GetActiveSnapshot(), 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		served = names_serve(tuple, signature);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return served;
}

/* May the running statement have begun before the function became what the program was made from? */
static bool
may_be_older(Program *program)
{
	Snapshot	snapshot;

	if (!TransactionIdIsNormal(program->written_by) || !ActiveSnapshotSet())
		return false;
	if (TransactionIdPrecedes(program->written_by, TransactionXmin))
	{
		program->written_by = FrozenTransactionId;	/* whatever begins now sees it */
		return false;
	}
	snapshot = GetActiveSnapshot();
	return TransactionIdIsCurrentTransactionId(program->written_by) ||
		XidInMVCCSnapshot(program->written_by, snapshot);
}

void
require_planned_signature(Program *program, FunctionCallInfo fcinfo)
{
	const FuncExpr *call = (const FuncExpr *) fcinfo->flinfo->fn_expr;

	if (call == NULL || !IsA(call, FuncExpr) ||
		(call_serves(call, program->signature) &&
		 (!may_be_older(program) || names_served(program->function, program->signature))))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CA_SIGNATURE),
			 errmsg("signature of action \"%s\" has changed since this statement began", program->action),
			 IsolationUsesXactSnapshot() ? errhint("Run the transaction again.") :
			 errhint("Run the statement again.")));
}
