/*
 * row_hash.c
 *		A number for a row of a table, by which the log is searched.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "record/row_hash.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_row_hash);

static uint64
hash_start(const char *table)
{
	return hash_bytes_extended((const unsigned char *) table, strlen(table), 0);
}

/* Adds a column; values that have parts are all alike. */
static uint64
hash_column(uint64 hash, const JsonbValue *name, const JsonbValue *value)
{
	hash = hash_bytes_extended((const unsigned char *) name->val.string.val, name->val.string.len, hash);
	if (IsAJsonbScalar(value))
		JsonbHashScalarValueExtended(value, &hash, hash);
	return hash;
}

uint64
row_hash(const char *table, const Jsonb *key)
{
	JsonbIterator *iterator = JsonbIteratorInit(unconstify(JsonbContainer *, &key->root));
	uint64		hash = hash_start(table);
	JsonbValue	name;
	JsonbValue	value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &name, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&iterator, &value, true);
		hash = hash_column(hash, &name, &value);
	}
	return hash;
}

uint64
row_hash_of_tree(const char *table, const JsonbValue *key)
{
	uint64		hash = hash_start(table);

	for (int i = 0; i < key->val.object.nPairs; i++)
		hash = hash_column(hash, &key->val.object.pairs[i].key, &key->val.object.pairs[i].value);
	return hash;
}

/* SQL: the same, to search by. */
Datum
custom_action_row_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) row_hash(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_JSONB_P(1)));
}
