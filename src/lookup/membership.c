/*
 * membership.c
 *		Who is a member of a role by being one.
 *
 * Everybody's privileges are a superuser's, too; what a role has written is
 * not, and a script of his must not take it for its own.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_belongs_to);

/* SQL: is the current user a member of this role, superuser or not? */
Datum
custom_action_belongs_to(PG_FUNCTION_ARGS)
{
	Oid			role = get_role_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);

	PG_RETURN_BOOL(OidIsValid(role) && is_member_of_role_nosuper(GetUserId(), role));
}
