/*
 * mention.h
 *		Which actions have a name in their text.
 */
#ifndef CA_MENTION_H
#define CA_MENTION_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* What is looked for, and what was found. */
typedef struct Mention
{
	const char *name;			/* NULL: what formulas use without a name */
	const char *schema;			/* NULL: what is in no schema */
	List	   *actions;		/* set: OIDs, ascending */
} Mention;

/*
 * Sets the actions that may mean each of a list of Mention *: those with the
 * name in their text, and the schema in that or in their search_path. Reads all
 * actions once, and compiles none.
 */
extern void mentions_find(const List *mentions);

/* May an action mean something by one of these names (char *), by its text alone? */
extern bool action_names_any(Oid action, const List *names);

#endif
