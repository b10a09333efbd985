/*
 * remark_calls.h
 *		Advises what is to happen when a called function fails.
 */
#ifndef CA_REMARK_CALLS_H
#define CA_REMARK_CALLS_H

#include "postgres.h"

#include "compile/compiler.h"

/* Once the steps are compiled, if remarks are wanted. */
extern void remark_calls(Compiler *compiler);

#endif
