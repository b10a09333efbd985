/*
 * jsonb_value.c
 *		Single values of jsonb.
 */
#include "postgres.h"

#include "base/jsonb_value.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

void
jsonb_value_set_integer(JsonbValue *value, int64 integer)
{
	value->type = jbvNumeric;
	value->val.numeric = int64_to_numeric(integer);
}

void
jsonb_value_set_jsonb(JsonbValue *value, Jsonb *jsonb)
{
	if (!JB_ROOT_IS_SCALAR(jsonb) || !JsonbExtractScalar(&jsonb->root, value))
		JsonbToJsonbValue(jsonb, value);
}

char *
jsonb_value_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}
