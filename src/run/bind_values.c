/*
 * bind_values.c
 *		Inputs and outputs as values: of typed calls, and of requests such as those
 *		of perform steps.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "run/bind_values.h"
#include "run/evaluate.h"
#include "run/planned_call.h"
#include "utils/datum.h"
#include "utils/expandeddatum.h"

/* Both sides agreed when they were compiled. */
pg_noreturn static void
refuse_signature_of(const Program *program)
{
	elog(ERROR, "action \"%s\" has another signature than its caller expects", program->action);
}

void
bind_input_default(Frame *frame, int input)
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
		bind_input_default(frame, i);
}

void
bind_values(Frame *frame, const InvokeRequest *request)
{
	Program    *program = frame->program;

	if (request->ninputs > program->signature->ninputs ||
		request->noutputs != program->signature->noutputs)
		refuse_signature_of(program);
	for (int i = 0; i < request->ninputs; i++)
	{
		int			slot = program->input_slots[i];

		if (request->input_types[i] != program->slots[slot].type)
			refuse_signature_of(program);
		if (request->input_given[i])
			frame_set(frame, slot, request->inputs[i], request->input_nulls[i]);
		else
			bind_input_default(frame, i);
	}
	bind_added(frame, request->ninputs);
}

void
bind_arguments(Frame *frame, FunctionCallInfo fcinfo)
{
	Program    *program = frame->program;

	require_planned_signature(program, fcinfo);
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
	TupleDescFinalize(program->result);
	BlessTupleDesc(program->result);
	MemoryContextSwitchTo(old);
	return program->result;
}

Datum
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

void
values_result(Frame *frame, InvokeRequest *request)
{
	Program    *program = frame->program;
	MemoryContext old = MemoryContextSwitchTo(request->result_context);

	for (int i = 0; i < request->noutputs; i++)
	{
		int			slot = program->output_slots[i];
		const Slot *type = &program->slots[slot];

		if (type->type != request->output_types[i])
			refuse_signature_of(program);
		request->output_nulls[i] = frame_isnull(frame, slot);
		request->outputs[i] = request->output_nulls[i] ? (Datum) 0 :
			datumCopy(frame_value(frame, slot), type->byval, type->length);
	}
	MemoryContextSwitchTo(old);
}
