/*
 * role_name.c
 *		Names of roles, for those who need them at every call.
 */
#include "postgres.h"

#include "lookup/role_name.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* A name that was read from the catalogs */
typedef struct RoleName
{
	Oid			role;			/* key */
	uint64		read_at;		/* role_changes when it was */
	const char *name;			/* "": the role was dropped */
} RoleName;

static HTAB *role_names = NULL; /* entries and names stay, as they are handed out */
static uint64 role_changes = 1; /* 0: not read */

/* Something about a role has changed. */
static void
roles_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	role_changes++;
}

/* Makes the table of names. */
static void
make_role_names(void)
{
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(RoleName),
		.hcxt = TopMemoryContext
	};

	role_names = hash_create("custom action role names", 16, &control,
							 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterSyscacheCallback(AUTHOID, roles_changed, (Datum) 0);
}

const char *
kept_role_name(Oid role)
{
	RoleName   *known;
	bool		found;
	uint64		read_at;
	char	   *name;

	if (!OidIsValid(role))
		return NULL;
	if (role_names == NULL)
		make_role_names();
	known = hash_search(role_names, &role, HASH_FIND, NULL);
	if (known != NULL && known->read_at == role_changes)
		return known->name;

	/* what changes while the catalogs are read will be read again */
	read_at = role_changes;
	name = GetUserNameFromId(role, true);
	known = hash_search(role_names, &role, HASH_ENTER, &found);
	if (!found)
	{
		known->name = "";
		known->read_at = 0;
	}
	if (strcmp(known->name, name ? name : "") != 0)
		known->name = name ? MemoryContextStrdup(TopMemoryContext, name) : "";
	known->read_at = read_at;
	if (name != NULL)
		pfree(name);
	return known->name;
}
