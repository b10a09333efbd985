/*
 * validate.c
 *		validate_action(): what keeps an action from beginning with this input.
 *
 * All that is wrong with the inputs is told, each bound in a subtransaction of its
 * own; then what the first steps ask for, as far as what they read is sound. Binding
 * runs code of users': input functions and CHECKs of types, defaults, options. All of
 * it is undone, and nothing else runs.
 */
#include "postgres.h"

#include "available/testing.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/row_text.h"
#include "base/sql_argument.h"
#include "fmgr.h"
#include "funcapi.h"
#include "run/action_call.h"
#include "run/bind_json.h"
#include "run/context.h"
#include "run/input_check.h"
#include "run/settle.h"
#include "steps/target_look.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_validate);

#define VALIDATE_HINT	"Give the name of an action, and its input as a JSON object."

#define TARGET	"target"

/* Columns of the result */
enum
{
	FINDING_LOCATION,
	FINDING_SQLSTATE,
	FINDING_MESSAGE,
	FINDING_HINT,
	FINDING_COLUMNS
};

/* One validation. */
typedef struct Validation
{
	AskedAction action;
	Jsonb	   *input;
	ReturnSetInfo *result;		/* where what is found goes */
	MemoryContext mcxt;			/* of what is noted meanwhile */

	/* While the action is looked at */
	Frame	   *frame;
	Testing		testing;
} Validation;

/* Adds a row: what is wrong, and where. */
static void
put_finding(const Validation *validation, const char *location, const ErrorData *error)
{
	Datum		values[FINDING_COLUMNS];
	bool		nulls[FINDING_COLUMNS] = {0};

	row_put_text(values, nulls, FINDING_LOCATION, location);
	row_put_text(values, nulls, FINDING_SQLSTATE, unpack_sql_state(error->sqlerrcode));
	row_put_text(values, nulls, FINDING_MESSAGE, error->message);
	row_put_text(values, nulls, FINDING_HINT, error->hint);
	tuplestore_putvalues(validation->result->setResult, validation->result->setDesc, values, nulls);
}

/* One thing that is tried. */
typedef struct Trial
{
	Validation *validation;
	int			input;			/* place in the signature */
	const char *name;			/* of a key that is no input */
	const Precondition *precondition;
	const InputCheck *check;
} Trial;

/* Tries it in a subtransaction; the error, or NULL. */
static ErrorData *
try_one(void (*fn) (void *arg), Trial *trial)
{
	return testing_try(trial->validation->frame, fn, trial);
}

/* Tries it and tells what is wrong; is all well? */
static bool
find_in(const char *location, void (*fn) (void *arg), Trial *trial)
{
	ErrorData  *error = try_one(fn, trial);

	if (error != NULL)
		put_finding(trial->validation, location, error);
	return error == NULL;
}

/* A key that is no input. */
static void
try_unknown(void *arg)
{
	Trial	   *trial = arg;

	bind_refuse_unknown(trial->validation->frame, trial->validation->input, trial->name);
}

/* An input: its value, or its default. */
static void
try_input(void *arg)
{
	Trial	   *trial = arg;

	bind_jsonb_input(trial->validation->frame, trial->validation->input, trial->input);
	settle_input(trial->validation->frame, trial->input);
}

/* The key of the target. */
static void
try_key(void *arg)
{
	Trial	   *trial = arg;
	Frame	   *frame = trial->validation->frame;

	bind_jsonb_input(frame, trial->validation->input, 0);
	for (int i = 0; i < frame->program->signature->nkeys; i++)
		settle_input(frame, i);
}

/* The row of that key. */
static void
try_target(void *arg)
{
	Trial	   *trial = arg;

	target_look(trial->validation->frame);
}

/* What one of the first steps asks for. */
static void
try_precondition(void *arg)
{
	Trial	   *trial = arg;

	testing_require(&trial->validation->testing, trial->precondition);
}

/* Would this input get a default that is another one each time, or uses something up? */
static bool
takes_unsteady_default(const Validation *validation, int input)
{
	const Program *program = validation->frame->program;
	const char *name = program->signature->inputs[input].name;
	JsonbValue	value;

	return program->input_defaults[input] != NULL && program->input_defaults[input]->unsteady &&
		getKeyJsonValueFromContainer(&validation->input->root, name, strlen(name), &value) == NULL;
}

/* What is asked of an input beyond its type. */
static void
try_check(void *arg)
{
	Trial	   *trial = arg;

	input_check(trial->validation->frame, trial->check);
}

/* Looks whether inputs are keys of rows and among their options; what is wrong is added to the slots that are. */
static Bitmapset *
check_inputs(Validation *validation, Bitmapset *wrong)
{
	const Program *program = validation->frame->program;
	ListCell   *cell;

	foreach(cell, program->input_checks)
	{
		const InputCheck *check = lfirst(cell);
		Trial		trial = {.validation = validation, .check = check};
		int			slot = program->input_slots[check->input];

		/*
		 * options that read what is wrong, or are others each time, cannot be
		 * told
		 */
		if (bms_is_member(slot, wrong) ||
			(check->options != NULL &&
			 (check->options->unsteady || bms_overlap(check->options->scope->slots, wrong))))
			continue;
		if (!find_in(program->signature->inputs[check->input].name, try_check, &trial))
			wrong = bms_add_member(wrong, slot);
	}
	return wrong;
}

/* Validates the inputs but for the key; those that are sound are known to the steps, unless plug-ins come before. */
static void
validate_inputs(Validation *validation)
{
	Program    *program = validation->frame->program;
	Trial		trial = {.validation = validation};
	Bitmapset  *wrong = NULL;	/* slots that have no value, or another than is meant */
	ListCell   *cell;

	foreach(cell, bind_unknown_keys(program, validation->input))
	{
		trial.name = lfirst(cell);
		(void) find_in(trial.name, try_unknown, &trial);
	}
	for (int i = program->signature->nkeys; i < program->signature->ninputs; i++)
	{
		trial.input = i;
		if (takes_unsteady_default(validation, i) || !find_in(program->signature->inputs[i].name, try_input, &trial))
			wrong = bms_add_member(wrong, program->input_slots[i]);
	}
	wrong = check_inputs(validation, wrong);
	for (int i = program->signature->nkeys; i < program->signature->ninputs; i++)
		if (!bms_is_member(program->input_slots[i], wrong) && !testing_plugins_come_first(program))
			testing_know(&validation->testing, program->input_slots[i]);
}

/* Validates the target: its key, and that there is such a row. */
static void
validate_target(Validation *validation)
{
	Trial		trial = {.validation = validation};

	if (validation->frame->program->signature->nkeys == 0)
		return;
	if (!find_in(TARGET, try_key, &trial) || !find_in(TARGET, try_target, &trial))
		testing_forget_target(&validation->testing);
}

/* Validates what the first steps ask for. What fails after another has refused may have relied on that. */
static void
validate_preconditions(Validation *validation)
{
	Testing    *testing = &validation->testing;
	bool		refused = false;
	ListCell   *cell;

	foreach(cell, testing->preconditions->list)
	{
		Trial		trial = {.validation = validation, .precondition = lfirst(cell)};
		ErrorData  *error = try_one(try_precondition, &trial);

		if (error != NULL && (!refused || testing->refused))
			put_finding(validation, trial.precondition->step->path, error);
		refused = refused || error != NULL;
	}
}

/* Looks at the action with the input. */
static void
look_with_input(Frame *frame, void *arg)
{
	Validation *validation = arg;

	if (!JB_ROOT_IS_OBJECT(validation->input))
		bind_jsonb_input(frame, validation->input, 0);	/* which says so */
	validation->frame = frame;
	testing_begin(&validation->testing, frame, validation->mcxt);
	context_fill(frame);
	validate_target(validation);
	validate_inputs(validation);
	validate_preconditions(validation);
}

/* validate_action(name text, input jsonb): a row for each thing that is wrong */
Datum
custom_action_validate(PG_FUNCTION_ARGS)
{
	Validation	validation = {0};
	Caught	   *caught;

	InitMaterializedSRF(fcinfo, 0);
	require_argument(fcinfo, 0, "validate_action", "name", VALIDATE_HINT);
	require_argument(fcinfo, 1, "validate_action", "input", VALIDATE_HINT);
	validation.action.name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	validation.input = validation.action.request.input = PG_GETARG_JSONB_P(1);
	validation.result = (ReturnSetInfo *) fcinfo->resultinfo;
	validation.mcxt = CurrentMemoryContext;
	caught = testing_ask(&validation.action, look_with_input, &validation);
	if (caught != NULL)
		put_finding(&validation, NULL, caught->error);
	return (Datum) 0;
}
