/*
 * with.h
 *		The "with" object of call and perform.
 */
#ifndef CA_WITH_H
#define CA_WITH_H

#include "postgres.h"

#include "compile/compiler.h"

/*
 * Reports the names in with that are none of the known ones (of char *); what
 * is 'function f(int)' or 'action "x"', noun is argument or input.
 */
extern void with_report_unknown(Compiler *compiler, const Json *with, const List *known,
								const char *what, const char *noun);

#endif
