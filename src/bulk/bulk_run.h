/*
 * bulk_run.h
 *		Runs the items of a bulk call, and undoes what is to be undone.
 */
#ifndef CA_BULK_RUN_H
#define CA_BULK_RUN_H

#include "postgres.h"

#include "bulk/bulk.h"

/* Runs all items, or none of them: the first one that fails says so. */
extern void bulk_run_all(Bulk *bulk);

/* Runs all items; what those that fail have done is undone, the others stay. */
extern void bulk_run_each(Bulk *bulk);

/* Throws an error on, and adds which item it is about: its CONTEXT does not reach every caller. */
pg_noreturn extern void bulk_throw_on(const Bulk *bulk, ErrorData *error);

#endif
