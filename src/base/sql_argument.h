/*
 * sql_argument.h
 *		Arguments of the functions that people call.
 */
#ifndef CA_SQL_ARGUMENT_H
#define CA_SQL_ARGUMENT_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/jsonb.h"

/* Raises unless an argument is given; function NULL: the one that is called. */
extern void require_argument(FunctionCallInfo fcinfo, int argument, const char *function,
							 const char *name, const char *hint);

/* The text of an argument; NULL: it is NULL, or the function has fewer. */
extern char *text_argument(FunctionCallInfo fcinfo, int argument);

/* An argument, jsonb; raises unless it is an array. */
extern Jsonb *array_argument(FunctionCallInfo fcinfo, int argument, const char *function,
							 const char *name, const char *hint);

/* Which of two words an argument is: true for the second; raises if it is neither. */
extern bool argument_is_second(FunctionCallInfo fcinfo, int argument, const char *function,
							   const char *name, const char *first, const char *second);

#endif
