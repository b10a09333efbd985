/*
 * traceparent.c
 *		Checks traceparents by W3C Trace Context, level 1.
 *
 * Version 00 is known, exactly. Of a higher one the fields of version 00 are
 * read, and whatever follows behind a dash is left alone. ff is no version.
 */
#include "postgres.h"

#include "base/traceparent.h"

#define KEY		"traceparent="

/* Are these all hexadecimal digits in lower case, and not all 0 unless that may be? */
static bool
is_id(const char *text, int length, bool zero_too)
{
	bool		is_zero = true;

	for (int i = 0; i < length; i++)
	{
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
		is_zero = is_zero && text[i] == '0';
	}
	return zero_too || !is_zero;
}

/* Is this a version, its fields ended as it may end them? */
static bool
version_ends_well(const char *text, const char *ends)
{
	char		end = text[TRACEPARENT_LENGTH];
	bool		ended = end == '\0' || strchr(ends, end) != NULL;

	if (strncmp(text, "00", 2) == 0)
		return ended;
	return strncmp(text, "ff", 2) != 0 && (ended || end == '-');
}

bool
traceparent_is_valid(const char *text, const char *ends)
{
	return strnlen(text, TRACEPARENT_LENGTH) == TRACEPARENT_LENGTH &&
		is_id(text, 2, true) && text[2] == '-' &&
		is_id(text + 3, 32, false) && text[35] == '-' &&
		is_id(text + 36, 16, false) && text[52] == '-' &&
		is_id(text + 53, 2, true) &&
		version_ends_well(text, ends);
}

const char *
traceparent_in_comment(const char *text)
{
	for (const char *at = text; (at = strstr(at, KEY)) != NULL; at++)
	{
		const char *value = at + strlen(KEY);

		if (at > text && strchr(", ", at[-1]) == NULL)
			continue;
		if (*value == '\'')
			value++;
		if (traceparent_is_valid(value, "', "))
			return value;
	}
	return NULL;
}
