/*
 * cut_json.h
 *		JSON for the record: sensitive values masked, and cut to a number of bytes
 *		without breaking it.
 */
#ifndef CA_CUT_JSON_H
#define CA_CUT_JSON_H

#include "postgres.h"

#include "base/jsonb_push.h"
#include "run/frame.h"
#include "utils/jsonb.h"

/* A member of an object that is to be made. */
typedef struct CutMember
{
	const char *name;
	JsonbValue	value;			/* a scalar, or what jsonb holds */
	int64		more;			/* bytes of a text that are not in the value */
} CutMember;

/* "... (1234 bytes left out)", which stands for a value that is too long to look at */
extern void cut_note(JsonbValue *value, int64 left_out, const char *of_what);

/* An object of these members within about so many bytes of text; the long ones are cut first. Sorts them. */
extern Jsonb *cut_object(const Frame *frame, CutMember *members, int count, int limit);

/* A value by itself, and a text, in the same way. */
extern Jsonb *cut_value(const Frame *frame, const JsonbValue *value, int limit);
extern char *cut_text(const Frame *frame, const char *text, int length, int limit);

/*
 * The same of the columns of a key. A number that happens to be a secret of less
 * than four bytes stays, since rows are found by it.
 */
extern Jsonb *cut_key_object(const Frame *frame, CutMember *members, int count);

/* Adds the value of a column of a key to what is being built. */
extern void cut_push_key_value(const Frame *frame, JsonbBuilder *builder, const JsonbValue *value);

#endif
