/*
 * plugin_interface.c
 *		What plug-ins in C call, by way of custom_actions.h.
 *
 * A field remembers the slot of its value together with the serial number of
 * the program it found it in; a program compiled anew has another number.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/sqlstate.h"
#include "custom_actions.h"
#include "miscadmin.h"
#include "plugins/frame_plugins.h"
#include "plugins/plugin_interface.h"
#include "run/context.h"
#include "run/domain_rule.h"
#include "run/settle.h"
#include "run/who.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

StaticAssertDecl(ERRCODE_CUSTOM_ACTION_CANCELED == ERRCODE_CA_CANCELED,
				 "custom_actions.h has another SQLSTATE of a canceled action");

/* Where the values of a kind are. */
typedef struct FieldList
{
	const char *noun;
	const Argument *arguments;	/* of the signature ... */
	const int  *slots;
	List	   *columns;		/* ... or RowColumn * of an image */
	int			first;
	int			count;
} FieldList;

static inline PluginCall *
plugin_call(CustomAction *action)
{
	return (PluginCall *) action;
}

static inline Frame *
frame_of(CustomAction *action)
{
	return plugin_call(action)->frame;
}

static CustomActionStage
interface_stage(CustomAction *action)
{
	return (CustomActionStage) stage_interface_number(plugin_call(action)->plugin->stage);
}

static const char *
interface_name(CustomAction *action)
{
	return frame_of(action)->program->action;
}

static int
interface_version(CustomAction *action)
{
	return frame_of(action)->program->version;
}

static int
interface_depth(CustomAction *action)
{
	return frame_of(action)->depth;
}

static Oid
interface_caller(CustomAction *action)
{
	return frame_of(action)->caller;
}

static Oid
interface_invoker(CustomAction *action)
{
	return frame_of(action)->invoker;
}

static const char *
interface_actor(CustomAction *action)
{
	return frame_who(frame_of(action))->actor;
}

static TimestampTz
interface_started_at(CustomAction *action)
{
	return frame_of(action)->started_at;
}

static const pg_uuid_t *
interface_invocation(CustomAction *action)
{
	return invocation_id(frame_of(action));
}

static const pg_uuid_t *
interface_correlation(CustomAction *action)
{
	return correlation_id(frame_of(action));
}

static Jsonb *
interface_configuration(CustomAction *action)
{
	return plugin_call(action)->plugin->configuration;
}

static Jsonb *
interface_shared(CustomAction *action)
{
	return context_shared_object(frame_of(action));
}

static const char *
interface_where(CustomAction *action)
{
	return frame_where(frame_of(action));
}

static void
interface_set_shared(CustomAction *action, Jsonb *shared)
{
	if (shared == NULL || !JB_ROOT_IS_OBJECT(shared))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s sets \"shared\" to JSON that is not an object", plugin_call(action)->plugin->title),
				 frame_errdetail(frame_of(action))));
	context_set_shared(frame_of(action), shared);
	context_object_outdate(plugin_call(action)->object);
}

/* Who is in charge, to be put back. */
typedef struct SavedUser
{
	Oid			user;
	int			context;
} SavedUser;

/*
 * Becomes whoever the action runs as: the code of types must not run as the
 * owner of a SECURITY DEFINER plug-in. An error restores the user as ever.
 */
static SavedUser
become_user_of_action(CustomAction *action)
{
	SavedUser	saved;

	GetUserIdAndSecContext(&saved.user, &saved.context);
	if (saved.user != frame_of(action)->user)
		SetUserIdAndSecContext(frame_of(action)->user, saved.context | SECURITY_LOCAL_USERID_CHANGE);
	return saved;
}

static Jsonb *
interface_json(CustomAction *action)
{
	SavedUser	saved = become_user_of_action(action);
	Jsonb	   *json = context_object_jsonb(plugin_call(action)->object);

	SetUserIdAndSecContext(saved.user, saved.context);
	return json;
}

/* Lists the columns of an image that the plug-in asked for. */
static FieldList
image_fields(CustomAction *action, ImageKind kind, const char *noun)
{
	FieldList	list = {noun, NULL, NULL, plugin_call(action)->plugin->columns[kind], 0, 0};

	list.count = list_length(list.columns);
	return list;
}

/* Lists those of a signature. */
static FieldList
argument_fields(const char *noun, const Argument *arguments, const int *slots, int first, int count)
{
	FieldList	list = {
		.noun = noun,
		.arguments = arguments,
		.slots = slots,
		.first = first,
		.count = count,
	};

	return list;
}

/* Lists the values of a kind. */
static FieldList
field_list(CustomAction *action, CustomActionKind kind)
{
	const Program *program = frame_of(action)->program;
	const Signature *signature = program->signature;

	switch (kind)
	{
		case CUSTOM_ACTION_TARGET:
			return argument_fields("key column", signature->inputs, program->input_slots, 0, signature->nkeys);
		case CUSTOM_ACTION_INPUT:
			return argument_fields("input", signature->inputs, program->input_slots,
								   signature->nkeys, signature->ninputs);
		case CUSTOM_ACTION_OUTPUT:
			return argument_fields("output", signature->outputs, program->output_slots, 0, signature->noutputs);
		case CUSTOM_ACTION_PRE_IMAGE:
			return image_fields(action, IMAGE_PRE, "pre-image column");
		case CUSTOM_ACTION_POST_IMAGE:
			return image_fields(action, IMAGE_POST, "post-image column");
	}
	elog(ERROR, "kind %d of a field is unknown", (int) kind);
}

/* The name of the n-th of a list, counted from 0. */
static const char *
list_field_name(const FieldList *list, int position)
{
	const Argument *argument;

	if (list->arguments == NULL)
		return ((RowColumn *) list_nth(list->columns, position))->name;
	argument = &list->arguments[list->first + position];
	return argument->column ? argument->column : argument->name;
}

/* Remembers where a field's value is. */
static void
field_remember(CustomAction *action, CustomActionField *field, const FieldList *list, int position)
{
	const Program *program = frame_of(action)->program;

	field->position = list->first + position;
	field->slot = list->arguments ? list->slots[field->position] :
		((RowColumn *) list_nth(list->columns, position))->slot;
	field->found_type = program->slots[field->slot].type;
	field->is_domain = get_typtype(field->found_type) == TYPTYPE_DOMAIN;
	field->program = program->pipeline->serial;
}

/* Does the program have the field? Notes where. */
static bool
field_find(CustomAction *action, CustomActionField *field)
{
	FieldList	list = field_list(action, field->kind);

	for (int i = 0; i < list.count - list.first; i++)
		if (strcmp(list_field_name(&list, i), field->name) == 0)
		{
			field_remember(action, field, &list, i);
			return true;
		}
	return false;
}

/* Raises that the action does not have a field, or the registration does not ask for it. */
pg_noreturn static void
refuse_missing_field(CustomAction *action, const CustomActionField *field, const char *noun)
{
	bool		image = field->kind >= CUSTOM_ACTION_PRE_IMAGE;
	const char *key = field->kind == CUSTOM_ACTION_PRE_IMAGE ? "pre" : "post";

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_PARAMETER),
			 errmsg(image ? "%s wants %s \"%s\", which its registration does not ask for" :
					"%s wants %s \"%s\", which the action does not have",
					plugin_call(action)->plugin->title, noun, field->name),
			 frame_errdetail(frame_of(action)),
			 image ? errhint("Register it with images such as {\"%s\": [\"%s\"]}.", key, field->name) : 0));
}

/* Refuses a field that the action does not have, or has with another type. */
static void
field_settle(CustomAction *action, CustomActionField *field)
{
	const Plugin *plugin = plugin_call(action)->plugin;
	FieldList	list = field_list(action, field->kind);

	if (!field_find(action, field))
		refuse_missing_field(action, field, list.noun);
	if (!OidIsValid(field->type) || field->type == field->found_type)
		return;
	field->program = 0;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s wants %s \"%s\" of action \"%s\" to be of type %s, and it is of type %s",
					plugin->title, list.noun, field->name, frame_of(action)->program->action,
					format_type_be(field->type), format_type_be(field->found_type)),
			 frame_errdetail(frame_of(action))));
}

/*
 * Finds the field unless it knows its place already. What an image holds
 * differs from one registration to the next, so those are always looked up.
 */
static inline void
field_use(CustomAction *action, CustomActionField *field)
{
	if (field->program != frame_of(action)->program->pipeline->serial ||
		field->kind >= CUSTOM_ACTION_PRE_IMAGE)
		field_settle(action, field);
}

static bool
interface_has(CustomAction *action, CustomActionField *field)
{
	if (!field_find(action, field))
		return false;
	if (!OidIsValid(field->type) || field->type == field->found_type)
		return true;
	field->program = 0;
	return false;
}

static Oid
interface_type(CustomAction *action, CustomActionField *field)
{
	field_use(action, field);
	return field->found_type;
}

static Datum
interface_get(CustomAction *action, CustomActionField *field, bool *isnull)
{
	Frame	   *frame = frame_of(action);

	field_use(action, field);
	*isnull = frame_isnull(frame, field->slot) ||
		(field->kind == CUSTOM_ACTION_PRE_IMAGE && !frame_image_exists(frame, IMAGE_PRE)) ||
		(field->kind == CUSTOM_ACTION_POST_IMAGE && !frame_image_exists(frame, IMAGE_POST));
	return *isnull ? (Datum) 0 : frame_value(frame, field->slot);
}

/* Refuses to set what cannot be set, or not at this stage. */
static void
require_settable(CustomAction *action, const CustomActionField *field)
{
	const Plugin *plugin = plugin_call(action)->plugin;

	if ((field->kind == CUSTOM_ACTION_INPUT && stage_has(plugin->stage, STAGE_TAKES_INPUT)) ||
		(field->kind == CUSTOM_ACTION_OUTPUT && stage_has(plugin->stage, STAGE_TAKES_OUTPUT)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s cannot set %s \"%s\" at stage %s", plugin->title,
					field_list(action, field->kind).noun, field->name, stage_name(plugin->stage)),
			 frame_errdetail(frame_of(action)),
			 errhint("Inputs can be set at %s, outputs at %s.",
					 stages_with(STAGE_TAKES_INPUT, ""), stages_with(STAGE_TAKES_OUTPUT, ""))));
}

/* Refuses a value that the domain of an input or output does. */
static void
require_in_domain(CustomAction *action, const CustomActionField *field, Datum value, bool isnull)
{
	MemoryContext mcxt = CurrentMemoryContext;

	PG_TRY();
	{
		domain_check(value, isnull, field->found_type, NULL, NULL);
	}
	PG_CATCH();
	{
		domain_rule_rethrow(field->found_type,
							psprintf("%s \"%s\"", field_list(action, field->kind).noun, field->name),
							frame_of(action)->program->action, mcxt);
	}
	PG_END_TRY();
}

static void
interface_set(CustomAction *action, CustomActionField *field, Datum value, bool isnull)
{
	Frame	   *frame = frame_of(action);
	SavedUser	saved = become_user_of_action(action);

	field_use(action, field);
	require_settable(action, field);
	if (field->is_domain)
		require_in_domain(action, field, value, isnull);
	frame->owned[field->slot] = false;	/* the plug-in may have got the old value */
	frame_set(frame, field->slot, value, isnull);
	if (field->kind == CUSTOM_ACTION_INPUT)
	{
		forget_recorded_input(frame, field->position);
		settle_input(frame, field->position);
	}
	else
		settle_output(frame, field->position);
	context_object_outdate(plugin_call(action)->object);
	SetUserIdAndSecContext(saved.user, saved.context);
}

static int
interface_count(CustomAction *action, CustomActionKind kind)
{
	FieldList	list = field_list(action, kind);

	return list.count - list.first;
}

static const char *
interface_field_name(CustomAction *action, CustomActionKind kind, int position)
{
	FieldList	list = field_list(action, kind);

	if (position < 0 || position >= list.count - list.first)
		elog(ERROR, "action \"%s\" has no %s number %d", interface_name(action), list.noun, position);
	return list_field_name(&list, position);
}

static void
interface_fail(CustomAction *action, int sqlstate, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 frame_errdetail(frame_of(action)),
			 hint ? errhint("%s", hint) : 0));
}

static const CustomActionInterface interface = {
	.abi = CUSTOM_ACTIONS_ABI,
	.stage = interface_stage,
	.name = interface_name,
	.version = interface_version,
	.depth = interface_depth,
	.caller = interface_caller,
	.started_at = interface_started_at,
	.invocation = interface_invocation,
	.correlation = interface_correlation,
	.configuration = interface_configuration,
	.shared = interface_shared,
	.set_shared = interface_set_shared,
	.json = interface_json,
	.count = interface_count,
	.field_name = interface_field_name,
	.has = interface_has,
	.type = interface_type,
	.get = interface_get,
	.set = interface_set,
	.fail = interface_fail,
	.where = interface_where,
	.invoker = interface_invoker,
	.actor = interface_actor
};

void
plugin_call_init(PluginCall *call, Frame *frame, const Plugin *plugin, ContextObject *object)
{
	call->interface = &interface;
	call->frame = frame;
	call->plugin = plugin;
	call->object = object;
}
