/*
 * suggest_catalog.h
 *		What may have been meant by the name of an object that there is not.
 */
#ifndef CA_SUGGEST_CATALOG_H
#define CA_SUGGEST_CATALOG_H

#include "postgres.h"

/* A sentence or NULL; only objects in schemas that the user may use. */
extern char *suggest_table(const char *given);
extern char *suggest_column(Oid relation, const char *given);
extern char *suggest_function(const char *given);
extern char *suggest_type(const char *given);

/* drafts: also those that are not published; without them, NULL for the name of one */
extern char *suggest_action(const char *given, bool drafts);

#endif
