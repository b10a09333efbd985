/*
 * csdl_name.h
 *		Names and texts as OData's metadata can have them.
 */
#ifndef CA_CSDL_NAME_H
#define CA_CSDL_NAME_H

#include "postgres.h"

/* Is this a simple identifier of OData, as it is? */
extern bool csdl_name_is_simple(const char *name);

/*
 * The simple identifier of a name: letters, digits and underscores stay, any other
 * character is written as _x0020_, and different names stay different.
 */
extern char *csdl_identifier(const char *name);

/* The namespace of a schema of PostgreSQL; those that OData keeps for itself get another name. */
extern char *csdl_namespace(const char *schema);

/* Raises unless it is a namespace that somebody may give: simple identifiers with points between. */
extern void csdl_require_namespace(const char *name);

/* A text without what XML cannot hold, escaped or not. */
extern char *csdl_text(const char *text);

#endif
