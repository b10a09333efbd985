/*
 * payload.c
 *		Inputs, outputs and the key of the target as JSON, for the record.
 *
 * A long value is told by its size, and not read. At a failure the slots still
 * hold the inputs. Those of plain types are shown from memory then; what else
 * there is was captured when it was bound, where the program has such inputs.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "base/error.h"
#include "base/jsonb_push.h"
#include "base/jsonb_tree.h"
#include "base/jsonb_value.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "record/cut_json.h"
#include "record/payload.h"
#include "run/convert_out.h"
#include "run/convert_plain.h"
#include "run/key_json.h"
#include "run/mask.h"
#include "utils/builtins.h"

#define TARGET_LIMIT	4096	/* bytes of a key */
#define LONG_FACTOR		16		/* a value this many times longer than the limit is not read */
#define LONG_LEAST		65536	/* nor one that is longer than that, if the limit is small */

/* Where and when values are shown. */
typedef struct Showing
{
	Frame	   *frame;
	int			limit;
	bool		failed;			/* nothing but memory may be touched */
	bool		key;			/* the next value is of a key */
	CutMember  *members;
	int			count;
} Showing;

static Showing
showing_start(Frame *frame, int limit, bool failed, int most)
{
	Showing		showing = {frame, limit, failed, false, palloc(sizeof(CutMember) * Max(most, 1)), 0};

	return showing;
}

/* Adds a member, whose value is to be set. */
static CutMember *
add_member(Showing *showing, const char *name)
{
	CutMember  *member = &showing->members[showing->count++];

	member->name = name;
	member->value.type = jbvNull;
	member->more = 0;
	return member;
}

/* A value of a plain type; null if it cannot be shown. It may be called while an error passes. */
static void
show_plain(JsonbValue *result, Datum value, Oid base, bool key)
{
	MemoryContext old = CurrentMemoryContext;
	volatile uint32 holdoff = InterruptHoldoffCount;

	HOLD_INTERRUPTS();
	PG_TRY();
	{
		if (key)
			key_convert_plain(result, value, base);
		else
			convert_plain(result, value, base);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(old);
		FlushErrorState();
		result->type = jbvNull;
	}
	PG_END_TRY();
	InterruptHoldoffCount = holdoff;
}

/* A value of any type as JSON. */
static void
convert_any(JsonbValue *result, Datum value, Oid type, bool key)
{
	if (key)
		key_convert(result, value, type);
	else
		convert_to_value(result, value, type);
}

typedef struct OtherValue
{
	JsonbValue *result;
	Datum		value;
	Oid			type;
	bool		key;
} OtherValue;

static void
show_other_work(void *arg)
{
	OtherValue *other = arg;

	convert_any(other->result, other->value, other->type, other->key);
}

/* A value of a type whose output may fail: that must not make the action fail. */
static void
show_other(JsonbValue *result, Datum value, Oid type, bool key)
{
	OtherValue	other = {result, value, type, key};
	Caught	   *caught = caught_call(show_other_work, &other);

	if (caught == NULL)
		return;
	if (!caught_may_be_handled(caught))
		error_throw_on(caught->error);
	caught_free(caught);
	result->type = jbvNull;
}

static bool
is_text(Oid base)
{
	return base == TEXTOID || base == VARCHAROID || base == BPCHAROID;
}

/* The size of a value that is not to be read as a whole, else 0. */
static Size
too_long(const Showing *showing, Datum value, const Slot *slot)
{
	Size		size;

	if (slot->length != -1)
		return 0;
	if (showing->failed && VARATT_IS_EXTERNAL(DatumGetPointer(value)))
		return VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(value)) ? toast_raw_datum_size(value) : 1;
	size = toast_raw_datum_size(value);
	return size > Max((Size) showing->limit * LONG_FACTOR, LONG_LEAST) ? size : 0;
}

/* The begin of a long text, without reading the rest. */
static void
show_begin(const Showing *showing, CutMember *member, Datum value, Size size)
{
	text	   *begin = DatumGetTextPSlice(value, 0, 2 * Max(showing->limit, LONG_LEAST / 2));

	jsonb_value_set_text(&member->value, text_to_cstring(begin));
	member->more = size - VARHDRSZ - member->value.val.string.len;
}

/* A value that is not NULL. */
static void
show_value(Showing *showing, CutMember *member, Datum value, const Slot *slot, const ShownType *shown)
{
	JsonbValue *result = &member->value;
	Size		size = too_long(showing, value, slot);

	if (size > 0 && is_text(shown->base) && !showing->failed)
		show_begin(showing, member, value, size);
	else if (size > 0)
		cut_note(result, (int64) (size > VARHDRSZ ? size - VARHDRSZ : size), "byte");
	else if (shown->kind == SHOWN_PLAIN)
		show_plain(result, value, shown->base, showing->key);
	else if (shown->kind == SHOWN_HARMLESS && !convert_holds_form(slot->type))
		convert_any(result, value, slot->type, showing->key);
	else
		show_other(result, value, slot->type, showing->key);
}

/* Adds what a slot holds. */
static void
add_slot(Showing *showing, const char *name, int number, const ShownType *shown, bool sensitive)
{
	Frame	   *frame = showing->frame;
	CutMember  *member = add_member(showing, name);

	if (frame_isnull(frame, number))
		return;
	if (sensitive)
		jsonb_value_set_text(&member->value, MASK);
	else
		show_value(showing, member, frame_value(frame, number), &frame->program->slots[number], shown);
}

/* Adds an input. */
static void
add_input(Showing *showing, int input)
{
	const Program *program = showing->frame->program;
	const Argument *argument = &program->signature->inputs[input];

	showing->key = input < program->signature->nkeys;
	add_slot(showing, argument->column ? argument->column : argument->name, program->input_slots[input],
			 &program->input_shown[input], bms_is_member(input, program->sensitive_inputs));
}

/* Makes the object of a key. */
static Jsonb *
showing_finish_key(Showing *showing)
{
	return showing->count > 0 ? cut_key_object(showing->frame, showing->members, showing->count) : NULL;
}

/* Makes the object. */
static Jsonb *
showing_finish(Showing *showing)
{
	return showing->count > 0 && showing->limit > 0 ?
		cut_object(showing->frame, showing->members, showing->count, showing->limit) : NULL;
}

Jsonb *
payload_inputs(Frame *frame, int limit)
{
	const Signature *signature = frame->program->signature;
	Showing		showing = showing_start(frame, limit, false, signature->ninputs);

	for (int i = signature->nkeys; limit > 0 && i < signature->ninputs; i++)
		add_input(&showing, i);
	return showing_finish(&showing);
}

Jsonb *
payload_outputs(Frame *frame, int limit)
{
	const Program *program = frame->program;
	const Signature *signature = program->signature;
	Showing		showing = showing_start(frame, limit, false, signature->noutputs);

	for (int i = 0; limit > 0 && i < signature->noutputs; i++)
		add_slot(&showing, signature->outputs[i].name, program->output_slots[i], &program->output_shown[i],
				 bms_is_member(i, program->sensitive_outputs));
	return showing_finish(&showing);
}

/* Is a value of this type one member of an object, and read from memory? JSON may be a tree of its own. */
static bool
is_plain_member(const ShownType *shown)
{
	return shown->kind == SHOWN_PLAIN && shown->base != JSONBOID && shown->base != JSONOID;
}

/* Is every column of the key of a plain type, and short? */
static bool
key_is_short(const Frame *frame)
{
	const Program *program = frame->program;

	for (int i = 0; i < program->signature->nkeys; i++)
	{
		int			slot = program->input_slots[i];
		Pointer		value = DatumGetPointer(frame_value(frame, slot));

		if (frame_isnull(frame, slot) || !is_plain_member(&program->input_shown[i]) ||
			(program->slots[slot].length == -1 &&
			 (VARATT_IS_EXTERNAL(value) || VARSIZE_ANY(value) > TARGET_LIMIT / CA_MAX_ARGUMENTS)))
			return false;
	}
	return true;
}

/* A key that needs no masking and no cutting: the usual one, with every success. */
static Jsonb *
short_target(const Frame *frame)
{
	const Program *program = frame->program;
	JsonbValue	target;

	jsonb_tree_object(&target, program->signature->nkeys);
	for (int i = 0; i < program->signature->nkeys; i++)
		key_convert_plain(jsonb_tree_member(&target, program->signature->inputs[i].column),
						  frame_value(frame, program->input_slots[i]), program->input_shown[i].base);
	return jsonb_tree_finish(&target);
}

Jsonb *
payload_target(Frame *frame)
{
	const Signature *signature = frame->program->signature;
	Showing		showing;

	if (signature->nkeys == 0)
		return NULL;
	if (!mask_is_needed(frame) && key_is_short(frame))
		return short_target(frame);
	showing = showing_start(frame, TARGET_LIMIT, false, signature->nkeys);
	for (int i = 0; i < signature->nkeys; i++)
		add_input(&showing, i);
	return showing_finish_key(&showing);
}

/* Is it shown only as it was captured? */
static bool
is_captured(const Program *program, int input)
{
	return program->input_shown[input].kind != SHOWN_PLAIN && !bms_is_member(input, program->sensitive_inputs);
}

/*
 * Kept until the invocation ends, under the names of the function's arguments,
 * which differ from each other. They are masked and cut when they are shown.
 */
void
payload_capture(Frame *frame, int limit)
{
	const Program *program = frame->program;
	const Signature *signature = program->signature;
	Showing		showing = showing_start(frame, limit, false, signature->ninputs);
	JsonbBuilder *builder = jsonb_builder_make();
	MemoryContext old;

	jsonb_push_object(builder);
	for (int i = 0; i < signature->ninputs; i++)
	{
		if (!is_captured(program, i))
			continue;
		add_input(&showing, i);
		jsonb_push_key(builder, signature->inputs[i].name);
		jsonb_push_value(builder, &showing.members[showing.count - 1].value);
	}
	jsonb_push_object_end(builder);
	old = MemoryContextSwitchTo(frame->mcxt);
	frame->captured = jsonb_builder_finish(builder);
	MemoryContextSwitchTo(old);
}

/* Adds an input at a failure, if it was bound by then. */
static void
add_failed_input(Showing *showing, int input)
{
	const Frame *frame = showing->frame;
	const Program *program = frame->program;
	const Argument *argument = &program->signature->inputs[input];
	JsonbValue	value;

	if (!is_captured(program, input))
	{
		if (frame->bound || !frame_isnull(frame, program->input_slots[input]))
			add_input(showing, input);
		return;
	}
	if (frame->captured != NULL &&
		getKeyJsonValueFromContainer(&frame->captured->root, argument->name, strlen(argument->name), &value) != NULL)
		add_member(showing, argument->column ? argument->column : argument->name)->value = value;
}

/* May the value of a key that a caller gives be seen? What is no input may be the wrong name of one. */
static bool
given_is_seen(const Program *program, const char *name)
{
	const Signature *signature = program->signature;

	for (int i = signature->nkeys; i < signature->ninputs; i++)
		if (strcmp(signature->inputs[i].name, name) == 0)
			return !bms_is_member(i, program->sensitive_inputs);
	return !program->sensitive;
}

/* What a caller gave, where it has not become inputs. */
static Jsonb *
shown_given(Frame *frame, int limit)
{
	const Program *program = frame->program;
	Jsonb	   *given = frame->given;
	Showing		showing = showing_start(frame, limit, true, JB_ROOT_COUNT(given));
	JsonbIterator *iterator = JsonbIteratorInit(&given->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		char	   *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(value.val.string.val, value.val.string.len);
		(void) JsonbIteratorNext(&iterator, &value, true);
		if (program->signature->nkeys > 0 && strcmp(name, "target") == 0)
			continue;
		if (!given_is_seen(program, name) && value.type != jbvNull)
			jsonb_value_set_text(&value, MASK);
		add_member(&showing, name)->value = value;
	}
	return showing_finish(&showing);
}

/* The target that a caller gave, where it has not become inputs. */
static Jsonb *
shown_given_target(Frame *frame)
{
	const Signature *signature = frame->program->signature;
	Showing		showing = showing_start(frame, TARGET_LIMIT, true, signature->nkeys);
	JsonbValue	target;

	if (getKeyJsonValueFromContainer(&frame->given->root, "target", 6, &target) == NULL)
		return NULL;
	if (signature->nkeys == 1)
		add_member(&showing, signature->inputs[0].column)->value = target;
	for (int i = 0; signature->nkeys > 1 && i < signature->nkeys; i++)
	{
		const char *column = signature->inputs[i].column;
		JsonbValue	value;

		if (target.type == jbvBinary && JsonContainerIsObject(target.val.binary.data) &&
			getKeyJsonValueFromContainer(target.val.binary.data, column, strlen(column), &value) != NULL)
			add_member(&showing, column)->value = value;
	}
	return showing_finish_key(&showing);
}

/* Was the call given an object that has not become inputs? */
static bool
is_given(const Frame *frame)
{
	return !frame->bound && frame->given != NULL && JB_ROOT_IS_OBJECT(frame->given);
}

Jsonb *
payload_failed_inputs(Frame *frame, int limit)
{
	const Signature *signature = frame->program->signature;
	Showing		showing = showing_start(frame, limit, true, signature->ninputs);

	if (is_given(frame))
		return limit > 0 ? shown_given(frame, limit) : NULL;
	for (int i = signature->nkeys; limit > 0 && i < signature->ninputs; i++)
		add_failed_input(&showing, i);
	return showing_finish(&showing);
}

Jsonb *
payload_failed_target(Frame *frame)
{
	const Signature *signature = frame->program->signature;
	Showing		showing = showing_start(frame, TARGET_LIMIT, true, signature->nkeys);

	if (signature->nkeys > 0 && is_given(frame))
		return shown_given_target(frame);
	for (int i = 0; i < signature->nkeys; i++)
		add_failed_input(&showing, i);
	return showing_finish_key(&showing);
}
