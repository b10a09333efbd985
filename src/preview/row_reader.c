/*
 * row_reader.c
 *		Reads versions of a table's rows as a SELECT of the current user would.
 *
 * Where no policy says which rows and no column is computed, that is what stands in
 * the copies of the versions; else it is a SELECT by their places, under the
 * snapshot that sees them.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "preview/row_reader.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#define MOST_PLACES		10000	/* in one SELECT */

/* Does an index tell each row of the table from all others? */
static bool
index_identifies(Relation relation, Relation index)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisunique || !form->indisvalid || !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
	{
		AttrNumber	number = form->indkey.values[i];

		if (number <= 0 || !TupleDescAttr(RelationGetDescr(relation), number - 1)->attnotnull)
			return false;
	}
	return true;
}

/* The columns by which rows are told apart: of the primary key, else of another unique one; NIL if there is none. */
static List *
identity_columns(Relation relation)
{
	List	   *numbers = NIL;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		bool		primary = index->rd_index->indisprimary;

		if ((primary || numbers == NIL) && index_identifies(relation, index))
		{
			numbers = NIL;
			for (int i = 0; i < index->rd_index->indnkeyatts; i++)
				numbers = lappend_int(numbers, index->rd_index->indkey.values[i]);
		}
		index_close(index, NoLock);
		if (primary && numbers != NIL)
			break;
	}
	return numbers;
}

/* May the current user read this column? */
static bool
may_read(Relation relation, AttrNumber number, bool whole)
{
	return whole ||
		pg_attribute_aclcheck(RelationGetRelid(relation), number, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* Adds a column. */
static void
add_read_column(RowReader *reader, AttrNumber number, bool key)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(reader->relation), number - 1);
	ReaderColumn *column = &reader->columns[reader->ncolumns++];
	Oid			output;
	bool		is_varlena;

	column->name = pstrdup(NameStr(attribute->attname));
	column->number = number;
	column->type = attribute->atttypid;
	column->length = attribute->attlen;
	column->byval = attribute->attbyval;
	column->key = key;
	getTypeOutputInfo(column->type, &output, &is_varlena);
	fmgr_info(output, &column->output);
}

/* Adds the columns of the key, if all of them may be read. */
static void
add_key_columns(RowReader *reader, const List *key, bool whole)
{
	ListCell   *cell;

	foreach(cell, key)
	{
		if (!may_read(reader->relation, lfirst_int(cell), whole))
			return;
	}
	foreach(cell, key)
		add_read_column(reader, lfirst_int(cell), true);
	reader->nkeys = reader->ncolumns;
}

RowReader *
row_reader_make(Relation relation)
{
	RowReader  *reader = palloc0(sizeof(RowReader));
	TupleDesc	tupdesc = RelationGetDescr(relation);
	Oid			user = GetUserId();
	bool		enters = object_aclcheck(NamespaceRelationId, RelationGetNamespace(relation), user, ACL_USAGE) == ACLCHECK_OK;
	bool		whole = enters && pg_class_aclcheck(RelationGetRelid(relation), user, ACL_SELECT) == ACLCHECK_OK;
	List	   *key = identity_columns(relation);

	reader->relation = relation;
	reader->whole = whole;
	reader->columns = palloc0(sizeof(ReaderColumn) * Max(tupdesc->natts, 1));
	reader->by_sql = has_virtual_columns(relation) ||
		check_enable_rls(RelationGetRelid(relation), InvalidOid, true) == RLS_ENABLED;
	if (enters)
		add_key_columns(reader, key, whole);
	for (AttrNumber number = 1; number <= tupdesc->natts; number++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, number - 1);

		if (attribute->attisdropped || (reader->nkeys > 0 && list_member_int(key, number)))
			continue;
		if (enters && may_read(relation, number, whole))
			add_read_column(reader, number, false);
		else
			reader->closed = lappend(reader->closed, pstrdup(NameStr(attribute->attname)));
	}
	return reader;
}

/* Where the reader's columns stand in a partition. */
static AttrNumber *
columns_in(const RowReader *reader, Relation relation)
{
	AttrNumber *numbers = palloc(sizeof(AttrNumber) * Max(reader->ncolumns, 1));

	for (int i = 0; i < reader->ncolumns; i++)
	{
		numbers[i] = relation == reader->relation ? reader->columns[i].number :
			get_attnum(RelationGetRelid(relation), reader->columns[i].name);
		if (numbers[i] == InvalidAttrNumber)
			elog(ERROR, "column \"%s\" is not in partition \"%s\"", reader->columns[i].name,
				 RelationGetRelationName(relation));
	}
	return numbers;
}

/* Makes room for the values of a version. */
static void
make_values(const RowReader *reader, RowVersion *version)
{
	version->values = palloc0(sizeof(Datum) * Max(reader->ncolumns, 1));
	version->nulls = palloc0(sizeof(bool) * Max(reader->ncolumns, 1));
}

/* Reads the copies. */
static void
read_copies(RowReader *reader, Versions *versions)
{
	AttrNumber *numbers = columns_in(reader, versions->relation);
	ListCell   *cell;

	foreach(cell, versions->found)
	{
		RowVersion *version = lfirst(cell);

		if (version->tuple == NULL)
			continue;
		make_values(reader, version);
		for (int i = 0; i < reader->ncolumns; i++)
			version->values[i] = heap_getattr(version->tuple, numbers[i], RelationGetDescr(versions->relation),
											  &version->nulls[i]);
	}
}

/* "SELECT a, b FROM t WHERE " */
static void
append_select(StringInfo text, const RowReader *reader, const char *first)
{
	appendStringInfo(text, "SELECT %s", first);
	for (int i = 0; i < reader->ncolumns; i++)
		appendStringInfo(text, "%s%s", i > 0 || first[0] != '\0' ? ", " : "", quote_identifier(reader->columns[i].name));
	appendStringInfo(text, " FROM %s%s WHERE ",
					 reader->relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ",
					 relation_name_sql(RelationGetRelid(reader->relation)));
}

/* Takes a row of a SELECT, whose columns begin at this one. */
static void
take_selected(const RowReader *reader, RowVersion *version, HeapTuple row, TupleDesc tupdesc, int first)
{
	make_values(reader, version);
	for (int i = 0; i < reader->ncolumns; i++)
	{
		const ReaderColumn *column = &reader->columns[i];
		Datum		value = SPI_getbinval(row, tupdesc, first + i, &version->nulls[i]);

		if (!version->nulls[i])
			version->values[i] = datumCopy(value, column->byval, column->length);
	}
}

/* Runs a SELECT under a snapshot; the caller frees what it gives, in the memory that is current. */
static void
select_under(const RowReader *reader, const char *select, int count, Oid *types, Datum *values, Snapshot snapshot)
{
	MemoryContext mcxt = CurrentMemoryContext;

	PushActiveSnapshot(snapshot);
	if (SPI_execute_with_args(select, count, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the rows of \"%s\"", RelationGetRelationName(reader->relation));
	PopActiveSnapshot();
	MemoryContextSwitchTo(mcxt);
}

/* Reads rows by their places under a snapshot. */
static void
select_places(const RowReader *reader, const Versions *versions, Datum *places, int count, Snapshot snapshot)
{
	Oid			types[] = {get_array_type(TIDOID), OIDOID};
	StringInfoData select;
	Datum		values[2];

	if (count == 0)
		return;
	initStringInfo(&select);
	append_select(&select, reader, "ctid");
	appendStringInfoString(&select, "ctid OPERATOR(pg_catalog.=) ANY ($1) AND tableoid OPERATOR(pg_catalog.=) $2");
	values[0] = PointerGetDatum(construct_array(places, count, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT));
	values[1] = ObjectIdGetDatum(RelationGetRelid(versions->relation));
	select_under(reader, select.data, lengthof(types), types, values, snapshot);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		Datum		place = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);
		RowVersion *version = hash_search(versions->by_tid, DatumGetPointer(place), HASH_FIND, NULL);

		if (version != NULL && version->tuple != NULL)
			take_selected(reader, version, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Reads those that one of the snapshots sees. */
static void
select_side(RowReader *reader, Versions *versions, bool before)
{
	Snapshot	snapshot = before ? versions->interval->before : versions->interval->after;
	Datum	   *places = palloc(sizeof(Datum) * MOST_PLACES);
	int			count = 0;
	ListCell   *cell;

	foreach(cell, versions->found)
	{
		RowVersion *version = lfirst(cell);

		if (before ? version->before : version->after)
			places[count++] = PointerGetDatum(&version->tid);
		if (count < MOST_PLACES)
			continue;
		select_places(reader, versions, places, count, snapshot);
		count = 0;
	}
	select_places(reader, versions, places, count, snapshot);
}

/* The SELECT that reads a row by its key, or NULL. */
static char *
select_by_key(const RowReader *reader)
{
	List	   *names = NIL;
	List	   *key;
	StringInfoData text;

	for (int i = 0; i < reader->nkeys; i++)
		names = lappend(names, unconstify(char *, reader->columns[i].name));
	key = names != NIL ? key_of_table(RelationGetRelid(reader->relation), names, false) : NIL;
	if (key == NIL)
		return NULL;
	initStringInfo(&text);
	append_select(&text, reader, "");
	for (int i = 0; i < reader->nkeys; i++)
	{
		ListCell   *cell;

		foreach(cell, key)
		{
			const KeyColumn *column = lfirst(cell);

			if (strcmp(column->name, reader->columns[i].name) == 0)
				appendStringInfo(&text, "%s%s %s $%d", i > 0 ? " AND " : "", quote_identifier(column->name),
								 column->equals, i + 1);
		}
	}
	return text.data;
}

/*
 * Reads rows by their keys, one after the other: who may read some columns only may
 * not ask for rows by their places.
 */
static void
select_rows_by_key(RowReader *reader, Versions *versions)
{
	char	   *select = select_by_key(reader);
	AttrNumber *numbers = columns_in(reader, versions->relation);
	ListCell   *cell;

	foreach(cell, select != NULL ? versions->found : NIL)
	{
		RowVersion *version = lfirst(cell);
		Oid			types[INDEX_MAX_KEYS];
		Datum		values[INDEX_MAX_KEYS];
		bool		isnull;

		if (version->tuple == NULL)
			continue;
		for (int i = 0; i < reader->nkeys; i++)
		{
			types[i] = reader->columns[i].type;
			values[i] = heap_getattr(version->tuple, numbers[i], RelationGetDescr(versions->relation), &isnull);
		}
		select_under(reader, select, reader->nkeys, types, values,
					 version->before ? versions->interval->before : versions->interval->after);
		if (SPI_processed == 1)
			take_selected(reader, version, SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		SPI_freetuptable(SPI_tuptable);
	}
}

/* Reads rows as a SELECT, and so under the policies of the table. */
static void
read_by_sql(RowReader *reader, Versions *versions)
{
	MemoryContext mcxt = CurrentMemoryContext;

	/* with row_security off, such a SELECT would be refused */
	if (!row_security && check_enable_rls(RelationGetRelid(reader->relation), InvalidOid, true) == RLS_ENABLED)
		return;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	MemoryContextSwitchTo(mcxt);
	if (reader->whole)
	{
		select_side(reader, versions, true);
		select_side(reader, versions, false);
	}
	else
		select_rows_by_key(reader, versions);
	SPI_finish();
	MemoryContextSwitchTo(mcxt);
}

void
row_reader_read(RowReader *reader, Versions *versions)
{
	if (reader->ncolumns == 0)
		return;
	if (reader->by_sql)
		read_by_sql(reader, versions);
	else
		read_copies(reader, versions);
}

char *
row_reader_text(RowReader *reader, const RowVersion *version, int column)
{
	if (version->nulls[column])
		return NULL;
	return OutputFunctionCall(&reader->columns[column].output, version->values[column]);
}

bool
row_reader_same(const RowReader *reader, const RowVersion *a, const RowVersion *b, int column)
{
	const ReaderColumn *type = &reader->columns[column];

	if (a->nulls[column] || b->nulls[column])
		return a->nulls[column] && b->nulls[column];
	return datum_image_eq(a->values[column], b->values[column], type->byval, type->length);
}
