/*
 * settings.c
 *		Reads custom_actions.table_setting.
 *
 * Read with a catalog scan, not SPI: it happens while compiling, under a role
 * that need not have privileges on the table. Activation freezes what is
 * found into the definition, so a published action does not come here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/heapam.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "published.h"
#include "settings.h"
#include "signature.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* A text column of a tuple by its name, or NULL. */
static char *
text_column(HeapTuple tuple, Relation relation, const char *column)
{
	AttrNumber	attnum = get_attnum(RelationGetRelid(relation), column);
	bool		isnull = true;
	Datum		value = (Datum) 0;

	if (attnum > 0)
		value = heap_getattr(tuple, attnum, RelationGetDescr(relation), &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
}

char *
table_setting(Oid table, const char *setting)
{
	Oid			namespace = get_namespace_oid(CA_SCHEMA, true);
	Oid			settings = OidIsValid(namespace) ? get_relname_relid("table_setting", namespace) : InvalidOid;
	char	   *wanted = relation_name_canonical(table);
	char	   *found = NULL;
	Relation	relation;
	TableScanDesc scan;
	HeapTuple	tuple;
	Snapshot	snapshot;

	if (!OidIsValid(settings))
		return NULL;
	relation = table_open(settings, AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = table_beginscan(relation, snapshot, 0, NULL);
	while (found == NULL && (tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		char	   *name = text_column(tuple, relation, "table_name");

		if (name != NULL && strcmp(name, wanted) == 0)
			found = text_column(tuple, relation, setting);
	}
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(relation, AccessShareLock);
	return found;
}
