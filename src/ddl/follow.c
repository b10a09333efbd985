/*
 * follow.c
 *		Lets rows of our tables follow what somebody's DDL did.
 *
 * Whoever may rename or drop an object need not be a designer. The functions
 * called here are SECURITY DEFINER and do the one thing that is asked for; the
 * guards of the tables let pass what they do while renaming_user() is set, which
 * nobody else can do.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "ddl/follow.h"
#include "fmgr.h"
#include "lookup/function_lookup.h"
#include "lookup/quiet.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* How many texts a function may take */
#define MAX_TEXTS	8

typedef struct FollowCall
{
	const char *function;
	const char *const *texts;
	MemoryContext mcxt;			/* of the result */
	char	   *result;
} FollowCall;

static Oid	renaming_user = InvalidOid;

PG_FUNCTION_INFO_V1(custom_action_renaming_user);

/* SQL: the user whose DDL rows follow, or NULL. */
Datum
custom_action_renaming_user(PG_FUNCTION_ARGS)
{
	if (!OidIsValid(renaming_user))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(renaming_user, false)));
}

/* Calls the function. */
static void
call_function(void *arg)
{
	FollowCall *call = arg;
	Datum		result;
	Oid			types[MAX_TEXTS];
	FmgrInfo	function;
	int			count = 0;

	LOCAL_FCINFO(fcinfo, MAX_TEXTS);

	for (; call->texts[count] != NULL; count++)
	{
		types[count] = TEXTOID;
		fcinfo->args[count].value = CStringGetTextDatum(call->texts[count]);
		fcinfo->args[count].isnull = false;
	}
	fmgr_info(own_function(call->function, buildoidvector(types, count)), &function);
	InitFunctionCallInfoData(*fcinfo, &function, count, InvalidOid, NULL, NULL);
	result = FunctionCallInvoke(fcinfo);
	if (!fcinfo->isnull && get_func_rettype(function.fn_oid) == TEXTOID)
		call->result = MemoryContextStrdup(call->mcxt, TextDatumGetCString(result));
	CommandCounterIncrement();
}

char *
follow_call(const char *function, const char *const *texts)
{
	FollowCall	call = {function, texts, CurrentMemoryContext};
	Oid			outer = renaming_user;

	renaming_user = GetUserId();
	PG_TRY();
	{
		quiet_run(call_function, &call);
	}
	PG_FINALLY();
	{
		renaming_user = outer;
	}
	PG_END_TRY();
	return call.result;
}
