/*
 * type_schema.h
 *		JSON Schema 2020-12 of values of any PostgreSQL type, as they come in from JSON
 *		and go out as JSON: the one place where types become schemas.
 *
 * What comes in is said narrowly: all that fits the schema is accepted, and more
 * may be. What goes out is said widely: all that is given fits the schema.
 */
#ifndef CA_TYPE_SCHEMA_H
#define CA_TYPE_SCHEMA_H

#include "postgres.h"

#include "base/json.h"
#include "nodes/pg_list.h"

/* One document, or one direction of it. */
typedef struct SchemaScope
{
	bool		output;			/* of what an action gives, not of what it takes */
	bool		numbers_as_text;	/* bigint and numeric are strings */
	bool		usual;			/* outputs: what nearly never comes is left out: NaN, arrays in
								 * arrays, years beyond 9999 */
	const char *reference;		/* what stands before the name of a part: "#/$defs/" */
	const char *suffix;			/* what stands behind it, or NULL */
	Json	   *parts;			/* object: composite types by name, filled on the way */
	List	   *types;			/* of parts already there; begin with NIL */
} SchemaScope;

/* Of a value that is not null. */
extern Json *type_schema(SchemaScope *scope, Oid type, int32 typmod);

/* The digits of numeric's type modifier, and those of them behind the point, which may be less than none; false: it has none. */
extern bool numeric_digits(int32 typmod, int *precision, int *scale);

/* May a value of this type be null? Some domains say no. */
extern bool type_takes_null(Oid type);

#endif
