/*
 * context.c
 *		The fields of context, a function for each; and the slots behind
 *		context.x, only those that something refers to.
 */
#include "postgres.h"

#include "base/row_text.h"
#include "common/pg_prng.h"
#include "lookup/role_name.h"
#include "miscadmin.h"
#include "run/context.h"
#include "run/frame.h"
#include "run/who.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/*
 * A time-ordered uuid (version 7), made without a sequence. The twelve bits
 * after the milliseconds are their fraction, so that those of one session are
 * in order, and an index over them grows at its end.
 */
static void
uuid_make(pg_uuid_t *uuid)
{
	uint64		microseconds = (uint64) GetCurrentTimestamp() +
		(uint64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	uint64		milliseconds = microseconds / 1000;
	uint64		fraction = microseconds % 1000 * 4096 / 1000;
	uint64		random[2] = {pg_prng_uint64(&pg_global_prng_state),
	pg_prng_uint64(&pg_global_prng_state)};

	memcpy(uuid->data, random, UUID_LEN);
	for (int i = 0; i < 6; i++)
		uuid->data[i] = (unsigned char) (milliseconds >> (40 - 8 * i));
	uuid->data[6] = (unsigned char) (fraction >> 8) | 0x70;
	uuid->data[7] = (unsigned char) fraction;
	uuid->data[8] = (uuid->data[8] & 0x3f) | 0x80;
}

const pg_uuid_t *
invocation_id(Frame *frame)
{
	if (!frame->has_invocation)
		uuid_make(&frame->invocation);
	frame->has_invocation = true;
	return &frame->invocation;
}

const pg_uuid_t *
correlation_id(Frame *frame)
{
	while (frame->parent != NULL)
		frame = frame->parent;
	return invocation_id(frame);
}

/* The fields that are texts, each by the function that its row of context_field.h names. */
static const char *
context_caller(Frame *frame)
{
	return kept_role_name(frame->caller);
}

static const char *
context_invoker(Frame *frame)
{
	return kept_role_name(frame->invoker);
}

static const char *
context_session_user(Frame *frame)
{
	return kept_role_name(GetSessionUserId());
}

static const char *
context_actor(Frame *frame)
{
	return frame_who(frame)->actor;
}

static const char *
context_action(Frame *frame)
{
	return frame->program->action;
}

/* The others. */
static Datum
context_depth(Frame *frame, bool *isnull)
{
	return Int32GetDatum(frame->depth);
}

static Datum
context_version(Frame *frame, bool *isnull)
{
	return Int32GetDatum(frame->program->version);
}

static Datum
context_invocation(Frame *frame, bool *isnull)
{
	return UUIDPGetDatum(invocation_id(frame));
}

static Datum
context_correlation(Frame *frame, bool *isnull)
{
	return UUIDPGetDatum(correlation_id(frame));
}

static Datum
context_started_at(Frame *frame, bool *isnull)
{
	return TimestampTzGetDatum(frame->started_at);
}

Jsonb *
context_shared_object(Frame *frame)
{
	if (frame->shared != NULL)
		return frame->shared;
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
}

static Datum
context_shared(Frame *frame, bool *isnull)
{
	return JsonbPGetDatum(context_shared_object(frame));
}

void
context_set_shared(Frame *frame, Jsonb *shared)
{
	int			slot = frame->program->context_slots[CONTEXT_SHARED];
	MemoryContext old = MemoryContextSwitchTo(frame->mcxt);

	frame->shared = DatumGetJsonbPCopy(JsonbPGetDatum(shared));
	if (slot >= 0)
		frame_set(frame, slot, JsonbPGetDatum(shared), false);
	MemoryContextSwitchTo(old);
}

#define CONTEXT_TEXT(symbol, name, meaning) {.text = context_##name},
#define CONTEXT_VALUE(symbol, name, type, meaning) {.value = context_##name},

/* One of the two */
static const struct
{
	const char *(*text) (Frame *frame);
	Datum		(*value) (Frame *frame, bool *isnull);
}			field_functions[CONTEXT_FIELDS] = {

	CONTEXT_ROWS(CONTEXT_TEXT, CONTEXT_VALUE)
};

const char *
context_text(Frame *frame, ContextField field)
{
	Assert(field_functions[field].text != NULL);
	return field_functions[field].text(frame);
}

Datum
context_value(Frame *frame, ContextField field, bool *isnull)
{
	*isnull = false;
	if (field_functions[field].text != NULL)
		return text_or_null(context_text(frame, field), isnull);
	return field_functions[field].value(frame, isnull);
}

void
context_fill(Frame *frame)
{
	const int  *slots = frame->program->context_slots;

	if (frame->program->pipeline != NULL || slots[CONTEXT_STARTED_AT] >= 0)
		frame->started_at = GetCurrentTimestamp();
	if (!frame->program->reads_context)
		return;
	for (int i = 0; i < CONTEXT_FIELDS; i++)
	{
		bool		isnull;
		Datum		value;

		if (slots[i] < 0)
			continue;
		value = context_value(frame, i, &isnull);
		frame_set(frame, slots[i], value, isnull);
	}
}
