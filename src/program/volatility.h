/*
 * volatility.h
 *		Formulas compute, steps act: refuses what a formula must not call.
 */
#ifndef CA_VOLATILITY_H
#define CA_VOLATILITY_H

#include "postgres.h"

#include "parser/parse_node.h"

/*
 * Raises for a volatile function that is not on the fixed list, a row lock, or,
 * if read_only or in_summary, nextval.
 */
extern void volatility_require(ParseState *pstate, Node *tree, bool read_only, bool in_summary);

/* Does an analysed formula call a function that says something else each time, or uses something up? */
extern bool volatility_is_unsteady(Node *tree);

#endif
