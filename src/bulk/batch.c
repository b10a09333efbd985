/*
 * batch.c
 *		invoke_actions: several calls, of different actions, in one.
 *
 * They run as the items of a bulk call do, one by one. A call that needs what another
 * has given, which did not succeed, is left out.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/error_field.h"
#include "base/row_text.h"
#include "base/settings.h"
#include "base/sql_argument.h"
#include "bulk/batch_calls.h"
#include "bulk/bulk_item.h"
#include "bulk/bulk_run.h"
#include "bulk/reference.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "run/frame.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(custom_action_invoke_actions);

/* Columns of the result */
enum
{
	BATCH_CALL,
	BATCH_NAME,
	BATCH_ACTION,
	BATCH_STATUS,
	BATCH_OUTPUT,
	BATCH_ERROR,
	BATCH_INVOCATION,
	BATCH_COLUMNS
};

/* Raises where the settings are those of one call. */
static void
require_batch_settings(void)
{
	/*
	 * it would be read by each call, and all but the first be refused; inside
	 * an action nobody reads it
	 */
	if (setting_idempotency_key[0] != '\0' && innermost_frame == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("invoke_actions takes no idempotency key for all calls"),
				 errhint("Reset custom_actions.idempotency_key, and give the calls that need one an \"idempotency_key\".")));

	/*
	 * one version cannot be that of several rows; called inside an action,
	 * nobody reads it
	 */
	if (setting_if_match[0] != '\0' && innermost_frame == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("invoke_actions takes no if_match for all calls"),
				 errhint("Reset custom_actions.if_match, and give the calls that need one an \"if_match\".")));
}

/* The first call that one needs and that did not succeed, or -1. */
static int
missing_call(const Batch *batch, int number)
{
	ListCell   *cell;

	foreach(cell, batch->calls[number].needs)
	{
		if (batch->bulk.items[lfirst_int(cell)].end != ITEM_SUCCEEDED)
			return lfirst_int(cell);
	}
	return -1;
}

/* Leaves out a call that needs another. */
static void
skip_call(const Batch *batch, int number, int missing)
{
	MemoryContext old = MemoryContextSwitchTo(batch->bulk.mcxt);
	BulkItem   *item = &batch->bulk.items[number];
	ErrorData	error = {.sqlerrcode = ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE};
	Caught		caught = {.error = &error};

	error.message = psprintf("%s was not run: it refers to %s, which did not succeed",
							 batch_call_title(batch, number), batch_call_title(batch, missing));
	item->error = error_jsonb(&caught);
	item->end = ITEM_SKIPPED;
	MemoryContextSwitchTo(old);
}

/* Runs a call, or leaves it out. */
static void
run_call(Bulk *bulk, BulkItem *item)
{
	const Batch *batch = (const Batch *) bulk;
	const BatchCall *call = &batch->calls[bulk->at];
	int			missing = missing_call(batch, bulk->at);
	InvokeRequest request = {
		.input = item->input,
		.idempotency_key = call->idempotency_key,
		.if_match = call->if_match
	};

	if (missing >= 0)
	{
		skip_call(batch, bulk->at, missing);
		return;
	}
	item->has_invocation = false;
	bulk->failed_step = NULL;
	if (call->has_references)
		request.input = references_resolve(batch, bulk->at, &request.secrets);
	request.wants_invocation = true;
	request.raises = !bulk->answers;
	bulk_call(bulk, item, call->action, &request);
}

/* What errors call the call that is running. */
static char *
running_title(const Bulk *bulk)
{
	const Batch *batch = (const Batch *) bulk;

	return psprintf("%s of invoke_actions", batch_call_title(batch, bulk->at));
}

/* Returns a row for each call. */
static void
put_calls(ReturnSetInfo *result, const Batch *batch)
{
	for (int i = 0; i < batch->bulk.count; i++)
	{
		const BatchCall *call = &batch->calls[i];
		const BulkItem *item = &batch->bulk.items[i];
		Datum		values[BATCH_COLUMNS] = {0};
		bool		nulls[BATCH_COLUMNS] = {0};

		CHECK_FOR_INTERRUPTS();
		values[BATCH_CALL] = Int32GetDatum(i + 1);
		row_put_text(values, nulls, BATCH_NAME, call->name);
		row_put_text(values, nulls, BATCH_ACTION, call->action);
		row_put_text(values, nulls, BATCH_STATUS, item_end_word(item->end));
		nulls[BATCH_OUTPUT] = item->output == NULL;
		values[BATCH_OUTPUT] = JsonbPGetDatum(item->output);
		nulls[BATCH_ERROR] = item->error == NULL;
		values[BATCH_ERROR] = JsonbPGetDatum(item->error);
		nulls[BATCH_INVOCATION] = !item->has_invocation;
		values[BATCH_INVOCATION] = UUIDPGetDatum(&item->invocation);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* Runs all calls; the statement, which the server logs with errors, may hold what must not be shown. */
static void
run_calls(Batch *batch)
{
	ErrorContextCallback callback = {error_context_stack, error_hide_statement, NULL};

	if (batch->sensitive)
		error_context_stack = &callback;
	bulk_run(&batch->bulk);
	error_context_stack = callback.previous;
}

/*
 * invoke_actions(calls jsonb, mode text) returns table (call integer, name text,
 * action text, status text, output jsonb, error jsonb, invocation uuid)
 */
Datum
custom_action_invoke_actions(PG_FUNCTION_ARGS)
{
	Batch		batch = {.bulk = {.call = run_call, .title = running_title}};
	Jsonb	   *calls;

	calls = array_argument(fcinfo, 0, "invoke_actions", "calls", "Pass an array of objects, one for each call.");
	require_batch_settings();
	batch.bulk.answers = argument_is_second(fcinfo, 1, "invoke_actions", "mode", "all_or_nothing", "continue");
	batch.bulk.mcxt = CurrentMemoryContext;
	batch.bulk.scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action batch call",
											   ALLOCSET_DEFAULT_SIZES);
	InitMaterializedSRF(fcinfo, 0);
	batch_read(&batch, calls);
	run_calls(&batch);
	put_calls((ReturnSetInfo *) fcinfo->resultinfo, &batch);
	return (Datum) 0;
}
