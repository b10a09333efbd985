/*
 * action_rename.h
 *		An action whose function is renamed or moved to another schema.
 */
#ifndef CA_ACTION_RENAME_H
#define CA_ACTION_RENAME_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* After a command, given what it touched: what was renamed takes along what is stored under its name. */
extern void rename_follow(Node *command, const List *objects);

#endif
