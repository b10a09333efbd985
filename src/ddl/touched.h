/*
 * touched.h
 *		What a DDL command touched, and which actions may mind.
 *
 * The folder ddl/ holds what other people's DDL does to actions: the event
 * triggers. It may include base/, lookup/, definition/, program/, compile/,
 * run/, steps/, plugins/, engine/, publish/ and protect/.
 */
#ifndef CA_TOUCHED_H
#define CA_TOUCHED_H

#include "postgres.h"

#include "catalog/objectaddress.h"
#include "commands/event_trigger.h"
#include "fmgr.h"
#include "nodes/pg_list.h"

/* One object that a command touched. */
typedef struct Touched
{
	Oid			class;
	Oid			object;
	int			part;			/* column, or 0 */
	char	   *type;			/* "table column" */
	char	   *identity;		/* "support.case.tier" */
	char	   *old_identity;	/* before the command; NULL until that is looked at */
} Touched;

/* What an action uses that a command touched. */
typedef struct Use
{
	Oid			action;
	ObjectAddress object;
	Touched    *touched;
	bool		is_rival;		/* the command touched another function of the object's name */
} Use;

/* What an event trigger is told; raises if it is called otherwise. */
extern EventTriggerData *event_trigger_data(FunctionCallInfo fcinfo);

/* The actions that a command dropped, what it was about, and what went along. */
typedef struct Drops
{
	List	   *actions;		/* of char *: canonical names */
	List	   *alone;			/* of int: was the function of each named by the command? */
	char	   *origin;			/* the first other object that was, "schema support"; or NULL */
	int			norigins;
	List	   *triggers;		/* OIDs of those that went with something else */
} Drops;

/* Inside an event trigger: what the command did, or dropped. Lists of Touched. */
extern List *touched_by_commands(void);
extern List *touched_by_drops(Drops *drops);

/* Which actions may mind a change of an object, and what each uses of it: a list of Use. */
extern List *uses_of(Touched *touched, bool altered);

#endif
