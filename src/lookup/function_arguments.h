/*
 * function_arguments.h
 *		The arguments of a function, as pg_proc has them.
 */
#ifndef CA_FUNCTION_ARGUMENTS_H
#define CA_FUNCTION_ARGUMENTS_H

#include "postgres.h"

#include "access/htup.h"

/* Those of one direction, in their order. */
typedef struct FunctionArguments
{
	int			count;
	Oid		   *types;
	char	  **names;			/* "" where it has none */
	int			ndefaults;		/* the last inputs have defaults */
} FunctionArguments;

/* Splits the arguments of a pg_proc row; an INOUT argument is in both. outputs may be NULL. */
extern void function_arguments_read(HeapTuple procedure, FunctionArguments *inputs, FunctionArguments *outputs);

#endif
