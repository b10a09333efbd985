/*
 * check_states.h
 *		The states of tables' CHECK constraints, kept from one statement to the next.
 */
#ifndef CA_CHECK_STATES_H
#define CA_CHECK_STATES_H

#include "postgres.h"

#include "nodes/execnodes.h"

/* Lends them to a statement that writes the table. */
extern void check_states_lend(ResultRelInfo *table);

#endif
