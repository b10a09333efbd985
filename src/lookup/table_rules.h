/*
 * table_rules.h
 *		What a table, or a domain, may refuse: constraints, policies, triggers.
 */
#ifndef CA_TABLE_RULES_H
#define CA_TABLE_RULES_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"

typedef struct TableRule
{
	int			sqlstate;		/* 0: any */
	char	   *message;		/* as PostgreSQL has it */
	char	   *when;			/* when that happens */
	List	   *may;			/* OIDs of actions that it does not hold for, nor for what they
								 * perform */
} TableRule;

/* A command on rows of a table. */
typedef struct TableCommand
{
	CmdType		command;
	bool		all_columns;	/* any column may get a value */
	const List *columns;		/* of char *: else those that get one */
	const List *computed;		/* of char *: those of them whose value may be NULL */
	const List *varied;			/* of char *: those of them whose value may be too long */
	bool		never_twice;	/* a row that is there already is no error, ... */
	const List *key;			/* of char *: ... if it shares these columns; NIL: whatever it
								 * shares */
} TableCommand;

/* What may be refused, as far as what gets a value can break it; a list of TableRule. */
extern List *table_rules(Oid table, const TableCommand *command);

/* The same of values of a domain, or of a type that is made of domains. */
extern List *domain_rules(Oid type);

#endif
