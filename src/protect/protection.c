/*
 * protection.c
 *		What the triggers that protect a table say.
 *
 * A partition is written without a lock on the table that is protected, so that
 * table is looked at in the catalogs, never opened.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "lookup/function_lookup.h"
#include "protect/protection.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

Oid
protecting_row_function(void)
{
	return own_function("protect_row", buildoidvector(NULL, 0));
}

Oid
protecting_statement_function(void)
{
	return own_function(PROTECTING_FUNCTION, buildoidvector(NULL, 0));
}

const Trigger *
protecting_trigger(Relation table, Oid function)
{
	TriggerDesc *triggers = table->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (triggers->triggers[i].tgfoid == function)
			return &triggers->triggers[i];
	return NULL;
}

/* The trigger that one was copied from, and the table of that; false: it is no copy. */
static bool
trigger_above(Relation catalog, Oid trigger, Oid *above, Oid *table)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(trigger));
	scan = systable_beginscan(catalog, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	*above = HeapTupleIsValid(tuple) ? ((Form_pg_trigger) GETSTRUCT(tuple))->tgparentid : InvalidOid;
	if (HeapTupleIsValid(tuple))
		*table = ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
	systable_endscan(scan);
	return OidIsValid(*above);
}

/* The table whose trigger this is a copy of, or its own. */
static Oid
table_of_original(Oid trigger)
{
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	Oid			table = InvalidOid;

	while (trigger_above(catalog, trigger, &trigger, &table))
		 /* go on */ ;
	table_close(catalog, AccessShareLock);
	return table;
}

/* Reads the columns of the protected table by their names into numbers of the table that is written. */
static void
read_columns(Protection *protection, Oid written, const int2vector *columns)
{
	protection->ncolumns = columns->dim1;
	protection->columns = palloc(sizeof(AttrNumber) * Max(columns->dim1, 1));
	for (int i = 0; i < columns->dim1; i++)
	{
		char	   *name = get_attname(protection->table, columns->values[i], true);

		protection->columns[i] = name == NULL ? InvalidAttrNumber : get_attnum(written, name);
	}
}

/*
 * Reads the columns that the table itself has: from memory, since each statement that
 * writes it does. A function of ours is told by its name and schema.
 */
static void
read_own(Protection *protection, Relation table, const Trigger *trigger)
{
	Oid			schema = get_func_namespace(trigger->tgfoid);

	protection->table = RelationGetRelid(table);
	for (int i = 0; i < table->trigdesc->numtriggers; i++)
	{
		const Trigger *other = &table->trigdesc->triggers[i];

		if (other->tgnattr == 0 || other->tgfoid == trigger->tgfoid || get_func_namespace(other->tgfoid) != schema ||
			strcmp(get_func_name(other->tgfoid), PROTECTING_FUNCTION) != 0)
			continue;
		protection->ncolumns = other->tgnattr;
		protection->columns = palloc(sizeof(AttrNumber) * other->tgnattr);
		memcpy(protection->columns, other->tgattr, sizeof(AttrNumber) * other->tgnattr);
	}
}

/* Reads the columns of the table that the trigger was copied from. */
static void
read_original(Protection *protection, Relation table, const Trigger *trigger)
{
	Oid			function = protecting_statement_function();
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	protection->table = table_of_original(trigger->tgoid);
	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(protection->table));
	scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);

		if (form->tgfoid == function)
			read_columns(protection, RelationGetRelid(table), &form->tgattr);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

Protection *
protection_read(Relation table, const Trigger *trigger)
{
	Protection *protection = palloc0(sizeof(Protection));

	protection->mcxt = CurrentMemoryContext;
	if (trigger->tgisclone)
		read_original(protection, table, trigger);
	else
		read_own(protection, table, trigger);
	return protection;
}
