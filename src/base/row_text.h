/*
 * row_text.h
 *		Texts that may be absent, as values of a row.
 */
#ifndef CA_ROW_TEXT_H
#define CA_ROW_TEXT_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* A text as a value; of NULL, null. */
extern Datum text_or_null(const char *text, bool *isnull);

/* Puts it into a column of a row. */
extern void row_put_text(Datum *values, bool *nulls, int column, const char *text);

/* A list of char * as text[]. */
extern Datum texts_array(const List *texts);

#endif
