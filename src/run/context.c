/*
 * context.c
 *		Fills the slots behind context.x, only those that something refers to.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "miscadmin.h"
#include "run/context.h"
#include "run/frame.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/* A time-ordered uuid (version 7), made without a sequence. */
static void
uuid_make(pg_uuid_t *uuid)
{
	uint64		milliseconds = (uint64) (GetCurrentTimestamp() / 1000) +
		(uint64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY * 1000;
	uint64		random[2] = {pg_prng_uint64(&pg_global_prng_state),
	pg_prng_uint64(&pg_global_prng_state)};

	memcpy(uuid->data, random, UUID_LEN);
	for (int i = 0; i < 6; i++)
		uuid->data[i] = (unsigned char) (milliseconds >> (40 - 8 * i));
	uuid->data[6] = (uuid->data[6] & 0x0f) | 0x70;
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

static Datum
role_name(Oid role)
{
	char	   *name = GetUserNameFromId(role, true);

	return CStringGetTextDatum(name ? name : "");
}

static Datum
context_value(Frame *frame, ContextField field)
{
	switch (field)
	{
		case CONTEXT_CALLER:
			return role_name(frame->caller);
		case CONTEXT_INVOKER:
			return role_name(frame->invoker);
		case CONTEXT_SESSION_USER:
			return role_name(GetSessionUserId());
		case CONTEXT_DEPTH:
			return Int32GetDatum(frame->depth);
		case CONTEXT_ACTION:
			return CStringGetTextDatum(frame->program->action);
		case CONTEXT_VERSION:
			return Int32GetDatum(frame->program->version);
		case CONTEXT_INVOCATION:
			return UUIDPGetDatum(invocation_id(frame));
		case CONTEXT_CORRELATION:
			return UUIDPGetDatum(correlation_id(frame));
		case CONTEXT_STARTED_AT:
			return TimestampTzGetDatum(frame->started_at);
		case CONTEXT_SHARED:
			return JsonbPGetDatum(context_shared(frame));
	}
	return (Datum) 0;			/* keep compiler quiet */
}

Jsonb *
context_shared(Frame *frame)
{
	if (frame->shared != NULL)
		return frame->shared;
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
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

void
context_fill(Frame *frame)
{
	if (frame->program->pipeline != NULL || frame->program->context_slots[CONTEXT_STARTED_AT] >= 0)
		frame->started_at = GetCurrentTimestamp();
	for (int i = 0; i < CONTEXT_FIELDS; i++)
		if (frame->program->context_slots[i] >= 0)
			frame_set(frame, frame->program->context_slots[i],
					  context_value(frame, (ContextField) i),
					  i == CONTEXT_INVOKER && !OidIsValid(frame->invoker));
}
