/*
 * invocation.c
 *		Runs a program: binds the inputs, runs plug-ins and steps one after the
 *		other, computes the outputs. Outputs that nothing has set get their
 *		defaults before the last stage, so that its plug-ins see them.
 *
 * The expression context's per-tuple memory is reset before each step.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/problem.h"
#include "base/settings.h"
#include "base/sqlstate.h"
#include "engine/deprecation.h"
#include "engine/idempotency.h"
#include "engine/invocation.h"
#include "engine/many.h"
#include "executor/executor.h"
#include "lookup/denied.h"
#include "miscadmin.h"
#include "plugins/pipeline.h"
#include "run/bind_json.h"
#include "run/bind_values.h"
#include "run/budget.h"
#include "run/context.h"
#include "run/deferred.h"
#include "run/frame.h"
#include "run/frame_path.h"
#include "run/input_check.h"
#include "run/invoker.h"
#include "run/mask.h"
#include "run/observer.h"
#include "run/secrets.h"
#include "run/settle.h"
#include "steps/if_match.h"
#include "steps/step_list.h"
#include "steps/target.h"
#include "steps/target_write.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

/*
 * Names action, version and step in the CONTEXT of an error. The statement, which
 * the server logs with errors, may hold sensitive values as literals.
 */
static void
frame_error_callback(void *arg)
{
	Frame	   *frame = arg;

	denied_note(&frame->denied);
	target_write_note_error(frame);
	if (frame->program->sensitive || mask_is_needed(frame))
		errhidestmt(true);
	errcontext("action %s", frame_place(frame));
}

/* Takes the inputs, however the caller gives them. */
static void
bind_inputs(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	if (frame->program->sensitive)
		secrets_learn_given(frame, fcinfo, request);
	if (request != NULL && unlikely(request->secrets != NULL))
		secrets_learn_values(frame, request->secrets);
	if (request == NULL)
		bind_arguments(frame, fcinfo);
	else if (request->kind == REQUEST_JSON)
		bind_jsonb_inputs(frame, request->input);
	else
		bind_values(frame, request);
	settle_inputs(frame);
	frame->bound = true;
}

/* Gives the outputs, however the caller wants them. */
static Datum
give_outputs(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	if (request == NULL)
		return typed_result(frame, fcinfo);
	if (request->kind == REQUEST_JSON)
		request->output = bind_jsonb_outputs(frame);
	else
		values_result(frame, request);
	return (Datum) 0;
}

/* What few actions begin with: inputs that are more than values of a type, a notice of deprecation. */
static pg_noinline void
begin_with_more(Frame *frame)
{
	if (frame->program->definition->deprecated != NULL)
		deprecation_tell(frame->program);
	inputs_check(frame);
}

/* Runs plug-ins and steps; the inputs are bound, the outputs get their values. */
static void
run_stages(Frame *frame)
{
	Program    *program = frame->program;

	context_fill(frame);
	if (unlikely(program->begins_with_more))
		begin_with_more(frame);
	pipeline_run_stage(frame, STAGE_PRE_VALIDATION);
	if (unlikely(frame->if_match != NULL))
		if_match_require(frame);
	target_load(frame);
	pipeline_run_stage(frame, STAGE_PRE_OPERATION);
	steps_execute(frame, &program->steps);
	pipeline_run_stage(frame, STAGE_MAIN_OPERATION);
	memory_reset(frame->econtext->ecxt_per_tuple_memory);
	frame_watch_row_types(frame);
	settle_missing_outputs(frame);
	pipeline_run_stage(frame, STAGE_POST_OPERATION);
	frame_watch_row_types(frame);
	if (program->promises_outputs)
		require_outputs(frame);
}

/* The same under an idempotency key: a request that was carried out is only answered. */
static void
run_once(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	Idempotency *call = idempotency_begin(frame, fcinfo, request);

	if (!frame->replayed)
		run_stages(frame);
	idempotency_end(frame, call);
}

/* Is it a call for many items at once? */
static inline bool
is_for_many(const InvokeRequest *request)
{
	return request != NULL && request->kind == REQUEST_MANY;
}

/* Does what one call asks for; the result is the caller's. */
static inline Datum
frame_run_one(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request, MemoryContext caller)
{
	Datum		result;

	bind_inputs(frame, fcinfo, request);
	if (observed(frame, OBSERVE_INPUTS))
		observe_inputs(frame);
	if (unlikely(idempotency_is_asked(frame, request)))
		run_once(frame, fcinfo, request);
	else
		run_stages(frame);
	MemoryContextSwitchTo(caller);
	result = give_outputs(frame, fcinfo, request);
	if (observed(frame, OBSERVE_END))
		observe_succeeded(frame);
	return result;
}

/* Does what is to be run want SPI? An action that only computes, asks and performs does not. */
static inline bool
wants_spi(const Frame *frame, const InvokeRequest *request)
{
	return frame->program->statements != NIL || frame->program->pipeline != NULL ||
		frame->if_match != NULL || is_for_many(request);
}

/* Binds the inputs, runs what is to be run, gives the result. */
static Datum
frame_run(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	Program    *program = frame->program;
	MemoryContext caller = CurrentMemoryContext;
	bool		spi = wants_spi(frame, request);
	Datum		result = (Datum) 0;

	if (spi && SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (!spi)
		MemoryContextSwitchTo(frame->mcxt);
	if (program->row_slots != NIL)
		frame_note_row_types(frame);
	if (unlikely(is_for_many(request)))
		many_run(frame, request->many);
	else
		result = frame_run_one(frame, fcinfo, request, caller);
	if (spi && SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	return result;
}

/* Is nothing to run? */
static inline bool
only_looks(const InvokeRequest *request)
{
	return unlikely(request != NULL && request->kind == REQUEST_LOOK);
}

/* Shows the frame to who only looks. */
static Datum
frame_show(Frame *frame, InvokeRequest *request)
{
	MemoryContext caller = CurrentMemoryContext;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (frame->program->row_slots != NIL)
		frame_note_row_types(frame);
	if (frame->program->sensitive && request->input != NULL)
		secrets_learn_given(frame, NULL, request);
	frame->read_only = true;
	request->look(frame, request->look_arg);
	MemoryContextSwitchTo(caller);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	return (Datum) 0;
}

/* Appends "a > b > c", the outermost invocation first. */
static void
append_chain(StringInfo out, const Frame *frame)
{
	if (frame->parent != NULL)
	{
		append_chain(out, frame->parent);
		appendStringInfoString(out, " > ");
	}
	appendStringInfoString(out, frame->program->action);
}

/* Refuses to nest deeper than allowed, showing the chain. */
static void
require_depth(Frame *frame)
{
	StringInfoData chain;

	if (frame->depth <= setting_max_depth)
		return;
	initStringInfo(&chain);
	append_chain(&chain, frame);
	ereport(ERROR,
			(errcode(ERRCODE_CA_DEPTH),
			 errmsg("action \"%s\" would run at level %d, but only %d levels are allowed",
					frame->program->action, frame->depth, setting_max_depth),
			 errdetail("The chain of invocations is: %s.%s", chain.data,
					   deferred_round() > 1 ? " Deferred triggers led to it, each round of them queued by the one before." : ""),
			 errhint("Is there a circle? The limit is custom_actions.max_depth.")));
}

/* Whose EXECUTE was checked? */
static Oid
frame_invoker(const Frame *frame, const InvokeRequest *request)
{
	if (request != NULL)
		return request->invoker;
	return frame->program->definition->as_owner ? invoker_before_definer() : GetUserId();
}

/*
 * The level of an invocation: below the one that it runs in, or in a deferred
 * trigger below those of the rounds before.
 */
static int
frame_depth(const Frame *parent)
{
	return parent != NULL ? parent->depth + 1 : Max(deferred_round(), 1);
}

/*
 * Enters a frame: its place in the chain of invocations. What plug-ins of one
 * user hand on is nothing that an action of another may rely on.
 */
static void
frame_enter(Frame *frame, InvokeRequest *request)
{
	frame->depth = frame_depth(frame->parent);
	frame->current = NULL;
	frame->iteration = 0;
	frame->stopped = false;
	frame->replayed = false;
	frame->idempotency = NULL;
	frame->watched = 0;
	frame->recorded = NULL;
	frame->rows_told = 0;
	frame->rows_written = 0;
	frame->due = NULL;
	frame->given = request != NULL && request->kind == REQUEST_JSON ? request->input : NULL;
	frame->bound = false;
	frame->secrets_owner = 0;
	frame->answers_failure = request != NULL && request->wants_invocation && !request->raises;
	frame->handling = NULL;
	frame->target_due = NULL;
	frame->read_only = frame->program->read_only;
	frame->caller = GetOuterUserId();
	frame->invoker = frame_invoker(frame, request);
	frame->denied = InvalidOid;
	frame->path_set = false;
	frame->who = NULL;
	frame->has_invocation = false;
	budget_enter(frame);
	if_match_begin(frame, request);
	frame->shared = frame->parent && frame->parent->user == frame->user ? frame->parent->shared : NULL;
	innermost_frame = frame;
	if (request != NULL && request->wants_invocation)
	{
		request->invocation = *invocation_id(frame);
		request->has_invocation = true;
	}
}

/*
 * Puts the program's search_path into effect for the whole invocation where it has to
 * be. What calls of a rare sort run is not looked at for whether it sees it.
 */
static inline void
path_begin(Frame *frame, const InvokeRequest *request)
{
	if (frame->program->sees_path || is_for_many(request) || only_looks(request) || frame->if_match != NULL)
		frame_path_set(frame);
}

/* Tells the observers of the failure; one that raises must not keep the frame from being freed. */
static void
tell_failure(Frame *frame, const ErrorData *error)
{
	PG_TRY();
	{
		observe_failed(frame, error);
	}
	PG_CATCH();
	{
		frame_free(frame);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/* Leaves a frame that failed, with this error or the one being handled: tells the caller where. */
static void
frame_abandon(Frame *frame, InvokeRequest *request, const ErrorData *error)
{
	if (request != NULL && frame->current != NULL)
		request->failed_step = MemoryContextStrdup(request->result_context, frame->current->path);
	if (observed(frame, OBSERVE_END))
		tell_failure(frame, error);
	frame_free(frame);
}

/* The error being handled, taken off the stack. */
static ErrorData *
take_error(MemoryContext mcxt)
{
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	ErrorData  *error = CopyErrorData();

	FlushErrorState();
	MemoryContextSwitchTo(old);
	return error;
}

/* The time limit of an invocation; of many, what they had one after the other. */
static int64
program_limit(const Program *program, const InvokeRequest *request)
{
	int64		limit = program->time_limit > 0 ? program->time_limit : setting_action_timeout;

	return unlikely(is_for_many(request)) ? limit * request->many->count : limit;
}

Datum
program_invoke(Program *program, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	MemoryContext caller = CurrentMemoryContext;
	Frame	   *volatile frame = frame_take(program);
	ErrorContextCallback callback;
	Deadline	deadline = {0};
	volatile Datum result = (Datum) 0;

	callback.callback = frame_error_callback;
	callback.arg = frame;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	frame->parent = innermost_frame;
	PG_TRY();
	{
		frame_enter(frame, request);
		if (program->path != NULL)
			path_begin(frame, request);
		deadline_push(&deadline, program_limit(program, request), program->title, false);
		if (observers_count > 0 && !is_for_many(request) && !only_looks(request))
			observe_begun(frame);
		require_depth(frame);
		result = only_looks(request) ? frame_show(frame, request) : frame_run(frame, fcinfo, request);
		if (frame->path_set)
			frame_path_end(frame);
		if (unlikely(frame->budget != NULL))
			budget_require_kept(frame);
		deadline_pop(&deadline);
	}
	PG_CATCH();
	{
		ErrorData  *error;		/* instead of the one being handled, or NULL */

		innermost_frame = frame->parent;
		error = deadline_failed(&deadline, frame_where_of, frame);
		if (error == NULL && OidIsValid(frame->denied) && frame->denied == frame->user)
			error = denied_error(caller, frame->denied, program->definition->as_owner);
		/* observers may catch errors of their own, which clears the stack */
		if (error == NULL && (observed(frame, OBSERVE_END) || mask_is_needed(frame)))
			error = take_error(caller);
		if (error != NULL)
			mask_error(frame, error, caller);
		frame_abandon(frame, request, error);
		if (error != NULL)
			error_throw_on(error);
		PG_RE_THROW();
	}
	PG_END_TRY();
	innermost_frame = frame->parent;
	error_context_stack = callback.previous;
	frame_give_back(frame);
	return result;
}
