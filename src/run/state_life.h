/*
 * state_life.h
 *		How long the state of an expression can be used.
 */
#ifndef CA_STATE_LIFE_H
#define CA_STATE_LIFE_H

#include "postgres.h"

#include "program/formula.h"

/* Of an expression, planned or not. */
extern StateLife state_life(Node *expression);

/* Has a state of the expression copies of the checks of domains? They are as when it was made. */
extern bool state_has_checks(Node *expression);

/* Tells who oversees access that the functions of a state are about to be called, as making it did. */
extern void state_tell_overseers(Node *planned);

#endif
