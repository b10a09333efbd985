/*
 * cascade.c
 *		What a foreign key's ON DELETE or ON UPDATE does to a protected table.
 *
 * Three things must hold, so that no code of users' that runs during a cascade passes
 * for one. The command ran as PostgreSQL runs those of foreign keys: so do triggers
 * that it fires, but they are commands of their own. It ran as the owner of the table,
 * who may lift the protection anyway. And the row that this one referred to is gone,
 * so that something has to become of it: that is looked up.
 *
 * The first two are seen only while the row is written, when there is no time to look
 * at anything else. So commands are noted by their number, and the number is found
 * again in the row.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/pg_am.h"
#include "catalog/pg_constraint.h"
#include "executor/spi.h"
#include "lookup/canonical.h"
#include "lookup/table_name.h"
#include "miscadmin.h"
#include "protect/cascade.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#define NOTES_AT_FIRST	16

/* A command that may be a foreign key's */
typedef struct Note
{
	CommandId	command;
	Oid			user;			/* whom it ran as */
} Note;

/* Those of this transaction, in the order of their numbers; in its memory */
static Note *notes = NULL;
static int	notes_count = 0;
static int	notes_size = 0;
static MemoryContextCallback notes_callback;

/* A foreign key */
typedef struct ForeignKey
{
	Oid			oid;
	Oid			parent;			/* of a partition's: that of the table above; else InvalidOid */
	Oid			table;
	Oid			referenced;
	char		on_update;
	char		on_delete;
	int			ncolumns;
	AttrNumber	columns[INDEX_MAX_KEYS];
	AttrNumber	keys[INDEX_MAX_KEYS];	/* of the referenced table */
	Oid			operators[INDEX_MAX_KEYS];	/* key = column */
} ForeignKey;

/* One that is kept, with the query for what a row refers to */
typedef struct KeptKey
{
	ForeignKey	key;
	Oid			types[INDEX_MAX_KEYS];	/* of the columns */
	SPIPlanPtr	plan;			/* or NULL */
	MemoryContextCallback callback; /* frees it */
} KeptKey;

struct CascadeKeys
{
	List	   *keys;			/* of KeptKey */
};

/* The transaction has ended, and its memory with it. */
static void
notes_forget(void *arg)
{
	notes = NULL;
	notes_count = notes_size = 0;
}

/* Makes room for a note. */
static void
notes_make_room(void)
{
	if (notes == NULL)
	{
		notes = MemoryContextAlloc(TopTransactionContext, sizeof(Note) * NOTES_AT_FIRST);
		notes_size = NOTES_AT_FIRST;
		notes_callback.func = notes_forget;
		MemoryContextRegisterResetCallback(TopTransactionContext, &notes_callback);
	}
	else if (notes_count == notes_size)
	{
		notes = repalloc_huge(notes, sizeof(Note) * notes_size * 2);
		notes_size *= 2;
	}
}

/*
 * The snapshot has the number that rows of the command get; commands inside of it
 * may have counted on since. They come and go in their order, but for one that goes
 * on after others inside of it: so it may be noted twice.
 */
void
cascade_note(void)
{
	CommandId	command;

	if (!InNoForceRLSOperation() || !ActiveSnapshotSet())
		return;
	command = GetActiveSnapshot()->curcid;
	for (int i = notes_count - 1; i >= 0 && notes[i].command >= command; i--)
		if (notes[i].command == command)
			return;
	notes_make_room();
	notes[notes_count].command = command;
	notes[notes_count++].user = GetUserId();
	for (int i = notes_count - 1; i > 0 && notes[i - 1].command > notes[i].command; i--)
	{
		Note		note = notes[i];

		notes[i] = notes[i - 1];
		notes[i - 1] = note;
	}
}

/* Whom a command that was noted ran as, or InvalidOid. */
static Oid
noted_user(CommandId command)
{
	int			low = 0;
	int			high = notes_count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (notes[middle].command == command)
			return notes[middle].user;
		if (notes[middle].command < command)
			low = middle + 1;
		else
			high = middle;
	}
	return InvalidOid;
}

/* The number of the command that a row trigger was fired for; only the current transaction's rows get here. */
static CommandId
command_of(const TriggerData *data)
{
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		return HeapTupleHeaderGetCmin(data->tg_newtuple->t_data);
	return HeapTupleHeaderGetCmax(data->tg_trigtuple->t_data);
}

/* Reads an array of int2 of a constraint. */
static void
read_numbers(HeapTuple tuple, AttrNumber attribute, AttrNumber *numbers, int *count)
{
	ArrayType  *array = DatumGetArrayTypeP(SysCacheGetAttrNotNull(CONSTROID, tuple, attribute));

	*count = Min(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)), INDEX_MAX_KEYS);
	memcpy(numbers, ARR_DATA_PTR(array), sizeof(int16) * *count);
}

/* Reads a foreign key; false: there is none of this OID. */
static bool
foreign_key_read(Oid oid, ForeignKey *key)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(oid));
	Form_pg_constraint form;
	ArrayType  *operators;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	key->oid = oid;
	key->parent = form->conparentid;
	key->table = form->conrelid;
	key->referenced = form->confrelid;
	key->on_update = form->confupdtype;
	key->on_delete = form->confdeltype;
	read_numbers(tuple, Anum_pg_constraint_conkey, key->columns, &key->ncolumns);
	read_numbers(tuple, Anum_pg_constraint_confkey, key->keys, &key->ncolumns);
	operators = DatumGetArrayTypeP(SysCacheGetAttrNotNull(CONSTROID, tuple, Anum_pg_constraint_conpfeqop));
	memcpy(key->operators, ARR_DATA_PTR(operators), sizeof(Oid) * key->ncolumns);
	ReleaseSysCache(tuple);
	return true;
}

/*
 * The foreign keys of a table, as OIDs. Each partition of a referenced table has a
 * row of its own in the catalog, below the one that counts.
 */
static List *
foreign_keys_of(Oid table)
{
	Relation	catalog = table_open(ConstraintRelationId, AccessShareLock);
	List	   *keys = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
	scan = systable_beginscan(catalog, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
		ForeignKey	above;

		if (form->contype == CONSTRAINT_FOREIGN &&
			!(OidIsValid(form->conparentid) && foreign_key_read(form->conparentid, &above) && above.table == table))
			keys = lappend_oid(keys, form->oid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return keys;
}

/* Does a foreign key do something to rows, on a DELETE or an UPDATE of what they refer to? */
static bool
does_something(char action)
{
	return action == FKCONSTR_ACTION_CASCADE || action == FKCONSTR_ACTION_SETNULL ||
		action == FKCONSTR_ACTION_SETDEFAULT;
}

/* Are these columns all of the foreign key? */
static bool
only_its_columns(const ForeignKey *key, const Bitmapset *changed)
{
	int			column = -1;

	while ((column = bms_next_member(changed, column)) >= 0)
	{
		bool		found = false;

		for (int i = 0; i < key->ncolumns; i++)
			found = found || key->columns[i] == column;
		if (!found)
			return false;
	}
	return true;
}

/* Does the foreign key run its commands as this user? One that a partition has from above runs them on the table above. */
static bool
runs_as(const ForeignKey *key, Oid user)
{
	ForeignKey	above = *key;

	do
	{
		if (table_owner(above.table) == user)
			return true;
	} while (OidIsValid(above.parent) && foreign_key_read(above.parent, &above));
	return false;
}

/* The query for the row that a key of these types refers to. */
static char *
referenced_query(const ForeignKey *key, const Oid *types)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT 1 FROM %s%s AS r WHERE ",
					 get_rel_relkind(key->referenced) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ",
					 relation_name_sql(key->referenced));
	for (int i = 0; i < key->ncolumns; i++)
	{
		char	   *column = psprintf("r.%s", quote_identifier(get_attname(key->referenced, key->keys[i], false)));

		appendStringInfoString(&query, i == 0 ? "" : " AND ");
		generate_operator_clause(&query, column, get_atttype(key->referenced, key->keys[i]), key->operators[i],
								 psprintf("$%d", i + 1), types[i]);
	}
	return query.data;
}

/* The keys are freed, and the plan with them. */
static void
plan_free(void *arg)
{
	SPI_freeplan(((KeptKey *) arg)->plan);
}

/* Makes the query ready for all rows of the statement. */
static void
plan_prepare(KeptKey *kept, MemoryContext mcxt)
{
	SPIPlanPtr	plan = SPI_prepare(referenced_query(&kept->key, kept->types), kept->key.ncolumns, kept->types);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare to look for what a row refers to");
	kept->plan = plan;
	kept->callback.func = plan_free;
	kept->callback.arg = kept;
	MemoryContextRegisterResetCallback(mcxt, &kept->callback);
}

/* Asks for the row as the owner of its table, as foreign keys do. */
static bool
referenced_exists(KeptKey *kept, MemoryContext mcxt, Datum *values)
{
	Oid			user;
	int			security;
	bool		exists;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(table_owner(kept->key.referenced),
						   security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (kept->plan == NULL)
		plan_prepare(kept, mcxt);
	if (SPI_execute_plan(kept->plan, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for what a row refers to");
	exists = SPI_processed > 0;
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return exists;
}

/* Has the row gone that a row referred to before? */
static bool
referenced_is_gone(KeptKey *kept, MemoryContext mcxt, const TriggerData *data)
{
	const ForeignKey *key = &kept->key;
	Datum		values[INDEX_MAX_KEYS];
	bool		isnull;

	for (int i = 0; i < key->ncolumns; i++)
	{
		values[i] = heap_getattr(data->tg_trigtuple, key->columns[i], RelationGetDescr(data->tg_relation), &isnull);
		if (isnull)
			return false;		/* it referred to none */
	}
	return !referenced_exists(kept, mcxt, values);
}

/* May a foreign key have led to this? */
static bool
key_explains(KeptKey *kept, MemoryContext mcxt, const TriggerData *data, const Bitmapset *changed, Oid user)
{
	const ForeignKey *key = &kept->key;

	if (TRIGGER_FIRED_BY_DELETE(data->tg_event) ?
		key->on_delete != FKCONSTR_ACTION_CASCADE :
		!does_something(key->on_update) && !does_something(key->on_delete))
		return false;
	return only_its_columns(key, changed) && runs_as(key, user) && referenced_is_gone(kept, mcxt, data);
}

/* Reads the foreign keys of a table. */
static CascadeKeys *
keys_read(Relation table, MemoryContext mcxt)
{
	CascadeKeys *keys;
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	ListCell   *cell;

	keys = palloc0(sizeof(CascadeKeys));
	foreach(cell, foreign_keys_of(RelationGetRelid(table)))
	{
		KeptKey    *kept = palloc0(sizeof(KeptKey));

		if (!foreign_key_read(lfirst_oid(cell), &kept->key))
			continue;
		for (int i = 0; i < kept->key.ncolumns; i++)
			kept->types[i] = TupleDescAttr(RelationGetDescr(table), kept->key.columns[i] - 1)->atttypid;
		keys->keys = lappend(keys->keys, kept);
	}
	MemoryContextSwitchTo(old);
	return keys;
}

bool
rows_have_commands(Relation table)
{
	return table->rd_rel->relkind == RELKIND_RELATION && table->rd_rel->relam == HEAP_TABLE_AM_OID;
}

bool
cascade_explains(const TriggerData *data, const Bitmapset *changed, CascadeKeys **kept, MemoryContext mcxt)
{
	Oid			user;
	ListCell   *cell;

	if (notes_count == 0 || TRIGGER_FIRED_BY_INSERT(data->tg_event) || !rows_have_commands(data->tg_relation))
		return false;
	user = noted_user(command_of(data));
	if (!OidIsValid(user))
		return false;
	if (*kept == NULL)
		*kept = keys_read(data->tg_relation, mcxt);
	foreach(cell, (*kept)->keys)
	{
		CHECK_FOR_INTERRUPTS();
		if (key_explains(lfirst(cell), mcxt, data, changed, user))
			return true;
	}
	return false;
}
