/*
 * called_function.h
 *		Finding the function that a call step names.
 */
#ifndef CA_CALLED_FUNCTION_H
#define CA_CALLED_FUNCTION_H

#include "postgres.h"

#include "compile/compiler.h"

typedef struct Function
{
	Oid			function;
	char	   *title;			/* its full signature */
	int			nargs;			/* input arguments */
	Oid		   *types;
	char	  **names;			/* "" where it has none */
	int			ndefaults;
	bool		named;			/* all have names */
	bool		variadic;		/* the last one is */
	bool		returns_void;
	bool		returns_row;	/* OUT columns, or a composite type */
	char	   *result_name;	/* of a single OUT argument, or NULL */
} Function;

/* Resolves a name, or a signature; NULL after a problem. */
extern Function *called_function_resolve(Compiler *compiler, const char *name, const Json *with);

#endif
