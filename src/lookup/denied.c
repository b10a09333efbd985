/*
 * denied.c
 *		Missing privileges, with the GRANT that gives them.
 */
#include "postgres.h"

#include "base/error.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "lookup/denied.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

const char *
denied_user(void)
{
	return quote_identifier(GetUserNameFromId(GetUserId(), false));
}

void
refuse_schema(const char *schema, const char *privilege)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for schema %s", schema),
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
		refuse_schema(schema, "USAGE");
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

void
denied_throw_on(MemoryContext mcxt, Oid denied, bool as_owner)
{
	MemoryContext old;
	ErrorData  *error;
	const char *user;

	if (geterrcode() != ERRCODE_INSUFFICIENT_PRIVILEGE)
		return;
	old = MemoryContextSwitchTo(mcxt);
	error = CopyErrorData();
	if (!is_missing_privilege(error))
	{
		MemoryContextSwitchTo(old);
		return;
	}
	FlushErrorState();
	user = quote_identifier(GetUserNameFromId(denied, false));
	error->hint = as_owner ?
		psprintf("The action runs as its owner: grant it to %s.", user) :
		psprintf("Grant it to %s, or let the action run as its owner with \"run_as\": \"owner\".", user);
	error_throw_on(error);
}
