/*
 * bulk_run.h
 *		Runs the items of a bulk call, and undoes what is to be undone.
 */
#ifndef CA_BULK_RUN_H
#define CA_BULK_RUN_H

#include "postgres.h"

#include "bulk/bulk.h"

/*
 * Runs all items, or none of them: the first one that fails says so; or if the bulk
 * answers, what those that fail have done is undone, and the others stay. The budgets
 * of the settings are those of all of them together.
 */
extern void bulk_run(Bulk *bulk);

/* Throws an error on, and adds which item it is about: its CONTEXT does not reach every caller. */
pg_noreturn extern void bulk_throw_on(const Bulk *bulk, ErrorData *error);

#endif
