/*
 * frame_plugins.c
 *		What calling the plug-ins of a frame needs.
 *
 * A plug-in is called through a FmgrInfo that belongs to the frame: invocations
 * that nest never share one, and it dies with the transaction. EXECUTE is
 * checked when it is made; a change of the function or of its privileges makes
 * the program stale and thereby a new frame.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "plugins/frame_plugins.h"
#include "utils/acl.h"
#include "utils/syscache.h"

FramePlugins *
frame_plugins(Frame *frame)
{
	FramePlugins *plugins;
	MemoryContext mcxt;

	if (frame->plugins != NULL)
		return frame->plugins;
	mcxt = frame_plugins_context(frame);
	plugins = MemoryContextAllocZero(mcxt, sizeof(FramePlugins));
	plugins->functions = MemoryContextAllocZero(mcxt, sizeof(FmgrInfo) * frame->program->pipeline->nplugins);
	frame->plugins = plugins;
	return plugins;
}

bool
frame_image_exists(const Frame *frame, ImageKind kind)
{
	return frame->plugins->images[kind];
}

/* Refuses a plug-in that the user, whoever the action runs as, may not execute. */
static void
require_plugin_privilege(const Frame *frame, const Plugin *plugin)
{
	if (object_aclcheck(ProcedureRelationId, plugin->function->function, GetUserId(), ACL_EXECUTE) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for %s of action \"%s\"", plugin->title, frame->program->action),
				 frame_errdetail(frame),
				 errhint("A plug-in runs as whoever the action runs as: grant EXECUTE on the function to the role \"%s\".",
						 GetUserNameFromId(GetUserId(), false))));
	InvokeFunctionExecuteHook(plugin->function->function);
}

/* Refuses a plug-in that was dropped after the action had begun. */
static void
require_plugin_function(Frame *frame, const Plugin *plugin)
{
	if (!SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(plugin->function->function)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("%s of action \"%s\" was dropped while the action was running",
						plugin->title, frame->program->action),
				 frame_errdetail(frame)));
}

FmgrInfo *
frame_plugin_function(Frame *frame, const Plugin *plugin)
{
	FmgrInfo   *function = &frame_plugins(frame)->functions[plugin->number];

	if (OidIsValid(function->fn_oid))
		return function;
	require_plugin_function(frame, plugin);
	require_plugin_privilege(frame, plugin);
	if (plugin->function->internal)
		plugin_function_require_abi(plugin->function);
	fmgr_info_cxt(plugin->function->function, function, frame->plugins_mcxt);
	return function;
}
