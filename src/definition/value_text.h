/*
 * value_text.h
 *		How a definition's strings are written: which of them are formulas,
 *		and values and formulas as people read them.
 *
 * Nobody else looks at the '=' before a formula.
 */
#ifndef CA_VALUE_TEXT_H
#define CA_VALUE_TEXT_H

#include "postgres.h"

#include "base/json.h"

typedef enum ValueText
{
	TEXT_LITERAL,				/* "open", "==open" */
	TEXT_FORMULA,				/* "=input.n + 1" */
	TEXT_TEMPLATE				/* "case {{ target.id }}" */
} ValueText;

/* What a string among values is; *rest is the literal, the formula or the template. */
extern ValueText value_text_read(const char *text, const char **rest);

/* Does a string begin with the mark of a formula? "==" does, too. */
extern bool formula_is_marked(const char *text);

/* A condition or order without the optional '=' and the blanks around it. */
extern const char *formula_text(const char *text);

/* A value as people read it: a formula without '=', text in quotes. */
extern char *value_text(const Json *json);

#endif
