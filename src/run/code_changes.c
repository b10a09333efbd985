/*
 * code_changes.c
 *		Counts changes of functions and types.
 */
#include "postgres.h"

#include "run/code_changes.h"

uint64		code_changes = 0;
