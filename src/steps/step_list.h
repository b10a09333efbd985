/*
 * step_list.h
 *		Lists of steps: the action's own, and those below a step.
 */
#ifndef CA_STEP_LIST_H
#define CA_STEP_LIST_H

#include "postgres.h"

#include "compile/compiler.h"

/* Compiles a list; conditional: it may not run. */
extern StepList steps_compile(Compiler *compiler, const List *steps);
extern StepList steps_compile_conditional(Compiler *compiler, const List *steps);

/* The list of a step under a key, or NULL; compiled, it is empty if there is none. */
extern const Branch *step_branch(const Step *step, const char *key);
extern StepList branch_compile(Compiler *compiler, const char *key, bool conditional);

/* The same for many items; see steps/many.h. */
extern bool steps_fit_many(struct ManyShape *shape, const StepList *list);
extern void steps_execute_many(struct ItemSet *set, const StepList *list);

extern void steps_execute(struct Frame *frame, const StepList *list);

#endif
