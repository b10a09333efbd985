/*
 * typography.c
 *		Characters that come with text from elsewhere, where others are meant.
 *
 * They are told by their bytes in UTF-8; in another encoding there are none.
 */
#include "postgres.h"

#include "base/typography.h"
#include "mb/pg_wchar.h"

const char *
character_at(const char *at, const char *end, const char *const *characters)
{
	if (GetDatabaseEncoding() != PG_UTF8 && GetDatabaseEncoding() != PG_SQL_ASCII)
		return NULL;
	for (; *characters != NULL; characters++)
	{
		size_t		length = strlen(*characters);

		if (end - at >= (ptrdiff_t) length && strncmp(at, *characters, length) == 0)
			return *characters;
	}
	return NULL;
}

bool
typographic_quote_at(const char *at, const char *end)
{
	static const char *const quotes[] = {
		"\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9a", "\xe2\x80\x9b",
		"\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e", "\xe2\x80\x9f",
		"\xe2\x80\xb3", "\xc2\xab", "\xc2\xbb", NULL
	};

	return character_at(at, end, quotes) != NULL;
}
