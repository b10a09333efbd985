/*
 * step_walk.h
 *		Goes through the steps of a definition, those below others too.
 */
#ifndef CA_STEP_WALK_H
#define CA_STEP_WALK_H

#include "postgres.h"

#include "definition/definition.h"

/* Looks at a step; false: not at what is below it. */
typedef bool (*StepVisitor) (const Step *step, void *arg);

/* Shows every step to a visitor, each before those below it. */
extern void steps_visit(const List *steps, StepVisitor visit, void *arg);

#endif
