/*
 * invoke.c
 *		invoke_action and try_invoke_action: actions by name, jsonb in and jsonb
 *		out.
 */
#include "postgres.h"

#include "base/error.h"
#include "base/error_field.h"
#include "base/jsonb_push.h"
#include "base/sql_argument.h"
#include "engine/idempotency.h"
#include "engine/invoke.h"
#include "fmgr.h"
#include "run/action_call.h"
#include "run/budget.h"
#include "run/observer.h"
#include "steps/if_match.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(custom_action_invoke);
PG_FUNCTION_INFO_V1(custom_action_try_invoke);

static ExpectingCall expecting_call = NULL;

void
invoke_set_expecting(ExpectingCall call)
{
	expecting_call = call;
}

/* Checks the arguments that both functions have. */
static void
require_invoke_arguments(FunctionCallInfo fcinfo)
{
	require_argument(fcinfo, 0, NULL, "action", "Give the name of an action.");
	require_argument(fcinfo, 1, NULL, "input",
					 "Leave it out, or pass '{}', for an action without input.");
	require_idempotency_key(text_argument(fcinfo, 2));
	require_if_match(text_argument(fcinfo, 4));
}

/* Runs the action that the arguments name. */
static void
invoke(FunctionCallInfo fcinfo, InvokeRequest *request)
{
	char	   *action;
	char	   *expected;

	request->kind = REQUEST_JSON;
	request->input = PG_GETARG_JSONB_P(1);
	request->idempotency_key = text_argument(fcinfo, 2);
	request->if_match = text_argument(fcinfo, 4);
	request->result_context = CurrentMemoryContext;
	action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	expected = text_argument(fcinfo, 3);
	if (unlikely(expected != NULL))
		expecting_call(handle_of_name(action), request, action, expected);
	else
		handle_call(handle_of_name(action), request);
	if (request->output == NULL)
		elog(ERROR, "the action returned no output");
}

/* invoke_action(action text, input jsonb, idempotency_key text, expect text, if_match text) returns jsonb */
Datum
custom_action_invoke(PG_FUNCTION_ARGS)
{
	InvokeRequest request = {0};

	require_invoke_arguments(fcinfo);
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

/* The answer of try_invoke_action. */
static Jsonb *
try_result(const InvokeRequest *request, const Caught *caught)
{
	JsonbBuilder *builder = jsonb_builder_make();

	jsonb_push_object(builder);
	jsonb_push_boolean(builder, "ok", caught == NULL);
	if (caught != NULL)
		jsonb_push_jsonb(builder, "error", error_jsonb(caught));
	else
		jsonb_push_jsonb(builder, "output", request->output);
	jsonb_push_uuid(builder, "invocation", request->has_invocation ? &request->invocation : NULL);
	jsonb_push_object_end(builder);
	return jsonb_builder_finish(builder);
}

/* try_invoke_action(action text, input jsonb, idempotency_key text, expect text, if_match text) returns jsonb */
Datum
custom_action_try_invoke(PG_FUNCTION_ARGS)
{
	TryInvoke	work = {0};
	Caught	   *caught;

	require_invoke_arguments(fcinfo);
	work.fcinfo = fcinfo;
	work.request.wants_invocation = true;
	caught = caught_call(try_invoke, &work);
	if (caught != NULL)
	{
		if (!caught_may_be_handled(caught) &&
			(!error_is_limit(caught->error) || budget_is_exceeded(innermost_frame)))
		{
			observe_passed();
			error_throw_on(caught->error);
		}
		caught->step = work.request.failed_step;
		if (observers_count > 0)
			observe_answered(work.request.has_invocation ? &work.request.invocation : NULL,
							 caught->error, caught->step);
	}
	PG_RETURN_JSONB_P(try_result(&work.request, caught));
}
