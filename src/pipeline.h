/*
 * pipeline.h
 *		Runs the plug-ins of a program, stage by stage.
 */
#ifndef CA_PIPELINE_H
#define CA_PIPELINE_H

#include "postgres.h"

#include "bind.h"
#include "plugin.h"

extern void stage_run(Frame *frame, Stage stage);

/* What a plug-in may do at its stage. */
#define stage_takes_input(stage)	((stage) <= STAGE_PRE_OPERATION)
#define stage_takes_output(stage)	((stage) >= STAGE_MAIN_OPERATION)

/* Was there a row to take this image of? */
extern bool image_exists(const Frame *frame, ImageKind kind);

/* plugin_context.c: the jsonb that f(jsonb) is called with, good until its plug-in has ended. */
struct ContextObject;
extern struct ContextObject *context_object_make(Frame *frame);
extern Datum context_object_show(struct ContextObject *object, const Plugin *plugin);
extern void context_object_hide(struct ContextObject *object);
extern Jsonb *context_object_jsonb(struct ContextObject *object);
extern void context_object_outdate(struct ContextObject *object);	/* values have changed */

/* plugin_interface.c: what f(internal) is called with. */
struct PluginCall
{
	const struct CustomActionInterface *interface;
	Frame	   *frame;
	const Plugin *plugin;
	struct ContextObject *object;
};
extern void plugin_call_init(struct PluginCall *call, Frame *frame, const Plugin *plugin,
							 struct ContextObject *object);

#endif
