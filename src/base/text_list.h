/*
 * text_list.h
 *		Lists of texts: List of char *.
 */
#ifndef CA_TEXT_LIST_H
#define CA_TEXT_LIST_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* Appends an element of a list, with a comma before it unless it is the first. */
extern void append_element(StringInfo out, bool first, const char *text);

/* "a, b, c" */
extern char *text_list_join(const List *texts);

extern bool text_list_has(const List *texts, const char *text);

/* Have two lists the same texts, in the same order? */
extern bool text_list_same(const List *one, const List *other);

/* For list_sort(). */
extern int	text_list_compare(const ListCell *a, const ListCell *b);

#endif
