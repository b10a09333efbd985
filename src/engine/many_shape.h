/*
 * many_shape.h
 *		Decides whether an action may run for many items at once.
 */
#ifndef CA_MANY_SHAPE_H
#define CA_MANY_SHAPE_H

#include "postgres.h"

#include "steps/many.h"

/* Looks at the program alone; notes what its steps use. */
extern bool many_shape_fits(ManyShape *shape);

/* Looks at tables, formulas and policies, those of actions that it performs too; notes what they use. */
extern bool many_shape_look(ManyShape *shape);

/* The same, and decides; says in the call whether items may be left out. */
extern bool many_set_fits(ManyShape *shape, ItemSet *set);

#endif
