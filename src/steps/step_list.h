/*
 * step_list.h
 *		Lists of steps below a step, for the kinds that have them.
 */
#ifndef CA_STEP_LIST_H
#define CA_STEP_LIST_H

#include "postgres.h"

#include "compile/compiler.h"

struct Frame;

typedef struct StepList
{
	Instruction **steps;
	int			count;
} StepList;

/* Compiles the list under a key; conditional: it may not run. Empty if there is none. */
extern StepList branch_compile(Compiler *compiler, const char *key, bool conditional);
extern StepList steps_compile(Compiler *compiler, const List *steps, bool conditional);
extern void branch_execute(struct Frame *frame, const StepList *list);

#endif
