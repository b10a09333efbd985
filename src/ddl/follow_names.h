/*
 * follow_names.h
 *		Definitions take on the names that a command gave to what they use.
 */
#ifndef CA_FOLLOW_NAMES_H
#define CA_FOLLOW_NAMES_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"

/* A published action that could not follow, and why. */
typedef struct Unfollowed
{
	Oid			action;
	char	   *reason;
} Unfollowed;

/* Does a command give other names to what definitions may use? */
extern bool names_are_given(const Node *command);

/*
 * May drafts, or the settings of a table, have to follow a command that does?
 * relation: what it renamed, or a column of which, if that is known. Costs next to nothing.
 */
extern bool names_concern_drafts(const Node *command, Oid relation);

/*
 * After a command that renames or moves, given what it touched and the published
 * actions that it concerns (OIDs): they, and drafts and versions, are written
 * with the names of now. Gives those that would not mean the same, of Unfollowed.
 */
extern List *names_follow(Node *command, const List *objects, const List *actions);

#endif
