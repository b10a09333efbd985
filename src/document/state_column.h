/*
 * state_column.h
 *		The column that a caller of state_transitions() or state_diagram() means.
 */
#ifndef CA_STATE_COLUMN_H
#define CA_STATE_COLUMN_H

#include "postgres.h"

#include "document/transitions.h"
#include "fmgr.h"

/*
 * By the arguments: a table, and a column or NULL for the one of the table's settings.
 * With all transitions of published actions.
 */
extern const StateColumn *state_column_asked_for(FunctionCallInfo fcinfo);

#endif
