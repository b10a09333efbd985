/*
 * jsonb_value.c
 *		Single values of jsonb.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_value.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#define SMALL_INTEGERS	10		/* that are made once */

/* A small number that lasts, as most depths and versions are. */
static Numeric
small_numeric(int integer)
{
	static Numeric known[SMALL_INTEGERS];
	MemoryContext old;

	if (known[integer] == NULL)
	{
		old = MemoryContextSwitchTo(TopMemoryContext);
		known[integer] = int64_to_numeric(integer);
		MemoryContextSwitchTo(old);
	}
	return known[integer];
}

void
jsonb_value_set_integer(JsonbValue *value, int64 integer)
{
	value->type = jbvNumeric;
	value->val.numeric = integer >= 0 && integer < SMALL_INTEGERS ? small_numeric((int) integer) :
		int64_to_numeric(integer);
}

bool
jsonb_value_integer(const JsonbValue *value, int32 *integer)
{
	return value->type == jbvNumeric && numeric_as_integer(value->val.numeric, integer) &&
		DatumGetInt32(DirectFunctionCall1(numeric_scale, NumericGetDatum(value->val.numeric))) == 0;
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
