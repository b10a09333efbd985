/*
 * path_check.c
 *		Who else may create objects in the schemas of an action's search_path.
 *
 * What is there when an action is activated is what its formulas mean from then
 * on; who may put something there has a say in it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "lookup/path_check.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/syscache.h"

/* The owner of this database, whom pg_database_owner stands for. */
static Oid
database_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* Has a role nothing to gain that it has not already? */
static bool
is_trusted(Oid role, Oid owner)
{
	if (role == ROLE_PG_DATABASE_OWNER)
		role = database_owner();
	return role == owner || superuser_arg(role) || has_privs_of_role(role, owner);
}

/* The name of somebody who may create objects in a schema and is not trusted, or NULL. */
static char *
stranger_in_schema(HeapTuple tuple, Oid owner)
{
	Oid			schema_owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	bool		isnull;
	Datum		datum = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &isnull);
	Acl		   *acl;

	if (!is_trusted(schema_owner, owner))
		return GetUserNameFromId(schema_owner, true);
	if (isnull)
		return NULL;
	acl = DatumGetAclPCopy(datum);
	for (int i = 0; i < ACL_NUM(acl); i++)
	{
		const AclItem *item = &ACL_DAT(acl)[i];

		if ((ACLITEM_GET_PRIVS(*item) & ACL_CREATE) == 0)
			continue;
		if (item->ai_grantee == ACL_ID_PUBLIC)
			return pstrdup("PUBLIC");
		if (!is_trusted(item->ai_grantee, owner))
			return GetUserNameFromId(item->ai_grantee, true);
	}
	return NULL;
}

/* Reports a schema that a stranger may create objects in. */
static void
report_schema(const char *schema, const char *stranger, bool insist, ProblemSink *sink)
{
	const char *who = strcmp(stranger, "PUBLIC") == 0 ? "everybody" : psprintf("role \"%s\"", stranger);
	char	   *message = psprintf("%s may create objects in schema \"%s\" of the search_path, and formulas may mean these",
								   who, schema);

	if (insist)
		problem_report(sink, ERRCODE_INSUFFICIENT_PRIVILEGE, "settings.search_path", message,
					   "The action runs as its owner, and its path is the one that the session happened to have.",
					   "Leave the schema out with \"settings\": {\"search_path\": ...}, or name it there if it shall be in the path; or REVOKE CREATE ON SCHEMA.");
	else
		problem_warn(sink, "settings.search_path", message,
					 "Leave the schema out of \"settings\": {\"search_path\": ...}, or REVOKE CREATE ON SCHEMA.");
}

void
path_check(Oid owner, bool insist, ProblemSink *sink)
{
	List	   *path = fetch_search_path(false);
	ListCell   *cell;

	foreach(cell, path)
	{
		HeapTuple	tuple;
		char	   *stranger;

		if (lfirst_oid(cell) == PG_CATALOG_NAMESPACE || isAnyTempNamespace(lfirst_oid(cell)))
			continue;
		tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(lfirst_oid(cell)));
		if (!HeapTupleIsValid(tuple))
			continue;
		stranger = stranger_in_schema(tuple, owner);
		if (stranger != NULL)
			report_schema(NameStr(((Form_pg_namespace) GETSTRUCT(tuple))->nspname), stranger, insist, sink);
		ReleaseSysCache(tuple);
	}
}
