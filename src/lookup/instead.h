/*
 * instead.h
 *		What may do something else in place of an UPDATE or DELETE, so that
 *		finding no row does not mean that there is none.
 */
#ifndef CA_INSTEAD_H
#define CA_INSTEAD_H

#include "postgres.h"

#include "nodes/nodes.h"

/* What a table's rule does to a command. */
typedef struct InsteadRule
{
	char	   *name;
	Oid			table;			/* it belongs to */
	bool		always;			/* no row is ever counted */
	bool		returns;		/* columns can be had with RETURNING all the same */
} InsteadRule;

/* Does a rule do something instead of the command, without counting the rows that it took? */
extern bool instead_rule(Oid table, CmdType command, InsteadRule *rule);

/* May a trigger leave a row as it is? */
extern bool triggers_may_skip(Oid table, CmdType command);

/* Does a rule take the place of the command, for some rows or all? Then what it would return is the rule's to say. */
extern bool instead_rules_exist(Oid table, CmdType command);

/* Could anything but an UPDATE itself set columns of a table's rows, and give them back? */
extern bool others_set_columns(Oid table);

/* "UPDATE" or "DELETE" */
extern const char *command_word(CmdType command);

#endif
