/*
 * settled_path.h
 *		The search_path that a definition means, whatever it says of one.
 */
#ifndef CA_SETTLED_PATH_H
#define CA_SETTLED_PATH_H

#include "postgres.h"

#include "base/json.h"

#define FALLBACK_SEARCH_PATH	"pg_catalog, pg_temp"

/* Fixes the search_path of a definition, and puts temporary objects last. */
extern void definition_settle_path(Json *document);

#endif
