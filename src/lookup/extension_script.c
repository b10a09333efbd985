/*
 * extension_script.c
 *		Whose script is running: what an extension creates belongs to it.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_extension_script);

/* SQL: the extension that is being created or updated by its script; NULL: none is */
Datum
custom_action_extension_script(PG_FUNCTION_ARGS)
{
	char	   *name = creating_extension ? get_extension_name(CurrentExtensionObject) : NULL;

	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}
