/*
 * setting_list.h
 *		Defining many settings at once, at the cost of one.
 */
#ifndef CA_SETTING_LIST_H
#define CA_SETTING_LIST_H

#include "postgres.h"

/* Defines so many settings; the functions know their names, and define one, by number. */
extern void setting_list_define(int count, const char *(*name) (int number), void (*define) (int number));

#endif
