/*
 * suggest.h
 *		What may have been meant by a name that there is not.
 */
#ifndef CA_SUGGEST_H
#define CA_SUGGEST_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* The known name that is most like a given one, so far. */
typedef struct Suggestion
{
	char	   *given;			/* in lower case */
	int			limit;			/* more changes than this make another name of it */
	int			distance;		/* of the best one */
	bool		parts;			/* a name that is a part of the other counts */
	char	   *best;			/* as it is to be written, or NULL */
} Suggestion;

extern void suggestion_init(Suggestion *suggestion, const char *given);

/* Says how many changes are too many; 0: only the same name, or one that is a part of the other. */
extern void suggestion_limit(Suggestion *suggestion, int limit);

/* Looks at a known name; shown is how it is to be written. */
extern void suggestion_consider(Suggestion *suggestion, const char *known, const char *shown);

/* The name of a list of char * that is most like a given one, or NULL. */
extern char *suggestion_among(const char *given, const List *known);

/* A hint: Did you mean "x"? and what else there is to say. Either may be missing, NULL if both are. */
extern char *suggestion_hint(const char *best, const char *more);

#endif
