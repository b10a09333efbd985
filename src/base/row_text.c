/*
 * row_text.c
 *		Texts that may be absent, as values of a row.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/row_text.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
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

Datum
texts_array(const List *texts)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(list_length(texts), 1));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, texts)
		values[count++] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array_builtin(values, count, TEXTOID));
}
