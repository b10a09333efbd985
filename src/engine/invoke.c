/*
 * invoke.c
 *		invoke_action and try_invoke_action: actions by name, jsonb in and jsonb
 *		out.
 */
#include "postgres.h"

#include "base/deadline.h"
#include "base/error.h"
#include "base/jsonb_push.h"
#include "fmgr.h"
#include "run/execute.h"
#include "run/handle.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(custom_action_invoke);
PG_FUNCTION_INFO_V1(custom_action_try_invoke);

/* Refuses an argument that must be given. */
static void
refuse_null_argument(FunctionCallInfo fcinfo, int argument, const char *name, const char *hint)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" of %s must not be null", name,
						get_func_name(fcinfo->flinfo->fn_oid)),
				 errhint("%s", hint)));
}

/* Checks the arguments that both functions have. */
static void
check_arguments(FunctionCallInfo fcinfo)
{
	refuse_null_argument(fcinfo, 0, "action", "Give the name of an action.");
	refuse_null_argument(fcinfo, 1, "input",
						 "Leave it out, or pass '{}', for an action without input.");
	if (!PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("idempotency keys are not supported yet")));
}

/* Runs the action that the arguments name. */
static void
invoke(FunctionCallInfo fcinfo, InvokeRequest *request)
{
	request->kind = REQUEST_JSON;
	request->input = PG_GETARG_JSONB_P(1);
	request->result_context = CurrentMemoryContext;
	handle_call(handle_of_name(text_to_cstring(PG_GETARG_TEXT_PP(0))), request);
	if (request->output == NULL)
		elog(ERROR, "the action returned no output");
}

/* invoke_action(action text, input jsonb, idempotency_key text) returns jsonb */
Datum
custom_action_invoke(PG_FUNCTION_ARGS)
{
	InvokeRequest request = {0};

	check_arguments(fcinfo);
	invoke(fcinfo, &request);
	PG_RETURN_JSONB_P(request.output);
}

typedef struct TryInvoke
{
	FunctionCallInfo fcinfo;
	InvokeRequest request;
} TryInvoke;

static void
try_invoke(void *arg)
{
	TryInvoke  *work = arg;

	invoke(work->fcinfo, &work->request);
}

/* {"sqlstate": ..., "message": ..., ...} of a caught error */
static void
push_error(JsonbParseState **state, const Caught *caught)
{
	push_key(state, "error");
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_text(state, "sqlstate", unpack_sql_state(caught->error->sqlerrcode));
	push_text(state, "message", caught->error->message);
	push_text(state, "detail", caught->error->detail);
	push_text(state, "hint", caught->error->hint);
	push_text(state, "step", caught->step);
	push_text(state, "constraint", caught->error->constraint_name);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* The answer of try_invoke_action. */
static Jsonb *
try_result(const InvokeRequest *request, const Caught *caught)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_boolean(&state, "ok", caught == NULL);
	if (caught != NULL)
		push_error(&state, caught);
	else
		push_jsonb(&state, "output", request->output);
	push_uuid(&state, "invocation", request->has_invocation ? &request->invocation : NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* try_invoke_action(action text, input jsonb, idempotency_key text) returns jsonb */
Datum
custom_action_try_invoke(PG_FUNCTION_ARGS)
{
	TryInvoke	work = {0};
	Caught	   *caught;

	check_arguments(fcinfo);
	work.fcinfo = fcinfo;
	work.request.wants_invocation = true;
	caught = caught_call(try_invoke, &work);
	if (caught != NULL)
	{
		if (!caught_may_be_handled(caught) && !limits_is_limit(caught->error))
			error_throw_on(caught->error);
		caught->step = work.request.failed_step;
	}
	PG_RETURN_JSONB_P(try_result(&work.request, caught));
}
