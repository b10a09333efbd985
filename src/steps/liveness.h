/*
 * liveness.h
 *		Is the target read before the first step writes it?
 */
#ifndef CA_LIVENESS_H
#define CA_LIVENESS_H

#include "postgres.h"

#include "compile/compiler.h"

/*
 * When all else is compiled: notes in program->target_write that the load may be left
 * out, if nothing reads the target before its first write is done. With needed_first
 * something runs before the steps.
 */
extern void liveness_compile(Compiler *compiler, bool needed_first);

#endif
