/*
 * object_name.h
 *		What an object is called by those who name it in a definition.
 */
#ifndef CA_OBJECT_NAME_H
#define CA_OBJECT_NAME_H

#include "postgres.h"

#include "catalog/objectaddress.h"

/* The name of a column, table, type, label of an enum, function or schema, by itself; NULL: it is gone. */
extern char *object_name(const ObjectAddress *object);

/* As a string names it that is read as the object: with its schema, a function with its arguments. */
extern char *object_literal(const ObjectAddress *object);

/* The schema that it is in, or InvalidOid. */
extern Oid	object_schema(const ObjectAddress *object);

#endif
