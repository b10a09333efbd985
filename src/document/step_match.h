/*
 * step_match.h
 *		Which step of one definition is which of another.
 */
#ifndef CA_STEP_MATCH_H
#define CA_STEP_MATCH_H

#include "postgres.h"

#include "definition/definition.h"
#include "utils/memutils.h"

/* A step, a case of choose, or the definition itself, which is the first node. */
typedef struct StepNode
{
	const Step *step;			/* NULL: a case, or the definition */
	const Branch *branch;		/* of a case */
	const char *path;
	int			parent;			/* node around it, -1: none */
	int			end;			/* the node behind it and all below it */
	const char *list;			/* of the parent, that it is in: "do"; "" for the first steps */
	int			place;			/* in that, from 0 */
	char	   *title;			/* kind and what it acts on, a case and its condition */
	char	   *content;		/* all that it says but for what is below it */
	int			match;			/* node of the other definition that it is, -1: none */
	bool		moved;			/* it stands elsewhere there */
} StepNode;

typedef struct StepTree
{
	StepNode   *nodes;			/* in the order of the document */
	int			count;
	int			allocated;
	MemoryContext scratch;		/* while it is made */
} StepTree;

/* The steps of a definition, without matches. */
extern StepTree *step_tree(const Definition *definition);

/* Finds matches, and which of them have moved. */
extern void step_trees_match(StepTree *old, StepTree *new);

/* Is this key of a step one of its lists of steps? */
extern bool step_key_is_list(const Step *step, const char *key);

/*
 * Which of count places, from 0, each other than the rest, had to move to come into
 * this order: the fewest, and rather those that have another number now. moved[] is
 * set for those.
 */
extern void places_out_of_order(const int *places, const int *new_places, int count, bool *moved);

#endif
