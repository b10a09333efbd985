/*
 * depend.h
 *		What published actions depend on, in pg_depend.
 */
#ifndef CA_DEPEND_H
#define CA_DEPEND_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* Records a list for a function, without edges that lead back to it. */
extern void dependencies_record(Oid function, const List *dependencies);

/* Records what CREATE FUNCTION itself records for a function. */
extern void dependencies_record_native(Oid function);

/* Deletes the ordinary dependencies of a function; others keep theirs. */
extern void dependencies_delete(Oid function);

/* Actions whose functions depend on an object, as a list of OIDs. */
extern List *actions_depending_on(Oid class, Oid object);

/*
 * May any action depend on a relation, on its row type or on arrays of that? That is
 * not asked of tables that inherit from it; *children: there may be such.
 */
extern bool relation_may_be_used(Oid relation, bool *children);

/* Is there any action in this database? */
extern bool any_action(void);

/* Was there any when the current command began? */
extern bool any_action_before(void);

/* What belongs to an extension, as a list of ObjectAddress. */
extern List *extension_members(Oid extension);

/* Views whose queries read a relation, as a list of OIDs. */
extern List *views_over(Oid relation);

/* What a function depends on in a schema, the schema too, as a list of ObjectAddress. */
extern List *dependencies_in_schema(Oid function, Oid schema);

/* The relations that a function depends on, for their row types too, as a list of OIDs. */
extern List *relations_needed_by(Oid function);

#endif
