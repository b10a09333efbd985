/*
 * quiet.c
 *		Calls the function behind a function that people call, and behind a trigger,
 *		and keeps the inside of the extension out of the context of errors.
 *
 * What is behind public.create_action(...) is custom_actions.create_action(...);
 * what is behind a trigger, its argument names. An error that leaves loses the
 * context that the functions behind have given it: nobody outside knows them.
 * What was added outside of them stays, and so does what was added by functions
 * of others that they came to run (event triggers), and all of an internal error.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "base/compat.h"
#include "base/error.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "lookup/denied.h"
#include "lookup/function_lookup.h"
#include "lookup/proc_row.h"
#include "lookup/quiet.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#define OUTSIDE_MARK	"custom_actions runs what others have defined"

PG_FUNCTION_INFO_V1(custom_action_quiet_call);
PG_FUNCTION_INFO_V1(custom_action_quiet_trigger);

/* Marks where functions of others begin. */
static void
mark_outside(void *arg)
{
	errcontext(OUTSIDE_MARK);
}

void
quiet_run_outside(void (*fn) (void *arg), void *arg)
{
	ErrorContextCallback callback = {error_context_stack, mark_outside, NULL};

	error_context_stack = &callback;
	fn(arg);
	error_context_stack = callback.previous;
}

/*
 * Refuses who may not execute what is behind a function. PUBLIC may call the
 * functions that people call, so that it is us who say what is missing.
 */
static void
require_designer(Oid function)
{
	if (object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function %s", get_func_name(function)),
				 errdetail("It is for designers of actions."),
				 errhint("SELECT grant_action_design(%s)", quote_literal_cstr(denied_user()))));
}

/* Gives the length of what a context has before the one that is added outside. */
static size_t
inside_length(const char *context, const char *outside)
{
	size_t		length = strlen(context);
	size_t		outer = outside == NULL ? 0 : strlen(outside);

	if (outer == 0)
		return length;
	if (outer > length || strcmp(context + length - outer, outside) != 0)
		return 0;
	return length - outer;
}

/* Leaves out of the context of an error what the functions behind have added. */
static void
hide_inside(ErrorData *error, const char *outside)
{
	const char *mark;
	const char *rest;
	int			others;

	if (error->context == NULL || ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INTERNAL_ERROR)
		return;
	rest = error->context + inside_length(error->context, outside);
	mark = strstr(error->context, OUTSIDE_MARK);
	others = mark == NULL || mark > rest ? 0 : mark - error->context;
	if (rest[0] == '\0' && others > 0)
		others--;				/* the end of the line before */
	error->context = rest[0] == '\0' && others == 0 ? NULL :
		psprintf("%.*s%s", others, error->context, rest);
}

/* Says where else to do what cannot be done here. */
static void
hint_read_only(ErrorData *error)
{
	if (error->sqlerrcode != ERRCODE_READ_ONLY_SQL_TRANSACTION || error->hint != NULL)
		return;
	error->hint = RecoveryInProgress() ?
		pstrdup("This server is a standby: do it on the primary, from where it comes here.") :
		pstrdup("Do it in a transaction that is not read only.");
}

/* Throws the current error on without what is inside. */
pg_noreturn static void
throw_quietly(MemoryContext mcxt)
{
	ErrorData  *error;

	MemoryContextSwitchTo(mcxt);
	error = CopyErrorData();
	FlushErrorState();
	hide_inside(error, GetErrorContextStack());
	hint_read_only(error);
	error_throw_on(error);
}

void
quiet_run(void (*fn) (void *arg), void *arg)
{
	MemoryContext mcxt = CurrentMemoryContext;

	PG_TRY();
	{
		fn(arg);
	}
	PG_CATCH();
	{
		throw_quietly(mcxt);
	}
	PG_END_TRY();
}

/* Calls a function with the arguments of another. */
static Datum
call_quietly(FunctionCallInfo outer, FmgrInfo *behind)
{
	MemoryContext mcxt = CurrentMemoryContext;
	volatile Datum result = (Datum) 0;

	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);

	InitFunctionCallInfoData(*fcinfo, behind, outer->nargs, outer->fncollation, outer->context,
							 outer->resultinfo);
	for (int i = 0; i < outer->nargs; i++)
		fcinfo->args[i] = outer->args[i];
	PG_TRY();
	{
		result = FunctionCallInvoke(fcinfo);
	}
	PG_CATCH();
	{
		throw_quietly(mcxt);
	}
	PG_END_TRY();
	outer->isnull = fcinfo->isnull;

	/*
	 * a void function in SQL returns NULL, which is not what people see of
	 * others
	 */
	if (outer->isnull && get_func_rettype(outer->flinfo->fn_oid) == VOIDOID)
		outer->isnull = false;
	return result;
}

/* Keeps what is behind a function for its next calls. */
static FmgrInfo *
remember_behind(FmgrInfo *outer, Oid function)
{
	FmgrInfo   *behind = MemoryContextAlloc(outer->fn_mcxt, sizeof(FmgrInfo));

	fmgr_info_cxt(function, behind, outer->fn_mcxt);
	outer->fn_extra = behind;
	return behind;
}

/* SQL: calls the function of the same name and arguments in our schema. */
Datum
custom_action_quiet_call(PG_FUNCTION_ARGS)
{
	FmgrInfo   *behind = fcinfo->flinfo->fn_extra;

	if (behind == NULL)
	{
		Oid			function = fcinfo->flinfo->fn_oid;
		HeapTuple	tuple = proc_row(function);

		behind = remember_behind(fcinfo->flinfo,
								 own_function(get_func_name(function),
											  &proc_form(tuple)->proargtypes));
		ReleaseSysCache(tuple);
	}
	require_designer(behind->fn_oid);
	return call_quietly(fcinfo, behind);
}

/* Trigger: calls the trigger function in our schema that its argument names. */
Datum
custom_action_quiet_trigger(PG_FUNCTION_ARGS)
{
	FmgrInfo   *behind = fcinfo->flinfo->fn_extra;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by a trigger")));
	if (behind == NULL)
		behind = remember_behind(fcinfo->flinfo,
								 own_function(((TriggerData *) fcinfo->context)->tg_trigger->tgargs[0],
											  buildoidvector(NULL, 0)));
	return call_quietly(fcinfo, behind);
}
