/*
 * catalog_changes.h
 *		Has anything in the catalogs changed since?
 */
#ifndef CA_CATALOG_CHANGES_H
#define CA_CATALOG_CHANGES_H

#include "postgres.h"

/* Counts up whenever a function, table, schema or role of the catalogs changes; program_cache.c counts. */
extern uint64 catalog_changes;

/* Counts up whenever somebody may have got or lost the right to call a function. */
extern uint64 rights_changes;

#endif
