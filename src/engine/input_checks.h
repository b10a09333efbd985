/*
 * input_checks.h
 *		Compiles what is asked of inputs beyond their types.
 */
#ifndef CA_INPUT_CHECKS_H
#define CA_INPUT_CHECKS_H

#include "postgres.h"

#include "compile/compiler.h"

/* Compiles "references" and "options" of the inputs, which have their slots. */
extern void input_checks_compile(Compiler *compiler);

#endif
