/*
 * domain_schema.h
 *		What the CHECKs of domains say, in the words of JSON Schema.
 */
#ifndef CA_DOMAIN_SCHEMA_H
#define CA_DOMAIN_SCHEMA_H

#include "postgres.h"

#include "web/type_schema.h"

/* Narrows the schema of a domain's base by what the domain, and those below it, check in a simple way. */
extern void domain_narrow(const SchemaScope *scope, Json *schema, Oid domain);

/* Does a domain, or one below it, refuse null? */
extern bool domain_refuses_null(Oid domain);

#endif
