/*
 * table_name.c
 *		Which relations are tables for an action: tables, partitioned and foreign
 *		ones, views, and materialized views.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/table_name.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(custom_action_table_named);

bool
relkind_is_table(char kind)
{
	return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_VIEW ||
		kind == RELKIND_FOREIGN_TABLE || kind == RELKIND_MATVIEW;
}

Oid
table_owner(Oid table)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

Oid
relation_named(const char *name)
{
	char	   *schema;
	char	   *relation;
	Oid			namespace;

	if (name == NULL || !qualified_name_split(name, &schema, &relation))
		return InvalidOid;
	namespace = get_namespace_oid(schema, true);
	return OidIsValid(namespace) ? get_relname_relid(relation, namespace) : InvalidOid;
}

/* SQL: the table of a qualified name, or NULL; whoever asks need not have privileges on its schema. */
Datum
custom_action_table_named(PG_FUNCTION_ARGS)
{
	Oid			table = relation_named(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (!OidIsValid(table) || !relkind_is_table(get_rel_relkind(table)))
		PG_RETURN_NULL();
	PG_RETURN_OID(table);
}
