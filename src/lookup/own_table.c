/*
 * own_table.c
 *		Reads the tables of the extension's own schema.
 *
 * By a catalog scan, not SPI: it happens while names are resolved and actions
 * compiled, under roles that need not have privileges on the tables, and sees
 * what has been committed by now, whatever the snapshot of the transaction.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/own_table.h"
#include "lookup/table_name.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(custom_action_is_own_change);

/* A text column of a row, or NULL. */
static char *
text_column(HeapTuple tuple, Relation relation, const char *column)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), column);
	bool		isnull = true;
	Datum		value = (Datum) 0;

	if (number > 0)
		value = heap_getattr(tuple, number, RelationGetDescr(relation), &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
}

/* Makes the condition that the key, the first column, is this text. */
static void
key_is(ScanKey condition, Relation relation, const char *key)
{
	ScanKeyEntryInitialize(condition, 0, 1, BTEqualStrategyNumber, TEXTOID,
						   TupleDescAttr(RelationGetDescr(relation), 0)->attcollation,
						   F_TEXTEQ, CStringGetTextDatum(key));
}

/* A table of the extension, or InvalidOid. */
static Oid
own_table(const char *table)
{
	Oid			schema = get_namespace_oid(CA_SCHEMA, true);

	return OidIsValid(schema) ? get_relname_relid(table, schema) : InvalidOid;
}

Oid
own_table_owner(const char *table)
{
	return table_owner(own_table(table));
}

char *
own_table_text(const char *table, const char *key, const char *column)
{
	Oid			oid = own_table(table);
	char	   *found = NULL;
	Relation	relation;
	ScanKeyData condition;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (!OidIsValid(oid))
		return NULL;
	relation = table_open(oid, AccessShareLock);
	list_free(RelationGetIndexList(relation));	/* finds the primary key */
	key_is(&condition, relation, key);
	scan = systable_beginscan(relation, relation->rd_pkindex, OidIsValid(relation->rd_pkindex),
							  NULL, 1, &condition);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		found = text_column(tuple, relation, column);
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return found;
}

bool
own_table_is_marked(const char *table, const char *index, const char *key, const char *column)
{
	Oid			oid = own_table(table);
	Oid			index_oid = own_table(index);
	bool		is_marked = false;
	Relation	relation;
	ScanKeyData condition;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (!OidIsValid(oid) || !OidIsValid(index_oid))
		return false;
	relation = table_open(oid, AccessShareLock);
	key_is(&condition, relation, key);
	scan = systable_beginscan(relation, index_oid, true, NULL, 1, &condition);
	while (!is_marked && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, get_attnum(oid, column), RelationGetDescr(relation), &isnull);

		is_marked = !isnull && DatumGetBool(value);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return is_marked;
}

/* SQL: did the current transaction write the row that has this xmin? */
Datum
custom_action_is_own_change(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(TransactionIdIsCurrentTransactionId(PG_GETARG_TRANSACTIONID(0)));
}

void
own_table_keys(const char *table, void (*look) (const char *key, void *arg), void *arg)
{
	Oid			oid = own_table(table);
	Relation	relation;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (!OidIsValid(oid))
		return;
	relation = table_open(oid, AccessShareLock);
	scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		key = heap_getattr(tuple, 1, RelationGetDescr(relation), &isnull);

		if (!isnull)
			look(TextDatumGetCString(key), arg);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
}

char *
draft_owner(const char *name)
{
	return own_table_text("action", name, "owner");
}
