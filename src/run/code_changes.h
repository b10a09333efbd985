/*
 * code_changes.h
 *		Has the code that tables, types and formulas call changed since?
 */
#ifndef CA_CODE_CHANGES_H
#define CA_CODE_CHANGES_H

#include "postgres.h"

/* Counts up whenever a function or a type changes, such as the checks of a domain; program_cache.c counts. */
extern uint64 code_changes;

#endif
