/*
 * touched.h
 *		What a DDL command touched, and which actions may mind.
 */
#ifndef CA_TOUCHED_H
#define CA_TOUCHED_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* One object that a command touched. */
typedef struct Touched
{
	Oid			class;
	Oid			object;
	char	   *type;			/* "table column" */
	char	   *identity;		/* "support.case.tier" */
} Touched;

/* Inside an event trigger: what the command did, or dropped. Lists of Touched. */
extern List *touched_by_commands(void);
extern List *touched_by_drops(void);

/* The functions of the actions that may mind a change of an object. */
extern List *actions_concerned(const Touched *touched, bool altered);

#endif
