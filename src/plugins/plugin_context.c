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
#include "plugins/frame_plugins.h"
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
push_parent(JsonbBuilder *builder, const Frame *parent)
{
	if (parent == NULL)
	{
		jsonb_push_text(builder, "parent", NULL);
		return;
	}
	jsonb_push_key(builder, "parent");
	jsonb_push_object(builder);
	jsonb_push_text(builder, "action", parent->program->action);
	jsonb_push_text(builder, "step", parent->current ? parent->current->path : NULL);
	jsonb_push_object_end(builder);
}

/* Adds an image of the row, if the plug-in asks for it; null when there is no row. */
static void
push_image(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin, ImageKind kind)
{
	ListCell   *cell;

	if (!plugin->wants[kind])
		return;
	if (!frame_image_exists(frame, kind))
	{
		jsonb_push_text(builder, key, NULL);
		return;
	}
	jsonb_push_key(builder, key);
	jsonb_push_object(builder);
	foreach(cell, plugin->columns[kind])
	{
		const RowColumn *column = lfirst(cell);

		bind_push_slot(frame, builder, column->name, column->slot);
	}
	jsonb_push_object_end(builder);
}

/* Adds what identifies the invocation. */
static void
push_invocation(JsonbBuilder *builder, Frame *frame, const Plugin *plugin)
{
	jsonb_push_text(builder, "action", frame->program->action);
	jsonb_push_integer(builder, "version", frame->program->version);
	jsonb_push_text(builder, "stage", stage_name(plugin->stage));
	jsonb_push_integer(builder, "depth", frame->depth);
	jsonb_push_uuid(builder, "invocation", invocation_id(frame));
	jsonb_push_uuid(builder, "correlation", correlation_id(frame));
	push_parent(builder, frame->parent);
	jsonb_push_text(builder, "caller", GetUserNameFromId(frame->caller, true));
	jsonb_push_text(builder, "invoker", OidIsValid(frame->invoker) ?
					GetUserNameFromId(frame->invoker, true) : NULL);
	jsonb_push_text(builder, "session_user", GetUserNameFromId(GetSessionUserId(), true));
	jsonb_push_key(builder, "started_at");
	convert_to_jsonb(builder, TimestampTzGetDatum(frame->started_at), false, TIMESTAMPTZOID);
}

/* Makes the whole context. */
static Jsonb *
context_make(Frame *frame, const Plugin *plugin)
{
	JsonbBuilder *builder = jsonb_builder_make();

	jsonb_push_object(builder);
	push_invocation(builder, frame, plugin);
	bind_push_target(frame, builder);
	jsonb_push_key(builder, "input");
	bind_push_inputs(frame, builder);
	jsonb_push_key(builder, "output");
	bind_push_outputs(frame, builder);
	jsonb_push_jsonb(builder, "shared", context_shared(frame));
	jsonb_push_jsonb(builder, "configuration", plugin->configuration);
	push_image(builder, "pre_image", frame, plugin, IMAGE_PRE);
	push_image(builder, "post_image", frame, plugin, IMAGE_POST);
	jsonb_push_object_end(builder);
	return jsonb_builder_finish(builder);
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
