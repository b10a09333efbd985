/*
 * pattern_schema.c
 *		Regular expressions of PostgreSQL as those of ECMA-262.
 *
 * Both read the same of literal characters, brackets, groups, alternatives, anchors
 * and quantifiers. The point is translated, since it matches ends of lines here and
 * not there. Classes of letters depend on locales, and the rest means other things:
 * a pattern with any of that has no translation.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "web/pattern_schema.h"

/* Characters that mean something, and may be escaped, in both */
#define SYNTAX		"^$\\.*+?()[]{}|/"

/* What is read, and what has been written of it. */
typedef struct Translation
{
	const char *at;
	StringInfoData out;
	int			groups;			/* that are open */
	bool		quantifiable;	/* something to repeat has just been written */
} Translation;

/* Takes an escape over, inside of brackets or outside; false: it means something of PostgreSQL's own. */
static bool
translate_escape(Translation *translation, bool in_brackets)
{
	char		character = translation->at[1];

	translation->at += 2;
	if (character == 'd')
		appendStringInfoString(&translation->out, in_brackets ? "0-9" : "[0-9]");
	else if (character == '\0' || isalnum((unsigned char) character) || IS_HIGHBIT_SET(character))
		return false;
	else if (strchr(SYNTAX, character) != NULL || (in_brackets && character == '-'))
		appendStringInfo(&translation->out, "\\%c", character);
	else
		appendStringInfoChar(&translation->out, character);
	return true;
}

/* Takes a bracket expression over; false: it has classes, or is written as only PostgreSQL reads it. */
static bool
translate_brackets(Translation *translation)
{
	appendStringInfoChar(&translation->out, *translation->at++);
	if (*translation->at == '^')
		appendStringInfoChar(&translation->out, *translation->at++);
	if (*translation->at == ']')
		return false;
	while (*translation->at != ']')
	{
		if (*translation->at == '\0' || *translation->at == '[')
			return false;
		if (*translation->at != '\\')
			appendStringInfoChar(&translation->out, *translation->at++);
		else if (!translate_escape(translation, true))
			return false;
	}
	appendStringInfoChar(&translation->out, *translation->at++);
	return true;
}

/* Takes {n}, {n,} or {n,m} over. */
static bool
translate_braces(Translation *translation)
{
	const char *from = translation->at++;
	int			digits = strspn(translation->at, "0123456789");

	translation->at += digits;
	if (*translation->at == ',')
	{
		translation->at++;
		translation->at += strspn(translation->at, "0123456789");
	}
	if (digits == 0 || *translation->at++ != '}')
		return false;
	appendBinaryStringInfo(&translation->out, from, translation->at - from);
	return true;
}

/* Takes a quantifier over; whether it is greedy does not matter to what matches. */
static bool
translate_quantifier(Translation *translation)
{
	if (!translation->quantifiable)
		return false;
	if (*translation->at == '{')
	{
		if (!translate_braces(translation))
			return false;
	}
	else
		appendStringInfoChar(&translation->out, *translation->at++);
	if (*translation->at == '?')
		translation->at++;
	translation->quantifiable = false;
	return true;
}

/* Takes the beginning of a group over: "(" or "(?:". */
static bool
translate_group(Translation *translation)
{
	int			length = strncmp(translation->at, "(?:", 3) == 0 ? 3 : 1;

	if (length == 1 && translation->at[1] == '?')
		return false;
	appendBinaryStringInfo(&translation->out, translation->at, length);
	translation->at += length;
	translation->groups++;
	translation->quantifiable = false;
	return true;
}

/* Takes one part over; false: the pattern has no translation. */
static bool
translate_part(Translation *translation)
{
	bool		quantifiable = true;

	switch (*translation->at)
	{
		case '*':
		case '+':
		case '?':
		case '{':
			return translate_quantifier(translation);
		case '(':
			return translate_group(translation);
		case '}':
		case ']':
			return false;
		case '[':
			if (!translate_brackets(translation))
				return false;
			break;
		case '\\':
			if (!translate_escape(translation, false))
				return false;
			break;
		case '.':
			appendStringInfoString(&translation->out, "[\\s\\S]");
			translation->at++;
			break;
		case ')':
			if (translation->groups-- == 0)
				return false;
			appendStringInfoChar(&translation->out, *translation->at++);
			break;
		default:
			quantifiable = strchr("^$|", *translation->at) == NULL;
			appendStringInfoChar(&translation->out, *translation->at++);
	}
	translation->quantifiable = quantifiable;
	return true;
}

char *
pattern_for_schema(const char *pattern)
{
	Translation translation = {.at = pattern};

	if (strncmp(pattern, "***", 3) == 0)
		return NULL;
	initStringInfo(&translation.out);
	while (*translation.at != '\0')
		if (!translate_part(&translation))
			return NULL;
	return translation.groups == 0 ? translation.out.data : NULL;
}
