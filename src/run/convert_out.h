/*
 * convert_out.h
 *		Datums of any type to jsonb values.
 */
#ifndef CA_CONVERT_OUT_H
#define CA_CONVERT_OUT_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * A value of any type that is not NULL, as to_jsonb would show it, but for types with a
 * cast to json that nothing reads back: those are text. It is a scalar, or what jsonb
 * holds.
 */
extern void convert_to_value(JsonbValue *result, Datum value, Oid type);

/* The same of any value, for a tree of values (base/jsonb_tree.h). */
extern void convert_to_tree(JsonbValue *result, Datum value, bool isnull, Oid type);

/* Is there a type with a JSON form of its own in this type, or is it one itself? Showing that runs its function. */
extern bool convert_holds_form(Oid type);

/* Converts a value of a common type directly, for the memory of the value; false for all others. */
extern bool convert_common(JsonbValue *result, Datum value, Oid type);

#endif
