/*
 * simple_type.h
 *		Types whose values look the same in every text and in JSON, and casts that never fail.
 */
#ifndef CA_SIMPLE_TYPE_H
#define CA_SIMPLE_TYPE_H

#include "postgres.h"

/*
 * Is this one of the types that PostgreSQL's own functions show, whatever the
 * value is, without an error, without looking at settings or catalogs, and without
 * calling anybody? Who can bear one of these adds types of his own.
 */
extern bool type_is_simple(Oid type);

/* Is it the cast of a whole number to a type that has all of them? */
extern bool cast_is_widening(Oid function);

#endif
