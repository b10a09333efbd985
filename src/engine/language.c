/*
 * language.c
 *		The procedural language custom_action: its handlers of calls and of DO.
 */
#include "postgres.h"

#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "engine/invocation.h"
#include "engine/language.h"
#include "engine/program_cache.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"

PG_FUNCTION_INFO_V1(custom_action_call_handler);
PG_FUNCTION_INFO_V1(custom_action_inline_handler);

/* What invoke_action asks for, or NULL in a typed call. */
static InvokeRequest *
invoke_request(FunctionCallInfo fcinfo)
{
	InvokeRequest *request = (InvokeRequest *) fcinfo->context;

	if (request == NULL || !IsA(request, ExtensibleNode) ||
		strcmp(request->node.extnodename, CA_INVOKE_REQUEST) != 0)
		return NULL;
	return request;
}

Datum
custom_action_call_handler(PG_FUNCTION_ARGS)
{
	InvokeRequest *volatile request = invoke_request(fcinfo);
	Program    *program;
	volatile Datum result = (Datum) 0;

	if (CALLED_AS_TRIGGER(fcinfo) || CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("an action cannot be a trigger function"),
				 errhint("Call the action in a trigger function of another language.")));
	check_stack_depth();
	program = program_get(fcinfo->flinfo->fn_oid);
	PG_TRY();
	{
		result = program_invoke(program, fcinfo, request);
	}
	PG_FINALLY();
	{
		program_release(program);
	}
	PG_END_TRY();
	return result;
}

/* Runs the definition that a DO statement holds. */
Datum
custom_action_inline_handler(PG_FUNCTION_ARGS)
{
	InlineCodeBlock *block = castNode(InlineCodeBlock, DatumGetPointer(PG_GETARG_DATUM(0)));
	InvokeRequest request = {0};
	Program    *program = program_of_text(block->source_text);

	request.kind = REQUEST_VALUES;
	request.invoker = GetUserId();
	request.result_context = CurrentMemoryContext;
	PG_TRY();
	{
		(void) program_invoke(program, fcinfo, &request);
	}
	PG_FINALLY();
	{
		program_release(program);
	}
	PG_END_TRY();
	PG_RETURN_VOID();
}
