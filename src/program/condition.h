/*
 * condition.h
 *		Conditions of a definition as they are met while it is checked, for remarks
 *		about branches that never run.
 */
#ifndef CA_CONDITION_H
#define CA_CONDITION_H

#include "postgres.h"

#include "program/findings.h"
#include "program/formula.h"

/* What is known of a condition without running it. */
typedef enum Truth
{
	TRUTH_OPEN,
	TRUTH_NEVER,				/* false or NULL */
	TRUTH_ALWAYS
} Truth;

typedef struct Condition
{
	char	   *location;		/* of its formula: "3", "3.when", "4.case 1.when" */
	Truth		truth;
	Node	   *tree;			/* its Params are slots; NULL: it cannot be compared */
} Condition;

/* Notes a condition whose formula was transformed, in the findings of its scope. */
extern void condition_note(Scope *scope, const Formula *formula, Node *tree);

/* All that were noted, by place: an array of count, which condition_at() searches. */
extern const Condition **conditions_by_place(const Findings *findings);
extern const Condition *condition_at(const Condition **conditions, int count, const char *location);

/*
 * Is a condition never true where others (of Condition *) are true, and others again
 * are not?
 */
extern bool condition_is_excluded(const Condition *condition, const List *are_true, const List *are_not);

#endif
