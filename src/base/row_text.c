/*
 * row_text.c
 *		Texts that may be absent, as values of a row.
 */
#include "postgres.h"

#include "base/row_text.h"
#include "utils/builtins.h"

Datum
text_or_null(const char *text, bool *isnull)
{
	*isnull = text == NULL;
	return text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

void
row_put_text(Datum *values, bool *nulls, int column, const char *text)
{
	values[column] = text_or_null(text, &nulls[column]);
}
