/*
 * remark_branches.h
 *		Warns of branches and steps whose conditions keep them from ever running.
 */
#ifndef CA_REMARK_BRANCHES_H
#define CA_REMARK_BRANCHES_H

#include "postgres.h"

#include "compile/compiler.h"

/* Once the steps are compiled, if remarks are wanted. */
extern void remark_branches(Compiler *compiler);

#endif
