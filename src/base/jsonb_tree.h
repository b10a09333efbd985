/*
 * jsonb_tree.h
 *		Making jsonb from values that are put together directly: for what is made at
 *		every call and has few, different keys, at a fraction of the cost of
 *		jsonb_push.h.
 *
 * A tree lives in the context that is current while it is made. Its leaves are
 * scalars, or containers that are there already (jbvBinary).
 */
#ifndef CA_JSONB_TREE_H
#define CA_JSONB_TREE_H

#include "postgres.h"

#include "utils/jsonb.h"

/* An object or an array with room for so many members. */
extern void jsonb_tree_object(JsonbValue *object, int room);
extern void jsonb_tree_array(JsonbValue *array, int room);

/*
 * The place for the value of one more key, which must differ from the others; the
 * key is not copied. Those that come in jsonb's own order cost least.
 */
extern JsonbValue *jsonb_tree_member(JsonbValue *object, const char *key);

/* Compares keys as jsonb orders them. */
extern int	jsonb_tree_compare(const char *key, const char *other);

/* The place for one more element. */
extern JsonbValue *jsonb_tree_element(JsonbValue *array);

/* The jsonb that an object is, with all in it. */
extern Jsonb *jsonb_tree_finish(JsonbValue *object);

/* Keys of an object, written once for all objects that have these and no others. */
typedef struct JsonbKeys JsonbKeys;

/* Writes keys, which come in jsonb's own order. */
extern JsonbKeys *jsonb_tree_keys(const char *const *names, int count);

/* The jsonb of an object with such keys, of a value for each in their order. */
extern Jsonb *jsonb_tree_finish_keyed(const JsonbKeys *keys, const JsonbValue *values);

#endif
