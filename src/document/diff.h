/*
 * diff.h
 *		What differs between two definitions, in words.
 */
#ifndef CA_DIFF_H
#define CA_DIFF_H

#include "postgres.h"

#include "base/json.h"
#include "nodes/pg_list.h"

/* A sentence (char *) for everything that differs; raises if one of the two is not sound in shape. */
extern List *definition_diff(Json *old_document, Json *new_document);

#endif
