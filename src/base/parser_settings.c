/*
 * parser_settings.c
 *		Reads formulas under settings of their own.
 *
 * A formula is text, read anew in each backend; the session that happens to
 * read it belongs to the caller, who must not decide what it means. The
 * variables are set directly: they are in force while one text is read or one
 * tree is analysed, and nothing of them can be seen from outside.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/parser_settings.h"
#include "parser/parse_expr.h"
#include "parser/parser.h"

/* 19: strings conform to the standard, and no setting says otherwise */
#if PG_VERSION_NUM >= 190000
static bool standard_conforming_strings = true;
#endif

void
parser_settings_fix(ParserSettings *outer)
{
	outer->standard_conforming_strings = standard_conforming_strings;
	outer->backslash_quote = backslash_quote;
	outer->transform_null_equals = Transform_null_equals;
	standard_conforming_strings = true;

	/*
	 * safe: what is read is in the encoding of the database, never in a
	 * client's
	 */
	backslash_quote = BACKSLASH_QUOTE_ON;
	Transform_null_equals = false;
}

void
parser_settings_restore(const ParserSettings *outer)
{
	standard_conforming_strings = outer->standard_conforming_strings;
	backslash_quote = outer->backslash_quote;
	Transform_null_equals = outer->transform_null_equals;
}
