/*
 * state_default.h
 *		The state that rows begin with if nothing gives them one.
 */
#ifndef CA_STATE_DEFAULT_H
#define CA_STATE_DEFAULT_H

#include "postgres.h"

#include "document/transitions.h"
#include "lookup/column_places.h"

/* The default of the column at a place; of a view without one, that of what is below it. */
extern StateValue *state_default(const ColumnPlace *place);

#endif
