/*
 * remark_constant.h
 *		Warns of constants that a column cannot hold.
 */
#ifndef CA_REMARK_CONSTANT_H
#define CA_REMARK_CONSTANT_H

#include "postgres.h"

#include "program/formula.h"

/* Of the tree of a value: what it always fails with, or a constraint always refuses. */
extern void remark_constants(ParseState *pstate, Scope *scope, const Value *value, Node *tree);
extern void remark_comparisons(ParseState *pstate, Scope *scope, const Formula *formula, Node *tree);

#endif
