/*
 * jsonb_push.c
 *		Making a jsonb object, key by key.
 */
#include "postgres.h"

#include "base/jsonb_push.h"
#include "base/jsonb_value.h"
#include "utils/fmgrprotos.h"

#if PG_VERSION_NUM >= 190000
struct JsonbBuilder
{
	JsonbInState state;
};
#else
struct JsonbBuilder
{
	struct
	{
		JsonbParseState *parseState;
		JsonbValue *result;		/* once the outermost object or array is closed */
	}			state;
};
#endif

/* Hands a part to PostgreSQL. */
static void
push(JsonbBuilder *builder, JsonbIteratorToken token, JsonbValue *value)
{
#if PG_VERSION_NUM >= 190000
	pushJsonbValue(&builder->state, token, value);
#else
	builder->state.result = pushJsonbValue(&builder->state.parseState, token, value);
#endif
}

JsonbBuilder *
jsonb_builder_make(void)
{
	return palloc0(sizeof(JsonbBuilder));
}

Jsonb *
jsonb_builder_finish(JsonbBuilder *builder)
{
	return JsonbValueToJsonb(builder->state.result);
}

JsonbValue *
jsonb_builder_tree(JsonbBuilder *builder)
{
	return builder->state.result;
}

void
jsonb_push_object(JsonbBuilder *builder)
{
	push(builder, WJB_BEGIN_OBJECT, NULL);
}

void
jsonb_push_object_end(JsonbBuilder *builder)
{
	push(builder, WJB_END_OBJECT, NULL);
}

void
jsonb_push_array(JsonbBuilder *builder)
{
	push(builder, WJB_BEGIN_ARRAY, NULL);
}

void
jsonb_push_array_end(JsonbBuilder *builder)
{
	push(builder, WJB_END_ARRAY, NULL);
}

void
jsonb_push_key(JsonbBuilder *builder, const char *key)
{
	JsonbValue	value;

	jsonb_value_set_text(&value, key);
	push(builder, WJB_KEY, &value);
}

void
jsonb_push_value(JsonbBuilder *builder, JsonbValue *value)
{
	bool		in_array = builder->state.parseState->contVal.type == jbvArray;

	push(builder, in_array ? WJB_ELEM : WJB_VALUE, value);
}

void
jsonb_push_text(JsonbBuilder *builder, const char *key, const char *text)
{
	JsonbValue	value = {.type = jbvNull};

	jsonb_push_key(builder, key);
	if (text != NULL)
		jsonb_value_set_text(&value, text);
	jsonb_push_value(builder, &value);
}

void
jsonb_push_boolean(JsonbBuilder *builder, const char *key, bool boolean)
{
	JsonbValue	value = {.type = jbvBool, .val.boolean = boolean};

	jsonb_push_key(builder, key);
	jsonb_push_value(builder, &value);
}

void
jsonb_push_uuid(JsonbBuilder *builder, const char *key, const pg_uuid_t *uuid)
{
	jsonb_push_text(builder, key, uuid == NULL ? NULL :
					DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(uuid))));
}

void
jsonb_push_jsonb(JsonbBuilder *builder, const char *key, Jsonb *jsonb)
{
	JsonbValue	value = {.type = jbvNull};

	jsonb_push_key(builder, key);
	if (jsonb != NULL)
		jsonb_value_set_jsonb(&value, jsonb);
	jsonb_push_value(builder, &value);
}
