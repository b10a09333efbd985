/*
 * log_row.h
 *		Rows of the tables of the record while they are made: a value for each
 *		column, NULL until it is set.
 *
 * Setting one takes memory from the current context and nothing else, so that
 * it can be done while an error passes.
 */
#ifndef CA_LOG_ROW_H
#define CA_LOG_ROW_H

#include "postgres.h"

#include "lookup/own_row.h"
#include "record/log_columns.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

extern OwnTable log_table;
extern OwnTable log_step_table;

/* A row of NULLs. */
extern OwnRow *log_row_make(OwnTable *table);

/* Set a column by its number; a NULL pointer stays NULL. Only texts are copied. */
extern void log_row_set(OwnRow *row, int column, Datum value);
extern void log_row_set_text(OwnRow *row, int column, const char *text);
extern void log_row_set_jsonb(OwnRow *row, int column, const Jsonb *jsonb);
extern void log_row_set_uuid(OwnRow *row, int column, const pg_uuid_t *uuid);
extern void log_row_set_duration(OwnRow *row, int column, TimestampTz from, TimestampTz to);

/* A column's text as psql would show it, NULL where it says nothing; no catalogs are read. */
extern char *log_row_text(const OwnRow *row, int column);

#endif
