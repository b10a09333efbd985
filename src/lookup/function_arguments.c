/*
 * function_arguments.c
 *		Splits the arguments of a function by their direction.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "lookup/function_arguments.h"

/* Makes room for so many arguments. */
static void
arguments_init(FunctionArguments *arguments, int room)
{
	memset(arguments, 0, sizeof(*arguments));
	arguments->types = palloc(sizeof(Oid) * Max(room, 1));
	arguments->names = palloc(sizeof(char *) * Max(room, 1));
}

static void
arguments_add(FunctionArguments *arguments, Oid type, char *name)
{
	arguments->types[arguments->count] = type;
	arguments->names[arguments->count++] = name ? name : "";
}

void
function_arguments_read(HeapTuple procedure, FunctionArguments *inputs, FunctionArguments *outputs)
{
	Oid		   *types;
	char	  **names;
	char	   *modes;
	int			count = get_func_arg_info(procedure, &types, &names, &modes);

	arguments_init(inputs, count);
	inputs->ndefaults = ((Form_pg_proc) GETSTRUCT(procedure))->pronargdefaults;
	if (outputs != NULL)
		arguments_init(outputs, count);
	for (int i = 0; i < count; i++)
	{
		char		mode = modes ? modes[i] : PROARGMODE_IN;
		char	   *name = names ? names[i] : NULL;

		if (mode != PROARGMODE_OUT && mode != PROARGMODE_TABLE)
			arguments_add(inputs, types[i], name);
		if (outputs != NULL && mode != PROARGMODE_IN && mode != PROARGMODE_VARIADIC)
			arguments_add(outputs, types[i], name);
	}
}
