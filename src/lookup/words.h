/*
 * words.h
 *		Words of texts of our own, and the indexes on them.
 */
#ifndef CA_WORDS_H
#define CA_WORDS_H

#include "postgres.h"

/*
 * May a text in a table of ours have a name in it, by an index on its words? It
 * is not there if not; rows that are gone may still count, until they are
 * vacuumed. Asked on nobody's behalf, and of what is in the index by now.
 */
extern bool indexed_words_name(const char *index, const char *name);

/* May a text have a name in it? */
extern bool text_may_name(const char *text, const char *name);

#endif
