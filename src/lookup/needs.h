/*
 * needs.h
 *		Which privileges the statements of an action need, and who holds one.
 */
#ifndef CA_NEEDS_H
#define CA_NEEDS_H

#include "postgres.h"

#include "catalog/objectaddress.h"
#include "nodes/nodes.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

/* Adds what an analysed query or expression needs to a list of Need. */
extern void needs_of_query(List **needs, Node *query);

/* Does a query that writes read columns of the rows it writes? */
extern bool query_reads_its_rows(const Query *query);

/*
 * Does a role hold a privilege on an object that is needed: one of those in the
 * list, or if that says nothing of it, any that makes the object usable?
 */
extern bool role_holds_need(Oid role, const List *needs, const ObjectAddress *object);

#endif
