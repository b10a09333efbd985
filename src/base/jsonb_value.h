/*
 * jsonb_value.h
 *		Single values of jsonb, as jsonb_push.h and jsonb_tree.h take them.
 */
#ifndef CA_JSONB_VALUE_H
#define CA_JSONB_VALUE_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Makes a value a string; its text is not copied. */
static inline void
jsonb_value_set_string(JsonbValue *value, const char *text, int length)
{
	value->type = jbvString;
	value->val.string.val = unconstify(char *, text);
	value->val.string.len = length;
}

static inline void
jsonb_value_set_text(JsonbValue *value, const char *text)
{
	jsonb_value_set_string(value, text, strlen(text));
}

extern void jsonb_value_set_integer(JsonbValue *value, int64 integer);

/* Is it a number that is written without a fraction, and that an integer holds? Gives that. */
extern bool jsonb_value_integer(const JsonbValue *value, int32 *integer);

/* Makes it what a jsonb is: a scalar as such, not as the array that jsonb keeps it in. */
extern void jsonb_value_set_jsonb(JsonbValue *value, Jsonb *jsonb);

/* The text of a string, a number or a boolean, as input functions read it; NULL of anything else. */
extern char *jsonb_value_text(const JsonbValue *value);

#endif
