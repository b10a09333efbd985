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

#include "base/compat.h"
#include "base/jsonb_push.h"
#include "base/listing.h"
#include "catalog/pg_type.h"
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

/* Begins an object under a key; false: there is none, the key is null. */
static bool
begin_object(JsonbBuilder *builder, const char *key, bool exists)
{
	if (!exists)
	{
		jsonb_push_text(builder, key, NULL);
		return false;
	}
	jsonb_push_key(builder, key);
	jsonb_push_object(builder);
	return true;
}

/* What adds the keys, by their rows below. */
static void
push_stage(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	jsonb_push_text(builder, key, stage_name(plugin->stage));
}

static void
push_parent(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	const Frame *parent = frame->parent;

	if (!begin_object(builder, key, parent != NULL))
		return;
	jsonb_push_text(builder, "action", parent->program->action);
	jsonb_push_text(builder, "step", parent->current ? parent->current->path : NULL);
	jsonb_push_object_end(builder);
}

static void
push_target(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	bind_push_target(frame, builder, key);
}

static void
push_input(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	jsonb_push_key(builder, key);
	bind_push_inputs(frame, builder);
}

static void
push_output(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	jsonb_push_key(builder, key);
	bind_push_outputs(frame, builder);
}

static void
push_configuration(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	jsonb_push_jsonb(builder, key, plugin->configuration);
}

/* Adds an image of the row, if the plug-in asks for it; null when there is no row. */
static void
push_image(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin, ImageKind kind)
{
	ListCell   *cell;

	if (!plugin->wants[kind] || !begin_object(builder, key, frame_image_exists(frame, kind)))
		return;
	foreach(cell, plugin->columns[kind])
	{
		const RowColumn *column = lfirst(cell);

		bind_push_slot(frame, builder, column->name, column->slot);
	}
	jsonb_push_object_end(builder);
}

static void
push_pre_image(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	push_image(builder, key, frame, plugin, IMAGE_PRE);
}

static void
push_post_image(JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin)
{
	push_image(builder, key, frame, plugin, IMAGE_POST);
}

/* What a plug-in is told besides the fields of context */
static const struct
{
	const char *name;
	void		(*push) (JsonbBuilder *builder, const char *key, Frame *frame, const Plugin *plugin);
	const char *words;
}			context_keys[] = {
	{"stage", push_stage, "where it runs"},
	{"parent", push_parent, "action and step that perform this action; null when nobody does"},
	{"target", push_target, "the key of the target"},
	{"input", push_input, "the inputs"},
	{"output", push_output, "the outputs"},
	{"configuration", push_configuration, "what the registration is configured with"},
	{"pre_image", push_pre_image, "the row before the operation"},
	{"post_image", push_post_image, "the row after the operation"}
};

PG_FUNCTION_INFO_V1(custom_action_plugin_context_keys);

/* Adds the fields of context, under the names that formulas know them by. */
static void
push_fields(JsonbBuilder *builder, Frame *frame)
{
	for (int i = 0; i < CONTEXT_FIELDS; i++)
	{
		Oid			type = context_field_type(i);
		bool		isnull;
		Datum		value = context_value(frame, i, &isnull);

		/* the name of a role that was dropped: '' to formulas, null here */
		if (!isnull && type == TEXTOID && VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == 0)
			isnull = true;
		jsonb_push_key(builder, context_field_name(i));
		convert_to_jsonb(builder, value, isnull, type);
	}
}

/* Makes the whole context. */
static Jsonb *
context_make(Frame *frame, const Plugin *plugin)
{
	JsonbBuilder *builder = jsonb_builder_make();

	jsonb_push_object(builder);
	push_fields(builder, frame);
	for (int i = 0; i < lengthof(context_keys); i++)
		context_keys[i].push(builder, context_keys[i].name, frame, plugin);
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

/* SQL: what a plug-in is called with. */
Datum
custom_action_plugin_context_keys(PG_FUNCTION_ARGS)
{
	listing_start(fcinfo);
	for (int i = 0; i < CONTEXT_FIELDS; i++)
		listing_put(fcinfo, context_field_name(i), psprintf("context.%s", context_field_name(i)));
	for (int i = 0; i < lengthof(context_keys); i++)
		listing_put(fcinfo, context_keys[i].name, context_keys[i].words);
	return (Datum) 0;
}
