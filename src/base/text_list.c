/*
 * text_list.c
 *		Lists of texts, such as the names that a message proposes.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "lib/stringinfo.h"

char *
text_list_join(const List *texts)
{
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	foreach(cell, texts)
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", (char *) lfirst(cell));
	return out.data;
}

bool
text_list_has(const List *texts, const char *text)
{
	ListCell   *cell;

	foreach(cell, texts)
		if (strcmp(lfirst(cell), text) == 0)
			return true;
	return false;
}

int
text_list_compare(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}
