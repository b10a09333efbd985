/*
 * parser_settings.h
 *		The settings of the session that change what the text of a formula means.
 */
#ifndef CA_PARSER_SETTINGS_H
#define CA_PARSER_SETTINGS_H

#include "postgres.h"

typedef struct ParserSettings
{
	bool		standard_conforming_strings;
	int			backslash_quote;
	bool		transform_null_equals;
} ParserSettings;

/* Puts the fixed ones in force; what the session has goes to *outer. */
extern void parser_settings_fix(ParserSettings *outer);

/* Gives the session its own back; call it in PG_FINALLY. */
extern void parser_settings_restore(const ParserSettings *outer);

#endif
