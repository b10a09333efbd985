/*
 * input_options.c
 *		The options of an input, for who fills in a form.
 *
 * They are computed where the action would run: with its rights and settings, and
 * over what is filled in already; nothing of the action runs, and nobody is told.
 */
#include "postgres.h"

#include "available/testing.h"
#include "base/suggest.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/datum_text.h"
#include "lookup/enum_labels.h"
#include "run/action_call.h"
#include "run/bind_json.h"
#include "run/bind_values.h"
#include "run/context.h"
#include "run/convert_out.h"
#include "run/input_check.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_input_options);

/* What is asked for. */
typedef struct OptionsLook
{
	const char *input;
	Jsonb	   *given;
	ReturnSetInfo *result;
} OptionsLook;

/* The place of an input in the signature; raises if there is none of that name. */
static int
place_of_input(const Program *program, const char *name)
{
	const Signature *signature = program->signature;
	List	   *known = NIL;

	for (int i = signature->nkeys; i < signature->ninputs; i++)
	{
		if (strcmp(signature->inputs[i].name, name) == 0)
			return i;
		known = lappend(known, signature->inputs[i].name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("action \"%s\" has no input \"%s\"", program->action, name),
			 errhint("%s", suggestion_hint(suggestion_among(name, known), known == NIL ? "It takes no input." :
										   psprintf("Its inputs are: %s.", text_list_join(known))))));
	return -1;					/* keep compiler quiet */
}

/* Gives the inputs what is filled in, and the others their defaults. */
static void
bind_filled_in(Frame *frame, Jsonb *given)
{
	const Signature *signature = frame->program->signature;
	List	   *unknown = bind_unknown_keys(frame->program, given);

	if (unknown != NIL)
		bind_refuse_unknown(frame, given, linitial(unknown));
	for (int i = signature->nkeys; i < signature->ninputs; i++)
	{
		const char *name = signature->inputs[i].name;
		JsonbValue	value;

		if (getKeyJsonValueFromContainer(&given->root, name, strlen(name), &value) != NULL)
			bind_jsonb_input(frame, given, i);
		else
			bind_input_default(frame, i);
	}
}

/* Puts an option into the result. */
static void
put_option(ReturnSetInfo *result, Datum value, Oid type)
{
	Datum		values[2];
	bool		nulls[2] = {false, false};
	JsonbValue	json;

	convert_to_value(&json, value, type);
	values[0] = JsonbPGetDatum(JsonbValueToJsonb(&json));
	values[1] = CStringGetTextDatum(datum_text(value, type));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Puts the elements of an array of options into the result. */
static void
put_options(ReturnSetInfo *result, Datum array, Oid type)
{
	ArrayIterator iterator = array_create_iterator(DatumGetArrayTypeP(array), 0, NULL);
	Datum		value;
	bool		isnull;

	while (array_iterate(iterator, &value, &isnull))
	{
		CHECK_FOR_INTERRUPTS();
		if (!isnull)
			put_option(result, value, type);
	}
	array_free_iterator(iterator);
}

/* Puts the labels of an enum into the result. */
static void
put_labels(ReturnSetInfo *result, Oid type)
{
	ListCell   *cell;

	foreach(cell, enum_labels(type))
		put_option(result, CStringGetTextDatum(lfirst(cell)), TEXTOID);
}

/* Computes the options in the frame of the action. */
static void
options_look(Frame *frame, void *arg)
{
	const OptionsLook *look = arg;
	const Program *program = frame->program;
	int			input = place_of_input(program, look->input);
	Oid			type = getBaseType(program->signature->inputs[input].type);
	Oid			element = OidIsValid(get_element_type(type)) ? getBaseType(get_element_type(type)) : type;
	ListCell   *cell;

	MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	bind_filled_in(frame, look->given);
	context_fill(frame);
	foreach(cell, program->input_checks)
	{
		const InputCheck *check = lfirst(cell);
		bool		isnull;
		Datum		array;

		if (check->input != input || check->options == NULL)
			continue;
		array = input_options(frame, check, &isnull);
		if (!isnull)
			put_options(look->result, array, check->type);
		return;
	}
	if (get_typtype(element) == TYPTYPE_ENUM)
		put_labels(look->result, element);
}

/* action_input_options(action, input, given): the options of an input, as rows */
Datum
custom_action_input_options(PG_FUNCTION_ARGS)
{
	InvokeRequest request = {.look = options_look};
	OptionsLook look = {.result = (ReturnSetInfo *) fcinfo->resultinfo};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	look.input = text_to_cstring(PG_GETARG_TEXT_PP(1));
	look.given = PG_ARGISNULL(2) ? DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"))) : PG_GETARG_JSONB_P(2);
	if (!JB_ROOT_IS_OBJECT(look.given))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("what is given must be a JSON object"),
				 errhint("Send an object with the inputs that are filled in, or {} for none.")));
	request.input = look.given;
	request.look_arg = &look;
	request.result_context = CurrentMemoryContext;
	testing_look(handle_of_name(text_to_cstring(PG_GETARG_TEXT_PP(0))), &request);
	return (Datum) 0;
}
