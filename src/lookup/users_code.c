/*
 * users_code.c
 *		Is code of users' called?
 */
#include "postgres.h"

#include "access/transam.h"
#include "lookup/users_code.h"
#include "nodes/nodeFuncs.h"

bool
is_users_function(Oid function, void *context)
{
	return function >= FirstNormalObjectId;
}

static bool
calls_users_walker(Node *node, void *context)
{
	return node != NULL && (check_functions_in_node(node, is_users_function, context) ||
							expression_tree_walker(node, calls_users_walker, context));
}

bool
calls_users_functions(Node *tree)
{
	return calls_users_walker(tree, NULL);
}
