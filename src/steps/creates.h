/*
 * creates.h
 *		Steps in a row that create rows of one table: one INSERT.
 */
#ifndef CA_CREATES_H
#define CA_CREATES_H

#include "postgres.h"

#include "compile/compiler.h"

/* Looks at an analysed INSERT; arg: a bool, whether its values are such as cannot fail. */
extern void creates_look(const Query *query, void *arg);

/* Joins what can be joined in a list of compiled steps; all but the first of each leave the list. */
extern void creates_join(Compiler *compiler, StepList *list);

#endif
