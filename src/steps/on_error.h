/*
 * on_error.h
 *		The handler of a step: what runs when the step fails.
 */
#ifndef CA_ON_ERROR_H
#define CA_ON_ERROR_H

#include "postgres.h"

#include "base/compat.h"
#include "base/error.h"
#include "compile/compiler.h"
#include "run/observer.h"

struct Frame;

/* The error that an on_error list is dealing with. */
typedef struct HandledError
{
	const Caught *caught;
	Instruction *failed;		/* the step that raised it */
} HandledError;

/* Raises the error again, as that of the step that failed. */
pg_noreturn extern void on_error_rethrow(struct Frame *frame, const HandledError *handling);

/* Compiles the handler of the step being compiled, if it has one. */
extern void on_error_compile(Compiler *compiler, Instruction *instruction);

/* Runs a step that has a handler; says how it ended. */
extern StepEnd on_error_execute(struct Frame *frame, Instruction *instruction);

#endif
