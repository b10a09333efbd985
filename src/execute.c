/*
 * execute.c
 *		Runs a program: a frame per invocation, its steps one after the other,
 *		its outputs at the end.
 *
 * Memory: a frame's home lives up to the end of the transaction and is used
 * again by the next invocation of the same program; mcxt, below it, holds the
 * slots' values and is reset after each invocation; the expression context's
 * per-tuple memory is reset before each step. A frame that an error left is
 * thrown away.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "cache.h"
#include "context.h"
#include "execute.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "statement.h"
#include "target.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

static Frame *innermost = NULL; /* the invocation that is running, or NULL */
static List *idle_programs = NIL;	/* of Program that keep an idle frame */

/* Names action, version and step in the CONTEXT of an error. */
static void
frame_error_callback(void *arg)
{
	Frame	   *frame = arg;

	if (frame->current != NULL)
		errcontext("action \"%s\" version %d, %s", frame->program->action,
				   frame->program->version, frame->current->label);
	else
		errcontext("action \"%s\" version %d", frame->program->action, frame->program->version);
}

int
frame_errdetail(Frame *frame)
{
	if (frame->current != NULL)
		return errdetail("Action \"%s\" version %d, %s.", frame->program->action,
						 frame->program->version, frame->current->label);
	return errdetail("Action \"%s\" version %d.", frame->program->action, frame->program->version);
}

/* Sets a slot; by-reference values are copied into the invocation's memory. */
void
frame_set(Frame *frame, int slot, Datum value, bool isnull)
{
	ParamExternData *param = &frame->params->params[slot];
	const Slot *type = &frame->program->slots[slot];

	if (!isnull && !type->byval)
	{
		MemoryContext old = MemoryContextSwitchTo(frame->mcxt);

		value = datumCopy(value, false, type->length);
		MemoryContextSwitchTo(old);
	}
	param->value = value;
	param->isnull = isnull;
}

/* Makes a frame for the current user. */
static Frame *
frame_new(Program *program)
{
	MemoryContext home = AllocSetContextCreate(TopTransactionContext, "custom action frame",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(home);
	Frame	   *frame = palloc0(sizeof(Frame));

	frame->program = program;
	frame->home = home;
	frame->mcxt = AllocSetContextCreate(home, "custom action values", ALLOCSET_SMALL_SIZES);
	frame->user = GetUserId();
	frame->params = makeParamList(program->nslots);
	for (int i = 0; i < program->nslots; i++)
	{
		frame->params->params[i].ptype = program->slots[i].type;
		frame->params->params[i].isnull = true;
	}
	frame->states = palloc0(sizeof(ExpressionState) * Max(program->nexpressions, 1));
	frame->econtext = CreateStandaloneExprContext();
	frame->econtext->ecxt_param_list_info = frame->params;
	MemoryContextSwitchTo(old);
	return frame;
}

/* Expression states hold the privileges of the user they were made for. */
static Frame *
frame_take(Program *program)
{
	Frame	   *frame = program->idle;

	if (frame == NULL)
		return frame_new(program);
	program->idle = NULL;
	if (frame->user == GetUserId())
		return frame;
	frame_free(frame);
	return frame_new(program);
}

void
frame_free(Frame *frame)
{
	MemoryContextDelete(frame->home);
}

/* Clears a frame and keeps it for the next invocation. */
static void
frame_give_back(Frame *frame)
{
	Program    *program = frame->program;

	if (program->idle != NULL || program->stale)
	{
		frame_free(frame);
		return;
	}
	ReScanExprContext(frame->econtext);
	for (int i = 0; i < program->nslots; i++)
	{
		frame->params->params[i].value = (Datum) 0;
		frame->params->params[i].isnull = true;
	}
	frame->outputs_set = NULL;
	MemoryContextReset(frame->mcxt);
	program->idle = frame;
	if (!program->listed_idle)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		idle_programs = lappend(idle_programs, program);
		program->listed_idle = true;
		MemoryContextSwitchTo(old);
	}
}

/* Forgets idle frames: their memory ends with the transaction. */
static void
execute_at_transaction_end(XactEvent event, void *arg)
{
	ListCell   *cell;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	foreach(cell, idle_programs)
	{
		Program    *program = lfirst(cell);

		program->idle = NULL;
		program->listed_idle = false;
	}
	list_free(idle_programs);
	idle_programs = NIL;
	innermost = NULL;
}

void
execute_forget(Program *program)
{
	if (program->idle != NULL)
		frame_free(program->idle);
	program->idle = NULL;
	if (program->listed_idle)
		idle_programs = list_delete_ptr(idle_programs, program);
}

void
execute_init(void)
{
	RegisterXactCallback(execute_at_transaction_end, NULL);
}

/* Plans an expression, or plans it anew after something it depends on changed. */
static void
expression_plan(Frame *frame, Expression *expression)
{
	if (expression->cached != NULL && frame->program->use_count == 1)
		FreeCachedExpression(expression->cached);
	expression->cached = NULL;
	expression->cached = GetCachedExpression(expression->tree);
	expression->generation++;
}

/* The state of a plain expression in this frame. */
static ExprState *
expression_state(Frame *frame, Expression *expression)
{
	ExpressionState *entry = &frame->states[expression->number];

	if (expression->cached == NULL || !expression->cached->is_valid)
		expression_plan(frame, expression);
	if (entry->state == NULL || entry->generation != expression->generation)
	{
		MemoryContext old = MemoryContextSwitchTo(frame->home);

		entry->state = ExecInitExprWithParams((Expr *) expression->cached->expr, frame->params);
		entry->generation = expression->generation;
		MemoryContextSwitchTo(old);
	}
	return entry->state;
}

/* Shows the formula in the CONTEXT of an error. */
static void
expression_error_callback(void *arg)
{
	const Value *value = ((Expression *) arg)->value;

	if (value->formula != NULL)
		errcontext("formula \"%s\"", value->formula->text);
}

/* Evaluates a plain expression; mutable ones see what earlier steps did. */
static Datum
plain_evaluate(Frame *frame, Expression *expression, bool *isnull)
{
	ExprState  *state = expression_state(frame, expression);
	bool		snapshot = expression->mutable && !frame->read_only;
	Datum		value;

	if (snapshot)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	value = ExecEvalExprSwitchContext(state, frame->econtext, isnull);
	if (snapshot)
		PopActiveSnapshot();
	return value;
}

Datum
expression_evaluate(Frame *frame, Expression *expression, bool *isnull)
{
	ErrorContextCallback callback;
	Datum		value;

	callback.callback = expression_error_callback;
	callback.arg = expression;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	if (expression->plain)
		value = plain_evaluate(frame, expression, isnull);
	else
	{
		MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);

		value = statement_scalar(frame, expression->query, expression->type, isnull);
		MemoryContextSwitchTo(old);
	}
	error_context_stack = callback.previous;
	return value;
}

bool
condition_is_true(Frame *frame, Expression *expression)
{
	bool		isnull;
	Datum		value = expression_evaluate(frame, expression, &isnull);

	return !isnull && DatumGetBool(value);
}

char *
text_evaluate(Frame *frame, Expression *expression)
{
	bool		isnull;
	Datum		value = expression_evaluate(frame, expression, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

void
steps_execute(Frame *frame, Instruction **steps, int nsteps)
{
	Instruction *outer = frame->current;

	for (int i = 0; i < nsteps; i++)
	{
		CHECK_FOR_INTERRUPTS();
		frame->current = steps[i];
		ResetExprContext(frame->econtext);
		if (steps[i]->when == NULL || condition_is_true(frame, steps[i]->when))
			steps[i]->kind->execute(frame, steps[i]);
	}
	frame->current = outer;
}

/* Takes the arguments of a typed call; they live as long as the call. */
static void
bind_arguments(Frame *frame, FunctionCallInfo fcinfo)
{
	Program    *program = frame->program;

	for (int i = 0; i < program->signature->ninputs; i++)
	{
		int			slot = program->input_slots[i];
		ParamExternData *param = &frame->params->params[slot];

		param->value = fcinfo->args[i].value;
		param->isnull = fcinfo->args[i].isnull;
		if (!param->isnull && program->slots[slot].length == -1)
			param->value = MakeExpandedObjectReadOnly(param->value, false, -1);
	}
}

/* Applies type modifiers and refuses a key without a value. */
static void
check_inputs(Frame *frame)
{
	Program    *program = frame->program;

	for (int i = 0; i < program->signature->ninputs; i++)
	{
		int			slot = program->input_slots[i];
		bool		isnull;

		if (program->input_casts[i] != NULL && !frame_isnull(frame, slot))
		{
			Datum		value = expression_evaluate(frame, program->input_casts[i], &isnull);

			frame_set(frame, slot, value, isnull);
		}
		if (i < program->signature->nkeys && frame_isnull(frame, slot))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("input \"%s\" of action \"%s\" must not be null",
							program->signature->inputs[i].name, program->action),
					 frame_errdetail(frame),
					 errhint("It says which row the action works on.")));
	}
}

/* Computes the defaults of outputs that no step has set, and checks the required ones. */
static void
finish_outputs(Frame *frame)
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

/* Binds the inputs, runs the steps, gives the result. */
static Datum
frame_run(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	Program    *program = frame->program;
	MemoryContext caller = CurrentMemoryContext;
	Datum		result = (Datum) 0;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (request != NULL)
		bind_jsonb_inputs(frame, request->input);
	else
		bind_arguments(frame, fcinfo);
	check_inputs(frame);
	context_fill(frame);
	target_load(frame);
	steps_execute(frame, program->steps, program->nsteps);
	ResetExprContext(frame->econtext);
	finish_outputs(frame);
	MemoryContextSwitchTo(caller);
	if (request != NULL)
		request->output = bind_jsonb_outputs(frame);
	else
		result = typed_result(frame, fcinfo);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	return result;
}

/* Starts the clock and the names of an invocation. */
static void
frame_begin(Frame *frame)
{
	frame->parent = innermost;
	frame->depth = innermost ? innermost->depth + 1 : 1;
	frame->current = NULL;
	frame->read_only = frame->program->read_only;
	frame->caller = GetOuterUserId();
	frame->has_invocation = false;
	innermost = frame;
}

Datum
program_invoke(Program *program, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	Frame	   *volatile frame = frame_take(program);
	ErrorContextCallback callback;
	volatile Datum result = (Datum) 0;

	callback.callback = frame_error_callback;
	callback.arg = frame;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	frame_begin(frame);
	PG_TRY();
	{
		result = frame_run(frame, fcinfo, request);
	}
	PG_CATCH();
	{
		innermost = frame->parent;
		frame_free(frame);
		PG_RE_THROW();
	}
	PG_END_TRY();
	innermost = frame->parent;
	error_context_stack = callback.previous;
	frame_give_back(frame);
	return result;
}
