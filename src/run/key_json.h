/*
 * key_json.h
 *		Values of keys as JSON: the same for the same value, whatever the session's
 *		or the action's settings, since rows are found by them.
 */
#ifndef CA_KEY_JSON_H
#define CA_KEY_JSON_H

#include "base/jsonb_push.h"
#include "utils/jsonb.h"

/* convert_plain() of a value of a key: of a type that shown_type() has as plain, from memory alone. */
extern void key_convert_plain(JsonbValue *result, Datum value, Oid base);

/* convert_to_value() of one; of a type with a JSON form of its own, its text. */
extern void key_convert(JsonbValue *result, Datum value, Oid type);

/* Appends one. */
extern void key_push(JsonbBuilder *builder, Datum value, bool isnull, Oid type);

#endif
