/*
 * constant_tree.h
 *		Trees that can be evaluated while an action is checked.
 */
#ifndef CA_CONSTANT_TREE_H
#define CA_CONSTANT_TREE_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"

/* A tree that was evaluated. */
typedef struct TreeValue
{
	Node	   *tree;
	Datum		value;			/* of a boolean; else 0 */
	bool		isnull;
} TreeValue;

/* Are these constants and PostgreSQL's own immutable functions alone? */
extern bool tree_is_constant(Node *tree);

/* The same with Params: what it says can be compared with what others say. */
extern bool tree_is_transparent(Node *tree);

/* Evaluates a constant tree; the error it fails with, or NULL. Only a boolean's value is kept. */
extern ErrorData *tree_evaluate(Node *tree, TreeValue *value);

/* A tree as it will be once its statement is complete: with collations. */
extern Node *tree_with_collations(Node *tree);

/* A transparent tree with all computed that can be; itself if that fails. */
extern Node *tree_simplified(Node *tree);

/* Can clauses not be true where others are? All of them transparent, joined by AND. */
extern bool trees_refute(List *known, List *clauses);

#endif
