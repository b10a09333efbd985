/*
 * language.h
 *		The call handler of the procedural language custom_action.
 */
#ifndef CA_LANGUAGE_H
#define CA_LANGUAGE_H

#include "postgres.h"

#include "fmgr.h"

extern PGDLLEXPORT Datum custom_action_call_handler(PG_FUNCTION_ARGS);

#endif
