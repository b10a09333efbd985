/*
 * remark_states.h
 *		Advises of states that no action leads to, or out of.
 */
#ifndef CA_REMARK_STATES_H
#define CA_REMARK_STATES_H

#include "postgres.h"

#include "compile/compiler.h"

/* Once the steps are compiled, if remarks are wanted. */
extern void remark_states(Compiler *compiler);

#endif
