/*
 * frame_plugins.h
 *		What calling the plug-ins of a frame needs, made when the first one is
 *		called; dies with the frame.
 */
#ifndef CA_FRAME_PLUGINS_H
#define CA_FRAME_PLUGINS_H

#include "postgres.h"

#include "fmgr.h"
#include "plugins/plugin.h"
#include "run/frame.h"

struct ContextObject;

typedef struct FramePlugins
{
	FmgrInfo   *functions;		/* by Plugin.number; fn_oid InvalidOid: not looked up yet */
	bool		images[IMAGES]; /* was there a row to take the image of? */
	struct ContextObject *object;	/* what plug-ins f(jsonb) are called with; NULL until one is
									 * called */
} FramePlugins;

extern FramePlugins *frame_plugins(Frame *frame);

/* The function of a plug-in; raises if the user may not execute it, or somebody dropped it. */
extern FmgrInfo *frame_plugin_function(Frame *frame, const Plugin *plugin);

/* Was there a row to take this image of? */
extern bool frame_image_exists(const Frame *frame, ImageKind kind);

#endif
