/*
 * plugin_context.c
 *		The jsonb context of plug-ins: who is invoked by whom, the inputs, the
 *		outputs, images of the row.
 *
 * A plug-in gets it as an expanded object, which PostgreSQL flattens when
 * something looks inside: a plug-in that does not read its context does not pay
 * for it, one that does pays once. It is made late only if that runs nobody's
 * code (Pipeline.plain), since by then the plug-in's own user may be in charge;
 * else it is made at once. The slots do not change while a plug-in runs, unless
 * one in C changes them: then it is made anew when asked for again.
 */
#include "postgres.h"

#include "base/jsonb_push.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "plugins/pipeline.h"
#include "plugins/plugin_context.h"
#include "run/bind_json.h"
#include "run/context.h"
#include "run/convert_out.h"
#include "utils/expandeddatum.h"

struct ContextObject
{
	ExpandedObjectHeader header;
	Frame	   *frame;
	const Plugin *plugin;		/* that is running, or NULL */
	Jsonb	   *flat;			/* NULL until something looks inside */
};

/* Adds who performs this action, null when nobody does. */
static void
push_parent(JsonbParseState **state, const Frame *parent)
{
	if (parent == NULL)
	{
		push_text(state, "parent", NULL);
		return;
	}
	push_key(state, "parent");
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_text(state, "action", parent->program->action);
	push_text(state, "step", parent->current ? parent->current->path : NULL);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Adds an image of the row, if the plug-in asks for it; null when there is no row. */
static void
push_image(JsonbParseState **state, const char *key, Frame *frame, const Plugin *plugin, ImageKind kind)
{
	ListCell   *cell;

	if (!plugin->wants[kind])
		return;
	if (!image_exists(frame, kind))
	{
		push_text(state, key, NULL);
		return;
	}
	push_key(state, key);
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	foreach(cell, plugin->columns[kind])
	{
		const RowColumn *column = lfirst(cell);

		bind_push_slot(frame, state, column->name, column->slot);
	}
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Adds what identifies the invocation. */
static void
push_invocation(JsonbParseState **state, Frame *frame, const Plugin *plugin)
{
	push_text(state, "action", frame->program->action);
	push_integer(state, "version", frame->program->version);
	push_text(state, "stage", stage_name(plugin->stage));
	push_integer(state, "depth", frame->depth);
	push_uuid(state, "invocation", invocation_id(frame));
	push_uuid(state, "correlation", correlation_id(frame));
	push_parent(state, frame->parent);
	push_text(state, "caller", GetUserNameFromId(frame->caller, true));
	push_text(state, "invoker", OidIsValid(frame->invoker) ?
			  GetUserNameFromId(frame->invoker, true) : NULL);
	push_text(state, "session_user", GetUserNameFromId(GetSessionUserId(), true));
	push_key(state, "started_at");
	convert_to_jsonb(state, WJB_VALUE, TimestampTzGetDatum(frame->started_at), false, TIMESTAMPTZOID);
}

/* Makes the whole context. */
static Jsonb *
context_make(Frame *frame, const Plugin *plugin)
{
	JsonbParseState *state = NULL;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_invocation(&state, frame, plugin);
	bind_push_target(frame, &state);
	push_key(&state, "input");
	bind_push_inputs(frame, &state);
	push_key(&state, "output");
	(void) bind_push_outputs(frame, &state);
	push_jsonb(&state, "shared", context_shared(frame));
	push_jsonb(&state, "configuration", plugin->configuration);
	push_image(&state, "pre_image", frame, plugin, IMAGE_PRE);
	push_image(&state, "post_image", frame, plugin, IMAGE_POST);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

Jsonb *
context_object_jsonb(ContextObject *object)
{
	MemoryContext old;

	if (object->flat != NULL)
		return object->flat;
	if (object->plugin == NULL)
		elog(ERROR, "the context of a plug-in was used after the plug-in had ended");
	old = MemoryContextSwitchTo(object->frame->econtext->ecxt_per_tuple_memory);
	object->flat = context_make(object->frame, object->plugin);
	MemoryContextSwitchTo(old);
	return object->flat;
}

void
context_object_outdate(ContextObject *object)
{
	object->flat = NULL;
}

static Size
context_flat_size(ExpandedObjectHeader *header)
{
	return VARSIZE(context_object_jsonb((ContextObject *) header));
}

static void
context_flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	memcpy(result, context_object_jsonb((ContextObject *) header), size);
}

static const ExpandedObjectMethods context_methods = {context_flat_size, context_flatten};

ContextObject *
context_object_make(Frame *frame)
{
	ContextObject *object = MemoryContextAllocZero(frame->home, sizeof(ContextObject));

	EOH_init_header(&object->header, &context_methods, frame->home);
	object->frame = frame;
	return object;
}

Datum
context_object_show(ContextObject *object, const Plugin *plugin)
{
	object->plugin = plugin;
	object->flat = NULL;
	if (!object->frame->program->pipeline->plain && !plugin->function->internal)
		(void) context_object_jsonb(object);
	return EOHPGetRODatum(&object->header);
}

void
context_object_hide(ContextObject *object)
{
	object->plugin = NULL;
	object->flat = NULL;
}
