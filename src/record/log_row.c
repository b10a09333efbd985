/*
 * log_row.c
 *		Rows of the tables of the record.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "record/log_row.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define LONGEST_PACKED	(VARATT_SHORT_MAX - VARHDRSZ_SHORT)

#define COLUMN(symbol, name, type) {#name, type},

static const OwnColumn log_columns[] = {
	LOG_COLUMN_ROWS(COLUMN)
};

static const OwnColumn log_step_columns[] = {
	LOG_STEP_COLUMN_ROWS(COLUMN)
};

OwnTable	log_table = {"log", LOG_COLUMNS, log_columns, NULL};
OwnTable	log_step_table = {"log_step", LOG_STEP_COLUMNS, log_step_columns, NULL};

OwnRow *
log_row_make(OwnTable *table)
{
	/* in one piece; a value is read only where the column is not NULL */
	char	   *memory = palloc(MAXALIGN(sizeof(OwnRow)) + (sizeof(Datum) + sizeof(bool)) * table->ncolumns);
	OwnRow	   *row = (OwnRow *) memory;

	row->table = table;
	row->values = (Datum *) (memory + MAXALIGN(sizeof(OwnRow)));
	row->nulls = (bool *) (row->values + table->ncolumns);
	memset(row->nulls, true, sizeof(bool) * table->ncolumns);
	return row;
}

void
log_row_set(OwnRow *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

void
log_row_set_text(OwnRow *row, int column, const char *text)
{
	Size		length = text != NULL ? strlen(text) : 0;
	char	   *packed;

	if (text == NULL)
		return;
	if (length > LONGEST_PACKED)
	{
		log_row_set(row, column, PointerGetDatum(cstring_to_text_with_len(text, length)));
		return;
	}
	/* as it will stand in the row */
	packed = palloc(VARHDRSZ_SHORT + length);
	SET_VARSIZE_SHORT(packed, VARHDRSZ_SHORT + length);
	memcpy(packed + VARHDRSZ_SHORT, text, length);
	log_row_set(row, column, PointerGetDatum(packed));
}

void
log_row_set_jsonb(OwnRow *row, int column, const Jsonb *jsonb)
{
	if (jsonb != NULL)
		log_row_set(row, column, JsonbPGetDatum(jsonb));
}

void
log_row_set_uuid(OwnRow *row, int column, const pg_uuid_t *uuid)
{
	if (uuid != NULL)
		log_row_set(row, column, UUIDPGetDatum(uuid));
}

void
log_row_set_duration(OwnRow *row, int column, TimestampTz from, TimestampTz to)
{
	Interval   *interval = palloc(sizeof(Interval));

	interval->day = interval->month = 0;
	/* the clock may have been set back */
	interval->time = Max(to - from, 0);
	log_row_set(row, column, IntervalPGetDatum(interval));
}

char *
log_row_text(const OwnRow *row, int column)
{
	Datum		value = row->values[column];

	if (row->nulls[column])
		return NULL;
	switch (row->table->columns[column].type)
	{
		case TEXTOID:
			return TextDatumGetCString(value);
		case JSONBOID:
			return JsonbToCString(NULL, &DatumGetJsonbP(value)->root, 0);
		case UUIDOID:
			return DatumGetCString(DirectFunctionCall1(uuid_out, value));
		case TIMESTAMPTZOID:
			return DatumGetCString(DirectFunctionCall1(timestamptz_out, value));
		case INTERVALOID:
			return DatumGetCString(DirectFunctionCall1(interval_out, value));
		case INT4OID:
			return psprintf("%d", DatumGetInt32(value));
		case INT8OID:
			return psprintf(INT64_FORMAT, DatumGetInt64(value));
		case OIDOID:
			return psprintf("%u", DatumGetObjectId(value));
		case INT8ARRAYOID:
			return NULL;		/* numbers that tell nobody anything */
	}
	elog(ERROR, "no text of type %u", row->table->columns[column].type);
	return NULL;				/* not reached */
}
