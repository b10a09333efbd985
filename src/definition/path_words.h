/*
 * path_words.h
 *		The words of a path below a step or a part of the header: keys, in quotes
 *		where they have dots, and numbers of elements: set."my.col"[2].
 */
#ifndef CA_PATH_WORDS_H
#define CA_PATH_WORDS_H

#include "postgres.h"

#include "base/json.h"

#define PATH_WORDS_HINT	"Names are separated by dots; one that has dots itself is written in double quotes."

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
