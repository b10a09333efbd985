/*
 * convert_out.h
 *		Datums of any type to jsonb values.
 */
#ifndef CA_CONVERT_OUT_H
#define CA_CONVERT_OUT_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * Appends a value of any type to a jsonb object or array under construction, as
 * to_jsonb would show it, but for types with a cast to json that nothing reads
 * back: those are text.
 */
extern void convert_to_jsonb(JsonbParseState **state, JsonbIteratorToken token, Datum value,
							 bool isnull, Oid type);

#endif
