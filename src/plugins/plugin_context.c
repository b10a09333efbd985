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
#include "base/jsonb_tree.h"
#include "base/jsonb_value.h"
#include "base/listing.h"
#include "catalog/pg_type.h"
#include "plugins/frame_plugins.h"
#include "plugins/plugin_context.h"
#include "run/bind_json.h"
#include "run/context.h"
#include "run/convert_out.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

struct ContextObject
{
	ExpandedObjectHeader header;
	Frame	   *frame;
	const Plugin *plugin;		/* that is running, or NULL */
	Jsonb	   *flat;			/* NULL until something looks inside */
};

/* What makes the values, by their rows below. */
static void
show_stage(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	jsonb_value_set_text(result, stage_name(plugin->stage));
}

static void
show_parent(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	const Frame *parent = frame->parent;
	JsonbValue *step;

	result->type = jbvNull;
	if (parent == NULL)
		return;
	jsonb_tree_object(result, 2);
	step = jsonb_tree_member(result, "step");
	step->type = jbvNull;
	if (parent->current != NULL && parent->current->path != NULL)
		jsonb_value_set_text(step, parent->current->path);
	jsonb_value_set_text(jsonb_tree_member(result, "action"), parent->program->action);
}

static void
show_target(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	bind_show_target(frame, result);
}

static void
show_input(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	bind_show_inputs(frame, result, frame->program->pipeline->input_order);
}

static void
show_output(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	bind_show_outputs(frame, result, frame->program->pipeline->output_order);
}

static void
show_configuration(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	result->type = jbvNull;
	if (plugin->configuration != NULL)
		jsonb_value_set_jsonb(result, plugin->configuration);
}

/* Makes an image of the row; null when there is no row. */
static void
show_image(JsonbValue *result, Frame *frame, const Plugin *plugin, ImageKind kind)
{
	ListCell   *cell;

	result->type = jbvNull;
	if (!frame_image_exists(frame, kind))
		return;
	jsonb_tree_object(result, list_length(plugin->shown[kind]));
	foreach(cell, plugin->shown[kind])
	{
		const RowColumn *column = lfirst(cell);

		bind_show_slot(frame, jsonb_tree_member(result, column->name), column->slot);
	}
}

static void
show_pre_image(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	show_image(result, frame, plugin, IMAGE_PRE);
}

static void
show_post_image(JsonbValue *result, Frame *frame, const Plugin *plugin)
{
	show_image(result, frame, plugin, IMAGE_POST);
}

/* Those that a plug-in is told of if it asks */
static bool
wants_pre_image(const Plugin *plugin)
{
	return plugin->wants[IMAGE_PRE];
}

static bool
wants_post_image(const Plugin *plugin)
{
	return plugin->wants[IMAGE_POST];
}

/* What a plug-in is told besides the fields of context */
static const struct
{
	const char *name;
	void		(*show) (JsonbValue *result, Frame *frame, const Plugin *plugin);
	const char *words;
	bool		(*wanted) (const Plugin *plugin);	/* NULL: always */
}			context_keys[] = {
	{"stage", show_stage, "where it runs"},
	{"parent", show_parent, "action and step that perform this action; null when nobody does"},
	{"target", show_target, "the key of the target"},
	{"input", show_input, "the inputs"},
	{"output", show_output, "the outputs"},
	{"configuration", show_configuration, "what the registration is configured with"},
	{"pre_image", show_pre_image, "the row before the operation", wants_pre_image},
	{"post_image", show_post_image, "the row after the operation", wants_post_image}
};

#define CONTEXT_KEYS	(CONTEXT_FIELDS + lengthof(context_keys))

PG_FUNCTION_INFO_V1(custom_action_plugin_context_keys);

/* The name of a key: first come the fields of context. */
static const char *
key_name(int key)
{
	return key < CONTEXT_FIELDS ? context_field_name(key) : context_keys[key - CONTEXT_FIELDS].name;
}

/* All keys in jsonb's own order, so that no context has to be sorted. */
static const int *
keys_in_order(void)
{
	static int	order[CONTEXT_KEYS];
	static bool known = false;

	for (int key = 0; !known && key < CONTEXT_KEYS; key++)
	{
		int			place = key;

		for (; place > 0 && jsonb_tree_compare(key_name(key), key_name(order[place - 1])) < 0; place--)
			order[place] = order[place - 1];
		order[place] = key;
	}
	known = true;
	return order;
}

/* Is a plug-in told this? */
static bool
key_is_told(const Plugin *plugin, int key)
{
	return key < CONTEXT_FIELDS || context_keys[key - CONTEXT_FIELDS].wanted == NULL ||
		context_keys[key - CONTEXT_FIELDS].wanted(plugin);
}

/* The keys that a plug-in is told, as they are written: they differ by the images that it asks for. */
static const JsonbKeys *
keys_told(const Plugin *plugin)
{
	static JsonbKeys *known[2][2];
	JsonbKeys **keys = &known[plugin->wants[IMAGE_PRE]][plugin->wants[IMAGE_POST]];
	const int  *order = keys_in_order();
	const char *names[CONTEXT_KEYS];
	int			count = 0;
	MemoryContext old;

	if (*keys != NULL)
		return *keys;
	for (int i = 0; i < CONTEXT_KEYS; i++)
		if (key_is_told(plugin, order[i]))
			names[count++] = key_name(order[i]);
	old = MemoryContextSwitchTo(TopMemoryContext);
	*keys = jsonb_tree_keys(names, count);
	MemoryContextSwitchTo(old);
	return *keys;
}

/* Makes JSON of a field of context, which has the name that formulas know it by. */
static void
show_field(JsonbValue *result, Frame *frame, ContextField field)
{
	Oid			type = context_field_type(field);
	const char *text;
	bool		isnull;
	Datum		value;

	if (type == TEXTOID)
	{
		text = context_text(frame, field);
		/* the name of a role that was dropped: '' to formulas, null here */
		result->type = jbvNull;
		if (text != NULL && text[0] != '\0')
			jsonb_value_set_text(result, text);
		return;
	}
	if (field == CONTEXT_SHARED && frame->shared == NULL)
	{
		jsonb_tree_object(result, 0);
		return;
	}
	value = context_value(frame, field, &isnull);
	convert_to_tree(result, value, isnull, type);
}

/* Makes the whole context. An id that the context has already, as another key, is not written out again. */
static Jsonb *
context_make(Frame *frame, const Plugin *plugin)
{
	const int  *order = keys_in_order();
	JsonbValue	values[CONTEXT_KEYS];
	JsonbValue *value = values;
	const JsonbValue *id = NULL;	/* of the invocation; NULL: not made yet */

	for (int i = 0; i < CONTEXT_KEYS; i++)
	{
		if (!key_is_told(plugin, order[i]))
			continue;
		if (order[i] >= CONTEXT_FIELDS)
			context_keys[order[i] - CONTEXT_FIELDS].show(value, frame, plugin);
		else if (order[i] == CONTEXT_CORRELATION && id != NULL && correlation_id(frame) == invocation_id(frame))
			*value = *id;		/* as jsonb's order has the correlation later */
		else
			show_field(value, frame, order[i]);
		if (order[i] == CONTEXT_INVOCATION)
			id = value;
		value++;
	}
	return jsonb_tree_finish_keyed(keys_told(plugin), values);
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
	ContextObject *object = MemoryContextAllocZero(frame->plugins_mcxt, sizeof(ContextObject));

	EOH_init_header(&object->header, &context_methods, frame->plugins_mcxt);
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
