/*
 * sql_argument.c
 *		Arguments of the functions that people call.
 */
#include "postgres.h"

#include "base/sql_argument.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

void
require_argument(FunctionCallInfo fcinfo, int argument, const char *function, const char *name,
				 const char *hint)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" of %s must not be null", name,
						function != NULL ? function : get_func_name(fcinfo->flinfo->fn_oid)),
				 errhint("%s", hint)));
}

char *
text_argument(FunctionCallInfo fcinfo, int argument)
{
	return argument < PG_NARGS() && !PG_ARGISNULL(argument) ? text_to_cstring(PG_GETARG_TEXT_PP(argument)) : NULL;
}
