/*
 * unknown_name.h
 *		Raises that a bare name in a formula means nothing, with what may have
 *		been meant.
 */
#ifndef CA_UNKNOWN_NAME_H
#define CA_UNKNOWN_NAME_H

#include "postgres.h"

#include "nodes/parsenodes.h"
#include "program/formula.h"

/* Returns if PostgreSQL's own message says more: of a name inside a sub-SELECT. */
extern void require_known_name(ParseState *pstate, Scope *scope, const ColumnRef *reference);

#endif
