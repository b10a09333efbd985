/*
 * plugin_function.h
 *		The functions that may be plug-ins: f(jsonb) returns jsonb or void in any
 *		language, or f(internal) returns void in C over custom_actions.h.
 */
#ifndef CA_PLUGIN_FUNCTION_H
#define CA_PLUGIN_FUNCTION_H

#include "postgres.h"

typedef struct PluginFunction
{
	Oid			function;
	char	   *title;			/* its full signature: "support.check_hours(jsonb)" */
	bool		internal;		/* f(internal): works on the frame itself */
	bool		returns_void;
	char		volatility;		/* as in pg_proc */
} PluginFunction;

/*
 * Finds a function by its name or signature under the current search_path, and
 * raises what is wrong with it as a plug-in.
 */
extern PluginFunction *plugin_function_resolve(const char *name);

/*
 * Raises unless the library of an f(internal) was built for the interface of
 * this version (loads the library).
 */
extern void plugin_function_require_abi(const PluginFunction *function);

#endif
