/*
 * value_text.c
 *		How a definition's strings are written; see value_text.h.
 *
 * Among values the mark makes a formula of a string, and doubled stands for
 * itself. Where only a formula can stand it may be left out, and blanks may be
 * around it.
 */
#include "postgres.h"

#include "definition/value_text.h"

#define FORMULA_MARK	'='
#define BLANKS			" \t\n\r\f\v"

bool
formula_is_marked(const char *text)
{
	return *text == FORMULA_MARK;
}

ValueText
value_text_read(const char *text, const char **rest)
{
	if (formula_is_marked(text))
	{
		*rest = text + 1;
		return formula_is_marked(*rest) ? TEXT_LITERAL : TEXT_FORMULA;
	}
	*rest = text;
	return strstr(text, "{{") != NULL ? TEXT_TEMPLATE : TEXT_LITERAL;
}

const char *
formula_text(const char *text)
{
	text += strspn(text, BLANKS);
	if (formula_is_marked(text))
		text += 1 + strspn(text + 1, BLANKS);
	return text;
}

char *
value_text(const Json *json)
{
	const char *formula;

	if (json == NULL)
		return "?";
	if (json->kind == JSON_IS_STRING && value_text_read(json->text, &formula) == TEXT_FORMULA)
		return pstrdup(formula);
	return json_text(json);
}
