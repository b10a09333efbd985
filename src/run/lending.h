/*
 * lending.h
 *		Lends the statements of actions what PostgreSQL would make anew for each.
 */
#ifndef CA_LENDING_H
#define CA_LENDING_H

#include "postgres.h"

/* Installs the hook. */
extern void lending_init(void);

/* Does anybody else want to know which statements the executor begins? */
extern bool executor_start_is_watched(void);

#endif
