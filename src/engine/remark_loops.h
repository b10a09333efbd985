/*
 * remark_loops.h
 *		Advises one step in place of a loop around it.
 */
#ifndef CA_REMARK_LOOPS_H
#define CA_REMARK_LOOPS_H

#include "postgres.h"

#include "compile/compiler.h"

/* Once the steps are compiled, if remarks are wanted. */
extern void remark_loops(Compiler *compiler);

#endif
