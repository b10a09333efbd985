/*
 * scope_names.h
 *		Lists what the formulas of a scope may call by name.
 */
#ifndef CA_SCOPE_NAMES_H
#define CA_SCOPE_NAMES_H

#include "postgres.h"

#include "program/formula.h"

/* A List of ScopeName (trial.h) in the current memory context, the nearest first. */
extern List *scope_names(const ParseState *pstate, const Scope *scope);

#endif
