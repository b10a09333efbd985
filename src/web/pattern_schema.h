/*
 * pattern_schema.h
 *		Regular expressions of PostgreSQL as those of ECMA-262.
 */
#ifndef CA_PATTERN_SCHEMA_H
#define CA_PATTERN_SCHEMA_H

#include "postgres.h"

/* What matches the same texts there; NULL if that cannot be said for sure. */
extern char *pattern_for_schema(const char *pattern);

#endif
