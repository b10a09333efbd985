/*
 * json_mistake.c
 *		Reads the text of a definition, and says what is wrong with one that is no
 *		JSON: line, column and the likely cause.
 *
 * PostgreSQL's parser says where it could not go on; the cause is looked for
 * around that place. All before it was read, so that quotes there are pairs.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/typography.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Characters shown before and after the place */
#define SHOWN_BEFORE	40
#define SHOWN_AFTER		20

typedef struct Mistake
{
	JsonParseErrorType error;
	const char *text;			/* all of it */
	const char *end;			/* behind its last character */
	const char *at;				/* where the parser stopped */
	const char *last;			/* the last character before that is not blank, or NULL */
	const char *string;			/* where the last text before it, or in it, begins; or NULL */
	const char *open;			/* the innermost bracket that is open there, or NULL */
	const char *shown;			/* what the message points at */
} Mistake;

PG_FUNCTION_INFO_V1(custom_action_read_definition);

static bool
begins_with(const Mistake *mistake, const char *at, const char *what)
{
	return mistake->end - at >= (ptrdiff_t) strlen(what) && strncmp(at, what, strlen(what)) == 0;
}

/* Does a blank stand here that is none of JSON's, or a character that is not seen at all? */
static bool
is_odd_blank(const Mistake *mistake, const char *at)
{
	static const char *const blanks[] = {
		"\xc2\xa0", "\xc2\xad", "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\xaf",
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x81\xa0", "\xef\xbb\xbf", NULL
	};

	return character_at(at, mistake->end, blanks) != NULL;
}

/* Finds the last text and the innermost open bracket before the place. */
static void
look_back(Mistake *mistake)
{
	const char **places = NULL;
	int			depth = 0;
	int			room = 0;
	bool		inside = false;

	for (const char *c = mistake->text; c < mistake->at; c++)
	{
		CHECK_FOR_INTERRUPTS();
		if (inside)
		{
			if (*c == '\\')
				c++;
			else if (*c == '"')
				inside = false;
			continue;
		}
		if (*c == '"')
		{
			mistake->string = c;
			inside = true;
		}
		else if (*c == '{' || *c == '[')
		{
			if (depth == room)
			{
				room = room == 0 ? 16 : room * 2;
				places = places == NULL ? palloc(room * sizeof(char *)) : repalloc(places, room * sizeof(char *));
			}
			places[depth++] = c;
		}
		else if ((*c == '}' || *c == ']') && depth > 0)
			depth--;
	}
	if (depth > 0)
		mistake->open = places[depth - 1];
	if (mistake->at < mistake->end && *mistake->at == '"' && !inside)
		mistake->string = mistake->at;
}

/* Does the last text have a typographic quote where it may have been meant to end? */
static bool
ends_typographically(const Mistake *mistake)
{
	const char *stop = mistake->error == JSON_INVALID_TOKEN && mistake->at == mistake->string ?
		mistake->end : mistake->at;

	if (mistake->string == NULL)
		return false;
	for (const char *c = mistake->string; c < stop && *c != '\n'; c += pg_mblen(c))
	{
		const char *next = c + pg_mblen(c);

		CHECK_FOR_INTERRUPTS();
		while (next < mistake->end && (*next == ' ' || *next == '\t' || *next == '\r'))
			next++;
		if (typographic_quote_at(c, mistake->end) &&
			(next >= mistake->end || strchr(":,}]\n", *next) != NULL))
			return true;
	}
	return false;
}

/* Is a word meant that JSON writes in another way? */
static bool
is_word(const Mistake *mistake)
{
	static const char *const words[] = {"true", "false", "null", "none", "nil", "undefined"};

	for (int i = 0; i < lengthof(words); i++)
	{
		size_t		length = strlen(words[i]);

		if (mistake->end - mistake->at >= (ptrdiff_t) length &&
			pg_strncasecmp(mistake->at, words[i], length) == 0 &&
			(mistake->at + length == mistake->end || !isalnum((unsigned char) mistake->at[length])))
			return true;
	}
	return false;
}

/* What to do about a character inside a text that must not stand there as it is. */
static const char *
hint_of_control(const Mistake *mistake)
{
	switch (*mistake->at)
	{
		case '\n':
		case '\r':
			return "A line break in a text is written \\n; and a text ends with a quote.";
		case '\t':
			return "A tab in a text is written \\t.";
		default:
			return psprintf("In a text it is written \\u%04x.", (unsigned char) *mistake->at);
	}
}

/* What to do about the end of a text that has come too early. */
static const char *
hint_of_end(Mistake *mistake)
{
	if (mistake->last == NULL)
		return "A definition without anything is {}.";
	if (mistake->open == NULL)
		return NULL;
	mistake->shown = mistake->open;
	return psprintf("The end is missing: a \"%c\" for the \"%c\" here.",
					*mistake->open == '{' ? '}' : ']', *mistake->open);
}

/* What to do about a comma that is followed by nothing. */
static const char *
hint_of_comma(Mistake *mistake)
{
	if (strchr("}]", *mistake->at) != NULL && mistake->last != NULL && *mistake->last == ',')
	{
		mistake->shown = mistake->last;
		return psprintf("No comma comes after the last member: remove it before the \"%c\".", *mistake->at);
	}
	if (*mistake->at == ',' && mistake->error == JSON_EXPECTED_END)
		return "Remove what comes after the end of the definition.";
	if (*mistake->at == ',' && mistake->last != NULL && strchr("{[,", *mistake->last) != NULL)
		return "A comma stands between two members: remove this one.";
	return NULL;
}

/* What to do about something that does not begin as anything of JSON does. */
static const char *
hint_of_characters(const Mistake *mistake)
{
	const char *at = mistake->at;

	if (typographic_quote_at(at, mistake->end))
		return "JSON takes straight quotes: \"...\".";
	if (is_odd_blank(mistake, at))
		return "Here stands a blank or an invisible character that JSON does not know: replace it by a space.";
	if (begins_with(mistake, at, "//") || begins_with(mistake, at, "/*") ||
		begins_with(mistake, at, "--") || *at == '#')
		return "JSON has no comments: remove it.";
	if (*at == '\'' || *at == '`')
		return "JSON takes double quotes: \"...\".";
	return NULL;
}

/* What to do about a token that JSON does not know, or not here. */
static const char *
hint_of_token(const Mistake *mistake)
{
	const char *at = mistake->at;
	bool		follows = mistake->last != NULL && strchr("\"}]", *mistake->last) != NULL;

	if (mistake->last != NULL && *mistake->last == '"' && mistake->last == at - 1 && *at != '"' &&
		strchr("{}[]:,", *at) == NULL)
		return "A quote in a text is written \\\".";
	if (*at == '"' && mistake->error == JSON_INVALID_TOKEN)
		return "The text that begins here has no end: its quote is missing.";
	if (mistake->error == JSON_EXPECTED_COLON || (*at == '=' && follows))
		return "A colon stands between a key and its value.";
	if (mistake->error == JSON_EXPECTED_ARRAY_NEXT || mistake->error == JSON_EXPECTED_OBJECT_NEXT)
		return strchr(":}]", *at) != NULL ? NULL : "A comma is missing before it.";
	if (mistake->error == JSON_EXPECTED_END)
		return "The definition has ended before: remove what comes after, or look at the brackets.";
	if (mistake->error != JSON_INVALID_TOKEN)
		return NULL;
	if (is_word(mistake))
		return "JSON writes true, false and null, in lower case.";
	if (isdigit((unsigned char) *at) || strchr("+-.", *at) != NULL)
		return "A number is written as 1, -0.5 or 1e3; texts are written in double quotes.";
	return "Keys and texts are written in double quotes: \"...\".";
}

/* Finds the way out; what the message points at may move. */
static const char *
mistake_hint(Mistake *mistake)
{
	const char *hint;

	switch (mistake->error)
	{
		case JSON_ESCAPING_REQUIRED:
			return ends_typographically(mistake) ? "JSON takes straight quotes: \"...\"." :
				hint_of_control(mistake);
		case JSON_ESCAPING_INVALID:
			return "A backslash in a text is written \\\\.";
		case JSON_UNICODE_CODE_POINT_ZERO:
		case JSON_UNICODE_ESCAPE_FORMAT:
		case JSON_UNICODE_HIGH_ESCAPE:
		case JSON_UNICODE_HIGH_SURROGATE:
		case JSON_UNICODE_LOW_SURROGATE:
			return NULL;
		default:
			break;
	}
	if (mistake->at >= mistake->end)
		return hint_of_end(mistake);
	if (ends_typographically(mistake))
		return "JSON takes straight quotes: \"...\".";
	hint = hint_of_characters(mistake);
	if (hint == NULL)
		hint = hint_of_comma(mistake);
	return hint != NULL ? hint : hint_of_token(mistake);
}

/* Shows the line around a place, shortened, after its line and column. */
static char *
mistake_place(const Mistake *mistake)
{
	const char *line = mistake->text;
	const char *stop = mistake->shown;
	const char *start;
	int			number = 1;
	int			column;
	int			length;

	for (const char *c = mistake->text; c < mistake->shown; c++)
	{
		if (*c != '\n' && (*c != '\r' || c + 1 == mistake->end || c[1] == '\n'))
			continue;
		number++;
		line = c + 1;
	}
	column = pg_mbstrlen_with_len(line, mistake->shown - line) + 1;
	start = line;
	for (int skip = column - 1 - SHOWN_BEFORE; skip > 0; skip--)
		start += pg_mblen(start);
	for (int i = 0; i < SHOWN_AFTER && stop < mistake->end && *stop != '\n' && *stop != '\r'; i++)
		stop += pg_mblen(stop);
	length = stop - start;
	if (length == 0)
		return psprintf("Line %d, column %d.", number, column);
	return psprintf("Line %d, column %d: %s%.*s%s", number, column, start > line ? "..." : "", length, start,
					stop < mistake->end && *stop != '\n' && *stop != '\r' ? "..." : "");
}

/* Tells where the parser stopped. */
static void
mistake_find(Mistake *mistake, const JsonLexContext *lex)
{
	switch (mistake->error)
	{
		case JSON_ESCAPING_REQUIRED:
			mistake->at = lex->token_terminator;
			break;
		case JSON_ESCAPING_INVALID:
		case JSON_UNICODE_CODE_POINT_ZERO:
		case JSON_UNICODE_ESCAPE_FORMAT:
		case JSON_UNICODE_HIGH_ESCAPE:
		case JSON_UNICODE_HIGH_SURROGATE:
		case JSON_UNICODE_LOW_SURROGATE:
			/* somewhere behind the backslash, depending on the release */
			mistake->at = Min(lex->token_terminator, mistake->end - 1);
			while (mistake->at > mistake->text && *mistake->at != '\\')
				mistake->at--;
			break;
		default:
			mistake->at = lex->token_start != NULL ? lex->token_start : mistake->end;
			break;
	}
	mistake->shown = mistake->at;
	for (const char *c = mistake->at - 1; c >= mistake->text && mistake->last == NULL; c--)
		if (strchr(" \t\r\n", *c) == NULL)
			mistake->last = c;
	look_back(mistake);
}

/* Refuses a definition that is no JSON. */
pg_noreturn static void
refuse_mistake(const char *action, text * document, JsonLexContext *lex, JsonParseErrorType error)
{
	Mistake		mistake = {error};
	const char *hint;

	mistake.text = VARDATA_ANY(document);
	mistake.end = mistake.text + VARSIZE_ANY_EXHDR(document);
	mistake_find(&mistake, lex);
	hint = mistake_hint(&mistake);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("definition of action \"%s\" is no valid JSON", action),
			 errdetail_internal("%s", mistake_place(&mistake)),
			 errhint("%s", hint != NULL ? hint : json_errdetail(error, lex))));
}

/* SQL: read_definition(action, document): the document as json, or what is wrong with it */
Datum
custom_action_read_definition(PG_FUNCTION_ARGS)
{
	text	   *document = PG_GETARG_TEXT_PP(1);
	JsonLexContext *lex = makeJsonLexContext(NULL, document, true);
	JsonParseErrorType error = pg_parse_json(lex, &nullSemAction);

	if (error != JSON_SUCCESS)
		refuse_mistake(text_to_cstring(PG_GETARG_TEXT_PP(0)), document, lex, error);
	PG_RETURN_TEXT_P(document);
}
