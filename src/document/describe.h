/*
 * describe.h
 *		Outline of a definition for people who do not read JSON.
 *
 * The folder document/ holds pure functions over definitions: a document goes
 * in, words come out. Nothing is compiled or run. It may include base/, lookup/
 * and definition/.
 */
#ifndef CA_DESCRIBE_H
#define CA_DESCRIBE_H

#include "postgres.h"

#include "base/json.h"

/* The outline; state says of what, below the name: a draft, or what is published. */
extern char *definition_describe(Json *document, const char *state);

#endif
