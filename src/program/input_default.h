/*
 * input_default.h
 *		The default of an input as CREATE FUNCTION wants it.
 */
#ifndef CA_INPUT_DEFAULT_H
#define CA_INPUT_DEFAULT_H

#include "postgres.h"

#include "base/json.h"

/* Raw tree of a value for CREATE FUNCTION's DEFAULT: cast to type; raises for what a default cannot hold. */
extern Node *input_default_tree(const Json *json, Oid type, int32 typmod, const char *location);

#endif
