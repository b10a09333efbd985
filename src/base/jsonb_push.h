/*
 * jsonb_push.h
 *		Making a jsonb object, key by key. Nothing else of ours calls
 *		pushJsonbValue(), whose state PostgreSQL changes between versions. What is
 *		made at every successful call is made by jsonb_tree.h.
 */
#ifndef CA_JSONB_PUSH_H
#define CA_JSONB_PUSH_H

#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/uuid.h"

/* What is being made, in the memory context that is current all the while. */
typedef struct JsonbBuilder JsonbBuilder;

/* Starts, with nothing in it. */
extern JsonbBuilder *jsonb_builder_make(void);

/* Ends, after the outermost object or array has been closed. */
extern Jsonb *jsonb_builder_finish(JsonbBuilder *builder);

/* The same as a tree of values, as jsonb_tree.h makes them. */
extern JsonbValue *jsonb_builder_tree(JsonbBuilder *builder);

/* Open and close an object or an array, which stands for a value. */
extern void jsonb_push_object(JsonbBuilder *builder);
extern void jsonb_push_object_end(JsonbBuilder *builder);
extern void jsonb_push_array(JsonbBuilder *builder);
extern void jsonb_push_array_end(JsonbBuilder *builder);

/* Adds a key whose value follows. */
extern void jsonb_push_key(JsonbBuilder *builder, const char *key);

/* Adds the value of the last key, or the next element of the array that is open. */
extern void jsonb_push_value(JsonbBuilder *builder, JsonbValue *value);

/* Add a key with a value; NULL becomes null. */
extern void jsonb_push_text(JsonbBuilder *builder, const char *key, const char *text);
extern void jsonb_push_boolean(JsonbBuilder *builder, const char *key, bool boolean);
extern void jsonb_push_uuid(JsonbBuilder *builder, const char *key, const pg_uuid_t *uuid);
extern void jsonb_push_jsonb(JsonbBuilder *builder, const char *key, Jsonb *jsonb);

#endif
