/*
 * plugin_context.h
 *		The jsonb that f(jsonb) is called with, good until its plug-in has ended.
 */
#ifndef CA_PLUGIN_CONTEXT_H
#define CA_PLUGIN_CONTEXT_H

#include "postgres.h"

#include "plugins/plugin.h"
#include "run/frame.h"

typedef struct ContextObject ContextObject;

/* Made once per frame, in its home. */
extern ContextObject *context_object_make(Frame *frame);

/* The argument for a plug-in that is about to run; and its end. */
extern Datum context_object_show(ContextObject *object, const Plugin *plugin);
extern void context_object_hide(ContextObject *object);

extern Jsonb *context_object_jsonb(ContextObject *object);
extern void context_object_outdate(ContextObject *object);	/* values have changed */

#endif
