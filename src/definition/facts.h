/*
 * facts.h
 *		What the compiler found out of an action, kept with what is published of it.
 *
 * Facts stand in the source of the function, as its last key and on a line of its
 * own, which no call reads. The language's validator writes them, and only after
 * it has compiled the action: whoever makes a function by hand cannot claim any. An
 * action without them, whose source came where it did not compile, is compiled when it
 * is asked for them.
 *
 * What may change without the action is not kept but read: the constraints of tables,
 * the volatility of functions, the facts of actions that are performed.
 */
#ifndef CA_FACTS_H
#define CA_FACTS_H

#include "postgres.h"

#include "base/json.h"
#include "lookup/table_rules.h"

/* Whatever a function of somebody's raises */
#define ANY_SQLSTATE	0

/* One way in which an action can fail, or what stands for several: */
typedef struct Failure
{
	int			sqlstate;
	const char *message;
	const char *path;			/* of the step, or NULL: of the action as a whole */
	const char *when;			/* when it happens */
	Oid			performed;		/* all failures of this action; or InvalidOid */
	Oid			table;			/* all that this table refuses ... */
	const TableCommand *command;	/* ... of this, or NULL */
	Oid			domain;			/* all that it refuses, or a type made of domains; or InvalidOid */
} Failure;

/* What an action does to a table. */
typedef struct FactTable
{
	const char *name;			/* canonical */
	bool		inserts;
	bool		updates;		/* overwrites what is there */
	bool		deletes;
	bool		outside;		/* a foreign table */
	List	   *columns;		/* of char *: those that get values */
	List	   *overwritten;	/* of char *: those of them that rows have already */
	List	   *relative;		/* of char *: those of these whose new value is not made of inputs,
								 * literals and context alone */
	List	   *reads;			/* of char *: columns that decide what is done; "*": any */
} FactTable;

/* Of one action, without those that it performs. */
typedef struct Facts
{
	List	   *tables;			/* of FactTable, by name: read ones, too */
	List	   *calls;			/* of char *: signatures of functions that steps call and plug-ins */
	List	   *performs;		/* of char *: canonical names of actions, each once */
	List	   *failures;		/* of Failure, as compiling notes them */
	bool		repeats;		/* done again with the same input, it changes nothing more */
	bool		counts;			/* takes numbers of sequences, in formulas */
	bool		broken;			/* it does not compile: what it does is not known */
} Facts;

/* Of an action with all that it performs. */
typedef struct Effects
{
	bool		read_only;		/* writes nothing */
	bool		destructive;	/* deletes or overwrites, or may do so: does more than add */
	bool		idempotent;		/* done again with the same input, it has no further effect */
	bool		open_world;		/* reaches out of the tables: calls what may do anything */
	List	   *tables;			/* of FactTable, by name: those that are written */
} Effects;

/* The own facts of an action's function, in the current context; compiles it if it has none. */
extern Facts *facts_of(Oid function);

/* Its effects; a performed action that has changed tells the truth. */
extern Effects facts_effects(Oid function);

/* The same of an action whose own facts these are; InvalidOid: a draft that has no function. */
extern Effects facts_sum(Oid function, Facts *facts);

/*
 * Every way in which it can fail, a List of Failure with neither performed nor table:
 * those of performed actions under the path of their step. What action_errors() answers.
 */
extern List *facts_failures(Oid function);

/* Writing and reading them. */
extern char *facts_print(const Facts *facts);
extern Facts *facts_read(const char *text);

/* Sets who compiles an action for its facts, and who lists its failures. */
extern void facts_set_source(Facts *(*compile) (Oid function), List *(*failures) (Oid function));

#endif
