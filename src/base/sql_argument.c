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

Jsonb *
array_argument(FunctionCallInfo fcinfo, int argument, const char *function, const char *name,
			   const char *hint)
{
	Jsonb	   *array;

	require_argument(fcinfo, argument, function, name, hint);
	array = PG_GETARG_JSONB_P(argument);
	if (!JB_ROOT_IS_ARRAY(array) || JB_ROOT_IS_SCALAR(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" of %s must be a JSON array", name, function),
				 errhint("%s", hint)));
	return array;
}

bool
argument_is_second(FunctionCallInfo fcinfo, int argument, const char *function, const char *name,
				   const char *first, const char *second)
{
	char	   *hint = psprintf("It is %s or %s.", first, second);
	char	   *given;

	require_argument(fcinfo, argument, function, name, hint);
	given = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	if (strcmp(given, second) == 0)
		return true;
	if (strcmp(given, first) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" of %s cannot be \"%s\"", name, function, given),
				 errhint("%s", hint)));
	return false;
}
