/*
 * csdl_name.c
 *		Names and texts as OData's metadata can have them.
 *
 * A simple identifier begins with a letter or an underscore, has letters, digits and
 * underscores, and at most 128 characters. Which characters are letters is for Unicode
 * to say; of those beyond ASCII only whole blocks of letters are taken for such, the
 * others are escaped, which is never wrong. The escape is that of XML names in .NET,
 * _xHHHH_, by which an underscore that looks like the beginning of one is escaped, too.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "web/csdl_name.h"

#define LONGEST_IDENTIFIER	128
#define LONGEST_NAMESPACE	511

/* From one character to another. */
typedef struct LetterBlock
{
	pg_wchar	first;
	pg_wchar	last;
} LetterBlock;

/* Letters without others between them: Latin, Greek, Cyrillic, Hebrew, Arabic, kana, Han, Hangul */
static const LetterBlock letter_blocks[] = {
	{0x00c0, 0x00d6}, {0x00d8, 0x00f6}, {0x00f8, 0x02af}, {0x0388, 0x038a}, {0x038e, 0x03a1},
	{0x03a3, 0x03f5}, {0x0400, 0x0481}, {0x048a, 0x052f}, {0x05d0, 0x05ea}, {0x0620, 0x064a},
	{0x3041, 0x3096}, {0x30a1, 0x30fa}, {0x4e00, 0x9fa5}, {0xac00, 0xd7a3}
};

/* What is not to be called so: OData's own namespaces, and the aliases that the document gives. */
static const char *const kept_namespaces[] = {"Edm", "odata", "System", "Transient", "Core", "Validation", "Capabilities"};

/* Is a character a letter for sure? */
static bool
is_letter_of_unicode(pg_wchar c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	for (int i = 0; i < (int) lengthof(letter_blocks); i++)
		if (c >= letter_blocks[i].first && c <= letter_blocks[i].last)
			return true;
	return false;
}

/* May it stand in an identifier: at its beginning, or later? */
static bool
is_of_identifier(pg_wchar c, bool first)
{
	return c == '_' || is_letter_of_unicode(c) || (!first && c >= '0' && c <= '9');
}

/* Does an escape begin here: "_x" and four hexadecimal digits or more, and "_"? */
static bool
looks_escaped(const char *text)
{
	int			digits = 0;

	if (text[0] != '_' || text[1] != 'x')
		return false;
	while (isxdigit((unsigned char) text[2 + digits]))
		digits++;
	return digits >= 4 && text[2 + digits] == '_';
}

/* The character where a text stands, by its number; of a database without an encoding: the byte. */
static pg_wchar
character_at(const char *text, int length)
{
	pg_wchar	result;
	char	   *utf8;

	if (length == 1 && !IS_HIGHBIT_SET(*text))
		return (unsigned char) *text;
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return (unsigned char) *text;
	utf8 = pg_server_to_any(text, length, PG_UTF8);
	result = utf8_to_unicode((const unsigned char *) utf8);
	if (utf8 != text)
		pfree(utf8);
	return result;
}

/* Is a character as it is, beginning an identifier or not? */
static bool
stays_as_it_is(const char *text, int length, bool first)
{
	if (looks_escaped(text))
		return false;
	if (GetDatabaseEncoding() == PG_SQL_ASCII && IS_HIGHBIT_SET(*text))
		return false;
	return is_of_identifier(character_at(text, length), first);
}

bool
csdl_name_is_simple(const char *name)
{
	int			count = 0;

	for (const char *c = name; *c != '\0'; c += pg_mblen(c), count++)
		if (!stays_as_it_is(c, pg_mblen(c), c == name))
			return false;
	return count > 0 && count <= LONGEST_IDENTIFIER;
}

char *
csdl_identifier(const char *name)
{
	StringInfoData out;
	int			count = 0;

	initStringInfo(&out);
	for (const char *c = name; *c != '\0'; c += pg_mblen(c))
	{
		int			length = pg_mblen(c);

		if (stays_as_it_is(c, length, c == name))
		{
			appendBinaryStringInfo(&out, c, length);
			count++;
		}
		else
		{
			appendStringInfo(&out, "_x%04X_", character_at(c, length));
			count += 7;
		}
	}
	if (count > LONGEST_IDENTIFIER - 9)
	{
		/* only names with many escapes come here; a hash keeps them apart */
		int			keep = pg_mbcharcliplen(out.data, out.len, LONGEST_IDENTIFIER - 9);

		out.len = keep;
		out.data[keep] = '\0';
		appendStringInfo(&out, "_%08x", hash_bytes((const unsigned char *) name, strlen(name)));
	}
	return out.data;
}

/* Is a namespace one that the document has a use for? */
static bool
is_kept_namespace(const char *name)
{
	for (int i = 0; i < (int) lengthof(kept_namespaces); i++)
		if (pg_strcasecmp(kept_namespaces[i], name) == 0)
			return true;
	return false;
}

char *
csdl_namespace(const char *schema)
{
	char	   *name = csdl_identifier(schema);

	return is_kept_namespace(name) ? psprintf("%s_", name) : name;
}

/* Is a text of simple identifiers with points between? */
static bool
is_dotted_name(const char *text)
{
	char	   *copy = pstrdup(text);
	char	   *point;

	while ((point = strchr(copy, '.')) != NULL)
	{
		*point = '\0';
		if (!csdl_name_is_simple(copy))
			return false;
		copy = point + 1;
	}
	return csdl_name_is_simple(copy);
}

void
csdl_require_namespace(const char *name)
{
	if (!is_dotted_name(name) || strlen(name) > LONGEST_NAMESPACE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("namespace cannot be \"%s\"", name),
				 errdetail("It consists of letters, digits and underscores, in parts with points between, each of which begins with a letter or an underscore."),
				 errhint("Use one such as \"Contoso.HelpDesk\", or leave it out: each schema is a namespace then.")));
	if (is_kept_namespace(name) || strcmp(name, "custom_actions") == 0 || strncmp(name, "Org.OData.", 10) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("namespace cannot be \"%s\"", name),
				 errdetail("The document uses this name for something else."),
				 errhint("Use one such as \"Contoso.HelpDesk\", or leave it out: each schema is a namespace then.")));
}

/* Is here what is no character of Unicode, U+FFFE or U+FFFF? */
static bool
is_no_character(const char *text)
{
	return GetDatabaseEncoding() == PG_UTF8 &&
		(strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0);
}

char *
csdl_text(const char *text)
{
	char	   *copy = pstrdup(text);
	char	   *to = copy;

	for (const char *from = text; *from != '\0'; from++)
	{
		if (*from == '\r')
		{
			*to++ = '\n';
			if (from[1] == '\n')
				from++;
		}
		else if (is_no_character(from))
		{
			*to++ = ' ';
			from += 2;
		}
		else
			*to++ = (unsigned char) *from < 0x20 && *from != '\t' && *from != '\n' ? ' ' : *from;
	}
	*to = '\0';
	return copy;
}
