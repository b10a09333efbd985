/*
 * jsonb_tree.h
 *		Making jsonb from values that are put together directly: for what is made at
 *		every call and has few, different keys, at a fraction of the cost of
 *		jsonb_push.h.
 *
 * A tree lives in the context that is current while it is made.
 */
#ifndef CA_JSONB_TREE_H
#define CA_JSONB_TREE_H

#include "postgres.h"

#include "utils/jsonb.h"

/* An object or an array with room for so many members. */
extern void jsonb_tree_object(JsonbValue *object, int room);
extern void jsonb_tree_array(JsonbValue *array, int room);

/* The place for the value of one more key, which must differ from the others; the key is not copied. */
extern JsonbValue *jsonb_tree_member(JsonbValue *object, const char *key);

/* The place for one more element. */
extern JsonbValue *jsonb_tree_element(JsonbValue *array);

/* The jsonb that an object is, with all in it. */
extern Jsonb *jsonb_tree_finish(JsonbValue *object);

#endif
