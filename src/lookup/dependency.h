/*
 * dependency.h
 *		What a published action depends on: collected while it is compiled,
 *		recorded in pg_depend, at the level of whole objects.
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

/* Records a list for a function, without edges that lead back to it. */
extern void dependencies_record(Oid function, const List *dependencies);

/* Actions whose functions depend on an object, as a list of OIDs. */
extern List *actions_depending_on(Oid class, Oid object);

/* Is there any action in this database? */
extern bool any_action(void);

/* What belongs to an extension, as a list of ObjectAddress. */
extern List *extension_members(Oid extension);

/* What a function depends on in a schema, the schema too, as a list of ObjectAddress. */
extern List *dependencies_in_schema(Oid function, Oid schema);

/* The relations that a function depends on, for their row types too, as a list of OIDs. */
extern List *relations_needed_by(Oid function);

#endif
