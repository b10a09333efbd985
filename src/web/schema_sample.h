/*
 * schema_sample.h
 *		Values that fit a JSON Schema, as examples.
 */
#ifndef CA_SCHEMA_SAMPLE_H
#define CA_SCHEMA_SAMPLE_H

#include "postgres.h"

#include "base/json.h"

/*
 * A value that fits: the default, the first of those that it may be, or a plain one. parts:
 * where "$ref" leads, by the words behind its last slash. NULL: none is known to fit.
 */
extern Json *schema_sample(const Json *schema, const Json *parts);

#endif
