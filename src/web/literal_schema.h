/*
 * literal_schema.h
 *		Literals of a definition as JSON that fits the schema of their type.
 */
#ifndef CA_LITERAL_SCHEMA_H
#define CA_LITERAL_SCHEMA_H

#include "postgres.h"

#include "web/type_schema.h"

/* NULL: it is a formula, or how it looks as JSON cannot be told without asking the type. */
extern Json *literal_for_schema(const SchemaScope *scope, const Json *literal, Oid type);

#endif
