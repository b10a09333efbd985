/*
 * remark.h
 *		What is accepted, and most likely not meant: warnings of a check.
 *
 * Everything here is called while checking only, by a sink that wants remarks.
 * Nothing of a user's runs.
 */
#ifndef CA_REMARK_H
#define CA_REMARK_H

#include "postgres.h"

#include "program/formula.h"
#include "program/names.h"

/* Of a value as it was written: texts that look like formulas, single braces. */
extern void remark_texts(Scope *scope, Value *value);

/* Of a formula that was transformed, not yet coerced, and is wanted as a type. */
extern void remark_formula(ParseState *pstate, Scope *scope, const Formula *formula, Node *tree, Oid type);

/* Would this text be a formula, of names that are known here? */
extern bool remark_is_formula(const Names *names, const RowChain *rows, Oid relation, const char *text);

#endif
