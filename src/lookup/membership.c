/*
 * membership.c
 *		Who has the privileges of a role, and who is a member of it by being one.
 *
 * Everybody's privileges are a superuser's, too; what a role has written is
 * not, and a script of his must not take it for its own.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/sql_argument.h"
#include "fmgr.h"
#include "lookup/membership.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_belongs_to);
PG_FUNCTION_INFO_V1(custom_action_is_member);
PG_FUNCTION_INFO_V1(custom_action_owner_role);
PG_FUNCTION_INFO_V1(custom_action_require_owner);

/* Has the current user the privileges of a role? A superuser has those of roles that are gone. */
static bool
is_member(const char *role)
{
	Oid			oid;

	if (superuser())
		return true;
	oid = role == NULL ? InvalidOid : get_role_oid(role, true);
	return OidIsValid(oid) && has_privs_of_role(GetUserId(), oid);
}

/* Gives the role that owns an action. */
static Oid
owner_role(const char *action, const char *owner)
{
	Oid			role = get_role_oid(owner, true);

	if (!OidIsValid(role))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the owner of action \"%s\", role \"%s\", does not exist", action, owner),
				 errhint("A superuser can set another owner.")));
	return role;
}

void
require_owner(const char *action, const char *owner)
{
	if (is_member(owner))
		return;
	(void) owner_role(action, owner);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied: \"%s\" is not a member of the owner of action \"%s\", role \"%s\"",
					GetUserNameFromId(GetUserId(), false), action, owner)));
}

/* SQL: is the current user a member of this role, superuser or not? */
Datum
custom_action_belongs_to(PG_FUNCTION_ARGS)
{
	Oid			role = get_role_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);

	PG_RETURN_BOOL(OidIsValid(role) && is_member_of_role_nosuper(GetUserId(), role));
}

/* SQL: has the current user the privileges of this role? */
Datum
custom_action_is_member(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_member(text_argument(fcinfo, 0)));
}

/* SQL: the role that owns an action. */
Datum
custom_action_owner_role(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(owner_role(text_to_cstring(PG_GETARG_TEXT_PP(0)),
							 text_to_cstring(PG_GETARG_TEXT_PP(1))));
}

/* SQL: refuses who has not the privileges of the owner of an action; nobody has those of none. */
Datum
custom_action_require_owner(PG_FUNCTION_ARGS)
{
	char	   *action = text_argument(fcinfo, 0);
	char	   *owner = text_argument(fcinfo, 1);

	require_owner(action ? action : "", owner ? owner : "");
	PG_RETURN_VOID();
}
