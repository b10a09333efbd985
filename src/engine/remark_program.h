/*
 * remark_program.h
 *		Warns of what an action declares and does not use, and of steps that never
 *		run.
 */
#ifndef CA_REMARK_PROGRAM_H
#define CA_REMARK_PROGRAM_H

#include "postgres.h"

#include "compile/compiler.h"

/* While checking, if the sink wants remarks. */
extern void remark_program(Compiler *compiler);

#endif
