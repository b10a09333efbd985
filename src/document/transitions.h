/*
 * transitions.h
 *		Which states of a table's rows lead to which others, as actions say: the union
 *		of the "from" and "to" of all that write a column.
 *
 * States are texts, as definitions write them.
 */
#ifndef CA_TRANSITIONS_H
#define CA_TRANSITIONS_H

#include "postgres.h"

#include "definition/definition.h"

/* A state, or what gives it when a step runs. */
typedef struct StateValue
{
	const char *state;			/* NULL: none, that is NULL in the row */
	const char *formula;		/* it is not known before; NULL: it is */
} StateValue;

/* One way for a step to give rows their state. */
typedef struct Transition
{
	const char *action;
	const char *path;			/* of the step */
	List	   *from;			/* of StateValue; NIL: from any state */
	bool		creates;		/* there is no row before */
	StateValue *to;
} Transition;

/* A column whose values are states, and what is known of it. */
typedef struct StateColumn
{
	Oid			relation;
	const char *name;
	Oid			type;			/* behind domains */
	Oid			collation;
	bool		of_rows_only;	/* what creates rows is not asked for */
	List	   *places;			/* of ColumnPlace */
	List	   *transitions;	/* of Transition */
} StateColumn;

/*
 * Tells the table that a step writes, by its canonical name, and the column that its
 * "to" is for; NULL: none. STEP_OF_ANY: it is not known before it runs.
 */
typedef const char *(*StepTable) (const Step *step, const char **column, void *arg);

#define STEP_OF_ANY		"*"

/* A column without transitions. */
extern StateColumn *state_column(Oid relation, const char *name);

/* Adds what the steps of one definition do to it. */
extern void transitions_of_steps(StateColumn *column, const List *steps, const char *action,
								 StepTable table, void *arg);

/* Adds those of all active actions but one, by the names of these, each in the order of its steps. */
extern void transitions_of_actions(StateColumn *column, Oid except);

/* Are two states one, as the column's type compares? */
extern bool states_are_one(const StateColumn *column, const char *one, const char *other);

/* May a row in a state take this way; does this way lead to it? Formulas are not known to. */
extern bool transition_starts_at(const StateColumn *column, const Transition *transition, const char *state);
extern bool transition_ends_at(const StateColumn *column, const Transition *transition, const char *state);

#endif
