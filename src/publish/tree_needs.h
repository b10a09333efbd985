/*
 * tree_needs.h
 *		Which privileges analysed trees need, and who lacks them.
 */
#ifndef CA_TREE_NEEDS_H
#define CA_TREE_NEEDS_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "publish/lack.h"

/* Notes what lacks->role lacks for a query or expression. */
extern void tree_needs_check(Lacks *lacks, Node *tree);

/* Notes it for a function that is called, and that it is; and for a schema that names are looked up in. */
extern void function_need_check(Lacks *lacks, Oid function);
extern void schema_need_check(Lacks *lacks, Oid schema);

#endif
