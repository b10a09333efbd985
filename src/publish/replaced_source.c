/*
 * replaced_source.c
 *		A function of an action gets another source.
 *
 * It says the same as before, with other names, so it is no new version, and
 * whoever has renamed something need not own the function: its row is written as
 * PostgreSQL writes that of an index or a view whose table is renamed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_proc.h"
#include "publish/replaced_source.h"
#include "lookup/proc_row.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/syscache.h"

void
source_replace(Oid function, const char *source, ArrayType *settings)
{
	Relation	relation = table_open(ProcedureRelationId, RowExclusiveLock);
	HeapTuple	tuple = proc_row(function);
	HeapTuple	replaced;
	Datum		values[Natts_pg_proc] = {0};
	bool		nulls[Natts_pg_proc] = {0};
	bool		replace[Natts_pg_proc] = {0};

	values[Anum_pg_proc_prosrc - 1] = CStringGetTextDatum(source);
	replace[Anum_pg_proc_prosrc - 1] = true;
	values[Anum_pg_proc_proconfig - 1] = PointerGetDatum(settings);
	replace[Anum_pg_proc_proconfig - 1] = settings != NULL;
	replaced = heap_modify_tuple(tuple, RelationGetDescr(relation), values, nulls, replace);
	CatalogTupleUpdate(relation, &replaced->t_self, replaced);
	table_close(relation, RowExclusiveLock);
	ReleaseSysCache(tuple);
	CommandCounterIncrement();
}
