/*
 * jsonb_push.h
 *		Keys and values for a jsonb object that is being made.
 */
#ifndef CA_JSONB_PUSH_H
#define CA_JSONB_PUSH_H

#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/uuid.h"

/* Adds a key whose value follows. */
extern void push_key(JsonbParseState **state, const char *key);

/* Add a key with a value; NULL becomes null. */
extern void push_text(JsonbParseState **state, const char *key, const char *text);
extern void push_integer(JsonbParseState **state, const char *key, int32 integer);
extern void push_boolean(JsonbParseState **state, const char *key, bool boolean);
extern void push_uuid(JsonbParseState **state, const char *key, const pg_uuid_t *uuid);
extern void push_jsonb(JsonbParseState **state, const char *key, Jsonb *jsonb);

#endif
