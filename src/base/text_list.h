/*
 * text_list.h
 *		Lists of texts: List of char *.
 */
#ifndef CA_TEXT_LIST_H
#define CA_TEXT_LIST_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* "a, b, c" */
extern char *text_list_join(const List *texts);

extern bool text_list_has(const List *texts, const char *text);

/* For list_sort(). */
extern int	text_list_compare(const ListCell *a, const ListCell *b);

#endif
