/*
 * suggest.c
 *		Finds the known name that is most like one that is not known.
 *
 * PostgreSQL's own edit distance, case aside; two letters in the wrong order
 * are one mistake, and a name that continues another one after an underscore,
 * or ends it, counts as far, but near enough. All of this happens on the way to
 * an error, so all known names may be looked at.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "miscadmin.h"
#include "utils/varlena.h"

#define MAX_DISTANCE	3
#define MAX_LENGTH		255		/* of what is compared; the distance takes time by its square */
#define MIN_PART		3		/* shorter names are not taken for a part of longer ones */

/* A name in lower case, with underscores for what people write instead. */
static char *
folded(const char *name)
{
	char	   *copy = pstrdup(name);

	for (char *c = copy; *c != '\0'; c++)
	{
		if (*c == '-' || *c == ' ')
			*c = '_';
		else if (*c >= 'A' && *c <= 'Z')
			*c = *c - 'A' + 'a';
	}
	return copy;
}

void
suggestion_init(Suggestion *suggestion, const char *given)
{
	int			length = strlen(given);

	suggestion->given = folded(given);
	suggestion->best = NULL;
	suggestion->parts = true;
	suggestion_limit(suggestion, Min(MAX_DISTANCE, length * 2 / 5));
}

void
suggestion_limit(Suggestion *suggestion, int limit)
{
	suggestion->limit = limit;
	suggestion->distance = limit + 1;
}

/* Is the shorter name the beginning or the end of the longer one? */
static bool
is_part(const char *shorter, int length, const char *longer, int longer_length)
{
	if (length < MIN_PART || length >= longer_length)
		return false;
	return (memcmp(shorter, longer, length) == 0 && longer[length] == '_') ||
		(memcmp(shorter, longer + longer_length - length, length) == 0 &&
		 longer[longer_length - length - 1] == '_');
}

/* Do two names of one length differ in the order of two neighbours only? */
static bool
is_swapped(const char *given, const char *known, int length)
{
	int			at = 0;

	while (at < length && given[at] == known[at])
		at++;
	return at + 1 < length && given[at] == known[at + 1] && given[at + 1] == known[at] &&
		memcmp(given + at + 2, known + at + 2, length - at - 2) == 0;
}

/* How far two names are from each other; limit + 1 is too far. */
static int
distance_of(const char *given, const char *known, int limit, bool parts)
{
	int			given_length = strlen(given);
	int			known_length = strlen(known);

	if (given_length > MAX_LENGTH || known_length > MAX_LENGTH)
		return limit + 1;
	if (parts && (is_part(given, given_length, known, known_length) ||
				  is_part(known, known_length, given, given_length)))
		return limit;
	if (given_length == known_length && is_swapped(given, known, given_length))
		return Min(1, limit);
	if (abs(given_length - known_length) > limit)
		return limit + 1;
	return varstr_levenshtein_less_equal(given, given_length, known, known_length,
										 1, 1, 1, limit, true);
}

void
suggestion_consider(Suggestion *suggestion, const char *known, const char *shown)
{
	int			distance = distance_of(suggestion->given, folded(known), suggestion->limit,
									   suggestion->parts);

	if (distance >= suggestion->distance)
		return;
	suggestion->distance = distance;
	suggestion->best = pstrdup(shown);
}

char *
suggestion_among(const char *given, const List *known)
{
	Suggestion	suggestion;
	ListCell   *cell;

	suggestion_init(&suggestion, given);
	foreach(cell, known)
	{
		CHECK_FOR_INTERRUPTS();
		suggestion_consider(&suggestion, lfirst(cell), lfirst(cell));
	}
	return suggestion.best;
}

char *
suggestion_hint(const char *best, const char *more)
{
	if (best == NULL)
		return more == NULL ? NULL : pstrdup(more);
	return psprintf("Did you mean \"%s\"?%s%s", best, more == NULL ? "" : " ",
					more == NULL ? "" : more);
}
