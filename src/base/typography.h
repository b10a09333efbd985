/*
 * typography.h
 *		Characters that come with text from elsewhere, where others are meant.
 */
#ifndef CA_TYPOGRAPHY_H
#define CA_TYPOGRAPHY_H

#include "postgres.h"

/* Which of these characters of several bytes, ended by NULL, stands at a place before an end? Or NULL. */
extern const char *character_at(const char *at, const char *end, const char *const *characters);

/* Does a quotation mark of typesetters stand there? */
extern bool typographic_quote_at(const char *at, const char *end);

#endif
