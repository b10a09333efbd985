/*
 * catalog_changes.c
 *		Counts changes of functions, tables, schemas and roles.
 */
#include "postgres.h"

#include "run/catalog_changes.h"

uint64		catalog_changes = 0;
uint64		rights_changes = 0;
