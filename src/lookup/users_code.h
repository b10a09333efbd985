/*
 * users_code.h
 *		Is code of users' called?
 */
#ifndef CA_USERS_CODE_H
#define CA_USERS_CODE_H

#include "postgres.h"

#include "nodes/nodes.h"

/* Is the function one of users'? It may look at tables, or count. For check_functions_in_node(). */
extern bool is_users_function(Oid function, void *context);

/* Does a tree without sub-SELECTs call functions of users'? */
extern bool calls_users_functions(Node *tree);

#endif
