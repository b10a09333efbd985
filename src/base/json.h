/*
 * json.h
 *		A JSON document as a tree that keeps what jsonb loses: the order and
 *		the repetition of keys, and the exact text of numbers.
 *
 * Nodes are allocated in the current memory context and never freed one by
 * one.
 */
#ifndef CA_JSON_H
#define CA_JSON_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

typedef enum JsonKind
{
	JSON_IS_NULL,
	JSON_IS_BOOLEAN,
	JSON_IS_NUMBER,
	JSON_IS_STRING,
	JSON_IS_ARRAY,
	JSON_IS_OBJECT
} JsonKind;

typedef struct Json
{
	JsonKind	kind;
	char	   *text;			/* string decoded, number as written, "true"/"false" */
	int			count;			/* members of an array or object */
	int			room;			/* allocated length of keys and items */
	char	  **keys;			/* of an object */
	struct Json **items;
} Json;

extern Json *json_parse(const char *text);	/* raises 22P02 on malformed text */
extern Json *json_parse_or_null(const char *text);	/* NULL: malformed */
extern void json_print(StringInfo out, const Json *json);	/* compact, one line */
extern char *json_text(const Json *json);	/* the same by itself */

/* false, and a part of it, once longer */
extern bool json_print_within(StringInfo out, const Json *json, int end);

/* Makes a jsonb of a tree. */
extern Datum json_to_jsonb(const Json *json);

/* NULL: absent; of repeated keys the last counts, as in jsonb */
extern Json *json_get(const Json *object, const char *key);

/* NULL: absent, null or not a scalar */
extern const char *json_get_text(const Json *object, const char *key);

/* absent too: no boolean */
extern bool json_get_boolean(const Json *object, const char *key, bool absent_value);
extern bool json_has_text(const Json *array, const char *text); /* among its strings */
extern const char *json_duplicate_key(const Json *object);	/* NULL: none */

extern Json *json_new_object(void);
extern Json *json_new_array(void);
extern Json *json_new_string(const char *text);
extern Json *json_new_number(const char *text);
extern Json *json_new_null(void);
extern Json *json_new_boolean(bool value);
extern Json *json_new_strings(const List *texts);	/* an array */

/* in its old place if there is one */
extern void json_put(Json *object, const char *key, Json *value);
extern void json_add(Json *object, const char *key, Json *value);	/* adds, even when present */

/* nothing if text is NULL */
extern void json_put_string(Json *object, const char *key, const char *text);
extern void json_remove(Json *object, const char *key); /* all of that name */
extern void json_append(Json *array, Json *value);	/* adds an element */
extern Json *json_copy(const Json *json);	/* into the current memory context, as one chunk */

#endif
