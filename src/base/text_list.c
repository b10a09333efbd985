/*
 * text_list.c
 *		Lists of texts, such as the names that a message proposes.
 */
#include "postgres.h"

#include "base/text_list.h"

void
append_element(StringInfo out, bool first, const char *text)
{
	if (!first)
		appendStringInfoString(out, ", ");
	appendStringInfoString(out, text);
}

char *
text_list_join(const List *texts)
{
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	foreach(cell, texts)
		append_element(&out, out.len == 0, lfirst(cell));
	return out.data;
}

bool
text_list_has(const List *texts, const char *text)
{
	ListCell   *cell;

	foreach(cell, texts)
	{
		const char *other = lfirst(cell);

		if (other[0] == text[0] && strcmp(other, text) == 0)
			return true;
	}
	return false;
}

bool
text_list_same(const List *one, const List *other)
{
	ListCell   *cell;
	ListCell   *other_cell;

	if (list_length(one) != list_length(other))
		return false;
	forboth(cell, one, other_cell, other)
	{
		if (strcmp(lfirst(cell), lfirst(other_cell)) != 0)
			return false;
	}
	return true;
}

int
text_list_compare(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}
