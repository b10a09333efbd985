/*
 * explain.c
 *		explain_action: how an action runs, step by step.
 *
 * Without a run nothing is called but what planning calls. With one, all happens in a
 * subtransaction that is rolled back, as in a preview, and no observer is told.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/settings.h"
#include "base/sql_argument.h"
#include "engine/published_function.h"
#include "explain/explanation.h"
#include "explain/measure.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "preview/draft.h"
#include "preview/preview.h"
#include "preview/watch.h"
#include "run/action_call.h"
#include "run/bind_json.h"
#include "run/context.h"
#include "run/frame.h"
#include "run/settle.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_explain);

/* Columns of the result; those before the first are texts */
enum
{
	EXPLAIN_RUNS = 7,
	EXPLAIN_ROWS,
	EXPLAIN_MS,
	EXPLAIN_COLUMNS
};

typedef struct ExplainCall
{
	const char *action;
	Jsonb	   *input;			/* NULL: none is given */
	bool		analyze;
	DraftSource *draft;			/* NULL: what is published, which has this handle */
	Handle	   *handle;
	Watch	   *watch;			/* NULL: it does not run */
	Explanation explanation;
} ExplainCall;

/* Refuses who may run a published action, but not see what its owner sees. */
static void
require_explainable(const Handle *handle)
{
	const PublishedFunction *function;

	if (draft_is_readable())
		return;
	handle_require_caller(handle);
	function = published_function(handle->function);
	if (function->security_definer && !has_privs_of_role(GetUserId(), function->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to explain action \"%s\"", function->name),
				 errdetail("It runs as its owner, and its plans show what that may see."),
				 errhint("Ask a member of role \"%s\", or a designer of actions.", GetUserNameFromId(function->owner, false))));
}

/* Finds what is to be explained; checks that the user may see it, and run it if it is to run. */
static void
find_explained(ExplainCall *call)
{
	call->draft = draft_source(call->action, NULL);
	if (call->draft != NULL)
		return;
	call->handle = handle_of_name(call->action);
	require_explainable(call->handle);
	if (call->input != NULL || call->analyze)
		handle_require_caller(call->handle);
}

/* Gives the frame its inputs, as a call would. */
static void
take_inputs(struct Frame *frame, Jsonb *input)
{
	bind_jsonb_inputs(frame, input);
	settle_inputs(frame);
	frame->bound = true;
	context_fill(frame);
}

/* Looks at what would run. */
static void
explain_program(struct Frame *frame, void *arg)
{
	ExplainCall *call = arg;

	if (call->input != NULL)
		take_inputs(frame, call->input);
	explanation_make(&call->explanation, frame);
	if (!call->analyze)
		explanation_add_bulk(&call->explanation, frame);
}

/* Makes the rows. */
static void
explain_call(ExplainCall *call)
{
	InvokeRequest request = {
		.kind = REQUEST_LOOK, .input = call->input, .look = explain_program, .look_arg = call,
		.result_context = CurrentMemoryContext
	};

	if (call->draft != NULL)
		draft_run(call->draft, &request);
	else
		handle_look(call->handle, &request);
}

/* The same, which leaves nothing behind. */
static void
explain_work(void *arg)
{
	explain_call(arg);
}

/* Explains without a run. */
static void
explain_only(ExplainCall *call)
{
	Caught	   *caught = caught_undone(explain_work, call);

	if (caught != NULL)
		error_throw_on(caught->error);
}

/* Runs the action, in the subtransaction that is undone. */
static void
run_action(ExplainCall *call)
{
	InvokeRequest request = {
		.kind = REQUEST_JSON, .input = call->input, .result_context = CurrentMemoryContext
	};

	if (call->draft != NULL)
		draft_run(call->draft, &request);
	else
		handle_call(call->handle, &request);
	effect_run_deferred(call->watch);
}

/* What happens in that subtransaction. */
static void
analyze_work(void *arg)
{
	ExplainCall *call = arg;
	Measure		measure;

	if (setting_idempotency_key[0] != '\0')
		(void) set_config_option("custom_actions.idempotency_key", "", PGC_SUSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	watch_within(call->watch, GetCurrentSubTransactionId());
	explain_call(call);
	measure_begin(&measure, &call->explanation);
	PG_TRY();
	{
		run_action(call);
	}
	PG_FINALLY();
	{
		measure_end(&measure);
	}
	PG_END_TRY();
}

/* Runs the action as a preview does, and measures it. */
static void
explain_run(ExplainCall *call)
{
	InvokeRequest request = {.kind = REQUEST_JSON, .input = call->input};
	Caught	   *volatile caught = NULL;

	call->watch = watch_begin(&request, true);
	PG_TRY();
	{
		caught = caught_undone(analyze_work, call);
	}
	PG_FINALLY();
	{
		watch_end(call->watch);
	}
	PG_END_TRY();
	if (caught != NULL)
		error_throw_on(caught->error);
	watch_count(call->watch);
	explanation_add_watched(&call->explanation, call->watch);
}

/* Returns the rows. */
static void
put_rows(ReturnSetInfo *result, const ExplainCall *call)
{
	ListCell   *cell;

	foreach(cell, call->explanation.rows)
	{
		const ExplainRow *row = lfirst(cell);
		const char *texts[] = {row->step, row->does, row->guard, row->locks, row->statement, row->plan, row->bulk};
		Datum		values[EXPLAIN_COLUMNS] = {0};
		bool		nulls[EXPLAIN_COLUMNS] = {0};

		StaticAssertStmt(lengthof(texts) == EXPLAIN_RUNS, "each column has its text");
		for (int i = 0; i < (int) lengthof(texts); i++)
		{
			nulls[i] = texts[i] == NULL;
			if (!nulls[i])
				values[i] = CStringGetTextDatum(texts[i]);
		}
		nulls[EXPLAIN_RUNS] = nulls[EXPLAIN_ROWS] = nulls[EXPLAIN_MS] = call->watch == NULL || !row->counted;
		values[EXPLAIN_RUNS] = Int64GetDatum((int64) row->runs);
		values[EXPLAIN_ROWS] = Int64GetDatum((int64) row->rows);
		values[EXPLAIN_MS] = Float8GetDatum(row->time);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * explain_action(name text, input jsonb, "analyze" boolean) returns table (step text,
 * does text, guard text, locks text, statement text, plan text, bulk text,
 * runs bigint, rows bigint, ms double precision)
 */
Datum
custom_action_explain(PG_FUNCTION_ARGS)
{
	ExplainCall call = {NULL};

	require_argument(fcinfo, 0, "explain_action", "name", "Give the name of an action.");
	require_argument(fcinfo, 2, "explain_action", "analyze", "It is true or false.");
	call.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	call.input = PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1);
	call.analyze = PG_GETARG_BOOL(2);
	call.explanation.mcxt = CurrentMemoryContext;
	if (call.analyze && call.input == NULL)
		call.input = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	call.explanation.input = call.input;
	InitMaterializedSRF(fcinfo, 0);
	find_explained(&call);
	if (call.analyze)
		explain_run(&call);
	else
		explain_only(&call);
	put_rows((ReturnSetInfo *) fcinfo->resultinfo, &call);
	return (Datum) 0;
}
