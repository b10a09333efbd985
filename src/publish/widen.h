/*
 * widen.h
 *		Adds optional inputs to the function of a published action.
 */
#ifndef CA_WIDEN_H
#define CA_WIDEN_H

#include "postgres.h"

#include "definition/signature.h"

/*
 * Gives a function the arguments of a signature that has optional inputs more,
 * after the others; nothing if it has them. CREATE OR REPLACE is to follow, with
 * the source and the defaults. action is what errors call it.
 */
extern void function_widen(Oid function, const Signature *signature, const char *action);

#endif
