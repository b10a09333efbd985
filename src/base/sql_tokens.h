/*
 * sql_tokens.h
 *		The words of an SQL expression and where they stand.
 */
#ifndef CA_SQL_TOKENS_H
#define CA_SQL_TOKENS_H

#include "postgres.h"

#include "nodes/pg_list.h"

typedef struct SqlToken
{
	int			offset;			/* bytes before it */
	int			length;
	char	   *name;			/* of an identifier or keyword, folded as SQL does; else NULL */
	bool		is_string;		/* '...', $$...$$ */
} SqlToken;

/* Lists the tokens of a text without comments, of SqlToken *. */
extern List *sql_tokens(const char *text);

/* The place in the list of the token at an offset, or -1. */
extern int	sql_token_at(const List *tokens, int offset);

/*
 * The place of the n-th part, from 0, of a dotted name that begins at a place;
 * -1: it has no such part, or that is no identifier.
 */
extern int	sql_token_part(const List *tokens, int place, const char *text, int part);

/* An identifier as this server takes it: in quotes if it needs them. */
extern const char *sql_identifier(const char *name);

#endif
