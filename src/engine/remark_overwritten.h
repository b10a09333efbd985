/*
 * remark_overwritten.h
 *		Warns of columns that a later step sets again before anything reads them.
 */
#ifndef CA_REMARK_OVERWRITTEN_H
#define CA_REMARK_OVERWRITTEN_H

#include "postgres.h"

#include "compile/compiler.h"

/* Once the steps are compiled, if remarks are wanted. */
extern void remark_overwritten(Compiler *compiler);

#endif
