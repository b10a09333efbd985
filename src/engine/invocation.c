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
#include "base/invoker.h"
#include "base/problem.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "lookup/denied.h"
#include "miscadmin.h"
#include "plugins/pipeline.h"
#include "program/statement.h"
#include "run/bind_json.h"
#include "run/context.h"
#include "run/deferred.h"
#include "run/execute.h"
#include "run/frame.h"
#include "steps/on_error.h"
#include "steps/target.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

static Frame *innermost = NULL; /* the invocation that is running, or NULL */

/* Names action, version and step in the CONTEXT of an error. */
static void
frame_error_callback(void *arg)
{
	Frame	   *frame = arg;

	denied_note(&frame->denied);
	if (frame->current != NULL && frame->iteration > 0)
		errcontext("action \"%s\" version %d, %s, iteration " INT64_FORMAT, frame->program->action,
				   frame->program->version, frame->current->label, frame->iteration);
	else if (frame->current != NULL)
		errcontext("action \"%s\" version %d, %s", frame->program->action,
				   frame->program->version, frame->current->label);
	else
		errcontext("action \"%s\" version %d", frame->program->action, frame->program->version);
}

char *
frame_where(const Frame *frame)
{
	StringInfoData where;

	initStringInfo(&where);
	appendStringInfo(&where, "Action \"%s\" version %d", frame->program->action,
					 frame->program->version);
	if (frame->current != NULL)
		appendStringInfo(&where, ", %s", frame->current->label);
	if (frame->current != NULL && frame->iteration > 0)
		appendStringInfo(&where, ", iteration " INT64_FORMAT, frame->iteration);
	appendStringInfoChar(&where, '.');
	return where.data;
}

int
frame_errdetail(const Frame *frame)
{
	return errdetail_internal("%s", frame_where(frame));
}

/* Runs one step, its handler included. */
static void
step_execute(Frame *frame, Instruction *instruction)
{
	CHECK_FOR_INTERRUPTS();
	frame->current = instruction;
	frame_watch_row_types(frame);
	ResetExprContext(frame->econtext);
	if (instruction->when != NULL && !condition_is_true(frame, instruction->when))
		return;
	if (instruction->on_error != NULL)
		on_error_execute(frame, instruction);
	else
		instruction->kind->execute(frame, instruction);
	deadlines_check();
}

void
steps_execute(Frame *frame, Instruction **steps, int nsteps)
{
	Instruction *outer = frame->current;

	for (int i = 0; i < nsteps && !frame->stopped; i++)
		step_execute(frame, steps[i]);
	frame->current = outer;
}

void
bind_default(Frame *frame, int input)
{
	Program    *program = frame->program;
	bool		isnull = true;
	Datum		value = (Datum) 0;

	if (program->input_defaults[input] != NULL)
		value = expression_evaluate(frame, program->input_defaults[input], &isnull);
	frame_set(frame, program->input_slots[input], value, isnull);
}

/* Inputs that the action has got since its caller was planned or compiled take their defaults. */
static void
bind_added(Frame *frame, int known)
{
	for (int i = known; i < frame->program->signature->ninputs; i++)
		bind_default(frame, i);
}

/* Takes the values of a request; both sides agreed on the types when compiled. */
static void
bind_values(Frame *frame, const InvokeRequest *request)
{
	Program    *program = frame->program;

	if (request->ninputs > program->signature->ninputs ||
		request->noutputs != program->signature->noutputs)
		elog(ERROR, "action \"%s\" has another signature than its caller expects", program->action);
	for (int i = 0; i < request->ninputs; i++)
	{
		int			slot = program->input_slots[i];

		if (request->input_types[i] != program->slots[slot].type)
			elog(ERROR, "action \"%s\" has another signature than its caller expects", program->action);
		if (request->input_given[i])
			frame_set(frame, slot, request->inputs[i], request->input_nulls[i]);
		else
			bind_default(frame, i);
	}
	bind_added(frame, request->ninputs);
}

/* Takes the arguments of a typed call; they live as long as the call. */
static void
bind_arguments(Frame *frame, FunctionCallInfo fcinfo)
{
	Program    *program = frame->program;

	for (int i = 0; i < Min(fcinfo->nargs, program->signature->ninputs); i++)
	{
		int			slot = program->input_slots[i];
		ParamExternData *param = &frame->params->params[slot];

		param->value = fcinfo->args[i].value;
		param->isnull = fcinfo->args[i].isnull;
		if (!param->isnull && program->slots[slot].length == -1)
			param->value = MakeExpandedObjectReadOnly(param->value, false, -1);
	}
	bind_added(frame, fcinfo->nargs);
}

/* Applies a type modifier to what a slot holds. */
static void
apply_cast(Frame *frame, Expression *cast, int slot)
{
	bool		isnull;
	Datum		value;

	if (cast == NULL || frame_isnull(frame, slot))
		return;
	value = expression_evaluate(frame, cast, &isnull);
	frame_set(frame, slot, value, isnull);
}

void
settle_input(Frame *frame, int input)
{
	Program    *program = frame->program;
	const Argument *argument = &program->signature->inputs[input];

	apply_cast(frame, program->input_casts[input], program->input_slots[input]);
	if (argument->required && frame_isnull(frame, program->input_slots[input]))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("input \"%s\" of action \"%s\" must not be null", argument->name, program->action),
				 frame_errdetail(frame),
				 argument->column ? errhint("It says which row the action works on.") :
				 errhint("An input that may be null is declared with \"required\": false.")));
}

void
forget_recorded_input(Frame *frame, int input)
{
	if (frame->recorded_inputs != NULL)
		frame->recorded_inputs[input] = NULL;
}

void
settle_output(Frame *frame, int output)
{
	MemoryContext old = MemoryContextSwitchTo(frame->mcxt);

	frame->outputs_set = bms_add_member(frame->outputs_set, output);
	MemoryContextSwitchTo(old);
	apply_cast(frame, frame->program->output_casts[output], frame->program->output_slots[output]);
}

/* Checks all inputs. */
static void
check_inputs(Frame *frame)
{
	for (int i = 0; i < frame->program->signature->ninputs; i++)
		settle_input(frame, i);
}

/* Computes the defaults of outputs that nothing has set. */
static void
default_outputs(Frame *frame)
{
	Program    *program = frame->program;

	for (int i = 0; i < program->signature->noutputs; i++)
	{
		int			slot = program->output_slots[i];
		Expression *initial = program->output_defaults[i];
		bool		isnull;

		if (initial != NULL && !bms_is_member(i, frame->outputs_set))
		{
			Datum		value = expression_evaluate(frame, initial, &isnull);

			frame_set(frame, slot, value, isnull);
		}
	}
}

/* Refuses to end without a value that the action promises. */
static void
check_outputs(Frame *frame)
{
	Program    *program = frame->program;

	for (int i = 0; i < program->signature->noutputs; i++)
	{
		int			slot = program->output_slots[i];

		if (program->signature->outputs[i].parameter->required_given &&
			program->signature->outputs[i].required && frame_isnull(frame, slot))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("output \"%s\" of action \"%s\" is required, but has no value",
							program->signature->outputs[i].name, program->action),
					 frame_errdetail(frame),
					 errhint("Set it in an output step, or give it a \"default\".")));
	}
}

/* The row type of several outputs, made once per program. */
static TupleDesc
result_tupdesc(Program *program)
{
	const Signature *signature = program->signature;
	MemoryContext old;

	if (program->result != NULL)
		return program->result;
	old = MemoryContextSwitchTo(program->mcxt);
	program->result = CreateTemplateTupleDesc(signature->noutputs);
	for (int i = 0; i < signature->noutputs; i++)
	{
		TupleDescInitEntry(program->result, i + 1, signature->outputs[i].name,
						   signature->outputs[i].type, -1, 0);
		TupleDescInitEntryCollation(program->result, i + 1, signature->outputs[i].collation);
	}
	BlessTupleDesc(program->result);
	MemoryContextSwitchTo(old);
	return program->result;
}

/* The result of a typed call, in the current context. */
static Datum
typed_result(Frame *frame, FunctionCallInfo fcinfo)
{
	Program    *program = frame->program;
	int			count = program->signature->noutputs;
	Datum	   *values;
	bool	   *nulls;

	if (count == 0)
		return (Datum) 0;
	if (count == 1)
	{
		const Slot *slot = &program->slots[program->output_slots[0]];

		fcinfo->isnull = frame_isnull(frame, program->output_slots[0]);
		return fcinfo->isnull ? (Datum) 0 :
			datumCopy(frame_value(frame, program->output_slots[0]), slot->byval, slot->length);
	}
	values = palloc(sizeof(Datum) * count);
	nulls = palloc(sizeof(bool) * count);
	for (int i = 0; i < count; i++)
	{
		values[i] = frame_value(frame, program->output_slots[i]);
		nulls[i] = frame_isnull(frame, program->output_slots[i]);
	}
	return HeapTupleGetDatum(heap_form_tuple(result_tupdesc(program), values, nulls));
}

/* The outputs of a request by values, in the caller's memory. */
static void
values_result(Frame *frame, InvokeRequest *request)
{
	Program    *program = frame->program;
	MemoryContext old = MemoryContextSwitchTo(request->result_context);

	for (int i = 0; i < request->noutputs; i++)
	{
		int			slot = program->output_slots[i];
		const Slot *type = &program->slots[slot];

		if (type->type != request->output_types[i])
			elog(ERROR, "action \"%s\" has another signature than its caller expects", program->action);
		request->output_nulls[i] = frame_isnull(frame, slot);
		request->outputs[i] = request->output_nulls[i] ? (Datum) 0 :
			datumCopy(frame_value(frame, slot), type->byval, type->length);
	}
	MemoryContextSwitchTo(old);
}

/* Takes the inputs, however the caller gives them. */
static void
bind_inputs(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	if (request == NULL)
		bind_arguments(frame, fcinfo);
	else if (request->kind == REQUEST_JSON)
		bind_jsonb_inputs(frame, request->input);
	else
		bind_values(frame, request);
	check_inputs(frame);
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

/* Binds the inputs, runs plug-ins and steps, gives the result. */
static Datum
frame_run(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	Program    *program = frame->program;
	MemoryContext caller = CurrentMemoryContext;
	Datum		result;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (program->row_slots != NIL)
		frame_note_row_types(frame);
	bind_inputs(frame, fcinfo, request);
	context_fill(frame);
	stage_run(frame, STAGE_PRE_VALIDATION);
	target_load(frame);
	stage_run(frame, STAGE_PRE_OPERATION);
	steps_execute(frame, program->steps, program->nsteps);
	stage_run(frame, STAGE_MAIN_OPERATION);
	ResetExprContext(frame->econtext);
	frame_watch_row_types(frame);
	default_outputs(frame);
	stage_run(frame, STAGE_POST_OPERATION);
	frame_watch_row_types(frame);
	check_outputs(frame);
	MemoryContextSwitchTo(caller);
	result = give_outputs(frame, fcinfo, request);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	return result;
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
check_depth(Frame *frame)
{
	StringInfoData chain;

	if (frame->depth <= limits_max_depth())
		return;
	initStringInfo(&chain);
	append_chain(&chain, frame);
	ereport(ERROR,
			(errcode(ERRCODE_CA_DEPTH),
			 errmsg("action \"%s\" would run at level %d, but only %d levels are allowed",
					frame->program->action, frame->depth, limits_max_depth()),
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
	frame->handling = NULL;
	frame->read_only = frame->program->read_only;
	frame->caller = GetOuterUserId();
	frame->invoker = frame_invoker(frame, request);
	frame->denied = InvalidOid;
	frame->has_invocation = false;
	frame->shared = frame->parent && frame->parent->user == frame->user ? frame->parent->shared : NULL;
	innermost = frame;
	if (request != NULL && request->wants_invocation)
	{
		request->invocation = *invocation_id(frame);
		request->has_invocation = true;
	}
}

/* Leaves a frame that failed: tells the caller where. */
static void
frame_abandon(Frame *frame, InvokeRequest *request)
{
	if (request != NULL)
	{
		if (frame->current != NULL)
			request->failed_step = MemoryContextStrdup(request->result_context, frame->current->path);
	}
	frame_free(frame);
}

bool
program_may_handle_limits(const Program *program)
{
	return program->sets_call_timeout || !limits_call_timeout_shortened();
}

/* The time limit of an invocation. */
static int64
program_limit(const Program *program)
{
	return program->time_limit > 0 ? program->time_limit : limits_action_timeout();
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
	frame->parent = innermost;
	PG_TRY();
	{
		frame_enter(frame, request);
		deadline_push(&deadline, program_limit(program), program->title, false);
		check_depth(frame);
		result = frame_run(frame, fcinfo, request);
		deadline_pop(&deadline);
	}
	PG_CATCH();
	{
		ErrorData  *limit_error;
		Oid			denied = frame->denied == frame->user ? frame->denied : InvalidOid;
		bool		as_owner = program->definition->as_owner;

		innermost = frame->parent;
		limit_error = deadline_failed(&deadline, frame);
		frame_abandon(frame, request);
		if (limit_error != NULL)
			error_throw_on(limit_error);
		if (OidIsValid(denied))
			denied_throw_on(caller, denied, as_owner);
		PG_RE_THROW();
	}
	PG_END_TRY();
	innermost = frame->parent;
	error_context_stack = callback.previous;
	frame_give_back(frame);
	return result;
}
