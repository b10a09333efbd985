/*
 * pipeline.c
 *		Runs the plug-ins of a program, stage by stage.
 *
 * A plug-in is called through a FmgrInfo that belongs to the frame: invocations
 * that nest never share one, and it dies with the transaction. EXECUTE is
 * checked when it is made; a change of the function or of its privileges makes
 * the program stale and thereby a new frame. Everything a plug-in allocates and
 * returns is in the frame's per-step memory.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "base/deadline.h"
#include "base/problem.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "plugins/pipeline.h"
#include "plugins/plugin_interface.h"
#include "program/statement.h"
#include "run/bind_json.h"
#include "run/context.h"
#include "run/frame.h"
#include "steps/address.h"
#include "utils/acl.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* What calling the plug-ins of a frame needs, made when the first one is called. */
typedef struct FramePlugins
{
	FmgrInfo   *functions;		/* by Plugin.number; fn_oid InvalidOid: not looked up yet */
	bool		images[IMAGES]; /* was there a row to take the image of? */
	ContextObject *object;
} FramePlugins;

typedef struct PluginRun
{
	Frame	   *frame;
	const Plugin *plugin;
} PluginRun;

/* Makes room for the functions in memory that lives as long as the frame. */
static FramePlugins *
frame_plugins(Frame *frame)
{
	MemoryContext old;

	if (frame->plugins != NULL)
		return frame->plugins;
	old = MemoryContextSwitchTo(frame->home);
	frame->plugins = palloc0(sizeof(FramePlugins));
	frame->plugins->functions = palloc0(sizeof(FmgrInfo) * frame->program->pipeline->nplugins);
	frame->plugins->object = context_object_make(frame);
	MemoryContextSwitchTo(old);
	return frame->plugins;
}

bool
image_exists(const Frame *frame, ImageKind kind)
{
	return frame->plugins->images[kind];
}

/* Refuses a plug-in that the user, whoever the action runs as, may not execute. */
static void
check_execute(const Frame *frame, const Plugin *plugin)
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
check_exists(Frame *frame, const Plugin *plugin)
{
	if (!SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(plugin->function->function)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("%s of action \"%s\" was dropped while the action was running",
						plugin->title, frame->program->action),
				 frame_errdetail(frame)));
}

/* The function of a plug-in, looked up at the first call in this frame. */
static FmgrInfo *
plugin_function(Frame *frame, const Plugin *plugin)
{
	FmgrInfo   *function = &frame->plugins->functions[plugin->number];

	if (OidIsValid(function->fn_oid))
		return function;
	check_exists(frame, plugin);
	check_execute(frame, plugin);
	if (plugin->function->internal)
		plugin_function_check_abi(plugin->function);
	fmgr_info_cxt(plugin->function->function, function, frame->home);
	return function;
}

/* Raises that a plug-in returned what it must not. */
static void
refuse_result(Frame *frame, const Plugin *plugin, const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s returned %s", plugin->title, what),
			 frame_errdetail(frame),
			 errhint("%s", hint)));
}

/* What a plug-in may return at its stage. */
static const char *
result_hint(const Plugin *plugin)
{
	if (stage_takes_input(plugin->stage))
		return "At this stage it may return NULL, or an object with the keys \"input\" and \"shared\".";
	return "At this stage it may return NULL, or an object with the keys \"output\" and \"shared\".";
}

/* Takes one key of what a plug-in returned. */
static void
take_member(Frame *frame, const Plugin *plugin, const char *key, const JsonbValue *value)
{
	bool		input = strcmp(key, "input") == 0;
	bool		output = strcmp(key, "output") == 0;

	if (!input && !output && strcmp(key, "shared") != 0)
		refuse_result(frame, plugin, psprintf("the unknown key \"%s\"", key), result_hint(plugin));
	if ((input && !stage_takes_input(plugin->stage)) || (output && !stage_takes_output(plugin->stage)))
		refuse_result(frame, plugin, psprintf("the key \"%s\" at stage %s", key, stage_name(plugin->stage)),
					  result_hint(plugin));
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		refuse_result(frame, plugin, psprintf("a key \"%s\" that is not an object", key),
					  "Its value is an object: one key per value.");
	if (input)
		bind_changed_inputs(frame, value->val.binary.data);
	else if (output)
		bind_changed_outputs(frame, value->val.binary.data);
	else
		context_set_shared(frame, JsonbValueToJsonb(unconstify(JsonbValue *, value)));
}

/* Takes what a plug-in returned. */
static void
take_result(Frame *frame, const Plugin *plugin, Jsonb *result)
{
	JsonbIterator *iterator = JsonbIteratorInit(&result->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(result))
		refuse_result(frame, plugin, "JSON that is not an object", result_hint(plugin));
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		char	   *key;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(value.val.string.val, value.val.string.len);
		(void) JsonbIteratorNext(&iterator, &value, true);
		take_member(frame, plugin, key, &value);
	}
}

/* Calls the function of a plug-in. */
static Datum
call_function(Frame *frame, const Plugin *plugin, Datum argument, bool *isnull)
{
	LOCAL_FCINFO(fcinfo, 1);
	PgStat_FunctionCallUsage usage;
	Datum		result;

	InitFunctionCallInfoData(*fcinfo, plugin_function(frame, plugin), 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	if (plugin->snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	pgstat_init_function_usage(fcinfo, &usage);
	result = FunctionCallInvoke(fcinfo);
	pgstat_end_function_usage(&usage, true);
	if (plugin->snapshot)
		PopActiveSnapshot();
	*isnull = fcinfo->isnull;
	return result;
}

/* Runs a plug-in. */
static void
plugin_run(void *arg)
{
	PluginRun  *run = arg;
	Frame	   *frame = run->frame;
	const Plugin *plugin = run->plugin;
	ContextObject *object = frame->plugins->object;
	PluginCall call;
	bool		isnull;
	Datum		argument = context_object_show(object, plugin);
	Datum		result;

	if (plugin->function->internal)
	{
		plugin_call_init(&call, frame, plugin, object);
		argument = PointerGetDatum(&call);
	}
	result = call_function(frame, plugin, argument, &isnull);
	if (!plugin->function->returns_void && !isnull)
		take_result(frame, plugin, DatumGetJsonbP(result));
	context_object_hide(object);
	if (!frame->read_only)
		CommandCounterIncrement();
}

/* Reads the image that a stage's plug-ins ask for, unless the load of the target brings it. */
static void
take_images(Frame *frame, Stage stage)
{
	const Pipeline *pipeline = frame->program->pipeline;
	bool	   *exists = frame_plugins(frame)->images;

	if (stage == STAGE_PRE_VALIDATION && pipeline->images[IMAGE_PRE].read != NULL)
	{
		if (statement_execute(frame, pipeline->images[IMAGE_PRE].read) == 0)
			address_target_missing(frame, NULL);
	}
	exists[IMAGE_PRE] = pipeline->images[IMAGE_PRE].row != NULL;
	exists[IMAGE_POST] = stage == STAGE_POST_OPERATION && pipeline->images[IMAGE_POST].read != NULL &&
		statement_execute(frame, pipeline->images[IMAGE_POST].read) > 0;
}

void
stage_run(Frame *frame, Stage stage)
{
	const Pipeline *pipeline = frame->program->pipeline;
	MemoryContext old;

	if (pipeline == NULL || pipeline->first[stage] == pipeline->first[stage + 1])
		return;
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	take_images(frame, stage);
	for (int i = pipeline->first[stage]; i < pipeline->first[stage + 1]; i++)
	{
		PluginRun	run = {frame, &pipeline->plugins[i]};

		CHECK_FOR_INTERRUPTS();
		frame_watch_row_types(frame);
		ResetExprContext(frame->econtext);
		frame->current = &pipeline->plugins[i].place;
		limited_call(limits_call_timeout(), run.plugin->limit_title,
					 program_may_handle_limits(frame->program), frame, plugin_run, &run);
		frame->current = NULL;
	}
	MemoryContextSwitchTo(old);
}
