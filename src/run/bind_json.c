/*
 * bind_json.c
 *		Inputs and outputs as JSON: the keys of an object to the slots of the
 *		inputs, the slots of the outputs to the keys of an object. For jsonb
 *		callers and for plug-ins.
 *
 * Values are made in the frame's per-step memory; frame_set() keeps a copy.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/error.h"
#include "base/jsonb_tree.h"
#include "base/suggest.h"
#include "base/text_list.h"
#include "run/bind_json.h"
#include "run/bind_values.h"
#include "run/convert.h"
#include "run/convert_out.h"
#include "run/settle.h"
#include "utils/memutils.h"

#define TARGET_KEY	"target"

/* One caller's object on its way into a frame. */
typedef struct InputBinding
{
	Frame	   *frame;
	Signature  *signature;
	JsonbContainer *object;
	int			taken;			/* keys of the object that were used */
	bool		one_by_one;		/* what else is wrong is found apart */
	Conversion	conversion;
} InputBinding;

/* Says in errors which input was being read. */
static void
bind_error_context(void *arg)
{
	InputBinding *binding = arg;

	if (binding->conversion.place != NULL)
		errcontext("%s of action \"%s\"",
				   convert_place_name(binding->conversion.place),
				   binding->conversion.action);
}

/* Fetches a member of an object; false if there is none. */
static bool
fetch_member(JsonbContainer *object, const char *name, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name),
										value) != NULL;
}

/* Is this a key that callers may send? */
static bool
input_is_known(const Signature *signature, const char *name)
{
	if (signature->nkeys > 0 && strcmp(name, TARGET_KEY) == 0)
		return true;
	for (int i = signature->nkeys; i < signature->ninputs; i++)
		if (strcmp(signature->inputs[i].name, name) == 0)
			return true;
	return false;
}

/* Is this a column of the target's key? */
static bool
key_column_is_known(const Signature *signature, const char *name)
{
	for (int i = 0; i < signature->nkeys; i++)
		if (strcmp(signature->inputs[i].column, name) == 0)
			return true;
	return false;
}

/* Returns the first key of an object that is not among the known ones, or NULL. */
static char *
unknown_key(JsonbContainer *object, const Signature *signature,
			bool (*is_known) (const Signature *, const char *))
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	key;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		char	   *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(key.val.string.val, key.val.string.len);
		if (!is_known(signature, name))
			return name;
	}
	return NULL;
}

/* The input that a name is most like, or NULL; the key of the row is its target. */
static char *
input_like(const Signature *signature, const char *name)
{
	Suggestion	suggestion;

	suggestion_init(&suggestion, name);
	for (int i = 0; i < signature->ninputs; i++)
	{
		const Argument *input = &signature->inputs[i];

		if (i < signature->nkeys)
		{
			suggestion_consider(&suggestion, TARGET_KEY, TARGET_KEY);
			suggestion_consider(&suggestion, input->name, TARGET_KEY);
			suggestion_consider(&suggestion, input->column, TARGET_KEY);
		}
		else
			suggestion_consider(&suggestion, input->name, input->name);
	}
	return suggestion.best;
}

/* Refuses a key that is no input, listing those there are. */
pg_noreturn static void
refuse_unknown_input(const InputBinding *binding, const char *name)
{
	const Signature *signature = binding->signature;
	List	   *known = NIL;

	if (signature->nkeys > 0)
		known = lappend(known, TARGET_KEY);
	for (int i = signature->nkeys; i < signature->ninputs; i++)
		known = lappend(known, signature->inputs[i].name);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("action \"%s\" has no input \"%s\"",
					binding->conversion.action, name),
			 known != NIL ?
			 errhint("%s", suggestion_hint(input_like(signature, name),
										   psprintf("Its inputs are: %s.", text_list_join(known)))) :
			 errhint("It takes no input.")));
}

/* Refuses a call that lacks a required input; a name that is none tells more. */
pg_noreturn static void
refuse_missing_input(const InputBinding *binding, const char *name)
{
	char	   *unknown = binding->one_by_one ? NULL :
		unknown_key(binding->object, binding->signature, input_is_known);

	if (unknown != NULL)
		refuse_unknown_input(binding, unknown);
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("input \"%s\" of action \"%s\" is required",
					name, binding->conversion.action)));
}

/* Refuses a key that is no column of the target's key. */
pg_noreturn static void
refuse_unknown_key_column(const InputBinding *binding, JsonbContainer *target)
{
	const Signature *signature = binding->signature;
	const char *name = unknown_key(target, signature, key_column_is_known);
	List	   *known = NIL;

	for (int i = 0; i < signature->nkeys; i++)
		known = lappend(known, signature->inputs[i].column);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("input \"%s\" of action \"%s\" has no key column \"%s\"",
					TARGET_KEY, binding->conversion.action, name),
			 errhint("%s", suggestion_hint(suggestion_among(name, known),
										   psprintf("Its key columns are: %s.", text_list_join(known))))));
}

/* Refuses a key of the target that lacks a column. */
pg_noreturn static void
refuse_missing_key_column(const InputBinding *binding, JsonbContainer *target, const char *name)
{
	if (unknown_key(target, binding->signature, key_column_is_known) != NULL)
		refuse_unknown_key_column(binding, target);
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("input \"%s\" of action \"%s\" lacks key column \"%s\"",
					TARGET_KEY, binding->conversion.action, name)));
}

/* Converts a given value and puts it into the input's slot. */
static void
bind_value(InputBinding *binding, int input, JsonbValue *value)
{
	Program    *program = binding->frame->program;
	Argument   *argument = &binding->signature->inputs[input];
	Datum		datum;
	bool		isnull;

	binding->conversion.hidden = bms_is_member(input, program->sensitive_inputs);
	datum = convert_from_jsonb(&binding->conversion, value, argument->type, -1,
							   &isnull);
	if (isnull && argument->column != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of action \"%s\" must not be null",
						convert_place_name(binding->conversion.place),
						binding->conversion.action)));
	frame_set(binding->frame, program->input_slots[input], datum, isnull);
}

/* Remembers which attributes of a row were given, for steps that set only those. */
static void
record_input(InputBinding *binding, int input, JsonbValue *value)
{
	Frame	   *frame = binding->frame;
	MemoryContext old;

	if (!bms_is_member(input, frame->program->remembered_inputs) || value->type != jbvBinary)
		return;
	old = MemoryContextSwitchTo(frame->mcxt);
	if (frame->remembered_inputs == NULL)
		frame->remembered_inputs = palloc0(sizeof(Jsonb *) * binding->signature->ninputs);
	frame->remembered_inputs[input] = JsonbValueToJsonb(value);
	MemoryContextSwitchTo(old);
}

/* Binds an input that has a key of its own in the object. */
static void
bind_given(InputBinding *binding, int input, const char *name,
		   JsonbValue *value)
{
	ConvertPlace place = {binding->conversion.place, name, 0};

	binding->conversion.place = &place;
	bind_value(binding, input, value);
	binding->conversion.place = place.parent;
}

/* Gives an omitted input its default, or NULL. */
static void
bind_omitted(InputBinding *binding, int input)
{
	Frame	   *frame = binding->frame;
	Argument   *argument = &binding->signature->inputs[input];
	JsonbValue	null;

	if (frame->program->input_defaults[input] != NULL)
	{
		bind_input_default(frame, input);
		return;
	}
	if (argument->required)
		refuse_missing_input(binding, argument->name);
	null.type = jbvNull;
	bind_given(binding, input, argument->name, &null);
}

/* Binds the columns of a composite key from {"column": value, ...}. */
static void
bind_composite_target(InputBinding *binding, JsonbValue *value)
{
	Signature  *signature = binding->signature;
	ConvertPlace place = {NULL, TARGET_KEY, 0};
	JsonbContainer *target;
	JsonbValue	column;

	if (value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
		ereport(ERROR,
				(errcode(value->type == jbvNull ?
						 ERRCODE_NULL_VALUE_NOT_ALLOWED :
						 ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("input \"%s\" of action \"%s\" must be an object of its key columns",
						TARGET_KEY, binding->conversion.action),
				 errhint("Send all %d columns of the key, beginning with \"%s\".",
						 signature->nkeys, signature->inputs[0].column)));

	target = value->val.binary.data;
	binding->conversion.place = &place;
	for (int i = 0; i < signature->nkeys; i++)
	{
		char	   *name = signature->inputs[i].column;

		if (!fetch_member(target, name, &column))
			refuse_missing_key_column(binding, target, name);
		bind_given(binding, i, name, &column);
	}
	binding->conversion.place = NULL;
	if (JsonContainerSize(target) > signature->nkeys)
		refuse_unknown_key_column(binding, target);
}

/* Binds the key of the bound row. */
static void
bind_target(InputBinding *binding)
{
	JsonbValue	value;

	if (!fetch_member(binding->object, TARGET_KEY, &value))
		refuse_missing_input(binding, TARGET_KEY);
	binding->taken++;

	if (binding->signature->nkeys == 1)
		bind_given(binding, 0, TARGET_KEY, &value);
	else
		bind_composite_target(binding, &value);
}

/* Binds an input that has a name, whether it is given or not. */
static void
bind_named(InputBinding *binding, int input)
{
	char	   *name = binding->signature->inputs[input].name;
	JsonbValue	value;

	if (fetch_member(binding->object, name, &value))
	{
		binding->taken++;
		bind_given(binding, input, name, &value);
		record_input(binding, input, &value);
	}
	else
		bind_omitted(binding, input);
}

/* Binds all inputs of an object. */
static void
bind_object(InputBinding *binding, const void *arg)
{
	Signature  *signature = binding->signature;

	if (signature->nkeys > 0)
		bind_target(binding);
	for (int i = signature->nkeys; i < signature->ninputs; i++)
		bind_named(binding, i);
	if (binding->taken < JsonContainerSize(binding->object))
		refuse_unknown_input(binding, unknown_key(binding->object, signature, input_is_known));
}

/* Binds the inputs of an object that a function says. */
static void
bind_by(void (*bind) (InputBinding *binding, const void *arg), Frame *frame, Jsonb *input, const void *arg)
{
	InputBinding binding = {0};
	ErrorContextCallback context;
	MemoryContext caller;

	binding.frame = frame;
	binding.signature = frame->program->signature;
	binding.object = &input->root;
	binding.conversion.action = frame->program->action;

	if (!JB_ROOT_IS_OBJECT(input))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("input of action \"%s\" must be a JSON object",
						binding.conversion.action),
				 errhint("Send an object with one key per input, or {} for none.")));

	context.callback = bind_error_context;
	context.arg = &binding;
	context.previous = error_context_stack;
	error_context_stack = &context;
	caller = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);

	bind(&binding, arg);

	MemoryContextSwitchTo(caller);
	error_context_stack = context.previous;
}

void
bind_jsonb_inputs(Frame *frame, Jsonb *input)
{
	bind_by(bind_object, frame, input, NULL);
}

/* Binds one input, by its place in the signature; any column of the key: all of it. */
static void
bind_one(InputBinding *binding, const void *arg)
{
	int			place = *(const int *) arg;

	binding->one_by_one = true;
	if (place < binding->signature->nkeys)
		bind_target(binding);
	else
		bind_named(binding, place);
}

void
bind_jsonb_input(Frame *frame, Jsonb *input, int place)
{
	bind_by(bind_one, frame, input, &place);
}

/* Refuses a key that is no input. */
static void
refuse_named_key(InputBinding *binding, const void *arg)
{
	refuse_unknown_input(binding, arg);
}

void
bind_refuse_unknown(Frame *frame, Jsonb *input, const char *name)
{
	bind_by(refuse_named_key, frame, input, name);
}

List *
bind_unknown_keys(const Program *program, Jsonb *input)
{
	JsonbIterator *iterator = JsonbIteratorInit(&input->root);
	JsonbIteratorToken token;
	JsonbValue	key;
	List	   *unknown = NIL;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		char	   *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(key.val.string.val, key.val.string.len);
		if (!input_is_known(program->signature, name))
			unknown = lappend(unknown, name);
	}
	return unknown;
}

void
bind_show_slot(Frame *frame, JsonbValue *result, int slot)
{
	convert_to_tree(result, frame_value(frame, slot), frame_isnull(frame, slot),
					frame->program->slots[slot].type);
}

void
bind_show_target(Frame *frame, JsonbValue *result)
{
	const Program *program = frame->program;
	const Signature *signature = program->signature;

	result->type = jbvNull;
	if (signature->nkeys == 1)
		bind_show_slot(frame, result, program->input_slots[0]);
	else if (signature->nkeys > 1)
	{
		jsonb_tree_object(result, signature->nkeys);
		for (int i = 0; i < signature->nkeys; i++)
			bind_show_slot(frame, jsonb_tree_member(result, signature->inputs[i].column), program->input_slots[i]);
	}
}

/* Makes an object of arguments, which come in the order of their keys. */
static void
show_arguments(Frame *frame, JsonbValue *result, const Argument *arguments, const int *slots,
			   const int *order, int count)
{
	jsonb_tree_object(result, count);
	for (int i = 0; i < count; i++)
		bind_show_slot(frame, jsonb_tree_member(result, arguments[order[i]].name), slots[order[i]]);
}

void
bind_show_inputs(Frame *frame, JsonbValue *result, const int *order)
{
	const Signature *signature = frame->program->signature;

	show_arguments(frame, result, signature->inputs, frame->program->input_slots, order,
				   signature->ninputs - signature->nkeys);
}

void
bind_show_outputs(Frame *frame, JsonbValue *result, const int *order)
{
	const Signature *signature = frame->program->signature;

	show_arguments(frame, result, signature->outputs, frame->program->output_slots, order, signature->noutputs);
}

Jsonb *
bind_jsonb_outputs(Frame *frame)
{
	const Program *program = frame->program;
	const Signature *signature = program->signature;
	JsonbValue	result;

	jsonb_tree_object(&result, signature->noutputs);
	for (int i = 0; i < signature->noutputs; i++)
		bind_show_slot(frame, jsonb_tree_member(&result, signature->outputs[i].name), program->output_slots[i]);
	return jsonb_tree_finish(&result);
}

/* Inputs or outputs that a plug-in may change. */
typedef struct Changeable
{
	const char *noun;
	const Argument *arguments;
	int			first;			/* those before are the target's key */
	int			count;
	const int  *slots;
	void		(*settle) (Frame *frame, int index);
} Changeable;

/* Refuses a key that is none of them. */
pg_noreturn static void
refuse_unknown_change(Frame *frame, const Changeable *changeable, const char *name)
{
	List	   *known = NIL;

	for (int i = changeable->first; i < changeable->count; i++)
		known = lappend(known, changeable->arguments[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("action \"%s\" has no %s \"%s\" that a plug-in could change",
					frame->program->action, changeable->noun, name),
			 known != NIL ?
			 errhint("%s", suggestion_hint(suggestion_among(name, known),
										   psprintf("Its %ss are: %s.", changeable->noun, text_list_join(known)))) :
			 errhint("It has no %s.", changeable->noun)));
}

/* Finds one by its name. */
static int
changeable_find(Frame *frame, const Changeable *changeable, const char *name)
{
	for (int i = changeable->first; i < changeable->count; i++)
		if (strcmp(changeable->arguments[i].name, name) == 0)
			return i;
	refuse_unknown_change(frame, changeable, name);
	return -1;					/* keep compiler quiet */
}

/* A value that a plug-in gives for an input or output. */
typedef struct Change
{
	Frame	   *frame;
	const Changeable *changeable;
	ConvertPlace place;
	JsonbValue	value;
} Change;

/* Converts a value and puts it into its slot. */
static void
change_one(Change *change)
{
	const Changeable *changeable = change->changeable;
	Conversion	conversion = {change->frame->program->action, &change->place, true};
	int			index = changeable_find(change->frame, changeable, change->place.name);
	bool		isnull;
	Datum		datum = convert_from_jsonb(&conversion, &change->value,
										   changeable->arguments[index].type, -1, &isnull);

	frame_set(change->frame, changeable->slots[index], datum, isnull);
	if (!change->place.output)
		forget_recorded_input(change->frame, index);
	changeable->settle(change->frame, index);
}

/* Adds to an error of a type, which knows only the value, where that came from. */
static void
rethrow_with_place(const Change *change, MemoryContext mcxt)
{
	ErrorData  *error;
	char	   *sentence;

	MemoryContextSwitchTo(mcxt);
	error = CopyErrorData();
	FlushErrorState();
	sentence = psprintf("The value of %s was returned by %s.", convert_place_name(&change->place),
						change->frame->current->label);
	if (error->sqlerrcode != ERRCODE_QUERY_CANCELED)
		error->detail = error->detail ? psprintf("%s %s", error->detail, sentence) : sentence;
	error_throw_on(error);
}

/* Takes the values of an object; what it does not mention stays. */
static void
bind_changed(Frame *frame, JsonbContainer *object, const Changeable *changeable)
{
	MemoryContext mcxt = CurrentMemoryContext;
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	Change		change = {frame, changeable, {NULL, NULL, 0, strcmp(changeable->noun, "output") == 0}};

	PG_TRY();
	{
		while ((token = JsonbIteratorNext(&iterator, &change.value, true)) != WJB_DONE)
		{
			if (token != WJB_KEY)
				continue;
			change.place.name = pnstrdup(change.value.val.string.val, change.value.val.string.len);
			(void) JsonbIteratorNext(&iterator, &change.value, true);
			change_one(&change);
		}
	}
	PG_CATCH();
	{
		rethrow_with_place(&change, mcxt);
	}
	PG_END_TRY();
}

void
bind_changed_inputs(Frame *frame, JsonbContainer *object)
{
	const Program *program = frame->program;
	const Changeable inputs = {"input", program->signature->inputs, program->signature->nkeys,
	program->signature->ninputs, program->input_slots, settle_input};

	bind_changed(frame, object, &inputs);
}

void
bind_changed_outputs(Frame *frame, JsonbContainer *object)
{
	const Program *program = frame->program;
	const Changeable outputs = {"output", program->signature->outputs, 0,
	program->signature->noutputs, program->output_slots, settle_output};

	bind_changed(frame, object, &outputs);
}
