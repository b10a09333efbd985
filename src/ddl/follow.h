/*
 * follow.h
 *		Lets rows of our tables follow what somebody's DDL did.
 */
#ifndef CA_FOLLOW_H
#define CA_FOLLOW_H

#include "postgres.h"

/*
 * Calls a function of ours that takes up to so many texts, ended by NULL, and
 * changes rows for the current user, who need not have privileges on them. Gives
 * the text that the function returns, NULL if it returns none.
 */
extern char *follow_call(const char *function, const char *const *texts);

#endif
