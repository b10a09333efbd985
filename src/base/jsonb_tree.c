/*
 * jsonb_tree.c
 *		Making jsonb from values that are put together directly.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"

void
jsonb_tree_object(JsonbValue *object, int room)
{
	object->type = jbvObject;
	object->val.object.nPairs = 0;
	object->val.object.pairs = palloc(sizeof(JsonbPair) * room);
}

void
jsonb_tree_array(JsonbValue *array, int room)
{
	array->type = jbvArray;
	array->val.array.nElems = 0;
	array->val.array.elems = palloc(sizeof(JsonbValue) * room);
	array->val.array.rawScalar = false;
}

/* Does a key come before another? Shorter ones do, as in all of jsonb. */
static bool
comes_before(const JsonbValue *key, const JsonbValue *other)
{
	if (key->val.string.len != other->val.string.len)
		return key->val.string.len < other->val.string.len;
	return memcmp(key->val.string.val, other->val.string.val, key->val.string.len) < 0;
}

/* Keys are put where they belong at once, since there are few. */
JsonbValue *
jsonb_tree_member(JsonbValue *object, const char *key)
{
	JsonbPair  *pairs = object->val.object.pairs;
	int			place = object->val.object.nPairs++;
	JsonbValue	name;

	name.type = jbvString;
	name.val.string.val = unconstify(char *, key);
	name.val.string.len = strlen(key);
	while (place > 0 && comes_before(&name, &pairs[place - 1].key))
	{
		pairs[place] = pairs[place - 1];
		place--;
	}
	pairs[place].key = name;
	pairs[place].order = 0;
	return &pairs[place].value;
}

JsonbValue *
jsonb_tree_element(JsonbValue *array)
{
	return &array->val.array.elems[array->val.array.nElems++];
}

Jsonb *
jsonb_tree_finish(JsonbValue *object)
{
	return JsonbValueToJsonb(object);
}
