/*
 * convert_plain.h
 *		Values as JSON where nothing but memory may be touched, and what it takes to
 *		show values of other types.
 */
#ifndef CA_CONVERT_PLAIN_H
#define CA_CONVERT_PLAIN_H

#include "postgres.h"

#include "program/program.h"
#include "utils/jsonb.h"

/* How values of a type are shown. */
extern ShownType shown_type(Oid type);

/* A value of a SHOWN_PLAIN type, given its base type, as a scalar or what jsonb holds. Nothing but memory is touched. */
extern void convert_plain(JsonbValue *result, Datum value, Oid base);

#endif
