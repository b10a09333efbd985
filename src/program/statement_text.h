/*
 * statement_text.h
 *		The final text of a generated statement; see statement_text.c.
 */
#ifndef CA_STATEMENT_TEXT_H
#define CA_STATEMENT_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "program/statement.h"

/* Numbers the parameters by their places in the two parts of the text; to be done once. */
extern void statement_text_number(Scope *scope, const char *head, const char *tail);

/* Appends a part of the text with its values as people see them; notes where they stand. */
extern void statement_text_append(StringInfo text, Scope *scope, const char *part);

/* Appends the comment that says whose statement it is, or one for each of two steps. */
extern void statement_text_comment(StringInfo text, const Statement *statement);

/* The value that stands at this place of the final text, or NULL. */
extern Placeholder *statement_text_placeholder(const Scope *scope, int position);

#endif
