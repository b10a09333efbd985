/*
 * sql_tokens.c
 *		The words of an SQL expression and where they stand.
 *
 * That is for texts that PostgreSQL's parser has read already: what is no
 * identifier, string or number is a token of one character each, which is all
 * that whoever looks for names has to know of it.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/sql_tokens.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "utils/builtins.h"

/* May an identifier begin with this? */
static bool
begins_word(char c)
{
	return isalpha((unsigned char) c) || c == '_' || IS_HIGHBIT_SET(c);
}

static bool
in_word(char c)
{
	return begins_word(c) || isdigit((unsigned char) c) || c == '$';
}

/* The end of what is in quotes, which are doubled inside, and with escapes after a backslash. */
static const char *
quoted_end(const char *p, bool escapes)
{
	char		quote = *p++;

	for (; *p != '\0'; p++)
	{
		if (escapes && *p == '\\' && p[1] != '\0')
			p++;
		else if (*p == quote && p[1] == quote)
			p++;
		else if (*p == quote)
			return p + 1;
	}
	return p;
}

/* The end of a string in dollars; NULL: it is none. */
static const char *
dollar_end(const char *p)
{
	const char *tag = p + 1;
	const char *close;
	char	   *mark;

	while (*tag != '$' && in_word(*tag))
		tag++;
	if (*tag != '$' || isdigit((unsigned char) p[1]))
		return NULL;
	mark = pnstrdup(p, tag + 1 - p);
	close = strstr(tag + 1, mark);
	return close == NULL ? tag + strlen(tag) : close + strlen(mark);
}

/* What an identifier in quotes is called. */
static char *
identifier_of(const char *start, const char *end)
{
	char	   *name = palloc(end - start);
	char	   *to = name;

	for (start++; start < end - 1; start++)
	{
		*to++ = *start;
		if (*start == '"')
			start++;
	}
	*to = '\0';
	return name;
}

/* Reads a word, or the string whose prefix it is. */
static const char *
read_word(const char *p, SqlToken *token)
{
	const char *end = p;

	while (in_word(*end))
		end++;
	if (*end == '\'' && end - p == 1 && strchr("eEbBxXnN", *p) != NULL)
	{
		token->is_string = true;
		return quoted_end(end, *p == 'e' || *p == 'E');
	}
	if (end - p == 1 && (*p == 'u' || *p == 'U') && end[0] == '&' && (end[1] == '\'' || end[1] == '"'))
	{
		token->is_string = end[1] == '\'';
		return quoted_end(end + 1, false);
	}
	token->name = downcase_truncate_identifier(p, end - p, false);
	return end;
}

/* Reads a token; gives its end. */
static const char *
read_token(const char *p, SqlToken *token)
{
	const char *end = *p == '$' ? dollar_end(p) : NULL;

	if (end != NULL || *p == '\'')
	{
		token->is_string = true;
		return end != NULL ? end : quoted_end(p, false);
	}
	if (*p == '"')
	{
		end = quoted_end(p, false);
		token->name = identifier_of(p, end);
		return end;
	}
	if (begins_word(*p))
		return read_word(p, token);
	for (end = p; isdigit((unsigned char) *end) || (end > p && in_word(*end)); end++)
		;
	return end > p ? end : p + 1;
}

List *
sql_tokens(const char *text)
{
	List	   *tokens = NIL;
	const char *p = text;

	for (;;)
	{
		SqlToken   *token;

		CHECK_FOR_INTERRUPTS();
		while (isspace((unsigned char) *p))
			p++;
		if (*p == '\0')
			return tokens;
		token = palloc0(sizeof(SqlToken));
		token->offset = p - text;
		p = read_token(p, token);
		token->length = p - text - token->offset;
		tokens = lappend(tokens, token);
	}
}

int
sql_token_at(const List *tokens, int offset)
{
	int			low = 0;
	int			high = list_length(tokens);

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			found = ((SqlToken *) list_nth(tokens, middle))->offset;

		if (found == offset)
			return middle;
		if (found < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* Is a token this one character? */
static bool
token_is(const List *tokens, int place, const char *text, char character)
{
	const SqlToken *token;

	if (place < 0 || place >= list_length(tokens))
		return false;
	token = list_nth(tokens, place);
	return token->length == 1 && text[token->offset] == character;
}

int
sql_token_part(const List *tokens, int place, const char *text, int part)
{
	for (; place >= 0 && part > 0; part--, place += 2)
		if (!token_is(tokens, place + 1, text, '.'))
			return -1;
	return place >= 0 && place < list_length(tokens) &&
		((SqlToken *) list_nth(tokens, place))->name != NULL ? place : -1;
}

const char *
sql_identifier(const char *name)
{
	bool		quote_all = quote_all_identifiers;
	const char *result;

	quote_all_identifiers = false;
	result = quote_identifier(name);
	quote_all_identifiers = quote_all;
	return result;
}
