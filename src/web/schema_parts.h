/*
 * schema_parts.h
 *		What JSON Schemas are put together of.
 */
#ifndef CA_SCHEMA_PARTS_H
#define CA_SCHEMA_PARTS_H

#include "postgres.h"

#include "base/json.h"
#include "lib/stringinfo.h"

/* Is this a letter, digit or underscore of ASCII, whatever the locale? */
extern bool character_is_plain(char character);

/* Appends a name as part of that of a component: what is not plain is "-" and its hexadecimal digits. */
extern void schema_append_name(StringInfo out, const char *name);

/* {"type": ...}, the beginning of most */
extern Json *schema_typed(const char *type);

/* A string that matches. */
extern Json *schema_pattern(const char *pattern);

/* {"anyOf": [one, other]} */
extern Json *schema_either(Json *one, Json *other);

/* An object without other members than those that are added. */
extern Json *schema_closed_object(void);

/* Adds a member, and to "required" if it must be there. */
extern void schema_add_member(Json *object, const char *name, Json *schema, bool required);

/* Anything but null. */
extern Json *schema_anything(void);

/* Is this its type, or among its types? */
extern bool schema_has_type(const Json *schema, const char *name);

/* Is this {"type": "null"}? */
extern bool schema_is_null(const Json *schema);

/* The same schema, or null; it is changed. */
extern Json *schema_or_null(Json *schema);

#endif
