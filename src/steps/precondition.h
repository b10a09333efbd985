/*
 * precondition.h
 *		What must hold before an action does anything: what its first steps ask for,
 *		up to the first that does something.
 *
 * Kinds of step tell of themselves (StepKind.preconditions). Who looks at an action
 * without running it goes through the list in order: what only computes is
 * computed, the others are tested.
 */
#ifndef CA_PRECONDITION_H
#define CA_PRECONDITION_H

#include "postgres.h"

#include "program/program.h"

/* The condition of a branch, or a step's "when": evaluated once, before what depends on it. */
typedef struct Fork
{
	int			number;			/* from 0, in the order in which they are met */
	Expression *condition;
} Fork;

/* Which way a fork must have gone. */
typedef struct Guard
{
	const Fork *fork;
	bool		truth;
} Guard;

/* What a step asks for. */
typedef enum Asks
{
	ASKS_CONDITION,				/* that its condition is true */
	ASKS_ITSELF,				/* what only the step can tell, without changing anything */
	ASKS_IN_VAIN,				/* what never holds */
	ASKS_NOTHING				/* it computes what others read */
} Asks;

typedef struct Precondition
{
	Instruction *step;
	List	   *guards;			/* of Guard: it counts where each is as it says */
	Asks		asks;
	Expression *condition;		/* ASKS_CONDITION */
	const Bitmapset *reads;		/* slots that it depends on, besides the guards */
	const Bitmapset *sets;		/* slots that it sets */
	bool		unsteady;		/* another time it may be otherwise: not to be asked */

	/* Raises what the step raises if it does not hold; or computes. */
	void		(*run) (struct Frame *frame, Instruction *step);

	/*
	 * ASKS_ITSELF: the same as a condition over the columns of the target, a
	 * row of this table: Vars of relation 1. NULL, also of the function:
	 * there is none.
	 */
	Node	   *(*tree) (const Program *program, const Instruction *step, Oid table);
} Precondition;

typedef struct Preconditions
{
	List	   *list;			/* of Precondition */
	int			nforks;
	List	   *guards;			/* of Guard: where the walk is */
} Preconditions;

/* Those of a program, found when first asked for; they live as long as it. */
extern const Preconditions *program_preconditions(Program *program);

/* For kinds of step: adds a condition, with what the step does if it is not true; NULL: it never is. */
extern void preconditions_add(Preconditions *preconditions, Instruction *step, Expression *condition,
							  void (*refuse) (struct Frame *frame, Instruction *step));

/* The same of what the step finds out by itself from these slots; the caller may set the tree. */
extern Precondition *preconditions_add_asked(Preconditions *preconditions, Instruction *step,
											 const Bitmapset *reads,
											 void (*require) (struct Frame *frame, Instruction *step));

/* The same of a step that only computes what is in the slots that it sets. */
extern void preconditions_add_computed(Preconditions *preconditions, Instruction *step,
									   const Bitmapset *reads, const Bitmapset *sets, bool unsteady);

/* A fork, and the steps of one of its ways; false: not all is known of what comes after. */
extern const Fork *preconditions_fork(Preconditions *preconditions, Expression *condition);
extern bool preconditions_of_branch(Preconditions *preconditions, const Fork *fork, bool truth,
									const StepList *list);

/* Goes one way of a fork, until it is left again. */
extern void preconditions_enter(Preconditions *preconditions, const Fork *fork, bool truth);
extern void preconditions_leave(Preconditions *preconditions);

/* Steps that run one after the other. */
extern bool preconditions_of_steps(Preconditions *preconditions, const StepList *list);

#endif
