/*
 * form_state.c
 *		What a form shows of one row before anything is filled in: whether the action
 *		could begin, the defaults of its inputs, their options.
 *
 * All of it is computed where the action would run, with its rights and settings;
 * nothing of the action runs, nothing is locked or written, and nobody is told. What
 * uses something up, or is another one each time, is left to the call.
 */
#include "postgres.h"

#include "available/target_key.h"
#include "available/testing.h"
#include "base/jsonb_push.h"
#include "base/jsonb_tree.h"
#include "base/jsonb_value.h"
#include "base/sql_argument.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/datum_text.h"
#include "run/action_call.h"
#include "run/bind_json.h"
#include "run/bind_values.h"
#include "run/context.h"
#include "run/convert_out.h"
#include "run/input_check.h"
#include "run/settle.h"
#include "steps/target_look.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(custom_action_form_state);

/* A list to choose from that is longer is none. */
#define MOST_OPTIONS	500

#define LEFT_TO_THE_CALL	"Computed when it is sent."

/* One form. */
typedef struct FormState
{
	AskedAction action;
	Jsonb	   *key;			/* NULL: no row is meant */
	MemoryContext mcxt;			/* of all that is told */

	/* While the action is looked at */
	Frame	   *frame;
	Testing		testing;
	int			input;			/* the place of the one that is looked at */
	const InputCheck *check;	/* its options */
	Jsonb	   *found;			/* what it came to; NULL: null */

	bool		misplaced;		/* there is no row that the action could be for */

	/* What is told */
	ErrorData  *refused;		/* why it could not begin; NULL: nothing known is in the way */
	Jsonb	   *target;			/* {"target": ...} as the types of the key write it */
	JsonbBuilder *defaults;		/* {"bump": 1} */
	JsonbBuilder *left_out;		/* {"number": "Computed when it is sent."} */
	JsonbBuilder *options;		/* {"owner": [1, 2]} */
	JsonbBuilder *examples;		/* the same, where another input decides */
	JsonbBuilder *too_many;		/* {"customer": true} */
} FormState;

/* The key of the target into its slots. */
static void
try_form_key(void *arg)
{
	FormState  *form = arg;
	Frame	   *frame = form->frame;
	JsonbValue	target;

	bind_jsonb_input(frame, target_key_object(frame->program, form->key), 0);
	for (int i = 0; i < frame->program->signature->nkeys; i++)
		settle_input(frame, i);
	jsonb_tree_object(&target, 1);
	bind_show_target(frame, jsonb_tree_member(&target, "target"));
	form->target = jsonb_tree_finish(&target);
}

/* The row of that key. */
static void
try_form_row(void *arg)
{
	FormState  *form = arg;

	target_look(form->frame);
}

/* What the first steps ask for. */
static void
try_form_steps(void *arg)
{
	FormState  *form = arg;

	testing_require_all(&form->testing);
}

/* Tries something; why not is told, unless something else is already. */
static bool
may_begin_after(FormState *form, void (*fn) (void *arg))
{
	ErrorData  *error = testing_try(form->frame, fn, form);

	if (form->refused == NULL)
		form->refused = error;
	return error == NULL;
}

/* Whether the action could begin for this row. */
static void
look_at_target(FormState *form)
{
	bool		found = form->key != NULL && may_begin_after(form, try_form_key) && may_begin_after(form, try_form_row);

	if (form->frame->program->signature->nkeys > 0 && !found)
		testing_forget_target(&form->testing);
	if (form->refused == NULL)
		(void) may_begin_after(form, try_form_steps);
}

/* A value by itself. */
static Jsonb *
value_as_jsonb(Datum value, Oid type)
{
	JsonbValue	json;

	convert_to_value(&json, value, type);
	return JsonbValueToJsonb(&json);
}

/* The default of an input into its slot. */
static void
try_default(void *arg)
{
	FormState  *form = arg;
	Frame	   *frame = form->frame;
	int			slot = frame->program->input_slots[form->input];

	bind_input_default(frame, form->input);
	settle_input(frame, form->input);
	form->found = frame_isnull(frame, slot) ? NULL :
		value_as_jsonb(frame_value(frame, slot), frame->program->slots[slot].type);
}

/* Tells the default of an input, or why there is none yet; false: its value is not known. */
static bool
tell_default(FormState *form, int input)
{
	const Program *program = form->frame->program;
	const Argument *argument = &program->signature->inputs[input];
	ErrorData  *error;

	form->input = input;
	if (program->input_defaults[input] != NULL && program->input_defaults[input]->unsteady)
	{
		jsonb_push_text(form->left_out, argument->name, LEFT_TO_THE_CALL);
		return false;
	}
	if (program->input_defaults[input] == NULL)
		return true;
	error = testing_try(form->frame, try_default, form);
	if (error != NULL)
		jsonb_push_text(form->left_out, argument->name, psprintf("Its default cannot be computed: %s", error->message));
	else if (form->found != NULL && !argument->parameter->sensitive)
		jsonb_push_jsonb(form->defaults, argument->name, form->found);
	return error == NULL;
}

/* Adds an option to an array. */
static void
push_option(JsonbBuilder *builder, Datum option, Oid type)
{
	JsonbValue	json;

	convert_to_value(&json, option, type);
	jsonb_push_value(builder, &json);
}

/* The options of an input, each once and none of them null, as an array; NULL: they are too many. */
static Jsonb *
options_as_jsonb(Datum array, Oid type)
{
	JsonbBuilder *builder = jsonb_builder_make();
	ArrayIterator iterator;
	Datum		option;
	bool		isnull;
	List	   *seen = NIL;

	if (ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(array)), ARR_DIMS(DatumGetArrayTypeP(array))) > MOST_OPTIONS)
		return NULL;
	jsonb_push_array(builder);
	iterator = array_create_iterator(DatumGetArrayTypeP(array), 0, NULL);
	while (array_iterate(iterator, &option, &isnull))
	{
		char	   *text = isnull ? NULL : datum_text(option, type);

		if (text == NULL || text_list_has(seen, text))
			continue;
		seen = lappend(seen, text);
		push_option(builder, option, type);
	}
	array_free_iterator(iterator);
	jsonb_push_array_end(builder);
	return jsonb_builder_finish(builder);
}

/* Computes options. */
static void
try_options(void *arg)
{
	FormState  *form = arg;
	bool		isnull;
	Datum		array = input_options(form->frame, form->check, &isnull);

	form->found = NULL;
	if (isnull)
		form->check = NULL;
	else
		form->found = options_as_jsonb(array, form->check->type);
}

/* Do the options of an input depend on what others are? */
static bool
options_depend_on_inputs(const Program *program, const InputCheck *check)
{
	const Signature *signature = program->signature;

	for (int i = signature->nkeys; i < signature->ninputs; i++)
		if (bms_is_member(program->input_slots[i], check->options->scope->slots))
			return true;
	return false;
}

/* Tells the options of an input, as far as what they read is known. */
static void
tell_options(FormState *form, const InputCheck *check, const Bitmapset *unknown)
{
	const Program *program = form->frame->program;
	const char *name = program->signature->inputs[check->input].name;
	bool		depend = options_depend_on_inputs(program, check);

	if (check->options->unsteady || bms_overlap(check->options->scope->slots, unknown))
		return;
	form->check = check;
	if (testing_try(form->frame, try_options, form) != NULL || form->check == NULL)
		return;
	if (form->found != NULL)
		jsonb_push_jsonb(depend ? form->examples : form->options, name, form->found);
	else
		jsonb_push_boolean(form->too_many, name, true);
}

/* Tells what the inputs are before anything is filled in. */
static void
look_at_inputs(FormState *form)
{
	const Program *program = form->frame->program;
	Bitmapset  *unknown = NULL;
	ListCell   *cell;

	for (int i = program->signature->nkeys; i < program->signature->ninputs; i++)
		if (!tell_default(form, i))
			unknown = bms_add_member(unknown, program->input_slots[i]);
	foreach(cell, program->input_checks)
	{
		const InputCheck *check = lfirst(cell);

		if (check->options != NULL)
			tell_options(form, check, unknown);
	}
}

/* Looks at the action. */
static void
look_for_form(Frame *frame, void *arg)
{
	FormState  *form = arg;
	MemoryContext old;

	form->frame = frame;
	form->misplaced = form->key != NULL && frame->program->signature->nkeys == 0;
	if (form->misplaced)
		return;
	old = MemoryContextSwitchTo(form->mcxt);
	testing_begin(&form->testing, frame, form->mcxt);
	context_fill(frame);
	look_at_target(form);
	look_at_inputs(form);
	MemoryContextSwitchTo(old);
}

/* A builder of an object. */
static JsonbBuilder *
object_begun(void)
{
	JsonbBuilder *builder = jsonb_builder_make();

	jsonb_push_object(builder);
	return builder;
}

/* Adds an object to what is told. */
static void
push_object_of(JsonbBuilder *result, const char *key, JsonbBuilder *object)
{
	jsonb_push_object_end(object);
	jsonb_push_jsonb(result, key, jsonb_builder_finish(object));
}

/* Adds whether the action could begin. */
static void
push_available(JsonbBuilder *result, const FormState *form)
{
	const ErrorData *error = form->refused;
	const char *left_out = form->testing.left_out == NIL ? NULL :
		psprintf("not tested: %s", text_list_join(form->testing.left_out));

	jsonb_push_boolean(result, "available", error == NULL);
	jsonb_push_text(result, "reason", error != NULL ? error->message : left_out);
	jsonb_push_text(result, "sqlstate", error != NULL ? unpack_sql_state(error->sqlerrcode) : NULL);
	jsonb_push_text(result, "hint", error != NULL ? error->hint : NULL);
}

/* All that is told. */
static Jsonb *
form_state_told(FormState *form, bool looked)
{
	JsonbBuilder *result = object_begun();

	jsonb_push_boolean(result, "looked", looked);
	push_available(result, form);
	if (form->target != NULL)
		jsonb_push_jsonb(result, "key", form->target);
	push_object_of(result, "defaults", form->defaults);
	push_object_of(result, "left_out", form->left_out);
	push_object_of(result, "options", form->options);
	push_object_of(result, "examples", form->examples);
	push_object_of(result, "too_many", form->too_many);
	jsonb_push_object_end(result);
	return jsonb_builder_finish(result);
}

/* form_state(name text, target any): what a form shows before anything is filled in */
Datum
custom_action_form_state(PG_FUNCTION_ARGS)
{
	FormState	form = {.mcxt = CurrentMemoryContext};
	Caught	   *caught;

	require_argument(fcinfo, 0, "action_form", "name", "Give the name of an action.");
	form.action.name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	form.key = PG_ARGISNULL(1) ? NULL : target_key_argument(PG_GETARG_DATUM(1), get_fn_expr_argtype(fcinfo->flinfo, 1));
	form.defaults = object_begun();
	form.left_out = object_begun();
	form.options = object_begun();
	form.examples = object_begun();
	form.too_many = object_begun();
	caught = testing_ask(&form.action, look_for_form, &form);
	if (form.misplaced)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("action \"%s\" is for no row of a table", form.action.name),
				 errhint("Leave the target out.")));
	if (caught != NULL)
		form.refused = caught->error;
	PG_RETURN_JSONB_P(form_state_told(&form, caught == NULL));
}
