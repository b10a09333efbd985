/*
 * catalog_changes.h
 *		Has anything in the catalogs changed since?
 */
#ifndef CA_CATALOG_CHANGES_H
#define CA_CATALOG_CHANGES_H

#include "postgres.h"

#include "miscadmin.h"

/* Counts up whenever a function, table, schema or role of the catalogs changes; program_cache.c counts. */
extern uint64 catalog_changes;

/* Counts up whenever somebody may have got or lost the right to call a function. */
extern uint64 rights_changes;

/* A user who was found to be allowed something, as long as nothing changes. */
typedef struct KnownUser
{
	Oid			user;			/* InvalidOid: nobody */
	uint64		changes;		/* catalog_changes then */
} KnownUser;

/* May the current user do it? If he is not known to be, `may` says so. */
static inline bool
user_may(KnownUser *known, bool (*may) (const void *what), const void *what)
{
	uint64		changes = catalog_changes;

	if (known->user == GetUserId() && known->changes == changes)
		return true;
	known->user = InvalidOid;
	if (!may(what))
		return false;
	known->user = GetUserId();
	known->changes = changes;
	return true;
}

#endif
