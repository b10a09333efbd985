/*
 * denied.c
 *		Missing privileges, with the GRANT that gives them.
 */
#include "postgres.h"

#include "base/error.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/denied.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_require_create);

const char *
denied_user(void)
{
	return quote_identifier(GetUserNameFromId(GetUserId(), false));
}

void
refuse_schema(const char *schema, const char *privilege, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for schema %s", schema),
			 detail ? errdetail_internal("%s", detail) : 0,
			 errhint("GRANT %s ON SCHEMA %s TO %s", privilege, quote_identifier(schema),
					 denied_user())));
	pg_unreachable();
}

void
require_schema_usage(const char *schema)
{
	Oid			oid = get_namespace_oid(schema, true);

	if (OidIsValid(oid) &&
		object_aclcheck(NamespaceRelationId, oid, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
		refuse_schema(schema, "USAGE", NULL);
}

void
require_schema_create(const char *schema, const char *detail)
{
	Oid			oid = get_namespace_oid(schema, false);

	if (object_aclcheck(NamespaceRelationId, oid, GetUserId(), ACL_CREATE) != ACLCHECK_OK)
		refuse_schema(schema, "CREATE", detail);
}

/* SQL: refuses who may not create an action of this qualified name. */
Datum
custom_action_require_create(PG_FUNCTION_ARGS)
{
	char	   *action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *detail = psprintf("Action \"%s\" takes CREATE on its schema.", action);
	char	   *schema;
	char	   *name;

	if (!qualified_name_split(action, &schema, &name))
		elog(ERROR, "\"%s\" is not the name of an action", action);
	if (!OidIsValid(get_namespace_oid(schema, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema \"%s\" does not exist", schema),
				 errdetail_internal("%s", detail),
				 errhint("Create the schema first.")));
	require_schema_create(schema, detail);
	PG_RETURN_VOID();
}

void
denied_note(Oid *denied)
{
	if (geterrcode() == ERRCODE_INSUFFICIENT_PRIVILEGE)
		*denied = GetUserId();
}

/* Is this what PostgreSQL says of a missing privilege? Policies have the same SQLSTATE. */
static bool
is_missing_privilege(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE && error->hint == NULL &&
		error->funcname != NULL && strcmp(error->funcname, "aclcheck_error") == 0;
}

ErrorData *
denied_error(MemoryContext mcxt, Oid denied, bool as_owner)
{
	MemoryContext old;
	ErrorData  *error;
	const char *user;

	if (geterrcode() != ERRCODE_INSUFFICIENT_PRIVILEGE)
		return NULL;
	old = MemoryContextSwitchTo(mcxt);
	error = CopyErrorData();
	if (!is_missing_privilege(error))
	{
		MemoryContextSwitchTo(old);
		return NULL;
	}
	FlushErrorState();
	user = quote_identifier(GetUserNameFromId(denied, false));
	error->hint = as_owner ?
		psprintf("The action runs as its owner: grant it to %s.", user) :
		psprintf("Grant it to %s, or let the action run as its owner with \"run_as\": \"owner\".", user);
	MemoryContextSwitchTo(old);
	return error;
}
