/*
 * check_states.h
 *		The states of tables' CHECK constraints, kept from one statement to the next.
 */
#ifndef CA_CHECK_STATES_H
#define CA_CHECK_STATES_H

#include "postgres.h"

/* Installs the hook. */
extern void check_states_init(void);

/* Does anybody else want to know which statements the executor begins? */
extern bool executor_start_is_watched(void);

#endif
