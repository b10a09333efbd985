/*
 * custom_actions.h
 *		The interface for plug-ins written in C.
 *
 * A plug-in in C is a function f(internal) RETURNS void. It works on the values
 * of the invocation itself, without JSON:
 *
 *		CUSTOM_ACTIONS_PLUGIN_LIBRARY;		(once per library)
 *		PG_FUNCTION_INFO_V1(limit_priority);
 *
 *		Datum
 *		limit_priority(PG_FUNCTION_ARGS)
 *		{
 *			static CustomActionField priority = CUSTOM_ACTION_FIELD(INPUT, "priority", INT4OID);
 *			CustomAction *action = custom_action(fcinfo);
 *			bool		isnull;
 *			Datum		value = custom_action_get(action, &priority, &isnull);
 *
 *			if (!isnull && DatumGetInt32(value) > 9)
 *				custom_action_set(action, &priority, Int32GetDatum(9), false);
 *			PG_RETURN_VOID();
 *		}
 *
 * A field finds its place at the first use and keeps it until the action is
 * compiled anew. Values that a plug-in gets are good until it ends, and must
 * not be changed in place; values that it sets are copied. Nothing here needs
 * linking: the extension hands its functions in.
 */
#ifndef CUSTOM_ACTIONS_H
#define CUSTOM_ACTIONS_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* Changes with everything below that a compiled plug-in relies on. */
#define CUSTOM_ACTIONS_ABI		1

/* Says which interface a library was built for; without it no function of the library can be a plug-in. */
#define CUSTOM_ACTIONS_ABI_SYMBOL	"custom_actions_plugin_abi"
#define CUSTOM_ACTIONS_PLUGIN_LIBRARY \
extern PGDLLEXPORT int custom_actions_plugin_abi(void); \
int \
custom_actions_plugin_abi(void) \
{ \
	return CUSTOM_ACTIONS_ABI; \
} \
extern int custom_actions_plugin_abi(void)

/* SQLSTATE of an action that was canceled by its own rules, as a require step raises it */
#define ERRCODE_CUSTOM_ACTION_CANCELED	MAKE_SQLSTATE('U', 'A', '0', '0', '2')

/* The numbers stay as they are; they say nothing of the order. */
typedef enum CustomActionStage
{
	CUSTOM_ACTION_PRE_VALIDATION = 0,
	CUSTOM_ACTION_PRE_OPERATION = 1,
	CUSTOM_ACTION_MAIN_OPERATION = 2,
	CUSTOM_ACTION_POST_OPERATION = 3
} CustomActionStage;

typedef enum CustomActionKind
{
	CUSTOM_ACTION_TARGET,		/* a column of the target's key */
	CUSTOM_ACTION_INPUT,
	CUSTOM_ACTION_OUTPUT,
	CUSTOM_ACTION_PRE_IMAGE,	/* a column of the row before the operation */
	CUSTOM_ACTION_POST_IMAGE	/* a column of the row after the operation */
} CustomActionKind;

/* A value of the action by its name; one variable per place that uses it, best static. */
typedef struct CustomActionField
{
	CustomActionKind kind;
	const char *name;
	Oid			type;			/* that the plug-in expects, InvalidOid: any */

	/*
	 * The extension's own: where the value is in the program it was last used
	 * with
	 */
	uint64		program;
	int			slot;
	int			position;
	Oid			found_type;
	bool		is_domain;
} CustomActionField;

#define CUSTOM_ACTION_FIELD(kind, name, type) {CUSTOM_ACTION_##kind, name, type, 0, 0, 0, InvalidOid, false}

/* One call of a plug-in; what follows the interface is the extension's own. */
typedef struct CustomAction
{
	const struct CustomActionInterface *interface;
} CustomAction;

typedef struct CustomActionInterface
{
	int			abi;
	CustomActionStage (*stage) (CustomAction *action);
	const char *(*name) (CustomAction *action);
	int			(*version) (CustomAction *action);
	int			(*depth) (CustomAction *action);
	Oid			(*caller) (CustomAction *action);
	TimestampTz (*started_at) (CustomAction *action);
	const pg_uuid_t *(*invocation) (CustomAction *action);
	const pg_uuid_t *(*correlation) (CustomAction *action);
	Jsonb	   *(*configuration) (CustomAction *action);
	Jsonb	   *(*shared) (CustomAction *action);
	void		(*set_shared) (CustomAction *action, Jsonb *shared);
	Jsonb	   *(*json) (CustomAction *action);
	int			(*count) (CustomAction *action, CustomActionKind kind);
	const char *(*field_name) (CustomAction *action, CustomActionKind kind, int position);
	bool		(*has) (CustomAction *action, CustomActionField *field);
	Oid			(*type) (CustomAction *action, CustomActionField *field);
	Datum		(*get) (CustomAction *action, CustomActionField *field, bool *isnull);
	void		(*set) (CustomAction *action, CustomActionField *field, Datum value, bool isnull);
	void		(*fail) (CustomAction *action, int sqlstate, const char *message, const char *hint);
	const char *(*where) (CustomAction *action);
	Oid			(*invoker) (CustomAction *action);
	const char *(*actor) (CustomAction *action);
} CustomActionInterface;

/* What the function was called with; it can be called as a plug-in only. */
static inline CustomAction *
custom_action(FunctionCallInfo fcinfo)
{
	if (PG_NARGS() != 1 || PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the function can only be called as a plug-in of an action"),
				 errhint("Register it with register_plugin().")));
	return (CustomAction *) PG_GETARG_POINTER(0);
}

/* The invocation */
#define custom_action_stage(action)			((action)->interface->stage(action))
#define custom_action_name(action)			((action)->interface->name(action))
#define custom_action_version(action)		((action)->interface->version(action))
#define custom_action_depth(action)			((action)->interface->depth(action))
#define custom_action_caller(action)		((action)->interface->caller(action))
#define custom_action_invoker(action)		((action)->interface->invoker(action))
#define custom_action_actor(action)			((action)->interface->actor(action))
#define custom_action_started_at(action)	((action)->interface->started_at(action))
#define custom_action_invocation(action)	((action)->interface->invocation(action))
#define custom_action_correlation(action)	((action)->interface->correlation(action))

/* What the registration is configured with, or NULL */
#define custom_action_configuration(action)	((action)->interface->configuration(action))

/* What plug-ins hand on to later ones, to the steps and to nested actions; an object, never NULL */
#define custom_action_shared(action)		((action)->interface->shared(action))
#define custom_action_set_shared(action, jsonb)	((action)->interface->set_shared(action, jsonb))

/* The whole context as a plug-in f(jsonb) gets it */
#define custom_action_json(action)			((action)->interface->json(action))

/* Values by field: an unknown name or another type than expected is an error, unless asked for with has */
#define custom_action_has(action, field)	((action)->interface->has(action, field))
#define custom_action_type(action, field)	((action)->interface->type(action, field))
#define custom_action_get(action, field, isnull)	((action)->interface->get(action, field, isnull))

/* Inputs can be set at the stages before the operation, outputs from main_operation on. */
#define custom_action_set(action, field, value, isnull)	((action)->interface->set(action, field, value, isnull))

/* The names of all fields of a kind, for plug-ins that serve many actions */
#define custom_action_count(action, kind)	((action)->interface->count(action, kind))
#define custom_action_field_name(action, kind, position)	((action)->interface->field_name(action, kind, position))

/*
 * Raises an error that says in DETAIL which action and plug-in it comes from;
 * hint may be NULL. For an ereport() of one's own, custom_action_errdetail()
 * adds the same DETAIL.
 */
#define custom_action_fail(action, sqlstate, message, hint) \
	do { \
		(action)->interface->fail(action, sqlstate, message, hint); \
		pg_unreachable(); \
	} while (0)
#define custom_action_errdetail(action)	errdetail_internal("%s", (action)->interface->where(action))

#endif
