/*
 * key_checks.h
 *		Foreign keys of rows that actions write, looked up without a query.
 */
#ifndef CA_KEY_CHECKS_H
#define CA_KEY_CHECKS_H

#include "postgres.h"

#include "nodes/execnodes.h"

/* Lends the shorter way to a statement that writes the table. */
extern void key_checks_lend(EState *estate, ResultRelInfo *table);

#endif
