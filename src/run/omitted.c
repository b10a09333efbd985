/*
 * omitted.c
 *		Which inputs a call has left to their defaults.
 *
 * A call in JSON has no key for them. In SQL the planner has put the default in
 * the place of the argument: it is left out where that is what stands there.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "nodes/primnodes.h"
#include "optimizer/optimizer.h"
#include "run/omitted.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/* The default of a function's argument as the planner makes it, or NULL. */
static Node *
planned_default(Oid function, int argument)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Node	   *found = NULL;
	Datum		defaults;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	defaults = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargdefaults, &isnull);
	if (!isnull)
	{
		List	   *trees = castNode(List, stringToNode(TextDatumGetCString(defaults)));
		int			first = ((Form_pg_proc) GETSTRUCT(tuple))->pronargs - list_length(trees);

		if (argument >= first)
			found = eval_const_expressions(NULL, list_nth(trees, argument - first));
	}
	ReleaseSysCache(tuple);
	return found;
}

/* Does the default stand in the place of this argument of the call? */
static bool
argument_is_default(const Frame *frame, FunctionCallInfo fcinfo, int argument)
{
	const Node *call = fcinfo->flinfo->fn_expr;
	Node	   *planned;

	if (argument >= fcinfo->nargs)
		return true;
	if (call == NULL || !IsA(call, FuncExpr) || argument >= list_length(((const FuncExpr *) call)->args))
		return false;
	planned = planned_default(frame->program->function, argument);
	return planned != NULL && equal(planned, list_nth(((const FuncExpr *) call)->args, argument));
}

bool
input_is_omitted(const Frame *frame, FunctionCallInfo fcinfo, const InvokeRequest *request, int input)
{
	const Signature *signature = frame->program->signature;
	const char *name = signature->inputs[input].name;
	JsonbValue	value;

	if (input < signature->nkeys)
		return false;
	if (request == NULL)
		return argument_is_default(frame, fcinfo, input);
	if (request->kind == REQUEST_VALUES)
		return input >= request->ninputs || !request->input_given[input];
	return getKeyJsonValueFromContainer(&request->input->root, name, strlen(name), &value) == NULL;
}
