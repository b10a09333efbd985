/*
 * bundle.c
 *		Rows of the record in one flat piece of memory, and back.
 *
 * A bundle is a sequence of rows: a RowHead, a flag per column that it is NULL,
 * then the values that are not, each aligned: by value as a Datum, others as
 * their bytes.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "record/bundle.h"
#include "record/log_row.h"
#include "utils/timestamp.h"

typedef struct RowHead
{
	int			table;			/* place in tables[] */
	int			size;			/* of the row with this head */
} RowHead;

static OwnTable *const tables[] = {&log_table, &log_step_table};

/* The length of a type's values: 0 by value, -1 varlena, as PostgreSQL has it otherwise. */
static int
type_length(Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case JSONBOID:
		case INT8ARRAYOID:
			return -1;
		case UUIDOID:
			return UUID_LEN;
		case INTERVALOID:
			return sizeof(Interval);
		default:
			return 0;
	}
}

/* The bytes that a value takes, without what aligns it. */
static Size
value_size(Oid type, Datum value)
{
	int			length = type_length(type);

	if (length == 0)
		return sizeof(Datum);
	return length > 0 ? length : VARSIZE_ANY(DatumGetPointer(value));
}

/* Where the values of a row begin. */
static Size
values_offset(const OwnTable *table)
{
	return MAXALIGN(sizeof(RowHead) + table->ncolumns);
}

static Size
row_size(const OwnRow *row)
{
	Size		size = values_offset(row->table);

	for (int i = 0; i < row->table->ncolumns; i++)
		if (!row->nulls[i])
			size += MAXALIGN(value_size(row->table->columns[i].type, row->values[i]));
	return size;
}

/* Writes a row; returns where the next one goes. */
static char *
row_pack(const OwnRow *row, char *to)
{
	RowHead    *head = (RowHead *) to;
	char	   *value = to + values_offset(row->table);

	head->table = 0;
	while (tables[head->table] != row->table)
		head->table++;
	memcpy(to + sizeof(RowHead), row->nulls, row->table->ncolumns);
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		Oid			type = row->table->columns[i].type;
		Size		size;

		if (row->nulls[i])
			continue;
		size = value_size(type, row->values[i]);
		if (type_length(type) == 0)
			*(Datum *) value = row->values[i];
		else
			memcpy(value, DatumGetPointer(row->values[i]), size);
		value += MAXALIGN(size);
	}
	head->size = value - to;
	return value;
}

char *
bundle_make(const List *rows, Size *size)
{
	Size		total = 0;
	ListCell   *cell;
	char	   *bundle;
	char	   *to;

	foreach(cell, rows)
		total += row_size(lfirst(cell));
	bundle = to = palloc0(Max(total, 1));
	foreach(cell, rows)
		to = row_pack(lfirst(cell), to);
	*size = total;
	return bundle;
}

/* Reads the row at a place; its values stay there. */
static OwnRow *
row_unpack(char *from)
{
	RowHead    *head = (RowHead *) from;
	OwnRow	   *row = log_row_make(tables[head->table]);
	char	   *value = from + values_offset(row->table);

	memcpy(row->nulls, from + sizeof(RowHead), row->table->ncolumns);
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		Oid			type = row->table->columns[i].type;

		if (row->nulls[i])
			continue;
		row->values[i] = type_length(type) == 0 ? *(Datum *) value : PointerGetDatum(value);
		value += MAXALIGN(value_size(type, row->values[i]));
	}
	return row;
}

List *
bundle_rows(char *bundle, Size size)
{
	List	   *rows = NIL;

	for (char *at = bundle; at < bundle + size; at += ((RowHead *) at)->size)
		rows = lappend(rows, row_unpack(at));
	return rows;
}

/* Mixes a text into a format. */
static uint32
mix_text(uint32 format, const char *text)
{
	return hash_combine(format, hash_bytes((const unsigned char *) text, strlen(text)));
}

uint32
bundle_format(void)
{
	uint32		format = sizeof(Datum);

	for (int i = 0; i < lengthof(tables); i++)
	{
		format = mix_text(format, tables[i]->name);
		for (int j = 0; j < tables[i]->ncolumns; j++)
			format = hash_combine(mix_text(format, tables[i]->columns[j].name),
								  tables[i]->columns[j].type);
	}
	return format;
}

bool
bundle_tables_are_ours(void)
{
	for (int i = 0; i < lengthof(tables); i++)
		if (!own_rows_have_table(tables[i]))
			return false;
	return true;
}

bool
bundle_store(char *bundle, Size size)
{
	bool		stored = true;
	ListCell   *cell;

	foreach(cell, bundle_rows(bundle, size))
		stored &= own_row_insert(lfirst(cell));
	return stored;
}
