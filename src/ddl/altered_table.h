/*
 * altered_table.h
 *		What an ALTER TABLE can do to actions, by what it says.
 */
#ifndef CA_ALTERED_TABLE_H
#define CA_ALTERED_TABLE_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"

/* Is it one that can break no action, and change nothing that is known of one? */
extern bool alter_is_harmless(const Node *command);

/*
 * Leaves out of a list of Recheck those that cannot mind the command, if all that it
 * does is to add columns.
 */
extern List *rechecks_for_columns(const Node *command, List *rechecks);

#endif
