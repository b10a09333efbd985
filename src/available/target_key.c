/*
 * target_key.c
 *		The key of a target as people give it to a question: a value of any type, a
 *		text, a row.
 */
#include "postgres.h"

#include "available/target_key.h"
#include "available/testing.h"
#include "base/compat.h"
#include "base/json.h"
#include "base/jsonb_push.h"
#include "base/jsonb_value.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "run/convert_out.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* Adds the value of a key column of an object; false if it is not there. */
static bool
push_key_column(JsonbBuilder *builder, JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(object, name, strlen(name), &value) == NULL)
		return false;
	jsonb_push_key(builder, name);
	jsonb_push_value(builder, &value);
	return true;
}

Jsonb *
target_key_object(const Program *program, Jsonb *key)
{
	const Signature *signature = program->signature;
	JsonbBuilder *builder = jsonb_builder_make();
	JsonbValue	value;
	bool		is_row = JB_ROOT_IS_OBJECT(key);

	for (int i = 0; i < signature->nkeys; i++)
		is_row = is_row && getKeyJsonValueFromContainer(&key->root, signature->inputs[i].column,
														strlen(signature->inputs[i].column), &value) != NULL;
	jsonb_push_object(builder);
	if (!is_row)
		jsonb_push_jsonb(builder, "target", key);
	else
	{
		jsonb_push_key(builder, "target");
		if (signature->nkeys == 1)
			jsonb_push_value(builder, &value);
		else
		{
			jsonb_push_object(builder);
			for (int i = 0; i < signature->nkeys; i++)
				(void) push_key_column(builder, &key->root, signature->inputs[i].column);
			jsonb_push_object_end(builder);
		}
	}
	jsonb_push_object_end(builder);
	return jsonb_builder_finish(builder);
}

/* A text that is to be jsonb, and what it is. */
typedef struct JsonText
{
	const char *text;
	MemoryContext mcxt;
	Jsonb	   *jsonb;
} JsonText;

static void
read_json_text(void *arg)
{
	JsonText   *read = arg;
	MemoryContext old = MemoryContextSwitchTo(read->mcxt);

	if (json_parse_or_null(read->text) != NULL)
		read->jsonb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(read->text)));
	MemoryContextSwitchTo(old);
}

/* A text as jsonb; NULL: it is none, or more than jsonb holds, such as a number that is too great. */
static Jsonb *
jsonb_or_null(const char *text)
{
	JsonText	read = {.text = text, .mcxt = CurrentMemoryContext};
	Caught	   *caught = caught_undone(read_json_text, &read);

	if (caught != NULL)
		testing_pass_on(caught->error);
	return caught == NULL ? read.jsonb : NULL;
}

Jsonb *
target_key_argument(Datum key, Oid type)
{
	JsonbValue	value;
	char	   *string;

	if (type == JSONBOID)
		return DatumGetJsonbP(key);
	if (type != TEXTOID)
	{
		convert_to_value(&value, key, type);
		return JsonbValueToJsonb(&value);
	}
	string = TextDatumGetCString(key);
	if (string[0] == '{' || string[0] == '"')
	{
		Jsonb	   *jsonb = jsonb_or_null(string);

		if (jsonb != NULL)
			return jsonb;
	}
	jsonb_value_set_text(&value, string);
	return JsonbValueToJsonb(&value);
}
