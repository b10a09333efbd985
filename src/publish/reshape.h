/*
 * reshape.h
 *		Gives the function of a published action the arguments of a new signature.
 */
#ifndef CA_RESHAPE_H
#define CA_RESHAPE_H

#include "postgres.h"

#include "definition/signature.h"

/*
 * Gives a function the arguments of a signature that has optional inputs more,
 * after the others; nothing if it has them. CREATE OR REPLACE is to follow, with
 * the source and the defaults. action is what errors call it.
 */
extern void function_widen(Oid function, const Signature *signature, const char *action);

/* The same for any signature, arguments and results; what depends on the function is in the way. */
extern void function_reshape(Oid function, const Signature *signature, const char *action);

#endif
