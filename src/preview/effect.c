/*
 * effect.c
 *		Collects what an action did.
 *
 * PostgreSQL counts what each subtransaction writes, table by table: that tells
 * which tables to look at, and how many versions of rows there must be. What was is
 * matched with what is by the versions in between, then by key.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "base/jsonb_value.h"
#include "base/settings.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/denied.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "preview/changed_by.h"
#include "preview/effect.h"
#include "preview/row_match.h"
#include "run/convert_out.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/pgstat_internal.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#define BYTES_PER_MB	(1024.0 * 1024.0)

/* What collecting needs. */
typedef struct Collecting
{
	Effect	   *effect;
	const Watch *watch;
	const CommandSpan *interval;
	const EffectOptions *options;
	SubTransactionId subxact;
	List	   *dropped;		/* of OIDs: tables that are gone */
	List	   *roots;			/* of TouchedRoot */
	TouchedRoot *root;			/* that is looked at */
} Collecting;

Effect *
effect_make(const EffectOptions *options)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action effect", ALLOCSET_DEFAULT_SIZES);
	Effect	   *effect = MemoryContextAllocZero(mcxt, sizeof(Effect));

	effect->mcxt = mcxt;
	effect->wants_json = options->json;
	return effect;
}

/* Adds a note to a list. */
static List *
with_note(Effect *effect, List *notes, const char *table, const char *text)
{
	MemoryContext old = MemoryContextSwitchTo(effect->mcxt);
	EffectNote *note = palloc(sizeof(EffectNote));

	note->table = table != NULL ? pstrdup(table) : NULL;
	note->text = pstrdup(text);
	notes = lappend(notes, note);
	MemoryContextSwitchTo(old);
	return notes;
}

void
effect_add_incomplete(Effect *effect, const char *table, const char *text)
{
	effect->incomplete = with_note(effect, effect->incomplete, table, text);
}

void
effect_add_remains(Effect *effect, const char *table, const char *text)
{
	effect->remains = with_note(effect, effect->remains, table, text);
}

/* Is it the same, be it that both are missing? */
static bool
is_same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

void
effect_add_varies(Effect *effect, const char *table, const char *column, const char *text)
{
	MemoryContext old;
	EffectVaries *varies;
	ListCell   *cell;

	foreach(cell, effect->varies)
	{
		varies = lfirst(cell);
		if (is_same_name(varies->table, table) && strcmp(varies->column, column) == 0 && strcmp(varies->text, text) == 0)
			return;
	}
	old = MemoryContextSwitchTo(effect->mcxt);
	varies = palloc(sizeof(EffectVaries));
	varies->table = table != NULL ? pstrdup(table) : NULL;
	varies->column = pstrdup(column);
	varies->text = pstrdup(text);
	effect->varies = lappend(effect->varies, varies);
	MemoryContextSwitchTo(old);
}

/* The table that a partition is of in the end; another table itself. */
static Oid
root_of(Relation relation)
{
	if (!relation->rd_rel->relispartition)
		return RelationGetRelid(relation);
	return llast_oid(get_partition_ancestors(RelationGetRelid(relation)));
}

const char *
effect_table_name(Oid relation)
{
	if (isTempNamespace(get_rel_namespace(relation)))
		return qualified_name_canonical("pg_temp", get_rel_name(relation));
	return relation_name_canonical(relation);
}

/* The entry of a table, made when new. */
static TouchedRoot *
find_root(Collecting *collecting, Oid relation)
{
	TouchedRoot *root;
	ListCell   *cell;

	foreach(cell, collecting->roots)
	{
		root = lfirst(cell);
		if (root->relation == relation)
			return root;
	}
	root = palloc0(sizeof(TouchedRoot));
	root->relation = relation;
	root->name = effect_table_name(relation);
	collecting->roots = lappend(collecting->roots, root);
	return root;
}

/* "3 rows changed" */
static char *
rows_changed(PgStat_Counter rows)
{
	return rows == 1 ? pstrdup("1 row was changed") : psprintf(INT64_FORMAT " rows were changed", (int64) rows);
}

/* The entry of a file, made when new: several subtransactions may have written it. */
static TouchedFile *
find_file(TouchedRoot *root, Relation relation)
{
	TouchedFile *file;
	ListCell   *cell;

	foreach(cell, root->files)
	{
		file = lfirst(cell);
		if (RelationGetRelid(file->relation) != RelationGetRelid(relation))
			continue;
		relation_close(relation, NoLock);
		return file;
	}
	file = palloc0(sizeof(TouchedFile));
	file->relation = relation;
	root->files = lappend(root->files, file);
	return file;
}

/* Adds a file that was written; false if what happened to it is no matter of rows. */
static bool
add_file(Collecting *collecting, Relation relation, const PgStat_TableXactStatus *counts)
{
	TouchedRoot *root = find_root(collecting, root_of(relation));
	TouchedFile *file;

	if (counts->truncdropped)
		effect_add_incomplete(collecting->effect, root->name,
							  "it was emptied by TRUNCATE; its rows are not shown");
	else if (rd_new_file(relation) != InvalidSubTransactionId && rd_new_file(relation) >= collecting->subxact)
		effect_add_incomplete(collecting->effect, root->name, "it was rebuilt; its rows are not shown");
	else if (relation->rd_rel->relam != HEAP_TABLE_AM_OID)
		effect_add_incomplete(collecting->effect, root->name,
							  psprintf("%s; they are not shown, since it is no ordinary table of PostgreSQL",
									   rows_changed(counts->tuples_inserted + counts->tuples_updated + counts->tuples_deleted)));
	else
	{
		file = find_file(root, relation);
		file->inserted += counts->tuples_inserted;
		file->updated += counts->tuples_updated;
		file->deleted += counts->tuples_deleted;
		root->updated += counts->tuples_updated;
		root->deleted += counts->tuples_deleted;
		return true;
	}
	return false;
}

/* Is it a table that invoking itself writes? */
static bool
is_of_record(Relation relation)
{
	static const char *const names[] = {"log", "log_step", "idempotency"};
	Oid			root = root_of(relation);

	if (get_rel_namespace(root) != get_namespace_oid(CA_SCHEMA, true))
		return false;
	for (int i = 0; i < lengthof(names); i++)
		if (strcmp(get_rel_name(root), names[i]) == 0)
			return true;
	return false;
}

/* Names a table that was written and is gone, unless it was made inside. */
static void
add_dropped(Collecting *collecting, Oid table)
{
	Relation	classes = table_open(RelationRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
	scan = systable_beginscan(classes, ClassOidIndexId, true, collecting->interval->before, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple) && !list_member_oid(collecting->dropped, table))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);
		const char *schema = get_namespace_name(form->relnamespace);

		collecting->dropped = lappend_oid(collecting->dropped, table);
		if (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_MATVIEW)
			effect_add_incomplete(collecting->effect,
								  qualified_name_canonical(isTempNamespace(form->relnamespace) ? "pg_temp" :
														   schema != NULL ? schema : "?", NameStr(form->relname)),
								  "it was dropped; its rows are not shown");
	}
	systable_endscan(scan);
	table_close(classes, AccessShareLock);
}

/* Looks at one table that was written. */
static void
add_touched(Collecting *collecting, const PgStat_TableXactStatus *counts, bool *catalogs)
{
	Oid			table = tabstat_table(counts->parent);
	Relation	relation;

	if (!counts->truncdropped && counts->tuples_inserted + counts->tuples_updated + counts->tuples_deleted == 0)
		return;
	if (table < FirstNormalObjectId)
	{
		*catalogs = true;
		return;
	}
	relation = try_relation_open(table, AccessShareLock);
	if (relation == NULL)
	{
		add_dropped(collecting, table);
		return;
	}
	if (collecting->options->of_invocation && is_of_record(relation))
	{
		relation_close(relation, NoLock);
		return;
	}
	if (relation->rd_createSubid != InvalidSubTransactionId && relation->rd_createSubid >= collecting->subxact)
		*catalogs = true;
	else if ((relation->rd_rel->relkind == RELKIND_RELATION || relation->rd_rel->relkind == RELKIND_MATVIEW) &&
			 add_file(collecting, relation, counts))
		return;
	relation_close(relation, NoLock);
}

/* Finds the tables that were written. */
static void
find_touched(Collecting *collecting, int level)
{
	bool		catalogs = false;

	for (const PgStat_SubXactStatus *inside = pgstat_get_xact_stack_level(GetCurrentTransactionNestLevel());
		 inside != NULL && inside->nest_level >= level; inside = inside->prev)
		for (const PgStat_TableXactStatus *counts = inside->first; counts != NULL; counts = counts->next)
			add_touched(collecting, counts, &catalogs);
	if (catalogs)
		effect_add_incomplete(collecting->effect, NULL,
							  "tables or other objects were created, altered or dropped; this is not shown, though it is undone");
}

/* Is there too much of a table to read? Says so. */
static bool
is_too_large(Collecting *collecting, const TouchedFile *file)
{
	double		bytes = (double) versions_pages(file->versions) * BLCKSZ;

	if (collecting->options->force || bytes <= setting_preview_max_table_size * 1024.0)
		return false;
	effect_add_incomplete(collecting->effect, collecting->root->name,
						  psprintf("%s; to find those that no step has written itself, %.0f MB of the table would have to be read: say force => true, or raise custom_actions.preview_max_table_size",
								   rows_changed(file->inserted + file->updated + file->deleted),
								   Max(bytes / BYTES_PER_MB, 1)));
	return true;
}

/* Finds the versions of a file's rows; false if they are not to be found. */
static bool
find_versions(Collecting *collecting, TouchedFile *file)
{
	Oid			table = RelationGetRelid(file->relation);

	file->versions = versions_make(file->relation, collecting->interval, file->inserted + file->updated,
								   file->updated + file->deleted);
	if (!collecting->watch->too_many)
	{
		versions_by_keys(file->versions, table, collecting->watch);
		if (collecting->root->relation != table)
			versions_by_keys(file->versions, collecting->root->relation, collecting->watch);
	}
	if (!versions_are_complete(file->versions))
	{
		if (is_too_large(collecting, file))
			return false;
		versions_by_pages(file->versions);
	}
	versions_link(file->versions);
	return true;
}

/* Does a foreign key of the table that is looked at pass on what was done to another one? */
static bool
is_cascade(CmdType operation, void *arg)
{
	const Collecting *collecting = arg;
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, RelationGetFKeyList(collecting->root->opened))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);
		HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(key->conoid));
		char		on_delete;
		char		on_update;

		if (!HeapTupleIsValid(tuple))
			continue;
		on_delete = ((Form_pg_constraint) GETSTRUCT(tuple))->confdeltype;
		on_update = ((Form_pg_constraint) GETSTRUCT(tuple))->confupdtype;
		ReleaseSysCache(tuple);
		foreach(other, collecting->roots)
		{
			const TouchedRoot *root = lfirst(other);

			if (root->relation != key->confrelid)
				continue;
			if (root->deleted > 0 && (operation == CMD_DELETE ? on_delete == FKCONSTR_ACTION_CASCADE :
									  operation == CMD_UPDATE && (on_delete == FKCONSTR_ACTION_SETNULL || on_delete == FKCONSTR_ACTION_SETDEFAULT)))
				return true;
			if (root->updated > 0 && operation == CMD_UPDATE &&
				(on_update == FKCONSTR_ACTION_CASCADE || on_update == FKCONSTR_ACTION_SETNULL || on_update == FKCONSTR_ACTION_SETDEFAULT))
				return true;
		}
	}
	return false;
}

/* Adds who was at work at a command. */
static void
add_by(Collecting *collecting, EffectChange *change, CommandId command, CmdType operation)
{
	changed_by_add(&change->by, collecting->watch, command, operation, is_cascade, collecting);
	if (command < change->command)
		change->command = command;
}

/* Who made the version that is there now, and those before it. */
static void
add_makers(Collecting *collecting, EffectChange *change, const Versions *file, RowVersion *version)
{
	const RowVersion *maker = first_version(version);

	if (maker->created)
		add_by(collecting, change, maker->cmin, CMD_INSERT);
	while (maker != version && (maker = version_next(file, maker)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		add_by(collecting, change, maker->cmin, CMD_UPDATE);
	}
}

/* Who changed the row that is gone, and deleted it in the end. */
static void
add_removers(Collecting *collecting, EffectChange *change, const Versions *file, const RowVersion *version)
{
	const RowVersion *next;

	while ((next = version_next(file, version)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		add_by(collecting, change, next->cmin, CMD_UPDATE);
		version = next;
	}
	if (version->deleted)
		add_by(collecting, change, version->cmax, CMD_DELETE);
}

/* A value as JSON. */
static Jsonb *
column_json(const RowVersion *version, int column, Oid type)
{
	JsonbValue	value = {.type = jbvNull};

	if (!version->nulls[column])
		convert_to_value(&value, version->values[column], type);
	return JsonbValueToJsonb(&value);
}

/* A column of a change; one of the versions may be NULL. */
static EffectColumn *
make_column(Collecting *collecting, int number, const RowVersion *was, const RowVersion *is)
{
	RowReader  *reader = collecting->root->reader;
	const ReaderColumn *from = &reader->columns[number];
	EffectColumn *column = palloc0(sizeof(EffectColumn));

	column->name = pstrdup(from->name);
	column->number = from->number;
	column->key = from->key;
	column->before = was != NULL ? row_reader_text(reader, was, number) : NULL;
	column->after = is != NULL ? row_reader_text(reader, is, number) : NULL;
	column->type = from->type;
	column->before_value = column->before != NULL ? was->values[number] : (Datum) 0;
	column->after_value = column->after != NULL ? is->values[number] : (Datum) 0;
	if (collecting->options->json)
	{
		column->before_json = was != NULL ? column_json(was, number, from->type) : NULL;
		column->after_json = is != NULL ? column_json(is, number, from->type) : NULL;
	}
	return column;
}

/* A change of a row of the table that is looked at. */
static EffectChange *
change_make(Collecting *collecting, CmdType operation, const RowVersion *was, const RowVersion *is)
{
	TouchedRoot *root = collecting->root;
	EffectChange *change = palloc0(sizeof(EffectChange));
	const RowVersion *named = was != NULL ? was : is;

	change->relation = root->relation;
	change->table = pstrdup(root->name);
	change->operation = operation;
	change->command = InvalidCommandId;
	change->key_text = version_key(root->reader, named);
	for (int i = 0; i < root->reader->nkeys; i++)
		change->key = lappend(change->key, make_column(collecting, i, was, is));
	change->place = named->tid;
	return change;
}

/* Adds the columns of a change: those that differ, or hold something. */
static void
add_changed_columns(Collecting *collecting, EffectChange *change, const RowVersion *was, const RowVersion *is)
{
	RowReader  *reader = collecting->root->reader;

	for (int i = 0; i < reader->ncolumns; i++)
		if (was != NULL && is != NULL ? !row_reader_same(reader, was, is, i) : !(was != NULL ? was : is)->nulls[i])
			change->columns = lappend(change->columns, make_column(collecting, i, was, is));
}

/* Adds what became of a row, unless nothing did. */
static void
add_change(Collecting *collecting, const RowVersion *was, const Versions *was_in, RowVersion *is,
		   const Versions *is_in)
{
	TouchedRoot *root = collecting->root;
	EffectChange *change;

	if ((was != NULL && was->values == NULL) || (is != NULL && is->values == NULL))
	{
		root->reader->hidden++;
		return;
	}
	change = change_make(collecting, was == NULL ? CMD_INSERT : is == NULL ? CMD_DELETE : CMD_UPDATE, was, is);
	add_changed_columns(collecting, change, was, is);
	if (change->operation == CMD_UPDATE && change->columns == NIL)
		return;
	if (was != NULL && (is == NULL || first_version(is) != was))
		add_removers(collecting, change, was_in, was);
	if (is != NULL)
		add_makers(collecting, change, is_in, is);
	change->partition = RelationGetRelid((is_in != NULL ? is_in : was_in)->relation);
	collecting->effect->changes = lappend(collecting->effect->changes, change);
}

/* Says what of a table is not shown to the current user. */
static void
note_closed(Collecting *collecting)
{
	const TouchedRoot *root = collecting->root;
	const RowReader *reader = root->reader;
	StringInfoData names;
	ListCell   *cell;

	if (reader->hidden > 0)
		effect_add_incomplete(collecting->effect, root->name,
							  psprintf("%s that you may not see", rows_changed(reader->hidden)));
	if (reader->closed == NIL)
		return;
	initStringInfo(&names);
	foreach(cell, reader->closed)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", quote_identifier(lfirst(cell)));
	effect_add_incomplete(collecting->effect, root->name,
						  psprintf("you may not read %s of it: GRANT SELECT (%s) ON %s TO %s",
								   list_length(reader->closed) == 1 ? "a column" : "some columns", names.data,
								   root->name, denied_user()));
}

/* Says that nothing of a table is shown to the current user. */
static void
note_unreadable(Collecting *collecting)
{
	const TouchedRoot *root = collecting->root;

	effect_add_incomplete(collecting->effect, root->name,
						  psprintf("%s; you may not read it: GRANT SELECT ON %s TO %s",
								   rows_changed(list_length(root->come) + list_length(root->gone)), root->name, denied_user()));
}

/* Adds the changes of a table's rows, whose versions have been found. */
static void
add_changes(Collecting *collecting)
{
	TouchedRoot *root = collecting->root;
	ListCell   *cell;

	if (root->reader->ncolumns == 0)
	{
		if (root->come != NIL || root->gone != NIL)
			note_unreadable(collecting);
		return;
	}
	match_rows(root);
	foreach(cell, root->come)
	{
		const Arrival *row = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		add_change(collecting, row->was, row->was_in, row->version, row->file);
	}
	foreach(cell, root->gone)
	{
		const Arrival *row = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!row->was->matched)
			add_change(collecting, row->was, row->was_in, NULL, NULL);
	}
	note_closed(collecting);
}

/* Collects the changes of one table. */
static void
collect_root(Collecting *collecting, TouchedRoot *root)
{
	ListCell   *cell;

	collecting->root = root;
	if (root->files == NIL)
		return;
	root->opened = relation_open(root->relation, AccessShareLock);
	root->reader = row_reader_make(root->opened);
	foreach(cell, root->files)
	{
		TouchedFile *file = lfirst(cell);

		if (!find_versions(collecting, file))
			continue;
		row_reader_read(root->reader, file->versions);
		sort_versions(root, file->versions);
	}
	add_changes(collecting);
	foreach(cell, root->files)
		relation_close(((TouchedFile *) lfirst(cell))->relation, NoLock);
	relation_close(root->opened, NoLock);
}

/* The order in which changes were made; within one command, that of the rows' places. */
static int
compare_changes(const ListCell *x, const ListCell *y)
{
	const EffectChange *a = lfirst(x);
	const EffectChange *b = lfirst(y);

	if (a->command != b->command)
		return a->command < b->command ? -1 : 1;
	if (a->relation != b->relation)
		return a->relation < b->relation ? -1 : 1;
	if (a->partition != b->partition)
		return a->partition < b->partition ? -1 : 1;
	return ItemPointerCompare(unconstify(ItemPointerData *, &a->place), unconstify(ItemPointerData *, &b->place));
}

/* Gives rows that have no key names, by which their columns are told apart. */
static void
name_unnamed(const Effect *effect)
{
	ListCell   *cell;
	int			number = 0;

	foreach(cell, effect->changes)
	{
		EffectChange *change = lfirst(cell);

		if (change->key_text == NULL)
			change->key_text = psprintf("row %d", ++number);
	}
}

void
effect_collect(Effect *effect, const Watch *watch, const CommandSpan *interval, int level,
			   SubTransactionId subxact, const EffectOptions *options)
{
	MemoryContext old = MemoryContextSwitchTo(effect->mcxt);
	Collecting	collecting = {effect, watch, interval, options, subxact};
	ListCell   *cell;

	find_touched(&collecting, level);
	foreach(cell, collecting.roots)
		collect_root(&collecting, lfirst(cell));
	list_sort(effect->changes, compare_changes);
	name_unnamed(effect);
	MemoryContextSwitchTo(old);
}
