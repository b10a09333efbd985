/*
 * many.h
 *		Running steps for many items at once: what the kinds share.
 *
 * Whether an action can be run so is found out for each set. fits_many of a kind
 * says whether a step could be, notes in the shape which statements it runs on
 * which rows, and goes on to the lists of steps that it holds. What follows from
 * all of them, engine/many_shape.c decides. execute_many runs the step for the
 * items that are active (run/item_set.h); it may narrow that down, since whoever
 * called has kept the list, and so runs its lists of steps.
 */
#ifndef CA_MANY_H
#define CA_MANY_H

#include "postgres.h"

#include "run/item_set.h"
#include "steps/address.h"

/* A statement that works on rows of a table by itself: not for what formulas read. */
typedef struct ManyUse
{
	const Instruction *step;
	Statement  *statement;
	Oid			relation;
	CmdType		command;		/* CMD_SELECT of a get */
	const Address *address;		/* NULL of a create */
} ManyUse;

typedef struct ManyShape
{
	Program    *program;
	const Instruction *step;	/* that is looked at */
	List	   *uses;			/* of ManyUse */
	List	   *parts;			/* of ManyShape: actions that it performs */
	struct ManyShape *outer;	/* of the action that performs this one, or NULL */

	/* Tables, as OIDs, with those of the parts */
	List	   *written;
	List	   *inserted;
	List	   *given;			/* of these, where items give what has to be unique */
	List	   *found;			/* whose rows steps find, by a name or a key */
	List	   *read;			/* by formulas, policies and defaults */
	List	   *referred;		/* to which rows that are written refer, but to those of their item */
	List	   *referring;		/* whose rows may refer to those that are deleted */
	List	   *sequences;		/* that are drawn from */
	bool		stops;			/* an item may end well before its last step */
	bool		shares_rows;	/* a row that is written may be that of several items */

	const char *refused;		/* why it does not fit, or NULL ... */
	const char *refused_at;		/* ... and the path of the step, or NULL */
} ManyShape;

/* Notes why the step does not fit; returns false. */
extern bool many_refuse(ManyShape *shape, const char *why);

/* Notes a statement; false if it is not made for many items. */
extern bool many_use(ManyShape *shape, Statement *statement, CmdType command, const Address *address);

/* Of kinds that compute and set slots, and do nothing else. */
extern bool many_fits_each(ManyShape *shape, const Instruction *instruction);
extern void many_execute_each(ItemSet *set, Instruction *instruction);

/* The items for which a condition is true stay active; returns those for which it is not, and how many. */
extern int *many_split(ItemSet *set, Instruction *step, Expression *condition, int *nothers);

#endif
