/*
 * action_access.c
 *		Finds the action of a name, and checks the privileges of who invokes it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "lookup/action_access.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/denied.h"
#include "lookup/suggest_catalog.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

/* Raises that there is no such action; the one that is meant may have sensitive inputs. */
pg_noreturn static void
refuse_unknown_action(const char *name)
{
	const char *hint = suggest_action(name, false);

	if (hint == NULL)
		hint = strchr(name, '.') == NULL ?
			"Name it with its schema, or check the search_path. A draft can be invoked once activate_action() has published it." :
			"A draft can be invoked once activate_action() has published it.";
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_FUNCTION),
			 errmsg("action \"%s\" does not exist", name),
			 errhint("%s", hint),
			 errhidestmt(true)));
}

Oid
action_named(const char *name)
{
	Oid			function = action_find(name);

	if (!OidIsValid(function))
		refuse_unknown_action(name);
	return function;
}

void
require_invoker(Oid function, Oid schema)
{
	Oid			user = GetUserId();

	if (object_aclcheck(NamespaceRelationId, schema, user, ACL_USAGE) != ACLCHECK_OK)
		refuse_schema(get_namespace_name(schema), "USAGE", NULL);
	if (object_aclcheck(ProcedureRelationId, function, user, ACL_EXECUTE) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for action \"%s\"", function_name_canonical(function)),
				 errhint("Its owner can GRANT EXECUTE ON FUNCTION %s to you.",
						 function_name_canonical(function))));
	InvokeFunctionExecuteHook(function);
}
