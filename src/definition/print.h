/*
 * print.h
 *		Canonical text of a definition.
 */
#ifndef CA_PRINT_H
#define CA_PRINT_H

#include "postgres.h"

#include "base/json.h"

/* Canonical text: known keys in their fixed order, verb first, two blanks deep. */
extern char *definition_print(const Json *document);

/* The same layout for another document, whose keys stay in their order. */
extern void json_print_pretty(StringInfo out, const Json *json);

#endif
