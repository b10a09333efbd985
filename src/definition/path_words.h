/*
 * path_words.h
 *		The words of a path: those that lead to a step, "5.then.1" and "4.case 2",
 *		and those below it or below a part of the header: keys, in quotes where they
 *		have dots, and numbers of elements, set."my.col"[2].
 */
#ifndef CA_PATH_WORDS_H
#define CA_PATH_WORDS_H

#include "postgres.h"

#include "base/json.h"
#include "lib/stringinfo.h"

#define PATH_WORDS_HINT	"Names are separated by dots; one that has dots itself is written in double quotes."

/* A word of the path of a step. */
typedef struct StepLink
{
	const char *list;			/* name of the list, BRANCH_CASE of a case; NULL: the first word */
	int			number;			/* of the step in it, from 1; 0 if it says so */
} StepLink;

/*
 * Reads the next word of the path of a step, and goes past it: the first is a number,
 * those behind it are a list and a number, ".then.1" or ".case 2". False: something
 * else comes.
 */
extern bool path_next_link(const char **path, bool is_first, StepLink *link);

/* Appends such a word as paths are written. */
extern void path_append_link(StringInfo path, const StepLink *link);

/* Reads the whole path of a step, and goes past it; as paths are written, empty: there is none. */
extern char *path_next_step(const char **path);

/* The length of the longest key of an object, which may be NULL, that a path begins with; 0: none. */
extern size_t path_known_length(const char *path, const Json *object);

/*
 * Reads the next key and goes past it; NULL: it cannot be read. A key that the object
 * has is found with its dots, since errors write keys as they are.
 */
extern char *path_next_key(const char **path, const Json *object);

/* Reads the number of an element, "[2]", and goes past it; 0: it cannot be read. */
extern int	path_next_number(const char **path);

/* A key as a part of a path: in quotes where it has dots. */
extern char *path_key(const char *key);

#endif
