/*
 * pipeline.c
 *		Runs the plug-ins of a program, stage by stage.
 *
 * Everything a plug-in allocates and returns is in the frame's per-step memory.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "base/counted_call.h"
#include "catalog/objectaccess.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "plugins/frame_plugins.h"
#include "plugins/pipeline.h"
#include "plugins/plugin_interface.h"
#include "run/bind_json.h"
#include "run/call_limit.h"
#include "run/context.h"
#include "run/frame.h"
#include "run/input_check.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "steps/target.h"
#include "utils/snapmgr.h"

typedef struct PluginRun
{
	Frame	   *frame;
	const Plugin *plugin;
} PluginRun;

/* Raises that a plug-in returned what it must not. */
pg_noreturn static void
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
	if (stage_has(plugin->stage, STAGE_TAKES_INPUT))
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
	if ((input && !stage_has(plugin->stage, STAGE_TAKES_INPUT)) ||
		(output && !stage_has(plugin->stage, STAGE_TAKES_OUTPUT)))
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
call_plugin(Frame *frame, const Plugin *plugin, Datum argument, bool *isnull)
{
	LOCAL_FCINFO(fcinfo, 1);
	Datum		result;

	InitFunctionCallInfoData(*fcinfo, frame_plugin_function(frame, plugin), 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	if (plugin->snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	result = counted_call(fcinfo);
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
	PluginCall	call;
	bool		isnull;
	Datum		argument = context_object_show(object, plugin);
	Datum		result;

	if (plugin->function->internal)
	{
		plugin_call_init(&call, frame, plugin, object);
		argument = PointerGetDatum(&call);
	}
	result = call_plugin(frame, plugin, argument, &isnull);
	if (!plugin->function->returns_void && !isnull)
		take_result(frame, plugin, DatumGetJsonbP(result));
	context_object_hide(object);
	if (!frame->read_only)
		CommandCounterIncrement();
}

/* Runs a plug-in within the limit of calls. */
static StepEnd
plugin_run_limited(void *arg)
{
	PluginRun  *run = arg;

	call_within_limit(run->frame, 0, run->plugin->limit_title, plugin_run, run);
	return STEP_DONE;
}

/* Reads the image that a stage's plug-ins ask for, unless the load of the target brings it. */
static void
take_images(Frame *frame, Stage stage)
{
	const Pipeline *pipeline = frame->program->pipeline;
	bool	   *exists = frame->plugins->images;

	if (stage_has(stage, STAGE_BEFORE_LOAD) && pipeline->images[IMAGE_PRE].read != NULL)
	{
		if (statement_execute(frame, pipeline->images[IMAGE_PRE].read) == 0)
			target_missing(frame, NULL);
	}
	exists[IMAGE_PRE] = pipeline->images[IMAGE_PRE].row != NULL;
	exists[IMAGE_POST] = stage_has(stage, STAGE_HAS_POST_IMAGE) &&
		pipeline->images[IMAGE_POST].read != NULL &&
		statement_execute(frame, pipeline->images[IMAGE_POST].read) > 0;
}

void
pipeline_run(Frame *frame, Stage stage)
{
	const Pipeline *pipeline = frame->program->pipeline;
	MemoryContext old;

	if (pipeline->first[stage] == pipeline->first[stage + 1])
		return;
	if (frame_plugins(frame)->object == NULL)
		frame->plugins->object = context_object_make(frame);
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	take_images(frame, stage);
	for (int i = pipeline->first[stage]; i < pipeline->first[stage + 1]; i++)
	{
		PluginRun	run = {frame, &pipeline->plugins[i]};

		CHECK_FOR_INTERRUPTS();
		frame_watch_row_types(frame);
		ResetExprContext(frame->econtext);
		frame->current = &pipeline->plugins[i].place;
		if (observed(frame, OBSERVE_PLUGINS))
			observe_step(frame, frame->current, plugin_run_limited, &run);
		else
			(void) plugin_run_limited(&run);
		if (unlikely(frame->inputs_changed != NULL))
			changed_inputs_check(frame);
		frame->current = NULL;
	}
	MemoryContextSwitchTo(old);
}
