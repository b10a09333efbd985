/*
 * extension_script.c
 *		Whose script is running: what an extension creates belongs to it, what a dump
 *		brings back was sound.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/own_table.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_FUNCTION_INFO_V1(custom_action_extension_script);
PG_FUNCTION_INFO_V1(custom_action_restoring);

/* SQL: the extension that is being created or updated by its script; NULL: none is */
Datum
custom_action_extension_script(PG_FUNCTION_ARGS)
{
	char	   *name = creating_extension ? get_extension_name(CurrentExtensionObject) : NULL;

	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

/*
 * SQL: is the owner of the catalog restoring a dump? The scripts of extensions run without
 * check_function_bodies, too; so does whoever sets it himself. Asked by the condition of
 * every trigger, for each row: what is cheapest comes first.
 */
Datum
custom_action_restoring(PG_FUNCTION_ARGS)
{
	if (check_function_bodies || creating_extension)
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(has_privs_of_role(GetUserId(), own_table_owner("action")));
}
