/*
 * secrets.c
 *		The values of sensitive inputs and outputs, as the texts that messages may
 *		show.
 *
 * They are made when the values are bound or set, because at a failure nothing
 * but memory may be touched. All of a chain of invocations are kept by its
 * outermost frame, and end with it: a nested action may hand on what it got, and
 * an outer one may show what a nested one has returned. Of invocations that have
 * ended, some are forgotten when many have come together, so that loops do not
 * grow. Those of running ones are kept; where there are more than can be kept,
 * nothing is shown (too_many).
 */
#include "postgres.h"

#include <ctype.h>

#include "access/detoast.h"
#include "base/jsonb_value.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "lookup/datum_text.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "run/convert_out.h"
#include "run/secrets.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#define SECRETS_MOST	4096	/* texts of a chain */
#define SECRETS_ENDED	1024	/* texts of ended invocations that are kept when there are so many */
#define SECRET_LENGTH	(16 * 1024) /* bytes of one value that are kept */
#define WHOLE_LENGTH	1024	/* bytes of a value that is kept besides what it holds */
#define SECRET_SIZE		(1024 * 1024)	/* of a value that is taken apart */
#define LOOK_BACK		64		/* texts among which one is not kept twice */

static Frame *
outermost_frame(const Frame *frame)
{
	while (frame->parent != NULL)
		frame = frame->parent;
	return unconstify(Frame *, frame);
}

Secrets *
frame_secrets(const Frame *frame)
{
	return outermost_frame(frame)->secrets;
}

/* The same, made when there are none yet. */
static Secrets *
chain_secrets(Frame *frame)
{
	Frame	   *outermost = outermost_frame(frame);

	if (outermost->secrets == NULL)
	{
		Secrets    *secrets = MemoryContextAllocZero(outermost->mcxt, sizeof(Secrets));

		secrets->room = 16;
		secrets->items = MemoryContextAlloc(outermost->mcxt, sizeof(Secret) * secrets->room);
		outermost->secrets = secrets;
	}
	if (frame->secrets_owner == 0)
		frame->secrets_owner = ++outermost->secrets->owners;
	return outermost->secrets;
}

/* Does a secret belong to this invocation, or to one around it? */
static bool
owner_is_running(const Frame *frame, uint64 owner)
{
	for (; frame != NULL; frame = frame->parent)
		if (frame->secrets_owner == owner)
			return true;
	return false;
}

/* Forgets the oldest of invocations that have ended. */
static void
forget_ended(const Frame *frame, Secrets *secrets)
{
	int			ended = 0;
	int			kept = 0;

	for (int i = 0; i < secrets->count; i++)
		ended += !owner_is_running(frame, secrets->items[i].owner);
	for (int i = 0; i < secrets->count; i++)
	{
		if (ended > SECRETS_ENDED && !owner_is_running(frame, secrets->items[i].owner))
		{
			pfree(unconstify(char *, secrets->items[i].text));
			ended--;
		}
		else
			secrets->items[kept++] = secrets->items[i];
	}
	secrets->count = kept;
}

/* Is there room for one more? */
static bool
has_room(const Frame *frame, Secrets *secrets)
{
	if (secrets->count == SECRETS_MOST)
		forget_ended(frame, secrets);
	if (secrets->count == SECRETS_MOST)
		return false;
	if (secrets->count == secrets->room)
	{
		secrets->room *= 2;
		secrets->items = repalloc(secrets->items, sizeof(Secret) * secrets->room);
	}
	return true;
}

/* Is it among the last texts? It is now this invocation's. */
static bool
is_known(const Frame *frame, Secrets *secrets, const Secret *secret)
{
	for (int i = secrets->count - 1; i >= Max(secrets->count - LOOK_BACK, 0); i--)
	{
		Secret	   *known = &secrets->items[i];

		if (known->length != secret->length || known->cut != secret->cut ||
			known->whole != secret->whole || memcmp(known->text, secret->text, secret->length) != 0)
			continue;
		if (!owner_is_running(frame, known->owner))
			known->owner = secret->owner;
		return true;
	}
	return false;
}

/* Keeps a text. */
static void
keep(Frame *frame, const char *text, int length, bool whole, bool cut)
{
	Secrets    *secrets = chain_secrets(frame);
	Secret		secret = {text, length, whole, cut, frame->secrets_owner};
	char	   *copy;

	if (length == 0 || secrets->too_many || is_known(frame, secrets, &secret))
		return;
	if (!has_room(frame, secrets))
	{
		secrets->too_many = true;
		return;
	}
	copy = MemoryContextAlloc(outermost_frame(frame)->mcxt, length);
	memcpy(copy, text, length);
	secret.text = copy;
	secrets->items[secrets->count++] = secret;
}

/* Keeps a text with some characters written twice, or after a backslash; not where it has none of them. */
static void
keep_escaped(Frame *frame, const char *text, int length, const char *doubled, const char *slashed, bool cut)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < length; i++)
	{
		if (text[i] != '\0' && strchr(doubled, text[i]) != NULL)
			appendStringInfoChar(&out, text[i]);
		else if (text[i] != '\0' && strchr(slashed, text[i]) != NULL)
			appendStringInfoChar(&out, '\\');
		appendStringInfoChar(&out, text[i]);
	}
	if (out.len != length)
		keep(frame, out.data, out.len, false, cut);
}

/* Keeps the text of one value without the blanks around it. */
static void
keep_trimmed(Frame *frame, const char *text, int length)
{
	int			start = 0;
	int			end = length;

	while (start < end && isspace((unsigned char) text[start]))
		start++;
	while (end > start && isspace((unsigned char) text[end - 1]))
		end--;
	if (end - start != length)
		keep(frame, text + start, end - start, false, false);
}

/* Does it look the same wherever it is quoted? */
static bool
looks_the_same(const char *text, int length)
{
	for (int i = 0; i < length; i++)
		if ((unsigned char) text[i] <= ' ' || strchr("\"'\\", text[i]) != NULL)
			return false;
	return true;
}

/* Keeps the text of one value as it may be shown: as it is, in JSON, SQL, arrays and rows. */
static void
learn_text(Frame *frame, const char *text, int length)
{
	bool		cut = length > SECRET_LENGTH;
	StringInfoData json;

	if (cut)
		length = pg_mbcliplen(text, length, SECRET_LENGTH);
	keep(frame, text, length, false, cut);
	if (looks_the_same(text, length))
		return;
	keep_trimmed(frame, text, length);
	initStringInfo(&json);
	escape_json(&json, pnstrdup(text, length));
	if (json.len - 2 != length)
		keep(frame, json.data + 1, json.len - 2, false, cut);
	keep_escaped(frame, json.data + 1, json.len - 2, "'", "", cut);
	keep_escaped(frame, text, length, "'", "", cut);
	keep_escaped(frame, text, length, "\"\\", "", cut);
	keep_escaped(frame, text, length, "", "\"\\", cut);
}

/* The same of a value that holds others. */
static void
learn_whole(Frame *frame, const char *text)
{
	int			length = strlen(text);

	if (length <= WHOLE_LENGTH)
		keep(frame, text, length, true, false);
}

/* Keeps a number or string; a boolean tells too little. */
static void
learn_scalar(Frame *frame, const JsonbValue *value)
{
	char	   *number;

	if (value->type == jbvString)
		learn_text(frame, value->val.string.val, value->val.string.len);
	else if (value->type == jbvNumeric)
	{
		number = jsonb_value_text(value);
		learn_text(frame, number, strlen(number));
	}
}

/* Keeps each value of a jsonb, and, where it holds several, the whole. */
static void
learn_jsonb(Frame *frame, Jsonb *jsonb)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;

	if (VARSIZE(jsonb) > SECRET_SIZE)
	{
		chain_secrets(frame)->too_many = true;
		return;
	}
	iterator = JsonbIteratorInit(&jsonb->root);
	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_VALUE || token == WJB_ELEM)
			learn_scalar(frame, &value);
	}
	if (!JB_ROOT_IS_SCALAR(jsonb) && VARSIZE(jsonb) <= 2 * WHOLE_LENGTH)
		learn_whole(frame, JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb)));
}

/* Keeps a member of a JSON object. */
static void
learn_member(Frame *frame, JsonbValue *value)
{
	if (value->type == jbvBinary)
		learn_jsonb(frame, JsonbValueToJsonb(value));
	else
		learn_scalar(frame, value);
}

/* Keeps a value of any other type: as JSON shows it, and as text. */
static void
learn_any(Frame *frame, Datum value, Oid type)
{
	JsonbValue	member;
	char	   *text;

	convert_to_value(&member, value, type);
	learn_member(frame, &member);
	text = datum_text(value, type);
	if (member.type == jbvBinary)
		learn_whole(frame, text);
	else if (member.type != jbvBool)
		learn_text(frame, text, strlen(text));
}

/* Keeps the begin of a text, without reading the rest. */
static void
learn_long_text(Frame *frame, Datum value)
{
	text	   *begin = DatumGetTextPSlice(value, 0, SECRET_LENGTH + MAX_MULTIBYTE_CHAR_LEN);

	learn_text(frame, VARDATA_ANY(begin), VARSIZE_ANY_EXHDR(begin));
}

/* Keeps the hexadecimal digits of bytes. */
static void
learn_bytes(Frame *frame, Datum value)
{
	bytea	   *begin = DatumGetByteaPSlice(value, 0, SECRET_LENGTH / 2 + 1);
	int			length = VARSIZE_ANY_EXHDR(begin);
	char	   *digits = palloc(2 * length + 1);

	hex_encode(VARDATA_ANY(begin), length, digits);
	learn_text(frame, digits, 2 * length);
}

/* Keeps a value. */
static void
learn_value(Frame *frame, Datum value, Oid type)
{
	Oid			base = getBaseType(type);

	if (base == TEXTOID || base == VARCHAROID || base == BPCHAROID)
		learn_long_text(frame, value);
	else if (base == BYTEAOID)
		learn_bytes(frame, value);
	else if (base == BOOLOID)
		return;
	else if (get_typlen(base) == -1 && toast_raw_datum_size(value) > SECRET_SIZE)
		chain_secrets(frame)->too_many = true;
	else
		learn_any(frame, value, type);
}

/* Keeps what a slot holds. */
static void
learn_slot(Frame *frame, int slot)
{
	MemoryContext old;

	if (frame_isnull(frame, slot))
		return;
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	learn_value(frame, frame_value(frame, slot), frame->program->slots[slot].type);
	MemoryContextSwitchTo(old);
}

void
secrets_learn_input(Frame *frame, int input)
{
	if (bms_is_member(input, frame->program->sensitive_inputs))
		learn_slot(frame, frame->program->input_slots[input]);
}

void
secrets_learn_output(Frame *frame, int output)
{
	if (bms_is_member(output, frame->program->sensitive_outputs))
		learn_slot(frame, frame->program->output_slots[output]);
}

/* Keeps what a JSON object gives for an input. */
static void
learn_given_member(Frame *frame, Jsonb *object, const char *name)
{
	JsonbValue	value;

	if (JB_ROOT_IS_OBJECT(object) &&
		getKeyJsonValueFromContainer(&object->root, name, strlen(name), &value) != NULL)
		learn_member(frame, &value);
}

void
secrets_learn_values(Frame *frame, Jsonb *values)
{
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);

	learn_jsonb(frame, values);
	MemoryContextSwitchTo(old);
}

/*
 * As values or as arguments the inputs will be in their slots, with no more in
 * between than their type modifiers; but defaults of others are computed by
 * then, and may fail.
 */
void
secrets_learn_given(Frame *frame, FunctionCallInfo fcinfo, const InvokeRequest *request)
{
	const Program *program = frame->program;
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	int			input = -1;

	while ((input = bms_next_member(program->sensitive_inputs, input)) >= 0)
	{
		const Argument *argument = &program->signature->inputs[input];

		if (request == NULL)
		{
			if (input < fcinfo->nargs && !fcinfo->args[input].isnull)
				learn_value(frame, fcinfo->args[input].value, argument->type);
		}
		else if (request->kind != REQUEST_VALUES)
			learn_given_member(frame, request->input, argument->name);
		else if (input < request->ninputs && request->input_given[input] && !request->input_nulls[input])
			learn_value(frame, request->inputs[input], argument->type);
	}
	MemoryContextSwitchTo(old);
}
