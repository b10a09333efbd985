/*
 * remains.c
 *		What a rollback does not undo, and what is written elsewhere.
 *
 * Whoever takes a number of a sequence, or writes a foreign table, holds a lock on
 * it to the end of his transaction.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "catalog/pg_foreign_table.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "preview/remains.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Does this transaction hold a lock for writing on a relation? */
static bool
is_locked(Oid relation)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
	return LockHeldByMe(&tag, RowExclusiveLock, true);
}

/* Those that are locked of the relations that a catalog lists. */
static List *
locked_of(Oid catalog, AttrNumber column)
{
	Relation	relation = table_open(catalog, AccessShareLock);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	List	   *result = NIL;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Oid			listed = DatumGetObjectId(heap_getattr(tuple, column, RelationGetDescr(relation), &isnull));

		if (is_locked(listed))
			result = lappend_oid(result, listed);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return result;
}

/* Adds the sequences that numbers were taken of. */
static void
add_sequences(Effect *effect, const Sequences *sequences)
{
	ListCell   *cell;

	foreach(cell, sequences_advanced(sequences))
	{
		if (get_rel_name(lfirst_oid(cell)) != NULL)
			effect_add_remains(effect, effect_table_name(lfirst_oid(cell)),
							   "the sequence was advanced: numbers that were taken are not given again");
	}
}

/* Adds the foreign tables that were written. */
static void
add_foreign_tables(Effect *effect, const Watch *watch)
{
	List	   *written = list_concat_unique_oid(list_copy(watch->foreign),
												 locked_of(ForeignTableRelationId, Anum_pg_foreign_table_ftrelid));
	ListCell   *cell;

	list_sort(written, list_oid_cmp);
	foreach(cell, written)
	{
		const char *name = relation_name_canonical(lfirst_oid(cell));

		effect_add_incomplete(effect, name, "rows of it, a foreign table, may have been changed; they are not shown");
		effect_add_remains(effect, name, "what was written to this foreign table is undone only if its server takes part in transactions");
	}
}

/* "desk.f(jsonb)" */
static char *
function_title(Oid function)
{
	StringInfoData text;
	Oid		   *types;
	int			count;

	(void) get_func_signature(function, &types, &count);
	initStringInfo(&text);
	appendStringInfo(&text, "%s(", function_name_canonical(function));
	for (int i = 0; i < count; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? "," : "", type_name_canonical(types[i], -1));
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* Adds the functions that may have done what nobody undoes. */
static void
add_functions(Effect *effect, const Watch *watch)
{
	ListCell   *cell;

	foreach(cell, watch->volatiles)
		effect_add_remains(effect, NULL,
						   psprintf("function %s is VOLATILE: what it did outside of this database's tables is not undone",
									function_title(lfirst_oid(cell))));
}

void
remains_collect(Effect *effect, const Watch *watch, const Sequences *sequences)
{
	add_foreign_tables(effect, watch);
	add_sequences(effect, sequences);
	add_functions(effect, watch);
}
