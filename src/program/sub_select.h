/*
 * sub_select.h
 *		A formula that is one sub-SELECT: the sub-SELECT is the statement.
 */
#ifndef CA_SUB_SELECT_H
#define CA_SUB_SELECT_H

#include "postgres.h"

#include "nodes/parsenodes.h"
#include "program/formula.h"

/* Must be called once, when the library is loaded. */
extern void sub_selects_init(void);

/* Is a query no more than SELECT and one expression? */
extern bool query_is_bare(const Query *query);

/* What the formula is if its statement gives no row; false: then it has to give one. */
extern bool sub_select_none(const Scope *scope, Datum *value, bool *isnull);

#endif
