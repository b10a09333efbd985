/*
 * etag.c
 *		The version of a row; see etag.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lookup/table_setting_find.h"
#include "run/etag.h"
#include "run/normal_form.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* How much of the digest is told: enough that nobody finds another row of the same */
#define ETAG_BYTES		16

#define ROW_HINT	"Give the row by the name that the table has in FROM: SELECT action_etag(c) FROM support.case AS c."

PG_FUNCTION_INFO_V1(custom_action_etag);

/* A column of a row, with its value. */
typedef struct RowValue
{
	const char *name;
	Oid			type;
	Datum		value;
} RowValue;

/* For qsort(): by name. */
static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const RowValue *) a)->name, ((const RowValue *) b)->name);
}

/* The columns of a row that are not NULL, by their names; one that was added since is. */
static RowValue *
row_values(HeapTupleHeader row, TupleDesc descriptor, int *count)
{
	RowValue   *values = palloc(descriptor->natts * sizeof(RowValue));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

	ItemPointerSetInvalid(&tuple.t_self);
	*count = 0;
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);
		RowValue   *value = &values[*count];
		bool		isnull;

		if (column->attisdropped)
			continue;
		value->name = NameStr(column->attname);
		value->type = column->atttypid;
		value->value = heap_getattr(&tuple, i + 1, descriptor, &isnull);
		*count += isnull ? 0 : 1;
	}
	qsort(values, *count, sizeof(RowValue), compare_names);
	return values;
}

/* Adds a value; JSON that is kept as text is that text, which reading might refuse. */
static void
put_etag_value(Digest *digest, const RowValue *value)
{
	text	   *json;

	digest_put(digest, value->name, strlen(value->name));
	if (getBaseType(value->type) != JSONOID)
	{
		normal_form_put(digest, value->value, false, value->type);
		return;
	}
	json = DatumGetTextPP(value->value);
	digest_put(digest, VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json));
}

char *
etag_of_row(HeapTupleHeader row)
{
	TupleDesc	descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	uint8		result[DIGEST_LENGTH];
	char	   *etag = palloc0(2 * ETAG_BYTES + 1);
	Digest		digest;
	RowValue   *values;
	int			count;

	digest_begin(&digest, "version of a row");
	values = row_values(row, descriptor, &count);
	for (int i = 0; i < count; i++)
		put_etag_value(&digest, &values[i]);
	ReleaseTupleDesc(descriptor);
	digest_end(&digest, result);
	hex_encode((const char *) result, ETAG_BYTES, etag);
	return etag;
}

char *
etag_of_value(Datum value, bool isnull, Oid type)
{
	return isnull ? pstrdup("null") : normal_text(value, type);
}

char *
etag_column(Oid table)
{
	char	   *column = table_setting_find(table, "version_column");
	ListCell   *cell;

	if (column == NULL && get_rel_relispartition(table))
	{
		foreach(cell, get_partition_ancestors(table))
		{
			if (column == NULL)
				column = table_setting_find(lfirst_oid(cell), "version_column");
		}
	}
	return column != NULL && get_attnum(table, column) > 0 ? column : NULL;
}

/* The version of a row of a table whose owner names a column for it. */
static char *
etag_by_column(HeapTupleHeader row, Oid table, const char *column)
{
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(row),
														 HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	AttrNumber	number = get_attnum(table, column);
	bool		isnull;
	Datum		value;

	ItemPointerSetInvalid(&tuple.t_self);
	value = heap_getattr(&tuple, number, descriptor, &isnull);
	return etag_of_value(value, isnull, TupleDescAttr(descriptor, number - 1)->atttypid);
}

/* The table that a row is of; raises if there is none. */
static Oid
table_of_row(HeapTupleHeader row)
{
	Oid			table = get_typ_typrelid(HeapTupleHeaderGetTypeId(row));

	if (!OidIsValid(table) || get_rel_relkind(table) == RELKIND_COMPOSITE_TYPE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("this is not the row of a table"),
				 errhint(ROW_HINT)));
	return table;
}

/* action_etag(row anyelement) returns text */
Datum
custom_action_etag(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	HeapTupleHeader row;
	char	   *column;
	Oid			table;

	if (!OidIsValid(type) || !type_is_rowtype(type))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("action_etag takes a row, not a value of type %s", OidIsValid(type) ? format_type_be(type) : "unknown"),
				 errhint(ROW_HINT)));
	row = PG_GETARG_HEAPTUPLEHEADER(0);
	table = table_of_row(row);
	column = etag_column(table);
	PG_RETURN_TEXT_P(cstring_to_text(column != NULL ? etag_by_column(row, table, column) : etag_of_row(row)));
}
