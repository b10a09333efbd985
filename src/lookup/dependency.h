/*
 * dependency.h
 *		What a published action depends on, collected while it is compiled, at the
 *		level of whole objects.
 */
#ifndef CA_DEPENDENCY_H
#define CA_DEPENDENCY_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"

/* Adds an object to a list of ObjectAddress *, unless pinned or there already. */
extern void dependency_add(List **dependencies, Oid class, Oid object);

/* Adds what an analysed query or expression refers to. */
extern void dependencies_of_query(List **dependencies, Node *query);

#endif
