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
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "preview/remains.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

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

/* A row of a catalog by its OID, as a snapshot has it; a copy, or NULL. */
static HeapTuple
row_before(Oid catalog, Oid index, AttrNumber key_column, Oid object, Snapshot before)
{
	Relation	relation = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, key_column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
	scan = systable_beginscan(relation, index, true, before, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		tuple = heap_copytuple(tuple);
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return tuple;
}

/* "desk.note" of what was dropped, by its schema's name before; NULL: it had none. */
static char *
name_before(Oid schema, const NameData *name, Snapshot before)
{
	HeapTuple	namespace = row_before(NamespaceRelationId, NamespaceOidIndexId, Anum_pg_namespace_oid, schema,
									   before);

	if (!HeapTupleIsValid(namespace))
		return NULL;
	return qualified_name_canonical(isTempNamespace(schema) ? "pg_temp" :
									NameStr(((Form_pg_namespace) GETSTRUCT(namespace))->nspname), NameStr(*name));
}

/* The name of a sequence, also of one that was dropped since; NULL: there was none before. */
static const char *
sequence_title(Oid sequence, Snapshot before)
{
	HeapTuple	tuple;
	Form_pg_class class;

	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(sequence)))
		return effect_table_name(sequence);
	tuple = row_before(RelationRelationId, ClassOidIndexId, Anum_pg_class_oid, sequence, before);
	if (!HeapTupleIsValid(tuple))
		return NULL;
	class = (Form_pg_class) GETSTRUCT(tuple);
	return name_before(class->relnamespace, &class->relname, before);
}

/* Adds the sequences that numbers were taken of, also those that were dropped then: they will be back. */
static void
add_sequences(Effect *effect, const Sequences *sequences, Snapshot before)
{
	ListCell   *cell;

	foreach(cell, sequences_advanced(sequences))
	{
		const char *name = sequence_title(lfirst_oid(cell), before);

		if (name != NULL)
			effect_add_remains(effect, name,
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

/* "desk.f" of a function that was dropped since; NULL: there was none before. */
static char *
function_name_before(Oid function, Snapshot before)
{
	HeapTuple	tuple = row_before(ProcedureRelationId, ProcedureOidIndexId, Anum_pg_proc_oid, function, before);
	Form_pg_proc proc;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	return name_before(proc->pronamespace, &proc->proname, before);
}

/* "desk.f(jsonb)"; NULL: it was made and dropped since. */
static char *
function_title(Oid function, Snapshot before)
{
	StringInfoData text;
	Oid		   *types;
	int			count;

	if (!SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(function)))
		return function_name_before(function, before);
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
add_functions(Effect *effect, const Watch *watch, Snapshot before)
{
	ListCell   *cell;

	foreach(cell, watch->volatiles)
	{
		const char *title = function_title(lfirst_oid(cell), before);

		if (title != NULL)
			effect_add_remains(effect, NULL,
							   psprintf("function %s is VOLATILE: what it did outside of this database's tables is not undone",
										title));
	}
}

void
remains_collect(Effect *effect, const Watch *watch, const Sequences *sequences, Snapshot before)
{
	add_foreign_tables(effect, watch);
	add_sequences(effect, sequences, before);
	add_functions(effect, watch, before);
}
