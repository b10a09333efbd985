/*
 * plugin_interface.h
 *		What f(internal) is called with: the CustomAction of custom_actions.h, and
 *		behind it what it stands for.
 */
#ifndef CA_PLUGIN_INTERFACE_H
#define CA_PLUGIN_INTERFACE_H

#include "postgres.h"

#include "plugins/plugin_context.h"

struct CustomActionInterface;

typedef struct PluginCall
{
	const struct CustomActionInterface *interface;
	Frame	   *frame;
	const Plugin *plugin;
	ContextObject *object;
} PluginCall;

extern void plugin_call_init(PluginCall *call, Frame *frame, const Plugin *plugin,
							 ContextObject *object);

#endif
