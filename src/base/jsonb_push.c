/*
 * jsonb_push.c
 *		Keys and values for a jsonb object that is being made.
 */
#include "postgres.h"

#include "base/jsonb_push.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

void
push_key(JsonbParseState **state, const char *key)
{
	JsonbValue	value = {0};

	value.type = jbvString;
	value.val.string.val = unconstify(char *, key);
	value.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
}

void
push_text(JsonbParseState **state, const char *key, const char *text)
{
	JsonbValue	value = {0};

	push_key(state, key);
	value.type = text == NULL ? jbvNull : jbvString;
	if (text != NULL)
	{
		value.val.string.val = unconstify(char *, text);
		value.val.string.len = strlen(text);
	}
	pushJsonbValue(state, WJB_VALUE, &value);
}

void
push_integer(JsonbParseState **state, const char *key, int32 integer)
{
	JsonbValue	value = {0};

	push_key(state, key);
	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(integer);
	pushJsonbValue(state, WJB_VALUE, &value);
}

void
push_boolean(JsonbParseState **state, const char *key, bool boolean)
{
	JsonbValue	value = {0};

	push_key(state, key);
	value.type = jbvBool;
	value.val.boolean = boolean;
	pushJsonbValue(state, WJB_VALUE, &value);
}

void
push_uuid(JsonbParseState **state, const char *key, const pg_uuid_t *uuid)
{
	push_text(state, key, uuid == NULL ? NULL :
			  DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(uuid))));
}

/* A scalar goes in as such, not as the array that jsonb keeps it in. */
void
push_jsonb(JsonbParseState **state, const char *key, Jsonb *jsonb)
{
	JsonbValue	value = {0};

	push_key(state, key);
	if (jsonb == NULL)
		value.type = jbvNull;
	else if (!JB_ROOT_IS_SCALAR(jsonb) || !JsonbExtractScalar(&jsonb->root, &value))
	{
		value.type = jbvBinary;
		value.val.binary.data = &jsonb->root;
		value.val.binary.len = VARSIZE_ANY_EXHDR(jsonb);
	}
	pushJsonbValue(state, WJB_VALUE, &value);
}
