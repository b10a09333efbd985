/*
 * action_lookup.c
 *		Finds published actions.
 *
 * Only functions of our own language count. The language's OID is kept until
 * a pg_language row changes. What is asked by SQL is asked after waiting for
 * the row of a draft, so what others published meanwhile is taken in first.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/proclang.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/denied.h"
#include "lookup/name_rules.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#define MAX_SEARCH_PATH		64

/* Those of pg_advisory_lock() are 1 and 2 */
#define NAME_LOCK_CLASS		0xCA

static Oid	language = InvalidOid;
static bool language_known = false;

PG_FUNCTION_INFO_V1(custom_action_function);

/* Forgets the language when pg_language changes. */
static void
forget_language(Datum arg, int cacheid, uint32 hashvalue)
{
	language_known = false;
}

Oid
action_language(void)
{
	static bool registered = false;

	if (language_known)
		return language;

	if (!registered)
	{
		CacheRegisterSyscacheCallback(LANGOID, forget_language, (Datum) 0);
		registered = true;
	}
	language = get_language_oid(CA_LANGUAGE, true);
	language_known = true;
	return language;
}

bool
function_is_action(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_proc) GETSTRUCT(tuple))->prolang == action_language() &&
		OidIsValid(action_language());
	ReleaseSysCache(tuple);
	return result;
}

/* Raises that two actions have one name. */
pg_noreturn static void
refuse_ambiguous(Oid schema, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_FUNCTION),
			 errmsg("name of action \"%s\" is not unique",
					qualified_name_canonical(get_namespace_name(schema), name)),
			 errhint("Rename or drop one of the functions of this name.")));
}

/*
 * Finds the action of a name in the first schema of a list that has one; with
 * any_language another function of the name does if there is no action.
 */
static Oid
find_in_schemas(const char *name, const Oid *schemas, int nschemas,
				bool any_language)
{
	Oid			ours = action_language();
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	Oid			found = InvalidOid;
	Oid			other = InvalidOid;
	int			best = nschemas;
	bool		ambiguous = false;
	int			i,
				j;

	for (i = 0; i < list->n_members; i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		if (proc->prolang != ours && !any_language)
			continue;
		for (j = 0; j < nschemas; j++)
			if (proc->pronamespace == schemas[j])
				break;
		if (j == nschemas)
			continue;
		if (proc->prolang != ours)
			other = proc->oid;
		else if (j <= best)
		{
			ambiguous = j == best;
			best = j;
			found = proc->oid;
		}
	}
	ReleaseSysCacheList(list);
	if (ambiguous)
		refuse_ambiguous(schemas[best], name);
	return OidIsValid(found) ? found : other;
}

bool
action_is_overloaded(Oid function)
{
	Oid			schema = get_func_namespace(function);
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP,
										   CStringGetDatum(get_func_name(function)));
	bool		found = false;

	for (int i = 0; i < list->n_members && !found; i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		found = proc->pronamespace == schema && proc->oid != function &&
			proc->prolang == action_language();
	}
	ReleaseSysCacheList(list);
	return found;
}

/*
 * Two functions of a name with different arguments would be an overload, and
 * none could be told from the other. The lock has the form of an advisory one,
 * of a class that no function gives away, and 64 bits of a cryptographic hash:
 * nobody finds a name of his own that would be in the way of another's.
 */
void
action_lock_name(const char *name)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	uint8		hash[PG_SHA256_DIGEST_LENGTH];
	uint32		words[2];
	LOCKTAG		tag;

	if (context == NULL || pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) name, strlen(name)) < 0 ||
		pg_cryptohash_final(context, hash, sizeof(hash)) < 0)
		elog(ERROR, "could not compute the hash of a name: %s", pg_cryptohash_error(context));
	pg_cryptohash_free(context);
	memcpy(words, hash, sizeof(words));
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, words[0], words[1], NAME_LOCK_CLASS);
	(void) LockAcquire(&tag, ShareUpdateExclusiveLock, false, false);
}

Oid
action_find_in_schema(Oid schema, const char *name, bool any_language)
{
	return find_in_schemas(name, &schema, 1, any_language);
}

/* Finds an action by its possibly qualified name. */
static Oid
find_by_name(const char *name, bool check_usage)
{
	List	   *names = stringToQualifiedNameList(name, NULL);
	char	   *schema;
	char	   *function;
	Oid			path[MAX_SEARCH_PATH];
	int			length;

	name_require_length(name);
	if (!OidIsValid(action_language()))
		return InvalidOid;

	DeconstructQualifiedName(names, &schema, &function);
	if (schema == NULL)
	{
		length = fetch_search_path_array(path, MAX_SEARCH_PATH);
		return find_in_schemas(function, path, Min(length, MAX_SEARCH_PATH), false);
	}

	if (check_usage)
		require_schema_usage(schema);
	path[0] = check_usage ? LookupExplicitNamespace(schema, true) :
		get_namespace_oid(schema, true);
	return OidIsValid(path[0]) ? find_in_schemas(function, path, 1, false) : InvalidOid;
}

Oid
action_find(const char *name)
{
	return find_by_name(name, true);
}

Oid
action_find_fresh(const char *name)
{
	AcceptInvalidationMessages();
	return find_by_name(name, false);
}

/* SQL: the published function of an action, or NULL. */
Datum
custom_action_function(PG_FUNCTION_ARGS)
{
	Oid			function = action_find_fresh(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (!OidIsValid(function))
		PG_RETURN_NULL();
	PG_RETURN_OID(function);
}

bool
action_may_be_invoked(Oid function)
{
	Oid			schema = get_func_namespace(function);

	return OidIsValid(schema) &&
		object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK &&
		object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
}
