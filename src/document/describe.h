/*
 * describe.h
 *		Outline of a definition for people who do not read JSON.
 */
#ifndef CA_DESCRIBE_H
#define CA_DESCRIBE_H

#include "postgres.h"

#include "base/json.h"

/* The outline; state says of what, below the name: a draft, or what is published. */
extern char *definition_describe(Json *document, const char *state);

#endif
